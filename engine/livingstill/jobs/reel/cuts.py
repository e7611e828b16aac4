"""When a reel cuts from room to room: on the beat of its music, at a pace as even as that allows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livingstill.audio.beat import Beats

_ACCENT = 0.04
"""How much an unaccented beat costs against the evenness of the lengths."""

_LEAST = 0.5
"""Seconds that a room is seen at least, whatever the beat."""


def cut_times(lengths: Sequence[float], beats: Beats | None) -> list[float]:
    """Return the instants at which the parts of a reel but the last end, seconds from its start.

    ``lengths`` are the seconds that each part should have; the last part ends when all do. Without
    beats the cuts are there; with them they are on beats, at lengths that differ least from those
    wanted (least squares of the ratios), on accented beats rather than others.
    """
    wanted = np.cumsum(lengths)
    if beats is None or len(beats.times) < len(lengths):
        return [float(t) for t in wanted[:-1]]
    times = beats.times[(beats.times > _LEAST) & (beats.times < wanted[-1] - _LEAST)]
    first = int(np.searchsorted(beats.times, times[0])) if len(times) else 0
    strengths = beats.strengths[first : first + len(times)]
    loud = max(float(np.percentile(strengths, 90)), 1e-9) if len(times) else 1.0
    cost = _ACCENT * (1 - np.clip(strengths / loud, 0, 1))
    chosen = _cheapest(list(lengths), times, cost, float(wanted[-1]))
    return [float(times[i]) for i in chosen] if chosen else [float(t) for t in wanted[:-1]]


def _cheapest(
    lengths: list[float], times: NDArray[np.float64], cost: NDArray[np.float64], end: float
) -> list[int]:
    """Return a beat's index for every part but the last, by dynamic programming; none if too few."""
    count = len(lengths) - 1
    if count == 0 or len(times) < count:
        return []
    best = _unevenness(times, lengths[0]) + cost
    origins: list[NDArray[np.int64]] = []
    for length in lengths[1:-1]:
        steps = best[None, :] + _unevenness(times[:, None] - times[None, :], length)
        origin = np.argmin(steps, axis=1)
        best = steps[np.arange(len(times)), origin] + cost
        origins.append(origin)
    best = best + _unevenness(end - times, lengths[-1])
    index = int(np.argmin(best))
    if not np.isfinite(best[index]):
        return []
    chosen = [index]
    for origin in reversed(origins):
        chosen.append(int(origin[chosen[-1]]))
    return chosen[::-1]


def _unevenness(length: NDArray[np.float64], wanted: float) -> NDArray[np.float64]:
    """Return the squared logarithm of how far lengths are from the one wanted; inf where too short."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(np.maximum(length, 1e-9) / wanted)
    return np.where(length >= _LEAST, np.round(ratio * ratio, 9), np.inf)
