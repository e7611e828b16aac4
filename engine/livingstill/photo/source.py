"""A photo from whatever Python has it in: a path, bytes, an open file, a PIL image or an array."""

from __future__ import annotations

import hashlib
import io
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livingstill.core.errors import InputError
from livingstill.core.model import Photo
from livingstill.photo import read
from livingstill.settings.groups import InputSettings

PhotoSource = str | PathLike[str] | bytes | IO[bytes] | Image.Image | NDArray[Any] | Photo
"""What ``photo_of`` takes."""


def photo_of(source: PhotoSource, settings: InputSettings | None = None) -> Photo:
    """Return the photo in ``source``: upright, sRGB, opaque.

    Parameters
    ----------
    source : a path; the bytes of a picture file, or a binary file object; a PIL image; or an array
        (H, W), (H, W, 3) or (H, W, 4) uint8 in sRGB, the fourth channel alpha that is not
        premultiplied
    settings : the largest photo that is read, and the colour under transparency

    Raises
    ------
    InputError
        If it is none of these, or the picture cannot be used.
    """
    settings = settings or InputSettings()
    if isinstance(source, Photo):
        return source
    if isinstance(source, (str, PathLike)):
        path = Path(source)
        return _read(path, settings)
    if isinstance(source, np.ndarray):
        source = _pil(source)
    if isinstance(source, Image.Image):
        encoded = io.BytesIO()
        profile, exif = source.info.get("icc_profile"), source.getexif().tobytes()
        source.save(encoded, "PNG", compress_level=1, icc_profile=profile, exif=exif)
        source = encoded.getvalue()
    data = source if isinstance(source, bytes) else source.read() if _reads(source) else None
    if not isinstance(data, bytes):
        raise InputError(
            f"photo is a {type(source).__name__}; it must be a path, bytes, a binary file, "
            "a PIL image or an array"
        )
    return _from_bytes(data, settings)


def _pil(array: NDArray[Any]) -> Image.Image:
    if array.dtype != np.uint8 or not (
        array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
    ):
        raise InputError(
            f"photo has shape {array.shape} and type {array.dtype}; it must be (height, width), "
            "(height, width, 3) or (height, width, 4) and uint8"
        )
    return Image.fromarray(np.ascontiguousarray(array))


def _reads(source: object) -> bool:
    return callable(getattr(source, "read", None))


def _from_bytes(data: bytes, settings: InputSettings) -> Photo:
    """Read a picture file's bytes by way of a file, so that one reader refuses what is wrong."""
    name = hashlib.sha256(data).hexdigest()[:12]
    with TemporaryDirectory(prefix="livingstill-") as folder:
        path = Path(folder) / f"photo-{name}"
        path.write_bytes(data)
        return _read(path, settings)


def _read(path: Path, settings: InputSettings) -> Photo:
    return read.read_photo(
        path,
        max_pixels=settings.max_pixels,
        background=settings.background,
        upright=settings.upright,
    )
