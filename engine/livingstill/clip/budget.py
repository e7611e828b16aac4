"""The best quality under a file size: frames go to a lossless copy once, then sizes are tried."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from livingstill import files
from livingstill.clip.formats import Encoding, choose
from livingstill.clip.video import VideoFile
from livingstill.errors import InputError
from livingstill.model import Words

CLOSE = 0.97
"""A file of this share of the budget, or more, is near enough."""

_TRIES = 9
_BEST, _CRF_PER_HALVING = 4.0, 6.0


class Budget:
    """Collects frames losslessly; ``finish`` finds the quality whose file fits ``limit`` bytes."""

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        encoding: Encoding,
        metadata: Mapping[str, str],
        limit: int,
    ) -> None:
        if encoding.codec.crf is None or encoding.alpha:
            raise InputError(
                f"codec {encoding.codec.name} cannot be fitted to a budget; "
                "use h264, h265, vp9 or av1 without transparency"
            )
        self._path, self._size, self._fps = path, size, fps
        self._encoding, self._metadata, self._limit = encoding, metadata, limit
        self._frames = 0
        self._stack = ExitStack()
        self._copy = self._stack.enter_context(files.temporary(path.with_suffix(".copy")))
        self._video = VideoFile(self._copy, size, fps, choose("copy.mkv", codec="ffv1"), {})
        self.chosen = ""

    def write(self, packed: Words) -> None:
        """Take a frame."""
        self._video.write(packed)
        self._frames += 1

    def finish(self) -> None:
        """Try constant qualities between too large and too small, then bit rates for the rest."""
        self._video.finish()
        worst = float(self._encoding.codec.worst_crf)
        crf = float(self._encoding.codec.crf or 0)
        low, high = _BEST, worst  # low is too large or untried, high fits or untried
        fits = ""
        for _ in range(_TRIES):
            made = self._encode({"crf": f"{crf:g}"}, None)
            if made <= self._limit:
                fits, high = f"crf {crf:g}", crf
                if made >= CLOSE * self._limit or crf <= _BEST:
                    break
            else:
                low = crf
            if high - low <= self._step():
                break
            guess = crf + _CRF_PER_HALVING * math.log2(max(made, 1) / (0.985 * self._limit))
            if guess <= _BEST and low == _BEST and crf > _BEST:
                crf = _BEST  # even the best may be small enough: try that before all between
                continue
            inside = min(max(guess, low + 0.1 * (high - low)), high - 0.1 * (high - low))
            crf = self._rounded(inside, low, high)
        if not fits or self._path.stat().st_size > self._limit:
            fits = fits or f"crf {worst:g}"
            made = self._encode({"crf": fits.removeprefix("crf ")}, None)
            if made > self._limit:
                raise InputError(
                    f"budget is {self._limit} bytes, but {self._encoding.codec.name} needs {made} "
                    "at its worst; give a larger budget, a smaller size or a shorter clip"
                )
        if self._path.stat().st_size < CLOSE * self._limit and high > _BEST + self._step():
            fits = self._by_rate(fits)
        self.chosen = f"{fits}, {self._path.stat().st_size} of {self._limit} bytes"
        self._stack.close()

    def _by_rate(self, fallback: str) -> str:
        """Fill what whole steps of constant quality leave free; keep the better of both."""
        seconds = float(self._frames / self._fps)
        rate = 0.96 * self._limit * 8 / seconds
        best = 0
        chosen = rate
        for _ in range(_TRIES):
            made = self._encode({}, round(rate))
            if best < made <= self._limit:
                best, chosen = made, rate
                if made >= CLOSE * self._limit:
                    return f"{rate / 1000:.0f} kbit/s"
            rate *= 0.985 * self._limit / made
        if best:
            self._encode({}, round(chosen))
            return f"{chosen / 1000:.0f} kbit/s"
        self._encode({"crf": fallback.removeprefix("crf ")}, None)
        return fallback

    def _step(self) -> float:
        """Return the smallest step of quality that the codec knows."""
        return 0.05 if self._encoding.codec.name in {"h264", "h265"} else 1.0

    def _rounded(self, crf: float, low: float, high: float) -> float:
        if self._step() < 1:
            return round(crf, 2)
        return float(min(max(round(crf), math.floor(low) + 1), math.ceil(high) - 1))

    def _encode(self, quality: Mapping[str, str], rate: int | None) -> int:
        """Encode the copy once; return the size of the file."""
        options = {key: value for key, value in self._encoding.options.items() if key != "crf"}
        encoding = replace(self._encoding, options=options | dict(quality), bit_rate=rate)
        out = VideoFile(self._path, self._size, self._fps, encoding, self._metadata)
        try:
            with av.open(str(self._copy)) as copy:
                for frame in copy.decode(video=0):
                    rgba = np.ascontiguousarray(frame.to_ndarray(format="rgba"))
                    out.write(rgba.view(np.uint32)[..., 0])
            out.finish()
        except BaseException:
            out.abort()
            raise
        return self._path.stat().st_size

    def abort(self) -> None:
        """Remove the copy."""
        self._video.abort()
        self._stack.close()
