"""Frames that repeat the one before although the clip moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import DUPLICATE, FREEZE, FaultKind
from livingstill.quality.faults.statistics import all_tiles, runs
from livingstill.quality.no_reference import Series

Span = tuple[int, int]

_HELD_REACH, _HELD_ACTIVITY = 4, 0.15
"""Frames within which a picture that is held changes, and what a coder refines of it until then."""
_EASED, _EASED_LEAST = 0.7, 0.85
"""Shares of the activity farther out, mean of both sides and of each, below which a camera turns."""
_CATCH_UP = 2.5
"""Step beside a repeat, as a share of the median, that makes up for it: no camera's that turns."""
_REACH = 24
"""Steps beside a repeat that are looked at for that."""
_PICTURES = 3
"""Steps of which a coder draws one well in slow motion."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """Steps in which next to nothing changes between steps that change; a steady cadence is no fault.

    A step's activity is the change of its liveliest tiles, levels.
    """

    name: ClassVar[str] = "freeze"
    kinds: ClassVar[tuple[FaultKind, ...]] = (FREEZE, DUPLICATE)
    after: ClassVar[tuple[str, ...]] = ("black",)
    loop_only: ClassVar[bool] = False

    max_activity: Annotated[float, Limit("activity of a repeat", "share of the median")] = 0.15
    max_refined_activity: Annotated[
        float, Limit("activity beside a repeat, where a coder refines it", "share of the median")
    ] = 0.35
    min_median_activity: Annotated[
        float, Limit("median activity below which no step is missed", "levels")
    ] = 0.6
    cadence_share: Annotated[
        float, Limit("repeats that are a cadence, if spread evenly", "share")
    ] = 0.2
    held_share: Annotated[
        float, Limit("repeats from which on pictures are held, as of a lower frame rate", "share")
    ] = 0.35
    min_freeze: Annotated[
        int, Limit("repeats in a row from which on the picture stands", "frames")
    ] = 3

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return repeats that are no cadence; one explains its weak steps instead."""
        if len(series) < 4:
            return Detection()
        activity = np.quantile(series.change[0].reshape(len(series), -1), 0.98, axis=1)
        activity[0] = np.inf
        held = _held_pictures(activity)
        if held.mean() >= self.held_share and _throughout(np.flatnonzero(held), len(series)):
            return self._find_in_held(series, activity, held, explained)
        smoothed = _without_key_frames(activity, series.key_frames)
        median = _median_of_moving(smoothed)
        if median < self.min_median_activity:
            return Detection()
        spans = self._spans(smoothed, median, explained)
        cadence = None
        short = [(first, last) for first, last in spans if last - first + 1 < self.min_freeze]
        singles = [first for first, last in short if first == last]
        if _is_cadence(activity, singles) or self._is_animation(short, len(series)):
            before = np.r_[0, 0, activity[1:-1]]  # no step comes before the first or after the last
            neighbour = np.maximum(before, np.r_[activity[1:], 0])
            cadence = activity < 0.3 * neighbour
            if cadence.mean() < self.cadence_share:  # the step after makes up for the repeat
                cadence[1:] |= cadence[:-1]
            spans = [span for span in spans if span not in short]
        return Detection(
            tuple(
                Finding(
                    FREEZE if last - first + 1 >= self.min_freeze else DUPLICATE,
                    first,
                    last,
                    all_tiles(series),
                    1.0 + (last - first + 1) / 2,
                )
                for first, last in spans
            ),
            cadence,
        )

    def _is_animation(self, short: list[Span], count: int) -> bool:
        """Return whether short repeats go on all through the clip: pictures are held, as in animation."""
        frames = sum(last - first + 1 for first, last in short)
        return frames >= self.cadence_share * count and _throughout(
            [first for first, _ in short], count
        )

    def _find_in_held(
        self, series: Series, activity: Float32Array, held: Flags, explained: Flags
    ) -> Detection:
        """Return what stands for much longer than the other pictures of a clip that holds each."""
        lengths = [last - first + 1 for first, last in runs(held)]
        longest = max(self.min_freeze, 2 * int(np.median(lengths)) + 1)
        usual = float(np.median(activity[1:][~held[1:]]))
        findings = [
            Finding(FREEZE, first, last, all_tiles(series), 1.0 + (last - first + 1) / 2)
            for first, last in self._spans(activity, usual, explained)
            if last - first + 1 > longest
        ]
        return Detection(tuple(findings), held)

    def _spans(self, activity: Float32Array, median: float, explained: Flags) -> list[Span]:
        """Return runs of repeats, with what a coder still refines, between livelier steps."""
        spans = []
        repeats = (activity < self.max_activity * median) & ~explained
        weak = (activity < self.max_refined_activity * median) & ~explained
        weak[:2] = False
        for first, last in runs(weak):
            if not repeats[first : last + 1].any():
                continue
            sides = [activity[i] for i in (first - 1, last + 1) if 0 < i < len(activity)]
            inside = float(np.median(activity[first : last + 1]))
            # at either end it may be a camera that sets off or comes to rest, between two sides one
            # that turns: it slows down before and sets off after
            ratio = 0.4 if len(sides) == 2 else 0.8
            turns = (
                len(sides) == 2
                and max(sides) < _CATCH_UP * median
                and (min(sides) < ratio * median or _turns(activity, first, last))
            )
            if sides and max(sides) > max(5 * inside, ratio * median) and not turns:
                spans.append((first, last))
        return spans


def _held_pictures(activity: Float32Array) -> Flags:
    """Return (T,) the steps in which next to nothing happens and soon before or after much.

    Of a clip of 8 frames a second in a file of 30 they are three in four.
    """
    finite = np.where(np.isfinite(activity), activity, 0)
    padded = np.pad(finite, _HELD_REACH)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _HELD_REACH + 1)
    return np.asarray(finite < _HELD_ACTIVITY * windows.max(1))


def _throughout(frames: Sequence[int] | NDArray[np.integer], count: int) -> bool:
    """Return whether frames lie all through a clip of ``count`` frames."""
    return int(np.diff([0, *frames, count]).max()) <= max(4, count // 4)


def _turns(activity: Float32Array, first: int, last: int) -> bool:
    """Return whether the steps around a repeat are livelier the farther they are, as at a camera's turn."""
    sides = _easing(activity, first - 1, -1), _easing(activity, last + 1, 1)
    known = [side for side in sides if side is not None]
    return max(known, default=1) < _EASED_LEAST and prod(known) < _EASED ** len(known)


def _easing(activity: Float32Array, edge: int, way: int) -> float | None:
    """Return the activity beside a repeat as a share of that farther out, if there is any.

    Medians of ``_PICTURES`` are compared: of slow motion a coder draws every third step well, and what
    it left out at a turn with the first one after.
    """
    steps = [
        float(activity[t]) for t in range(edge, edge + _REACH * way, way) if 0 < t < len(activity)
    ]
    if len(steps) < 2 * _PICTURES:
        return None
    medians = np.median(np.lib.stride_tricks.sliding_window_view(steps, _PICTURES), axis=1)
    return float(medians[0] / max(np.median(medians[_PICTURES:]), 1e-6))


def _without_key_frames(activity: Float32Array, key: Flags) -> Float32Array:
    """Return the activity with a coder's new key frames taken for the calmer step beside them.

    A key frame draws a picture anew that stands still: that is no motion.
    """
    out = activity.copy()
    for t in map(int, np.flatnonzero(key[1:-1]) + 1):
        out[t] = min(activity[t], activity[t + 1], activity[t - 1])
    return out


def _median_of_moving(activity: Float32Array) -> float:
    """Return the median activity of the steps in which something moves."""
    median = float(np.median(activity[1:]))
    moving = activity[np.isfinite(activity) & (activity > 0.2 * median)]
    return float(np.median(moving)) if moving.size else median


def _is_cadence(activity: Float32Array, singles: list[int]) -> bool:
    """Return whether single repeats come at a steady beat.

    Coding hides some repeats of a cadence, but they stay weaker than the steps beside them.
    """
    low = activity[1:-1] < 0.6 * np.minimum(activity[:-2], activity[2:])
    weak = [int(t) for t in np.flatnonzero(low) + 1]
    count = len(activity)
    return steady_beat(singles, count) or (
        bool(singles) and set(singles) <= {*weak} and steady_beat(weak, count)
    )


def steady_beat(repeats: list[int], count: int) -> bool:
    """Return whether repeats come at a steady beat, as a frame-rate conversion makes them.

    >>> steady_beat([4, 10, 16, 21, 28, 34], 40)
    True
    """
    if len(repeats) < 3:
        return False
    intervals = np.diff(repeats)
    beat = float(np.median(intervals))
    off = np.abs(intervals / beat - np.round(intervals / beat)) * beat
    often = len(repeats) >= count / 24 and beat <= 24
    throughout = len(repeats) >= 4 and beat * len(repeats) > 0.75 * count
    steady = 0.65 if len(repeats) >= 12 else 0.75  # of so many, fewer are enough to be no chance
    if (off <= 1).mean() >= steady and (often or throughout):
        return True
    longest = max(_chain(repeats, later - first) for first, later in pairwise(repeats))
    return longest >= max(4, 0.6 * len(repeats))


def _chain(repeats: list[int], beat: int) -> int:
    """Return how many repeats follow each other at a beat, to a frame, at most.

    >>> _chain([4, 14, 43, 72, 101, 123], 29)
    4
    """
    longest = 0
    for start in repeats:
        length, at = 1, start
        while following := [r for r in repeats if abs(r - at - beat) <= 1 and r > at]:
            length, at = length + 1, following[0]
        longest = max(longest, length)
    return longest
