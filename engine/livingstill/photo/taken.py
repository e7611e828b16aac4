"""When a photo was taken, from its EXIF."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PIL import Image

_EXIF, _ORIGINAL, _SUBSECOND = 0x8769, 0x9003, 0x9291


def taken(path: Path) -> float | None:
    """Return the camera's clock as a photo was taken, seconds since 1970 as if it were UTC.

    None where the file does not say, or says what is no time.
    """
    try:
        with Image.open(path) as image:
            tags = image.getexif().get_ifd(_EXIF)
        clock = datetime.strptime(str(tags[_ORIGINAL]).strip("\0 "), "%Y:%m:%d %H:%M:%S")
        fraction = str(tags.get(_SUBSECOND, "")).strip("\0 ")
        seconds = (clock - datetime(1970, 1, 1)).total_seconds()
        return seconds + (float(f"0.{fraction}") if fraction.isdecimal() else 0.0)
    except Exception:  # damaged EXIF raises all kinds of errors, and says nothing
        return None
