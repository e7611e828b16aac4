"""A part of the picture that leaves what it was and comes back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Finding, Flags, Found, Limit
from livingstill.quality.faults.kinds import MELT, FaultKind
from livingstill.quality.faults.statistics import (
    MAD,
    clustered,
    habit_rank,
    isolated,
    liveliest,
    minimum_tiles,
    neighbourhood_floor,
)
from livingstill.quality.no_reference import Series

_REACHES = (5, 3)
"""Frames before and after that an excursion is held against: up to nine bad ones, and up to five."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """Tiles that differ from some frames before and after by far more than these from each other.

    Falling water, leaves and flags never look the same twice, yet two frames of them differ by
    much the same at any distance: what differs from both ends by more than is usual at that
    distance is no texture's chance.
    """

    name: ClassVar[str] = "excursion"
    kinds: ClassVar[tuple[FaultKind, ...]] = (MELT,)
    after: ClassVar[tuple[str, ...]] = ("residual burst",)
    loop_only: ClassVar[bool] = False

    apart: Annotated[
        float, Limit("difference from both ends", "1.5 times theirs from each other")
    ] = 0.8
    visible: Annotated[float, Limit("difference from both ends", "levels")] = 4.0
    unrest: Annotated[float, Limit("logarithm of that ratio", "standard deviations")] = 4.5

    def find(self, series: Series, explained: Flags) -> Found:
        """Return the excursions, strongest first."""
        taken, found = explained.copy(), []
        for _, t, reach, ratio, beyond in sorted(self._candidates(series), key=lambda c: -c[0]):
            tiles = clustered(ratio[t] > 1)
            near = slice(t - reach, t + reach + 1)
            if taken[near].any() or tiles.sum() < minimum_tiles(tiles.size):
                continue
            if _apart(series, t, reach)[tiles].mean() < self.visible:
                continue
            first, last = _span(series, t, reach, tiles)
            # it sets in and fades: what lies right beside it is no witness; nor are the clip's ends
            inside = slice(reach, len(series) - reach)
            sides = (max(0, first - 1 - reach), last + 1 - reach)
            if isolated(beyond[inside], tiles, *sides, taken[inside], reach=3):
                taken[first - 1 : last + 2] = True
                found.append(Finding(MELT, first, last, tiles, float(ratio[t][tiles].mean())))
        return Found(tuple(found))

    def _candidates(
        self, series: Series
    ) -> list[tuple[float, int, int, Float32Array, Float32Array]]:
        """Return (strength, frame, reach, ratio, levels beyond the usual) of what may be excursions."""
        found = []
        for reach in _REACHES:
            if len(series) >= 4 * reach:
                ratio, worst, beyond = self._departures(series, reach)
                found += [
                    (float(worst[t]), int(t), reach, ratio, beyond)
                    for t in np.flatnonzero(worst > 1)
                ]
        return found

    def _departures(
        self, series: Series, reach: int
    ) -> tuple[Float32Array, Float32Array, Float32Array]:
        """Return how far each frame is from those ``reach`` before and after it.

        (T, gy, gx) in limits; (T,) of the tiles that a fault takes at least; (T, gy, gx) levels
        beyond the usual.
        """
        apart, ratio = np.zeros_like(series.residual), np.zeros_like(series.residual)
        near, far = (np.nan_to_num(series.change[lag - 1]) for lag in (reach, 2 * reach))
        usual = neighbourhood_floor(np.median(near[reach:], axis=0))
        known = slice(reach, len(series) - reach)
        apart[known] = np.minimum(near[known], near[2 * reach :])
        ratio[known] = apart[known] / (1.5 * np.maximum(far[2 * reach :], usual) + 1.2)
        worst = liveliest(ratio)
        log = np.log(np.maximum(worst[known], 0.05))
        middle = float(np.median(log))
        unrest = max(0.08, MAD * float(np.median(np.abs(log - middle))))
        often = float(np.quantile(worst, habit_rank(len(worst))))
        bar = max(self.apart, float(np.exp(middle + self.unrest * unrest)), 1.5 * often)
        beyond = np.maximum(apart - np.median(apart[known], axis=0), 0)
        return ratio / bar, worst / bar, beyond


def _apart(series: Series, t: int, reach: int) -> Float32Array:
    """Return (gy, gx) the difference of frame ``t`` from the nearer of those ``reach`` away, levels."""
    near = series.change[reach - 1]
    return np.asarray(np.minimum(near[t], near[t + reach]))


def _span(series: Series, t: int, reach: int, tiles: Flags) -> tuple[int, int]:
    """Return the first and last frame around ``t`` that differ from both ends in ``tiles``."""
    start, end = t - reach, t + reach
    ends = float(series.change[2 * reach - 1, end][tiles].mean())
    inner = range(start + 1, end)
    apart = [
        min(
            float(series.change[u - start - 1, u][tiles].mean()),
            float(series.change[end - u - 1, end][tiles].mean()),
        )
        for u in inner
    ]
    high = [a > ends + 0.3 * (apart[t - start - 1] - ends) for a in apart]
    first = last = t
    while first - 1 in inner and high[first - 1 - start - 1]:
        first -= 1
    while last + 1 in inner and high[last + 1 - start - 1]:
        last += 1
    return first, last
