"""The best quality under a file size: frames go to a lossless copy once, then settings are tried."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import PackedRGBA, UInt8Array
from livingstill.io import files
from livingstill.media.formats import Encoding, choose
from livingstill.media.write.sinks import Opener
from livingstill.media.write.video import VideoFile

CLOSE = 0.97
"""A file of this share of the budget, or more, is near enough."""

_AIM = 0.985
_GOLDEN = 0.6180339887498949
_TRIES = 10
_SPARSEST = 6
"""Of this many frames one is kept, at the worst, where a format has no finer way to shrink."""


_PICTURES = {
    "gif": ("stale", 0.0, 10.0, 48.0, 5.0, 12.0, "changes of {:g} levels and less left out"),
    "webp": ("quality", 100.0, 40.0, 1.0, 80.0, -25.0, "quality {:g}"),
    "png": ("levels", 1.0, 8.0, 64.0, 2.0, 5.0, "colours in steps of {:g}"),
}
"""Codecs of pictures: option, best, the worst that is hardly seen, worst, start, what halves, said."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to trade quality for size: a number from ``best`` to ``worst`` in steps of ``step``.

    ``said`` tells the number to the user; ``option`` is the encoder's name for it, or ``levels``
    for colours rounded before encoding; ``halves`` is about what halves the size; one frame of
    ``every`` is kept.
    """

    option: str
    best: float
    worst: float
    step: float
    start: float
    halves: float
    said: str
    every: int = 1


def rungs(encoding: Encoding, count: int, fps: Fraction) -> Iterator[Rung]:
    """Yield what can be tried for a clip of ``count`` frames, the best first.

    Video has its constant quality. Pictures first lose what is hardly seen, then every second,
    third... frame, where these divide the clip, and in the end more than is pretty.
    """
    codec = encoding.codec
    if codec.crf is not None:
        fine = 0.05 if codec.name in {"h264", "h265"} else 1.0
        yield Rung("crf", 4, codec.worst_crf, fine, codec.crf, 6, "crf {:g}")
        return
    option, best, fair, worst, start, halves, said = _PICTURES[codec.name]
    first = math.ceil(fps / 25) if codec.name == "gif" else 1
    kept = [n for n in range(first, first * _SPARSEST + 1) if n == first or count % n == 0]
    for every in kept:
        end = worst if every == kept[-1] else fair
        yield Rung(option, best, end, 0.05, start, halves, said, every)


class Budget:
    """Collects frames losslessly; ``finish`` finds the settings whose file fits ``limit`` bytes.

    ``opener`` opens the writer of one try; ``chosen`` says in the end what was settled on.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        encoding: Encoding,
        limit: int,
        opener: Opener,
    ) -> None:
        known = encoding.codec.crf is not None or encoding.codec.name in _PICTURES
        if encoding.alpha or not known:
            raise InputError(
                f"codec {encoding.codec.name} cannot be fitted to a budget; "
                "use h264, h265, vp9, av1, gif, webp or png without transparency"
            )
        self._path, self._size, self._fps = path, size, fps
        self._encoding, self._limit, self._opener = encoding, limit, opener
        self._frames = 0
        self._stack = ExitStack()
        self._copy = self._stack.enter_context(files.temporary(path.with_suffix(".copy")))
        self._video = VideoFile(self._copy, size, fps, choose("copy.mkv", codec="ffv1"), {})
        self.chosen = ""

    def write(self, packed: PackedRGBA) -> None:
        """Take a frame."""
        self._video.write(packed)
        self._frames += 1

    def finish(self) -> None:
        """Try rung after rung until one fits, then fill with bit rates what whole steps leave."""
        self._video.finish()
        ladder = list(rungs(self._encoding, self._frames, self._fps))
        for rung in ladder:
            value, made = self._search(rung)
            if made <= self._limit:
                break
        else:
            raise InputError(
                f"budget is {self._limit} bytes, but {self._encoding.codec.name} needs {made} "
                "at its worst; give a larger budget, a smaller size or a shorter clip"
            )
        if made < CLOSE * self._limit and rung != ladder[0]:  # between it and the one above
            above = replace(ladder[ladder.index(rung) - 1], worst=ladder[-1].worst)
            lower, more = self._search(above)
            if made < more <= self._limit:
                rung, value, made = above, lower, more
            else:
                self._encode(rung, value)
        said = rung.said.format(round(value, 2))
        if rung.every > 1:
            said += f", {float(self._fps / rung.every):.3g} frames per second"
        if rung.option == "crf" and made < CLOSE * self._limit and value > rung.best:
            said = self._by_rate(rung, value) or said
        self.chosen = f"{said}, {self._path.stat().st_size} of {self._limit} bytes"
        self._stack.close()

    def _search(self, rung: Rung) -> tuple[float, int]:
        return search(lambda value: self._encode(rung, value), rung, self._limit)

    def _by_rate(self, rung: Rung, fallback: float) -> str:
        """Fill what whole steps of constant quality leave free; keep the better of both."""
        seconds = float(self._frames / self._fps)
        rate = chosen = 0.96 * self._limit * 8 / seconds
        best = 0
        for _ in range(_TRIES):
            made = self._encode(rung, None, round(rate))
            if best < made <= self._limit:
                best, chosen = made, rate
                if made >= CLOSE * self._limit:
                    return f"{rate / 1000:.0f} kbit/s"
            rate *= _AIM * self._limit / made
        if best:
            self._encode(rung, None, round(chosen))
            return f"{chosen / 1000:.0f} kbit/s"
        self._encode(rung, fallback)
        return ""

    def _encode(self, rung: Rung, value: float | None, rate: int | None = None) -> int:
        """Encode the copy once; return the size of the file."""
        options = {key: text for key, text in self._encoding.options.items() if key != rung.option}
        if value is not None:
            options[rung.option] = f"{value:g}"
        levels = float(options.pop("levels", 1))
        encoding = replace(self._encoding, options=options, bit_rate=rate)
        out = self._opener(self._path, self._size, self._fps / rung.every, encoding)
        try:
            with av.open(str(self._copy)) as copy:
                for index, frame in enumerate(copy.decode(video=0)):
                    if index % rung.every == 0:
                        rgba = np.ascontiguousarray(frame.to_ndarray(format="rgba"))
                        out.write(_rounded(rgba, levels, index).view(np.uint32)[..., 0])
            out.finish()
        except BaseException:
            out.abort()
            raise
        return self._path.stat().st_size

    def abort(self) -> None:
        """Remove the copy."""
        self._video.abort()
        self._stack.close()


def _rounded(rgba: UInt8Array, step: float, index: int) -> UInt8Array:
    """Return frame ``index`` with its levels rounded to multiples of ``step``, the ends kept.

    Sizes jump from one whole step to the next, so a fraction is a share of the frames.
    """
    whole = int(step)
    whole += (index * _GOLDEN) % 1 < step - whole
    if whole <= 1:
        return rgba
    levels = np.rint(np.arange(256) / whole) * whole
    levels[255] = 255
    return np.asarray(cv2.LUT(rgba, levels.clip(0, 255).astype(np.uint8)), np.uint8)


def search(size_of: Callable[[float], int], rung: Rung, limit: int) -> tuple[float, int]:
    """Return the number whose file is the largest found under ``limit``, and the file's size.

    The file of that number is the last one made. If not even the worst fits, its size, which is
    above ``limit``, is returned. Sizes fall about exponentially from best to worst, so each try is
    placed by the logarithms of the sizes around it.
    """
    sign = 1 if rung.worst > rung.best else -1
    tried: dict[float, int] = {}

    def placed(value: float) -> float:
        low, high = sorted((rung.best, rung.worst))
        return min(max(round(round(value / rung.step) * rung.step, 4), low), high)

    value = placed(rung.start)
    for _ in range(_TRIES):
        tried[value] = size_of(value)
        fits = {v: n for v, n in tried.items() if n <= limit}
        over = {v: n for v, n in tried.items() if n > limit}
        if value in fits and (tried[value] >= CLOSE * limit or value == rung.best):
            return value, tried[value]
        if value in over and value == rung.worst:
            return value, tried[value]
        if not (fits and over):
            guess = value + 1.1 * rung.halves * math.log2(max(tried[value], 1) / (_AIM * limit))
            if placed(guess) in tried:
                guess = rung.worst if over else rung.best
        else:
            near, far = min(fits, key=lambda v: sign * v), max(over, key=lambda v: sign * v)
            share = math.log(over[far] / (_AIM * limit)) / math.log(over[far] / fits[near])
            guess = far + (near - far) * min(max(share, 0.1), 0.9)
            if placed(guess) in tried:
                guess = far + (near - far) * 0.5
        value = placed(guess)
        if value in tried:
            break
    fits = {v: n for v, n in tried.items() if n <= limit}
    if not fits:
        return rung.worst, size_of(rung.worst)
    best = max(fits, key=lambda v: fits[v])
    if next(reversed(tried)) != best:
        size_of(best)
    return best, fits[best]
