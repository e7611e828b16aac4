"""Read a picture file into an upright sRGB photo, or say in one sentence why it cannot be read."""

from __future__ import annotations

import hashlib
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageColor

from livingstill.core.errors import InputError
from livingstill.core.model import Photo, UInt8Array
from livingstill.io import images

SMALLEST_SIDE = 16

_DIAGONAL_35MM = math.hypot(36, 24)
_ORIENTATION, _EXIF, _FOCAL_35MM = 0x0112, 0x8769, 0xA405


_CLIPS = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".y4m")
_ELSEWHERE = dict.fromkeys(_CLIPS, "") | {
    ".toml": "a shot file is rendered by: livingstill render {}",
    ".json": "a manifest is rendered again by: livingstill render {}",
    ".csv": "a table of photos is for: livingstill batch {} -o clips/",
    ".jsonl": "a table of photos is for: livingstill batch {} -o clips/",
}
"""Suffixes of what other commands take, and what to say of them."""


def read(
    path: str | Path,
    *,
    max_pixels: int = 200_000_000,
    background: str = "white",
    at_least: int | None = None,
) -> Photo:
    """Return the photo in the file at ``path``: upright, sRGB, opaque.

    ``background`` names the colour under transparent parts. ``at_least`` is the long side in
    pixels that is enough for the caller: a much larger photo is read at a whole fraction of its
    size, the same one every time, which saves memory.

    Raises
    ------
    InputError
        If the file cannot be read, is no picture, is damaged, too small, or has more than
        ``max_pixels`` pixels.
    """
    path = Path(path)
    _refer(path)
    under = _colour(background)
    data = images.bytes_of(path, "photo")
    notes: list[str] = []
    with images.opened(path, data, "photo", max_pixels) as image:
        _check_size(path, image.size)
        frames = _frames(image)
        if frames > 1 and image.format != "MPO":
            notes.append(f"{path.name} has {frames} frames; the first one is used")
        if image.format in {"JPEG", "MPO"} and at_least and image.mode in {"RGB", "L"}:
            scale = min(1.0, at_least / max(image.size))
            image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
        image.load()
        turn, focal_35mm = _exif(image)
        rgb = _flat_srgb(image, under, notes)
    if at_least and max(rgb.size) >= 2 * at_least:
        rgb = rgb.reduce(max(rgb.size) // at_least)
    pixels = np.ascontiguousarray(_upright(np.asarray(rgb), turn))
    height, width = pixels.shape[:2]
    return Photo(
        rgb=pixels,
        name=path.name,
        focal=_focal(focal_35mm, width, height),
        sha256=hashlib.sha256(data).hexdigest(),
        notes=tuple(notes),
    )


def _refer(path: Path) -> None:
    """Refuse what is no photo but what another command takes, and name that command."""
    suffix = path.suffix.lower()
    if path.is_dir():
        raise InputError(
            f"photo {path} is a folder; for all in it: livingstill batch {path} -o clips/"
        )
    if not path.exists() or suffix not in _ELSEWHERE:
        return
    if suffix in _CLIPS:
        raise InputError(
            f"photo {path} is a clip; to look for faults: livingstill check {path}; "
            f"to mend it: livingstill rescue {path} --still PHOTO -o rescued{suffix}"
        )
    raise InputError(f"photo {path} is no picture; {_ELSEWHERE[suffix].format(path)}")


def _colour(name: str) -> tuple[int, int, int]:
    """Return the red, green and blue of a colour's name or ``#rrggbb``."""
    try:
        return ImageColor.getrgb(name)[:3]
    except ValueError:
        raise InputError(
            f"background is '{name}'; it must be a colour such as white, black or #204060"
        ) from None


def _check_size(path: Path, size: tuple[int, int]) -> None:
    if min(size) < SMALLEST_SIDE:
        raise InputError(
            f"photo {path} is {size[0]}x{size[1]} pixels; "
            f"it must be at least {SMALLEST_SIDE}x{SMALLEST_SIDE}"
        )


def _frames(image: Image.Image) -> int:
    """Return how many pictures the file holds; 1 where counting fails."""
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:
        return 1


def _exif(image: Image.Image) -> tuple[int, float | None]:
    """Return orientation (1..8) and 35 mm equivalent focal length; damaged EXIF says nothing."""
    try:
        tags = image.getexif()
        turn = tags.get(_ORIENTATION, 1)
        focal = tags.get_ifd(_EXIF).get(_FOCAL_35MM)
        return turn if turn in range(1, 9) else 1, float(focal) if focal else None
    except Exception:
        return 1, None


def _focal(focal_35mm: float | None, width: int, height: int) -> float | None:
    """Return the focal length in frame widths.

    35 mm equivalents compare diagonals (CIPA DCG-001), so one formula serves any shape of frame:
    a 3:2 landscape divides by 36 mm, a portrait by 24 mm.
    """
    if not focal_35mm or not math.isfinite(focal_35mm):
        return None
    focal = focal_35mm / _DIAGONAL_35MM * math.hypot(width, height) / width
    return focal if 0.15 <= focal <= 40 else None


def _flat_srgb(image: Image.Image, under: tuple[int, int, int], notes: list[str]) -> Image.Image:
    """Return ``image`` as RGB in sRGB, transparent parts over the colour ``under``."""
    alpha = None
    if image.has_transparency_data:
        image = image.convert("LA" if image.mode in {"1", "L", "LA", "La"} else "RGBA")
        alpha = image.getchannel("A")
        image = image.convert("L" if image.mode == "LA" else "RGB")
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        image = Image.fromarray(_eight_bits(np.asarray(image), image, notes))
    elif image.mode not in {"L", "RGB", "CMYK", "LAB"}:
        image = image.convert("RGB")
    rgb = _to_srgb(image, notes)
    if alpha is None or alpha.getextrema()[0] == 255:
        return rgb
    notes.append(f"transparent parts are filled with the background #{bytes(under).hex()}")
    return Image.composite(rgb, Image.new("RGB", rgb.size, under), alpha)


def _eight_bits(values: np.ndarray[Any, Any], image: Image.Image, notes: list[str]) -> UInt8Array:
    """Return deep grey values as 8 bits: 16-bit files by their full scale, others by their range."""
    if not np.isfinite(values).all():
        raise ValueError("it has values that are no numbers")
    low, high = float(values.min()), float(values.max())
    full = 65535.0 if image.mode.startswith("I;16") or image.format in {"PNG", "PPM"} else 1.0
    if low < 0 or high > full:
        notes.append(f"grey values {low:.4g} to {high:.4g} are stretched to black and white")
        values, full = values - low, (high - low) or 1.0
    grey: UInt8Array = np.rint(values.astype(np.float32) * np.float32(255 / full)).astype(np.uint8)
    return grey


def _to_srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """Convert by the embedded colour profile; a profile that does not work is left out and said."""
    profile = image.info.get("icc_profile")
    if profile or image.mode == "LAB":
        try:
            source = (
                ImageCms.ImageCmsProfile(io.BytesIO(profile))
                if profile
                else ImageCms.createProfile("LAB")
            )
            said = ImageCms.getProfileDescription(source).strip() if profile else "Lab"
            if image.mode == "RGB" and said.startswith("sRGB"):
                return image
            done = ImageCms.profileToProfile(
                image,
                source,
                ImageCms.createProfile("sRGB"),
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            if done is not None:
                notes.append(f"colours are converted from {said or 'the embedded profile'} to sRGB")
                return done
        except Exception:  # any byte may be wrong in a profile
            notes.append("the embedded colour profile does not work and is ignored")
    if image.mode == "CMYK":
        notes.append("CMYK without a usable profile is converted by the plain formula")
    return image.convert("RGB")


def _upright(pixels: UInt8Array, turn: int) -> UInt8Array:
    """Turn a picture as EXIF's orientation 1..8 says."""
    if turn in {5, 6, 7, 8}:
        pixels = pixels.transpose(1, 0, 2)
    if turn in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    if turn in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    return pixels
