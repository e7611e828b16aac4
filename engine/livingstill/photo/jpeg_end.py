"""JPEGs that lack nothing but their end marker."""

from __future__ import annotations

import io

from PIL import Image, ImageChops

_END = b"\xff\xd9"
_BITS = tuple(pattern * 64 for pattern in (b"\x5a\xa5", b"\xa5\x5a", b"\x99\xcc", b"\x7b\xde"))


def with_end_marker(data: bytes) -> bytes | None:
    """Return a JPEG with the end marker it lacks; None if it has one, or lacks more than that.

    Where the decoder is in need of more bits, other bits make another picture: so the picture is
    whole if bits appended before the marker change nothing.

    Raises
    ------
    Exception
        Of any kind that Pillow's decoder raises.
    """
    if not _lacks_end(data):
        return None
    data = data.removesuffix(b"\xff")
    with Image.open(io.BytesIO(data + _END), formats=["JPEG"]) as ended:
        for bits in _BITS:
            with Image.open(io.BytesIO(data + bits + _END), formats=["JPEG"]) as longer:
                if ImageChops.difference(ended, longer).getbbox() is not None:
                    return None
    return data + _END


def _lacks_end(data: bytes) -> bool:
    """Return whether no end marker follows the first scan of a JPEG, in which none can occur."""
    if not data.startswith(b"\xff\xd8"):
        return False
    offset = 2
    while offset + 4 <= len(data) and data[offset] == 0xFF:
        if data[offset + 1] == 0xDA:
            return data.find(_END, offset) < 0
        offset += (
            1
            if data[offset + 1] == 0xFF
            else 2 + int.from_bytes(data[offset + 2 : offset + 4], "big")
        )
    return False
