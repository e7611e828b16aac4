"""The manifest of a rendered clip: enough to render it again and to prove that it is the same."""

from __future__ import annotations

import base64
import hashlib
import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import InverseDepth, Region, UInt8Array
from livingstill.io import images
from livingstill.io import text as texts
from livingstill.io.files import atomic_write
from livingstill.settings.shot import Shot

FORMAT = 2
_READABLE_FORMATS = (1, 2)
"""Format 2 added ``stages``; 1, of livingstill 0.1, is replayed without naming a stage."""

_MAX_PIXELS = 200_000_000
_MAX_BYTES = 2**30
LIBRARIES = ("numpy", "opencv-contrib-python", "scipy", "numba", "pillow", "av")


OPENCV = (
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
    "opencv-python",
    "opencv-python-headless",
)
"""Distributions that hold ``cv2``; the first is the one that is installed with us."""


def version_of(name: str) -> str:
    """Return the version of a library, "none" if it is not installed; OpenCV in any distribution."""
    for one in OPENCV if name == OPENCV[0] else (name,):
        with suppress(PackageNotFoundError):
            return version(one)
    return "none"


def digest(rgb: UInt8Array) -> str:
    """Return the SHA-256 of a frame's RGB bytes, row by row, as 64 hex digits."""
    return hashlib.sha256(np.ascontiguousarray(rgb).data).hexdigest()


def build(
    *,
    shot: Shot,
    photo: str,
    photo_sha256: str,
    size: tuple[int, int],
    fps: str,
    outputs: list[str],
    frames: list[str],
    seconds: dict[str, float],
    depth: InverseDepth,
    regions: tuple[Region, ...],
    stages: dict[str, str],
    subject: tuple[float, float],
    notes: tuple[str, ...],
    continuity: dict[str, Any],
    camera_cost: Mapping[str, float],
    files: dict[str, dict[str, str]],
) -> dict[str, Any]:
    """Return the manifest as plain JSON values.

    Depth (16 bit) and masks (8 bit) are embedded as PNG in base64: they are what the frames were
    made from, so a replay does not depend on the network or on the machine's arithmetic.
    ``camera_cost`` is the figures behind the choice of the camera, empty if it was told;
    ``stages`` are ``fingerprint.stages``; ``files`` are path and hash of the fonts, the logo and
    the LUT.
    """
    return {
        "livingstill": version("livingstill"),
        "format": FORMAT,
        "photo": {"path": photo, "sha256": photo_sha256},
        "shot": shot.model_dump(mode="json"),
        "files": files,
        "size": list(size),
        "fps": fps,
        "outputs": outputs,
        "notes": list(notes),
        "seconds": seconds,
        "continuity": continuity,
        "camera_cost": dict(camera_cost),
        "versions": {name: version_of(name) for name in LIBRARIES},
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "depth": {
            "source": depth.source,
            "png": _png(np.round(depth.values * np.float32(65535)).astype(np.uint16)),
        },
        "regions": [{"kind": region.label, "png": _png(region.mask)} for region in regions],
        "subject": list(subject),
        "stages": stages,
        "frames": frames,
    }


def write(path: Path, manifest: dict[str, Any], overwrite: bool) -> None:
    """Write a manifest in one piece.

    Raises
    ------
    InputError
        If the file exists and ``overwrite`` is off, or its folder cannot be written.
    """
    with atomic_write(path, overwrite) as part:
        part.write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def load(path: Path) -> dict[str, Any]:
    """Read a manifest.

    Raises
    ------
    InputError
        If the file is no manifest of a format this version knows.
    """
    manifest = texts.parse_json(texts.read(path, "manifest", _MAX_BYTES), f"manifest {path}")
    shape = {
        "photo": dict, "shot": dict, "outputs": list, "depth": dict, "regions": list, "frames": list
    }  # fmt: skip
    if not isinstance(manifest, dict) or manifest.get("format") not in _READABLE_FORMATS:
        raise InputError(
            f"{path} is no manifest of a format up to {FORMAT}; render the shot anew, or update"
        )
    for key, kind in shape.items():
        if not isinstance(manifest.get(key), kind):
            raise InputError(f"{path} has no sound '{key}'; render the shot anew")
    return manifest


def depth_of(manifest: dict[str, Any]) -> InverseDepth:
    """Return the inverse depth a manifest embeds."""
    values = _image(manifest["depth"].get("png"), np.uint16).astype(np.float32) / np.float32(65535)
    return InverseDepth(values, str(manifest["depth"].get("source")))


def regions_of(manifest: dict[str, Any]) -> tuple[Region, ...]:
    """Return the regions a manifest embeds."""
    return tuple(
        Region(str(entry.get("kind")), _image(entry.get("png"), np.uint8))
        for entry in manifest["regions"]
        if isinstance(entry, dict)
    )


def subject_of(manifest: dict[str, Any]) -> tuple[float, float]:
    """Return the point that the camera looked at, in fractions of the photo."""
    match manifest.get("subject", [0.5, 0.5]):
        case [float() | int() as x, float() | int() as y] if 0 <= x <= 1 and 0 <= y <= 1:
            return float(x), float(y)
    raise InputError("the manifest's subject is no point of the photo; render the shot anew")


def stages_of(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the hashes of the stages a manifest has; none in format 1."""
    stages = manifest.get("stages", {})
    return {str(k): str(v) for k, v in stages.items()} if isinstance(stages, dict) else {}


def first_difference(expected: list[str], actual: list[str]) -> int | None:
    """Return the first frame whose hash differs, None if all agree.

    >>> first_difference(["a", "b"], ["a", "c"])
    1
    """
    for index, (expected_hash, actual_hash) in enumerate(zip(expected, actual)):
        if expected_hash != actual_hash:
            return index
    return None if len(expected) == len(actual) else min(len(expected), len(actual))


def _png(array: Any) -> str:
    return base64.b64encode(cv2.imencode(".png", array)[1].tobytes()).decode("ascii")


def _image(text: object, dtype: Any) -> Any:
    """Decode a picture that ``_png`` wrote."""
    try:
        data = base64.b64decode(str(text), validate=True)
        with images.open_picture(Path("in it"), data, "picture", _MAX_PIXELS) as picture:
            image = np.array(picture)
    except (ValueError, InputError):
        image = None
    if image is None or image.ndim != 2 or image.dtype != dtype:
        raise InputError("the manifest's depth or masks are damaged; render the shot anew")
    return image
