"""Search for the best quality under a file size, by encoding a lossless copy repeatedly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
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

CLOSE_ENOUGH = 0.97
"""A file of this share of the budget, or more, is near enough."""

_TARGET_SHARE = 0.985
_GOLDEN = 0.6180339887498949
_TRIES = 10

LEAST_FPS = 10
"""Frames per second below which no frame is left out, for formats that can leave frames out."""

_GIF_MAX_FPS = 25


@dataclass(frozen=True, slots=True)
class QualityScale:
    """One way to trade quality for size: a number from ``best`` to ``worst`` in steps of ``step``.

    ``label`` tells the number to the user; ``option`` is the encoder's name for it, or ``levels``
    for colours rounded before encoding; ``halving_step`` is about what halves the size; ``fixed``
    are options that go with it; one frame of ``frame_step`` is kept.
    """

    option: str
    best: float
    worst: float
    step: float
    start: float
    halving_step: float
    label: str
    fixed: tuple[tuple[str, str], ...] = ()
    frame_step: int = 1


_WEBP = QualityScale("quality", 100.0, 25.0, 0.05, 70.0, -25.0, "quality {:g}")
_PNG = QualityScale("levels", 1.0, 16.0, 0.05, 2.0, 5.0, "colours in steps of {:g}")
_STALE = "changes of {:g} levels and less left out"
_GIF = tuple(
    QualityScale(
        "stale", best, worst, 0.05, best + 3, 12.0, f"{colours} colours, {_STALE}",
        (("colours", str(colours)),),
    )
    for colours, best, worst in ((255, 0.0, 12.0), (96, 4.0, 20.0), (40, 8.0, 32.0))
)  # fmt: skip
_WEBP_ALPHA = tuple(
    replace(
        _WEBP, label=f"{_WEBP.label}, alpha in {levels} levels",
        fixed=(("alpha_quality", str(alpha_quality)),),
    )
    for alpha_quality, levels in ((50, 12), (10, 4))
)  # fmt: skip
"""A matte is coded without loss, and costs as much as the picture unless it has few levels."""

_LAST = {"gif": 64.0, "webp": 1.0, "png": 64.0}
"""The worst in the end, at the least frame rate."""


def _picture_scales(encoding: Encoding) -> tuple[QualityScale, ...]:
    """Return what is traded at every frame rate, down to a quality that still looks whole."""
    webp = _WEBP_ALPHA if encoding.alpha else (_WEBP,)
    return {"gif": _GIF, "webp": webp, "png": (_PNG,)}[encoding.codec.name]


def quality_scales(encoding: Encoding, count: int, fps: Fraction) -> Iterator[QualityScale]:
    """Yield what can be tried for a clip of ``count`` frames, the best first.

    Video has its constant quality. Pictures lose quality down to a floor, a GIF colours too; then
    every second, third... frame, where these divide the clip and ``LEAST_FPS`` are left; and in the
    end more quality than is pretty.
    """
    codec = encoding.codec
    if codec.crf is not None:
        step = 0.05 if codec.name in {"h264", "h265"} else 1.0
        yield QualityScale("crf", 4, codec.worst_crf, step, codec.crf, 6, "crf {:g}")
        return
    first = math.ceil(fps / _GIF_MAX_FPS) if codec.name == "gif" else 1
    last = max(first, int(fps / LEAST_FPS))
    steps = [n for n in range(first, last + 1) if n == first or count % n == 0]
    scales = _picture_scales(encoding)
    for frame_step in steps:
        for scale in scales:
            yield replace(scale, frame_step=frame_step)
    yield replace(scales[-1], worst=_LAST[codec.name], frame_step=steps[-1])


class Budget:
    """Collects frames losslessly; ``finish`` searches the settings whose file fits ``limit`` bytes.

    ``opener`` opens the writer of one trial; ``chosen`` is the chosen setting in words.
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
        supported = encoding.codec.crf is not None or encoding.codec.name in _LAST
        if not supported:
            raise InputError(
                f"codec {encoding.codec.name} cannot be fitted to a budget; "
                "use h264, h265, vp9, av1, gif, webp or png"
            )
        self._path, self._size, self._fps = path, size, fps
        self._encoding, self._limit, self._opener = encoding, limit, opener
        self._frames = 0
        self._stack = ExitStack()
        self._lossless_copy = self._stack.enter_context(files.temporary(path.with_suffix(".copy")))
        self._video = VideoFile(
            self._lossless_copy,
            size,
            fps,
            choose("copy.mkv", codec="ffv1", alpha=encoding.alpha),
            {},
        )
        self.chosen = ""

    def write(self, packed: PackedRGBA) -> None:
        """Take a frame."""
        self._video.write(packed)
        self._frames += 1

    def finish(self) -> None:
        """Find the best scale whose worst fits and search it, then fill with bit rates what is left."""
        self._video.finish()
        scales = list(quality_scales(self._encoding, self._frames, self._fps))
        scale = self._first_that_fits(scales)
        value, size = self._search(scale)
        if size > self._limit:
            rate = float(self._fps / scale.frame_step)
            raise InputError(
                f"budget is {self._limit} bytes, but {self._encoding.codec.name} needs {size} "
                f"at its worst with {rate:.3g} frames per second; give a larger budget, a smaller "
                "size or a shorter clip"
            )
        if size < CLOSE_ENOUGH * self._limit and scale != scales[0]:  # between it and the one above
            better = replace(scales[scales.index(scale) - 1], worst=scales[-1].worst)
            better_value, better_size = self._search(better)
            if size < better_size <= self._limit:
                scale, value, size = better, better_value, better_size
            else:
                self._encode(scale, value)
        label = scale.label.format(round(value, 2))
        if scale.frame_step > 1:
            label += f", {float(self._fps / scale.frame_step):.3g} frames per second"
        if scale.option == "crf" and size < CLOSE_ENOUGH * self._limit and value > scale.best:
            label = self._fill_by_bit_rate(scale, value) or label
        self.chosen = f"{label}, {self._path.stat().st_size} of {self._limit} bytes"
        self._stack.close()

    def _first_that_fits(self, scales: list[QualityScale]) -> QualityScale:
        """Return the first scale whose worst quality fits; the last one, untried, if no other does.

        Within a frame rate the last scale is the smallest, so it is tried before the others.
        """
        for _, group in groupby(scales, lambda scale: scale.frame_step):
            *rest, smallest = group
            if smallest == scales[-1] or self._worst_fits(smallest):
                return next((scale for scale in rest if self._worst_fits(scale)), smallest)
        return scales[-1]

    def _worst_fits(self, scale: QualityScale) -> bool:
        return self._encode(scale, scale.worst) <= self._limit

    def _search(self, scale: QualityScale) -> tuple[float, int]:
        return search(lambda value: self._encode(scale, value), scale, self._limit)

    def _fill_by_bit_rate(self, scale: QualityScale, fallback: float) -> str:
        """Fill what whole steps of constant quality leave free; keep the better of both."""
        seconds = float(self._frames / self._fps)
        rate = best_rate = 0.96 * self._limit * 8 / seconds
        best_size = 0
        for _ in range(_TRIES):
            size = self._encode(scale, None, round(rate))
            if best_size < size <= self._limit:
                best_size, best_rate = size, rate
                if size >= CLOSE_ENOUGH * self._limit:
                    return f"{rate / 1000:.0f} kbit/s"
            rate *= _TARGET_SHARE * self._limit / size
        if best_size:
            self._encode(scale, None, round(best_rate))
            return f"{best_rate / 1000:.0f} kbit/s"
        self._encode(scale, fallback)
        return ""

    def _encode(self, scale: QualityScale, value: float | None, rate: int | None = None) -> int:
        """Encode the copy once; return the size of the file."""
        options = {key: text for key, text in self._encoding.options.items() if key != scale.option}
        if value is not None:
            options |= {scale.option: f"{value:g}", **dict(scale.fixed)}
        levels = float(options.pop("levels", 1))
        encoding = replace(self._encoding, options=options, bit_rate=rate)
        out = self._opener(self._path, self._size, self._fps / scale.frame_step, encoding)
        try:
            with av.open(str(self._lossless_copy)) as copy:
                for index, frame in enumerate(copy.decode(video=0)):
                    if index % scale.frame_step == 0:
                        rgba = premultiplied(frame.to_ndarray(format="rgba"))
                        out.write(_quantise_levels(rgba, levels, index).view(np.uint32)[..., 0])
            out.finish()
        except BaseException:
            out.abort()
            raise
        return self._path.stat().st_size

    def abort(self) -> None:
        """Remove the copy."""
        self._video.abort()
        self._stack.close()


def premultiplied(rgba: UInt8Array) -> UInt8Array:
    """Return straight (H, W, 4) colours multiplied by alpha: what ``unpremultiplied`` was made of."""
    alpha = rgba[..., 3:]
    if alpha.min() == 255:
        return np.ascontiguousarray(rgba)
    colour = (rgba[..., :3].astype(np.uint16) * alpha + 127) // 255
    return np.concatenate([colour.astype(np.uint8), alpha], axis=-1)


def _quantise_levels(rgba: UInt8Array, step: float, index: int) -> UInt8Array:
    """Return frame ``index`` with its levels rounded to multiples of ``step``, the ends kept.

    Sizes jump from one whole step to the next, so a fraction is a share of the frames.
    """
    quantum = int(step)
    quantum += (index * _GOLDEN) % 1 < step - quantum
    if quantum <= 1:
        return rgba
    levels = np.rint(np.arange(256) / quantum) * quantum
    levels[255] = 255
    return np.asarray(cv2.LUT(rgba, levels.clip(0, 255).astype(np.uint8)), np.uint8)


def search(size_of: Callable[[float], int], scale: QualityScale, limit: int) -> tuple[float, int]:
    """Return the number whose file is the largest found under ``limit``, and the file's size.

    The file of that number is the last one made. If not even the worst fits, its size, which is
    above ``limit``, is returned. Sizes fall about exponentially from best to worst, so each try is
    placed by the logarithms of the sizes around it.
    """
    sign = 1 if scale.worst > scale.best else -1
    sizes: dict[float, int] = {}

    def snap(value: float) -> float:
        low, high = sorted((scale.best, scale.worst))
        return min(max(round(round(value / scale.step) * scale.step, 4), low), high)

    value = snap(scale.start)
    for _ in range(_TRIES):
        sizes[value] = size_of(value)
        fits = {v: n for v, n in sizes.items() if n <= limit}
        too_large = {v: n for v, n in sizes.items() if n > limit}
        if value in fits and (sizes[value] >= CLOSE_ENOUGH * limit or value == scale.best):
            return value, sizes[value]
        if value in too_large and value == scale.worst:
            return value, sizes[value]
        if not (fits and too_large):
            guess = value + 1.1 * scale.halving_step * math.log2(
                max(sizes[value], 1) / (_TARGET_SHARE * limit)
            )
            if snap(guess) in sizes:
                guess = scale.worst if too_large else scale.best
        else:
            fitting, exceeding = (
                min(fits, key=lambda v: sign * v),
                max(too_large, key=lambda v: sign * v),
            )
            share = math.log(too_large[exceeding] / (_TARGET_SHARE * limit)) / math.log(
                too_large[exceeding] / fits[fitting]
            )
            guess = exceeding + (fitting - exceeding) * min(max(share, 0.1), 0.9)
            if snap(guess) in sizes:
                guess = exceeding + (fitting - exceeding) * 0.5
        value = snap(guess)
        if value in sizes:
            break
    fits = {v: n for v, n in sizes.items() if n <= limit}
    if not fits:
        return scale.worst, size_of(scale.worst)
    best = max(fits, key=lambda v: fits[v])
    if next(reversed(sizes)) != best:
        size_of(best)
    return best, fits[best]
