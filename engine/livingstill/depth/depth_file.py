"""Inverse depth from a file: grey pictures of 8 or 16 bits, TIFF, NPY or EXR, either end bright."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, InverseDepth
from livingstill.depth import exr
from livingstill.imaging import exact
from livingstill.io import images

MAX_PIXELS = 400_000_000
DISCONTINUITY = 0.04
"""A step of inverse depth between neighbours that is an edge of an object and not a slope."""

_NEAREST_PERCENT = 0.1
"""So much of a metric depth map may be nearer than what counts as the nearest point."""


def read_depth(path: str | Path, size: tuple[int, int], far: str = "auto") -> InverseDepth:
    """Return the inverse depth in a file for a photo of ``size`` (width, height).

    ``far`` says which end is far. ``dark``, or ``auto``: values grow towards the viewer and are
    inverse depth up to scale (0 = infinity; the largest is the nearest point). ``bright``: grey
    pictures of whole numbers are turned over (white = infinity); NPY, EXR and float TIFF hold
    distances z and become 1/z (infinite z allowed).

    Raises
    ------
    InputError
        If the file cannot be read, is a colour picture, or holds values that are no depth.
    """
    path = Path(path)
    if far not in {"auto", "bright", "dark"}:
        raise InputError(f"depth_far is {far}; it must be auto, bright or dark")
    values, distances = _values(path)
    if values.ndim != 2 or min(values.shape) < 2:
        shape = "x".join(str(n) for n in values.shape)
        raise InputError(f"depth file {path} has shape {shape}; it must be one (height, width) map")
    notes: list[str] = []
    inverse = _inverse(path, values, far, distances, notes)
    height, width = inverse.shape
    if (width, height) != size:
        text = f"{path.name} is {width}x{height} and is resized to {size[0]}x{size[1]}"
        stretch = (width / height) / (size[0] / size[1])
        if not 0.98 < stretch < 1.02:
            text += "; its shape differs, so it is stretched"
        notes.append(text)
        inverse = resize_depth(inverse, size)
    if far == "auto" and _looks_inverted(inverse):
        notes.append(
            f"{path.name} seems to be bright where it is far; if so, give --depth-far bright"
        )
    return InverseDepth(inverse, f"file {path.name}", tuple(notes))


def _values(path: Path) -> tuple[NDArray[Any], bool]:
    """Return what the file holds, and whether it is numbers rather than grey levels."""
    data = images.bytes_of(path, "depth file")
    if data.startswith(b"\x93NUMPY"):
        return _npy(path, data), True
    if data.startswith(exr.MAGIC):
        return exr.depth_channel(data, str(path), MAX_PIXELS), True
    if data.startswith(b"PK"):
        raise InputError(f"depth file {path} is a ZIP archive (NPZ?); save one array with np.save")
    with images.open_picture(path, data, "depth file", MAX_PIXELS) as image:
        colour_16_bit = image.mode in {"RGB", "RGBA"} and _bits(image, data) == 16
        image.load()  # decoded whole by the strict reader, even where OpenCV reads the values
        if colour_16_bit:
            decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            values: NDArray[Any] = np.asarray(decoded)
        elif image.mode in {"1", "L", "I", "F"} or image.mode.startswith("I;16"):
            values = np.asarray(image.convert("L") if image.mode == "1" else image)
        elif image.mode in {"LA", "La"}:
            values = np.asarray(image.getchannel(0))
        else:
            values = np.asarray(image.convert("RGB"))
        if values.ndim == 3:
            values = _grey(path, values[..., :3])
        return values, values.dtype.kind == "f"


def _bits(image: Image.Image, data: bytes) -> int:
    """Return the bits per channel of a PNG or TIFF; 8 for the rest."""
    if image.format == "PNG":
        return data[24]
    if image.format == "TIFF":
        return int(image.tag_v2.get(258, (8,))[0])  # type: ignore[attr-defined]
    return 8


def _grey(path: Path, colour: NDArray[Any]) -> NDArray[Any]:
    """Return the one channel of a picture whose three are alike."""
    full = float(np.iinfo(colour.dtype).max)
    middle = colour[..., 1].astype(np.float32)
    apart = max(float(np.abs(colour[..., c] - middle).mean()) for c in (0, 2)) / full
    if apart > 0.01:
        raise InputError(f"depth file {path} is a colour picture; give a grey one, near = bright")
    channel: NDArray[Any] = colour[..., 1]
    return channel


def _npy(path: Path, data: bytes) -> NDArray[Any]:
    """Return the array of an NPY file; never unpickles, never allocates more than the file holds."""
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        reader = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = reader(stream)
        count = int(np.prod([int(n) for n in shape], dtype=object)) if shape else 1
        if dtype.kind not in "fiu":
            raise InputError(f"depth file {path} holds {dtype}; it must hold plain numbers")
        if min(shape, default=0) < 0 or count * dtype.itemsize > len(data) - stream.tell():
            raise ValueError(f"shape {shape} needs more than the file holds")
        flat = np.frombuffer(data, dtype, count, stream.tell())
        array: NDArray[Any] = flat.reshape(shape, order="F" if fortran else "C")
        return array.squeeze()
    except InputError:
        raise
    except Exception as error:  # the header is Python text and may hold anything
        raise InputError(
            f"depth file {path} is damaged or cut short ({images.short_message(error)}); get an intact copy"
        ) from None


def _inverse(
    path: Path, values: NDArray[Any], far: str, distances: bool, notes: list[str]
) -> Float32Array:
    """Return inverse depth 0..1, 1 = nearest."""
    levels = values.dtype.kind in "iu"
    full = float(np.iinfo(values.dtype).max) if levels else 1.0
    numbers: Float32Array = values.astype(np.float32)
    inverse: Float32Array
    bad = np.isnan(numbers) if distances and far == "bright" else ~np.isfinite(numbers)
    if bad.any():
        raise InputError(
            f"depth file {path} has {int(bad.sum())} of {bad.size} values that are no numbers; "
            "fill them, for example with the farthest value"
        )
    if far == "bright" and distances:
        if numbers.min() <= 0:
            raise InputError(
                f"depth file {path} has {int((numbers <= 0).sum())} distances of 0 or less; "
                "fill them, for example with the farthest distance"
            )
        inverse = np.float32(1) / numbers
        nearest = exact.percentile(inverse, 100 - _NEAREST_PERCENT)
        inverse = np.minimum(inverse / np.float32(nearest or 1), np.float32(1))
    elif far == "bright":
        inverse = np.float32(1) - numbers / np.float32(full)
    else:
        inverse = numbers
        if inverse.min() < 0:
            notes.append(f"{path.name} has values below 0; they count as infinitely far")
            inverse = np.maximum(inverse, 0)
        inverse = inverse / np.float32(inverse.max() or 1)
    if inverse.min() == inverse.max():
        notes.append(f"{path.name} has one depth everywhere: the scene is flat")
    return np.ascontiguousarray(inverse, np.float32)


def resize_depth(inverse: Float32Array, size: tuple[int, int]) -> Float32Array:
    """Return inverse depth at another size: slopes stay smooth, steps stay steps.

    Plain interpolation would put a ramp of depths that exist nowhere at the edge of every object.
    Across a discontinuity the interpolated value moves to the nearer one of its two sides.
    """
    shrinks = size[0] < inverse.shape[1]
    smooth = (exact.resize_area if shrinks else exact.resize_linear)(inverse, size)
    reach = 2 * max(1, round(inverse.shape[1] / size[0] / 2)) + 1
    kernel = np.ones((reach, reach), np.uint8)
    high = cv2.resize(cv2.dilate(inverse, kernel), size, interpolation=cv2.INTER_NEAREST_EXACT)
    low = cv2.resize(cv2.erode(inverse, kernel), size, interpolation=cv2.INTER_NEAREST_EXACT)
    side = np.where(smooth * 2 > high + low, high, low)
    result: Float32Array = np.where(high - low > DISCONTINUITY, side, smooth).astype(np.float32)
    return result


def _looks_inverted(inverse: Float32Array) -> bool:
    """Whether the bottom of the picture is farther than its top, as hardly ever in a photo."""
    third = max(1, inverse.shape[0] // 3)
    return float(inverse[:third].mean()) > float(inverse[-third:].mean()) + 0.25
