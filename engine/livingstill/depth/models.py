"""Depth by a larger network, by its name or an ONNX file: the registry, fetching, running.

They come with the extra ``[models]``. Nothing is unpickled: checkpoints are read with
``weights_only``, as safetensors or as ONNX.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.core.registry import nearest
from livingstill.depth.depth_anything import run_depth_anything
from livingstill.depth.onnx_network import run_onnx
from livingstill.depth.refine import refine


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A depth network that can be fetched: its repository, licence and checksum.

    ``side`` is the long side the network was made for.
    """

    name: str
    licence: str
    commercial: bool
    megabytes: float
    repo: str
    file: str
    revision: str
    sha256: str
    side: int
    note: str


MODELS: dict[str, NamedModel] = {
    m.name: m
    for m in (
        NamedModel(
            name="depth-anything-v2-small",
            licence="Apache-2.0",
            commercial=True,
            megabytes=99.2,
            repo="depth-anything/Depth-Anything-V2-Small",
            file="depth_anything_v2_vits.pth",
            revision="main",
            sha256="715fade13be8f229f8a70cc02066f656f2423a59effd0579197bbf57860e1378",
            side=518,
            note="ViT-S/14; needs torch and timm; about 1.5 s on one core",
        ),
        NamedModel(
            name="depth-anything-v2-small-onnx",
            licence="Apache-2.0",
            commercial=True,
            megabytes=99.1,
            repo="onnx-community/depth-anything-v2-small",
            file="onnx/model.onnx",
            revision="main",
            sha256="afb6a5c28f3b6bf1618c6e43f02073ef9dfdc70e937502d51603e57b0a1df10c",
            side=518,
            note="the same network as ONNX; needs no torch",
        ),
        NamedModel(
            name="midas-small",
            licence="MIT",
            commercial=True,
            megabytes=66.4,
            repo="julienkay/sentis-MiDaS",
            file="midas_v21_small_256.onnx",
            revision="b867253b86ef4cef1cfda70e8fbcf72fb27eaa3e",
            sha256="b0a5b3f12625137e626805167907fe0410665bec671685d59daaa2daab19f977",
            side=256,
            note="MiDaS v2.1 small at 256x256; needs no torch; the quickest",
        ),
    )
}
"""The networks known by name. All may be used commercially; a later one that may not must say so."""


def fetch(name: str, *, folder: Path | None = None) -> Path:
    """Return the file of a named network, downloading it once.

    Raises
    ------
    InputError
        If the name is unknown, the extra is not installed, there is no network, or the file that
        came is not the one published.
    """
    model = find(name)
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise InputError(
            f"{name} cannot be fetched without huggingface_hub; "
            "install it with: pip install 'livingstill[models]'"
        ) from error
    try:
        downloaded = hf_hub_download(
            model.repo, model.file, revision=model.revision, cache_dir=folder, token=False
        )
    except Exception as error:
        raise InputError(
            f"{name} could not be fetched from the hub ({type(error).__name__}) and is not in the "
            "cache; go online once, or name a file with --depth FILE.onnx"
        ) from error
    path = Path(downloaded)
    verify(path, model)
    return path


def verify(file: Path, model: NamedModel) -> str:
    """Return the file's SHA-256.

    Raises
    ------
    InputError
        If it is not the one published for the model.
    """
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != model.sha256:
        raise InputError(
            f"{file} has SHA-256 {digest}; {model.name} must have {model.sha256}: "
            "delete the file and fetch it again"
        )
    return digest


def find(name: str) -> NamedModel:
    """Return the named network.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in MODELS:
        raise InputError(f"no depth model is called '{name}'{nearest(name, ['embedded', *MODELS])}")
    return MODELS[name]


def estimate(source: str, rgb: UInt8Array, *, far_bright: bool = False) -> Float32Array:
    """Return (H, W) float32 inverse depth in 0..1 of a photo, by a named network or an ONNX file.

    Parameters
    ----------
    source : a name in `MODELS`, or the path of an ONNX file from an image to one depth plane
    rgb : (H, W, 3) uint8
    far_bright : the file answers with depth (far is large) instead of inverse depth

    Raises
    ------
    InputError
        If there is no such model or file, or it does not map an image to one plane.
    """
    if source in MODELS:
        model = MODELS[source]
        path = fetch(source)
        if path.suffix == ".onnx":
            coarse = run_onnx(path, rgb, side=model.side)
        else:
            coarse = run_depth_anything(path, rgb, side=model.side)
    else:
        path = Path(source)
        if path.suffix.lower() != ".onnx" or not path.is_file():
            raise InputError(
                f"'{source}' is neither a depth model ({', '.join(MODELS)}) nor an ONNX file"
            )
        coarse = run_onnx(path, rgb)
    return refine(rgb, normalise_range(coarse, far_bright=far_bright))


def normalise_range(raw: Float32Array, *, far_bright: bool = False) -> Float32Array:
    """Return an affine-invariant map as inverse depth in 0..1, in steps of 1/65535.

    >>> normalise_range(np.array([[2.0, 4.0], [3.0, 2.0]], np.float32)).tolist()
    [[0.0, 1.0], [0.500007629..., 0.0]]
    """
    values = raw.astype(np.float64)
    if not np.isfinite(values).all():
        raise InputError("the depth model answered with values that are not finite")
    if far_bright:
        values = 1 / np.maximum(values, max(float(values.max()), 1e-9) * 1e-3)
    low, high = float(values.min()), float(np.percentile(values, 99.9, method="higher"))
    scaled = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
    return np.asarray(np.round(scaled * 65535) / 65535, np.float32)
