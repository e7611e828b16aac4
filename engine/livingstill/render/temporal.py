"""The temporal smoothing filter: a gated average of neighbouring frames against flicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.core.threads import over_shares
from livingstill.kernels.temporal import smooth_rows

# Longer tails average more (.25 and .1: 48 % of injected flicker instead of 38 %) and also flatten
# low-contrast motion at 2 to 4 Hz by 4 %; these lose 2 % of it.
_NEAR_TAP, _FAR_TAP = 0.27, 0.02
_GATE_RADIUS = 18.0
_MAX_DISPLACEMENT = 0.5
_TAP_RADIUS = 2
_RERENDER_PIXELS = 2**22
"""Frames of at least this many pixels are rendered twice rather than held through a loop."""


def ghost_bound(strength: float) -> float:
    """Return the most levels by which ``smooth`` can change any byte, before rounding.

    d (1 - (d/c)^2)^2 is largest at d = c / sqrt(5), where it is 16 c / (25 sqrt(5)).

    >>> round(ghost_bound(1.0), 2)
    2.99
    """
    return 2 * (_NEAR_TAP + _FAR_TAP) * strength * _GATE_RADIUS * 16 / (25 * 5**0.5)


def smooth(
    render: Callable[[int], PackedRGBA],
    count: int,
    strength: float = 1.0,
    *,
    circular: bool = True,
    displacement: Callable[[int, int], float] | None = None,
    span: range | None = None,
    release: Callable[[PackedRGBA], object] | None = None,
) -> Iterator[PackedRGBA]:
    """Yield ``count`` frames of ``render``, each averaged with two before and two after it.

    A non-recursive, gated residual filter with taps .02 .27 .42 .27 .02: frames depend on five
    rendered frames only, so no result depends on the order of work and a loop stays a loop.
    Differences beyond 18 levels are motion and pass untouched; no byte changes by more than
    ``ghost_bound(strength)``. Pixels are compared where they stand, never along an estimated
    flow, and resampled neighbours would cost sharpness; so while the camera moves there is
    nothing to gain, and ``displacement`` fades the filter out.

    Parameters
    ----------
    render : frame index -> (H, W) uint32, RGBA from the lowest byte. The array stays ours while
        its neighbours need it: return a fresh one each time.
    count : frames
    strength : 0 yields the frames as rendered, at no cost; up to 1 scales the taps, beyond 1
        widens the gate
    circular : the clip loops: frame ``count`` is frame 0
    displacement : the largest distance in pixels that the camera shifts the picture between two
        frames; the tap fades with it and is gone at half a pixel. None: the camera is static.
    span : yield only these frames of the clip, the same as in the whole
    release : is given each array that is used no more, once the frame after it is asked for

    Memory: five frames, and four more for the ends of a loop, but large frames there are rendered
    twice; independent of ``count``.
    """
    span = range(count) if span is None else span
    if strength <= 0 or count < 2 * _TAP_RADIUS + 1:
        yield from map(render, span)
        return
    rendered: dict[int, PackedRGBA] = {}

    def frame(index: int) -> PackedRGBA:
        if index not in rendered:
            rendered[index] = render(index)
        return rendered[index]

    for centre in span:
        window = _window(centre, count, circular)
        taps = _taps(centre, window, min(strength, 1.0), displacement)
        next_window = (
            _window(centre + 1, count, circular)
            if frame(centre).size > _RERENDER_PIXELS
            else range(count)
        )
        neighbours = [frame(i) for i in window] if taps.any() else []
        spent = {
            i for i in rendered if _last_use(i, count, circular) <= centre or i not in next_window
        }
        if neighbours:
            oldest = window[0]
            reusable = oldest in spent and oldest not in window[1:]
            out = frame(oldest) if reusable else np.empty_like(frame(centre))
            _filter(neighbours, taps, _GATE_RADIUS * max(strength, 1.0), out)
            yield out
            if release and not reusable:
                release(out)
            del out, neighbours
        else:
            yield frame(centre)
        for index in spent:
            unused = rendered.pop(index)
            if release:
                release(unused)
            del unused


def _window(centre: int, count: int, circular: bool) -> list[int]:
    """Return the indices of the five frames; beyond an open end the frame itself stands in."""
    neighbours = range(centre - _TAP_RADIUS, centre + _TAP_RADIUS + 1)
    return [i % count if circular else i if 0 <= i < count else centre for i in neighbours]


def _last_use(index: int, count: int, circular: bool) -> int:
    """Return the last frame whose window holds ``index``."""
    if circular and index < _TAP_RADIUS:
        return count - 1
    return min(index + _TAP_RADIUS, count - 1)


def _taps(
    centre: int,
    window: list[int],
    strength: float,
    displacement: Callable[[int, int], float] | None,
) -> Float32Array:
    """Return the four weights, faded by the camera's displacement."""
    taps = np.array([_FAR_TAP, _NEAR_TAP, _NEAR_TAP, _FAR_TAP], np.float32) * np.float32(strength)
    if displacement is not None:
        others = window[:_TAP_RADIUS] + window[_TAP_RADIUS + 1 :]
        shifts = np.array(
            [displacement(centre, other) / _MAX_DISPLACEMENT for other in others], np.float32
        )
        taps *= np.maximum(0, 1 - shifts * shifts) ** 2
    return taps


def _filter(frames: list[PackedRGBA], taps: Float32Array, radius: float, out: PackedRGBA) -> None:
    """Fill ``out``, which may be one of the ``frames``."""
    a, b, x, c, d = (np.ascontiguousarray(frame).view(np.uint8) for frame in frames)
    out_bytes = out.view(np.uint8)
    over_shares(
        lambda i, j: smooth_rows(a, b, x, c, d, out_bytes, taps, radius, i, j), 0, out.shape[0]
    )
