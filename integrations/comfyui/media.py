"""ComfyUI's pictures, masks, sounds and clips as livingstill takes them, and back."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import cv2
import folder_paths
import numpy as np
import torch
from comfy_api.latest import InputImpl, Types
from livingstill import InputError
from livingstill.core.model import Float32Array, UInt8Array


def one_picture(images: torch.Tensor, noun: str = "image") -> UInt8Array:
    """Return the only picture of a batch (B, H, W, C) as (H, W, C) uint8 sRGB.

    Raises
    ------
    InputError
        If there are several.
    """
    if len(images) != 1:
        raise InputError(
            f"{noun} holds {len(images)} pictures and one is taken; choose it with Image From Batch"
        )
    return _levels(images[0])


def _levels(picture: torch.Tensor) -> UInt8Array:
    return np.rint(_values(picture) * np.float32(255)).astype(np.uint8)


def _values(tensor: torch.Tensor) -> Float32Array:
    """Return a tensor's values as float32 in 0..1."""
    return np.clip(np.asarray(tensor.cpu(), np.float32), 0, 1)


def as_image(*pictures: UInt8Array) -> torch.Tensor:
    """Return pictures (H, W, 3) uint8 as a batch (B, H, W, 3) float32 in 0..1."""
    return torch.from_numpy(np.stack(pictures).astype(np.float32) / np.float32(255))


def as_mask(mask: UInt8Array) -> torch.Tensor:
    """Return a mask (H, W) uint8 as a batch of one, (1, H, W) float32 in 0..1."""
    return torch.from_numpy(mask[None].astype(np.float32) / np.float32(255))


def write_picture(images: torch.Tensor, path: Path) -> Path:
    """Write the only picture of a batch as PNG; return its path."""
    picture = one_picture(images, path.stem)
    code = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
    path.write_bytes(cv2.imencode(".png", cv2.cvtColor(picture, code))[1].tobytes())
    return path


def write_mask(mask: torch.Tensor, path: Path) -> Path:
    """Write the first mask of (B, H, W) or (H, W) as grey PNG, white = 1; return its path."""
    first = mask[0] if mask.ndim == 3 else mask
    path.write_bytes(cv2.imencode(".png", _levels(first))[1].tobytes())
    return path


def write_depth(images: torch.Tensor, path: Path) -> Path:
    """Write a grey picture (1, H, W, C) as 16-bit PNG, the mean of its colours; return its path."""
    if len(images) != 1:
        one_picture(images, "depth")
    grey = _values(images[0])[..., :3].mean(2)
    steps = np.rint(grey * np.float32(65535)).astype(np.uint16)
    path.write_bytes(cv2.imencode(".png", steps)[1].tobytes())
    return path


def write_sound(audio: dict[str, Any], path: Path) -> Path:
    """Write the first sound of a batch (B, C, T) as a WAV file of 16 bits; return its path."""
    samples = np.clip(np.asarray(audio["waveform"][0].cpu(), np.float32), -1, 1)[:2]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(int(audio["sample_rate"]))
        file.writeframes(np.rint(samples.T * np.float32(32767)).astype("<i2").tobytes())
    return path


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder for the files that livingstill reads, removed at the end."""
    with TemporaryDirectory(prefix="livingstill-") as folder:
        yield Path(folder)


def new_file(suffix: str) -> Path:
    """Return a new name in ComfyUI's folder of temporary files, which it empties at its next start."""
    folder = Path(folder_paths.get_temp_directory())
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"livingstill-{uuid4().hex}{suffix}"


def file_of(video: Any, folder: Path) -> Path:
    """Return the file of a clip: its own where it is whole on disk, else one that is written."""
    source = video.get_stream_source()
    if isinstance(source, str) and video.get_active_trim_window() == (0.0, 0.0):
        return Path(source)
    path = folder / "clip.mp4"
    video.save_to(str(path), format=Types.VideoContainer.MP4, codec=Types.VideoCodec.AUTO)
    return path


def as_video(path: Path) -> Any:
    """Return a file as a clip, which stays on disk until a node asks for its frames."""
    return InputImpl.VideoFromFile(str(path))


def words(lines: list[str], target: Path) -> str:
    """Return the lines of a result without the name of its temporary file."""
    return "\n".join(lines).replace(f"{target}: ", "")
