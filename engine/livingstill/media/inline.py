"""A short loop as an HTML image that carries its own data: for notebooks."""

from __future__ import annotations

import base64
import html
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from livingstill.core.model import PackedRGBA
from livingstill.media.formats import choose
from livingstill.media.write.encoder import Encoder


def image(frames: Iterable[PackedRGBA], size: tuple[int, int], fps: Fraction, words: str) -> str:
    """Return an ``<img>`` with the frames, (h, w) uint32 RGBX, as an endless WebP.

    ``size`` is (width, height); ``words`` say what is seen.
    """
    with tempfile.TemporaryDirectory(prefix="livingstill-") as folder:
        path = Path(folder) / "loop.webp"
        with Encoder(path, size, fps, choose(str(path), quality="draft")) as encoder:
            for frame in frames:
                encoder.write(frame)
        data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img src="data:image/webp;base64,{data}" alt="{html.escape(words)}">'
