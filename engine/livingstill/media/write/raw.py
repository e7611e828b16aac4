"""Uncompressed frames, to a file or to standard output: YUV 4:2:0 (YUV4MPEG2), or bare RGB."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

from livingstill.core.model import PackedRGBA
from livingstill.media.formats import Encoding
from livingstill.media.write.video import planes, unpremultiplied


class Raw:
    """Writes frames as they come; ``path`` None is standard output.

    YUV is BT.709 in limited range under a Y4M header; RGB and RGBA have no header, rows top down.
    """

    def __init__(
        self, path: Path | None, size: tuple[int, int], fps: Fraction, encoding: Encoding
    ) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
        # The bare file descriptor: nothing stays in a buffer of sys.stdout that would fail again
        # at exit when the reader has gone.
        self._file = 1 if path is None else os.open(path, flags, 0o666)
        self._pixels = encoding.pixels
        self._header = (
            f"YUV4MPEG2 W{size[0]} H{size[1]} F{fps.numerator}:{fps.denominator} Ip A1:1 "
            "C420jpeg XYSCSS=420JPEG XCOLORRANGE=LIMITED\n"
        ).encode()

    def write(self, packed: PackedRGBA) -> None:
        """Write one frame."""
        if self._pixels == "yuv420p":
            frame = b"".join([self._header, b"FRAME\n", *planes(packed)])
            self._header = b""
        elif self._pixels == "rgba":
            frame = unpremultiplied(packed).tobytes()
        else:
            frame = packed.view("u1").reshape(*packed.shape, 4)[..., :3].tobytes()
        rest = memoryview(frame)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def finish(self) -> None:
        """Close the file."""
        self.abort()

    def abort(self) -> None:
        """Close the file; standard output stays open."""
        if self._file > 2:
            os.close(self._file)
            self._file = -1
