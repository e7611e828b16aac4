"""Bodies of requests, written to disk as they come and refused as soon as they are too large."""

from __future__ import annotations

import io
from pathlib import Path

from livingstill.core.errors import InputError
from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES = 128 * 2**20
MOST_PIXELS = 120_000_000
MOST_MASK_BYTES = 16 * 2**20
_HEAD = 64 * 1024


async def receive(request: Request, path: Path, *, limit: int, picture: bool) -> None:
    """Write a request's body to ``path``.

    ``limit`` is in bytes. With ``picture`` the number of pixels is read from the first 64 kB, before
    the rest is waited for.

    Raises
    ------
    HTTPException
        With status 413, if the body is longer than ``limit``; nothing is left behind.
    InputError
        If a picture has too many pixels.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > limit:
        raise HTTPException(413, f"the file is larger than {limit // 2**20} MB")
    head, count = b"", 0
    checked = not picture
    try:
        with path.open("xb") as file:
            async for chunk in request.stream():
                count += len(chunk)
                if count > limit:
                    raise HTTPException(413, f"the file is larger than {limit // 2**20} MB")
                if not checked:
                    head += chunk
                    checked = len(head) >= _HEAD
                    if checked:
                        _check_pixels(head)
                file.write(chunk)
        if not checked:
            _check_pixels(head)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _check_pixels(head: bytes) -> None:
    """Refuse a picture whose header says that it is too large; what says nothing is read later."""
    try:
        with Image.open(io.BytesIO(head)) as image:
            width, height = image.size
    except Image.DecompressionBombError:
        raise InputError(_too_many()) from None
    except Exception:  # a header that is longer, or no picture: the reader of photos will say
        return
    if width * height > MOST_PIXELS:
        raise InputError(f"the photo is {width}x{height} pixels; {_too_many()}")


def _too_many() -> str:
    return f"the studio takes photos of at most {MOST_PIXELS // 10**6} million pixels"
