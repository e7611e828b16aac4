"""Read a picture file into an upright sRGB photo, or say in one sentence why it cannot be read."""

from __future__ import annotations

import hashlib
import io
import math
import re
from pathlib import Path

import numpy as np
from PIL import Image

from livingstill.core.errors import InputError
from livingstill.core.model import Photo, UInt8Array
from livingstill.io import images
from livingstill.io.files import refuse_url
from livingstill.photo.colour import parse_colour, to_opaque_srgb
from livingstill.photo.gain_map import base_of
from livingstill.photo.jpeg_end import with_end_marker
from livingstill.settings.groups import InputSettings

SMALLEST_SIDE = 16
_LONG = 10
"""Sides as one to how many are too unlike for the network, which sees the whole photo at once."""

_STRIP = 64
"""Rows of a picture that are read at a time."""

_SOURCE_TYPE = re.compile(rb"cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]+)")
"""How XMP and C2PA manifests alike name the IPTC digital source type."""

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


def read_with_settings(path: str | Path, settings: InputSettings) -> Photo:
    """Read a photo as the settings say.

    Raises
    ------
    InputError
        If it is no picture, or larger than ``max_pixels``.
    """
    return read_photo(
        path,
        max_pixels=settings.max_pixels,
        background=settings.background,
        upright=settings.upright,
    )


def read_photo(
    path: str | Path,
    *,
    max_pixels: int = 200_000_000,
    background: str = "white",
    min_long_side: int | None = None,
    upright: bool = False,
) -> Photo:
    """Return the photo in the file at ``path``: upright, sRGB, opaque.

    ``background`` names the colour under transparent parts; ``upright`` corrects its verticals.
    ``min_long_side`` is the long side in pixels that is enough for the caller: a much larger photo
    is read at a whole fraction of its size, the same one every time, which saves memory.

    Raises
    ------
    InputError
        If the file cannot be read, is no picture, is damaged, too small, or has more than
        ``max_pixels`` pixels.
    """
    path = Path(path)
    refer(path)
    fill = parse_colour(background)
    data = images.bytes_of(path, "photo")
    notes: list[str] = []
    with images.open_picture(path, data, "photo", max_pixels) as source:
        _check_size(path, source.size)
        image = source
        if source.format in {"JPEG", "MPO"} and (complete := with_end_marker(data)):
            image = Image.open(io.BytesIO(complete), formats=["JPEG"])
            notes.append("the file lacks its end marker; its picture is whole")
        frames = _frames(image)
        if frames > 1 and image.format != "MPO":
            notes.append(f"{path.name} has {frames} frames; the first one is used")
        if base := base_of(data):
            notes.append(f"the gain map for HDR screens is left out; the {base} base is used")
        if image.format in {"JPEG", "MPO"} and min_long_side and image.mode in {"RGB", "L"}:
            scale = min(1.0, min_long_side / max(image.size))
            image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
        image.load()
        orientation, focal_35mm = _exif(image)
        rgb = to_opaque_srgb(image, data, fill, notes)
    if min_long_side and max(rgb.size) >= 2 * min_long_side:
        rgb = rgb.reduce(max(rgb.size) // min_long_side)
    pixels = np.ascontiguousarray(_orient(_pixels(rgb), orientation))
    height, width = pixels.shape[:2]
    if max(width, height) >= _LONG * min(width, height):
        notes.append(
            f"the photo is {width}x{height}; depth and kinds are rough in so long a strip, "
            "so crop it where they matter"
        )
    photo = Photo(
        rgb=pixels,
        name=path.name,
        focal=_focal(focal_35mm, width, height),
        sha256=hashlib.sha256(data).hexdigest(),
        notes=tuple(notes),
        source_type=_source_type(data),
    )
    if not upright:
        return photo
    from livingstill.photo.upright import correct

    return correct(photo)


def _source_type(data: bytes) -> str:
    """Return the digital source type that a file declares, the last one where it has several.

    >>> _source_type(b"<x>http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture</x>")
    'digitalCapture'
    """
    found = _SOURCE_TYPE.findall(data)
    return found[-1].decode() if found else ""


def refer(path: Path) -> None:
    """Refuse an address, and what is no photo but what another command takes; name the remedy."""
    refuse_url(path, "photo")
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
        orientation = tags.get(_ORIENTATION, 1)
        focal = tags.get_ifd(_EXIF).get(_FOCAL_35MM)
        orientation = orientation if orientation in range(1, 9) else 1
        return orientation, float(focal) if focal else None
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


def _pixels(image: Image.Image) -> UInt8Array:
    """Return the pixels (H, W, 3) uint8 of an RGB picture, read strip by strip.

    Pillow gives them as a string, which it joins from pieces: three times as much memory.
    """
    out = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _STRIP):
        box = (0, top, image.width, min(top + _STRIP, image.height))
        out[top : top + _STRIP] = np.asarray(image.crop(box))
    return out


def _orient(pixels: UInt8Array, orientation: int) -> UInt8Array:
    """Return a picture (H, W, 3) uint8 turned upright from EXIF's orientation 1..8."""
    if orientation in {5, 6, 7, 8}:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    return pixels
