"""Animated WebP, streamed to disk frame by frame: each codes the rectangle that changed.

The container after Google's "WebP Container Specification" (2023). FFmpeg's muxer would keep every
frame in memory until the end.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from livingstill.core.errors import InputError
from livingstill.core.model import PackedRGBA, UInt8Array
from livingstill.media.formats import Encoding
from livingstill.media.write.video import unpremultiplied

LARGEST_SIDE = 16383
_ANIMATION, _ALPHA = 0x02, 0x10
_NO_BLEND = 0x02  # the new rectangle replaces what was there


class WebP:
    """Writes an endless animation at ``fps``, lossy; transparent where ``encoding`` says so."""

    def __init__(
        self, path: Path, size: tuple[int, int], fps: Fraction, encoding: Encoding
    ) -> None:
        if max(size) > LARGEST_SIDE:
            raise InputError(f"clip {path} is {max(size)} pixels long; WebP ends at {LARGEST_SIDE}")
        self._fps = fps
        self._alpha = encoding.alpha
        self._quality = float(encoding.options["quality"])
        self._alpha_quality = int(encoding.options.get("alpha_quality", "100"))
        self._last: PackedRGBA | None = None
        self._count = 0
        self._file = path.open("wb")
        flags = _ANIMATION | (_ALPHA if self._alpha else 0)
        canvas = struct.pack("<I", flags) + _uint24(size[0] - 1) + _uint24(size[1] - 1)
        self._file.write(b"RIFF\0\0\0\0WEBP")
        self._file.write(_chunk(b"VP8X", canvas))
        self._file.write(_chunk(b"ANIM", struct.pack("<IH", 0, 0)))  # no background, for ever

    def write(self, packed: PackedRGBA) -> None:
        """Write the rectangle in which the frame differs from the one before."""
        top, bottom, left, right = _changed_rectangle(packed, self._last)
        self._last = packed.copy()
        region = np.ascontiguousarray(packed[top:bottom, left:right])
        pixels: UInt8Array = unpremultiplied(region)
        image = Image.fromarray(pixels if self._alpha else np.ascontiguousarray(pixels[..., :3]))
        buffer = io.BytesIO()
        how = {"alpha_quality": self._alpha_quality} if self._alpha else {}
        image.save(buffer, "WEBP", quality=self._quality, method=4, **how)
        geometry = _uint24(left // 2) + _uint24(top // 2) + _uint24(right - left - 1)
        header = (
            geometry
            + _uint24(bottom - top - 1)
            + _uint24(self._milliseconds())
            + bytes([_NO_BLEND])
        )
        self._file.write(_chunk(b"ANMF", header + b"".join(_picture_chunks(buffer.getvalue()))))
        self._count += 1

    def _milliseconds(self) -> int:
        """Return how long this frame stays, so that rounding never adds up."""
        start, end = (round(n * 1000 / self._fps) for n in (self._count, self._count + 1))
        return end - start

    def finish(self) -> None:
        """Fill in the length and close the file."""
        length = self._file.tell() - 8
        self._file.seek(4)
        self._file.write(struct.pack("<I", length))
        self._file.close()

    def abort(self) -> None:
        """Close the file."""
        self._file.close()


def _changed_rectangle(packed: PackedRGBA, last: PackedRGBA | None) -> tuple[int, int, int, int]:
    """Return first and last row and column of the change; the format wants an even corner."""
    height, width = packed.shape
    if last is None:
        return 0, height, 0, width
    differs = packed != last
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return 0, 1, 0, 1
    return rows[0] & ~1, rows[-1] + 1, columns[0] & ~1, columns[-1] + 1


def _uint24(number: int) -> bytes:
    return int(number).to_bytes(3, "little")


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _picture_chunks(data: bytes) -> Iterator[bytes]:
    """Yield the chunks of a still WebP that hold pixels."""
    offset = 12
    while offset < len(data):
        (length,) = struct.unpack_from("<I", data, offset + 4)
        end = offset + 8 + length + length % 2
        if data[offset : offset + 4] in {b"ALPH", b"VP8 ", b"VP8L"}:
            yield data[offset:end]
        offset = end
