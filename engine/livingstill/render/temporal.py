"""The temporal smoothing filter: what little still flickers in the frames is averaged out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.core.threads import over_bands
from livingstill.kernels.temporal import smooth_rows

# Longer tails average more (.25 and .1: 48 % of injected flicker instead of 38 %) and also flatten
# low-contrast motion at 2 to 4 Hz by 4 %; these lose 2 % of it.
_NEAR, _FAR = 0.27, 0.02
_RADIUS = 18.0
_STILL = 0.5
_REACH = 2
_LARGE = 2**22
"""Pixels of a frame from which it is cheaper to render it twice than to keep it through a loop."""


def ghost_bound(strength: float) -> float:
    """Return the most levels by which ``smooth`` can change any byte, before rounding.

    d (1 - (d/c)^2)^2 is largest at d = c / sqrt(5), where it is 16 c / (25 sqrt(5)).

    >>> round(ghost_bound(1.0), 2)
    2.99
    """
    return 2 * (_NEAR + _FAR) * strength * _RADIUS * 16 / (25 * 5**0.5)


def smooth(
    render: Callable[[int], PackedRGBA],
    count: int,
    strength: float = 1.0,
    *,
    circular: bool = True,
    travel: Callable[[int, int], float] | None = None,
    span: range | None = None,
) -> Iterator[PackedRGBA]:
    """Yield ``count`` frames of ``render``, each averaged with two before and two after it.

    A non-recursive, gated residual filter with taps .02 .27 .42 .27 .02: frames depend on five
    rendered frames only, so no result depends on the order of work and a loop stays a loop.
    Differences beyond 18 levels are motion and pass untouched; no byte changes by more than
    ``ghost_bound(strength)``. Pixels are compared where they stand, never along an estimated
    flow, and resampled neighbours would cost sharpness; so while the camera moves there is
    nothing to gain, and ``travel`` fades the filter out.

    Parameters
    ----------
    render : frame index -> (H, W) uint32, RGBA from the lowest byte. The array stays ours while
        its neighbours need it: return a fresh one each time.
    count : frames
    strength : 0 yields the frames as rendered, at no cost; up to 1 scales the taps, beyond 1
        widens the gate
    circular : the clip loops: frame ``count`` is frame 0
    travel : the largest distance in pixels that the camera shifts the picture between two
        frames; the tap fades with it and is gone at half a pixel. None: the camera is static.
    span : yield only these frames of the clip, the same as in the whole

    Memory: five frames, and four more for the ends of a loop, but large frames there are rendered
    twice; independent of ``count``.
    """
    span = range(count) if span is None else span
    if strength <= 0 or count < 2 * _REACH + 1:
        yield from map(render, span)
        return
    held: dict[int, PackedRGBA] = {}

    def frame(index: int) -> PackedRGBA:
        if index not in held:
            held[index] = render(index)
        return held[index]

    for now in span:
        window = _window(now, count, circular)
        taps = _taps(now, window, min(strength, 1.0), travel)
        soon = _window(now + 1, count, circular) if frame(now).size > _LARGE else range(count)
        if taps.any():
            oldest = window[0]
            last = oldest not in window[1:] and _last_use(oldest, count, circular) <= now
            out = frame(oldest) if last else np.empty_like(frame(now))
            _filter([frame(i) for i in window], taps, _RADIUS * max(strength, 1.0), out)
            yield out
            del out
        else:
            yield frame(now)
        for index in list(held):
            if _last_use(index, count, circular) <= now or index not in soon:
                del held[index]


def _window(now: int, count: int, circular: bool) -> list[int]:
    """Return the indices of the five frames; beyond an open end the frame itself stands in."""
    near = range(now - _REACH, now + _REACH + 1)
    return [i % count if circular else i if 0 <= i < count else now for i in near]


def _last_use(index: int, count: int, circular: bool) -> int:
    """Return the last frame whose window holds ``index``."""
    if circular and index < _REACH:
        return count - 1
    return min(index + _REACH, count - 1)


def _taps(
    now: int,
    window: list[int],
    strength: float,
    travel: Callable[[int, int], float] | None,
) -> Float32Array:
    """Return the four weights, faded by the camera's travel."""
    taps = np.array([_FAR, _NEAR, _NEAR, _FAR], np.float32) * np.float32(strength)
    if travel is not None:
        others = window[:_REACH] + window[_REACH + 1 :]
        moved = np.array([travel(now, other) / _STILL for other in others], np.float32)
        taps *= np.maximum(0, 1 - moved * moved) ** 2
    return taps


def _filter(frames: list[PackedRGBA], taps: Float32Array, radius: float, out: PackedRGBA) -> None:
    """Fill ``out``, which may be one of the ``frames``."""
    a, b, x, c, d = (np.ascontiguousarray(frame).view(np.uint8) for frame in frames)
    into = out.view(np.uint8)
    over_bands(lambda i, j: smooth_rows(a, b, x, c, d, into, taps, radius, i, j), out.shape[0])
