"""A part of the picture that leaves what it was and comes back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import MELT, FaultKind
from livingstill.quality.faults.statistics import (
    MAD,
    baseline_quantile,
    clustered_tiles,
    is_isolated,
    may_come_in,
    minimum_tiles,
    most_active_level,
    neighbourhood_baseline,
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

    min_ratio: Annotated[
        float, Limit("difference from both ends", "1.5 times theirs from each other")
    ] = 0.8
    min_difference: Annotated[float, Limit("difference from both ends", "levels")] = 4.0
    deviations: Annotated[float, Limit("logarithm of that ratio", "standard deviations")] = 4.5

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the excursions, strongest first."""
        excluded, findings = explained.copy(), []
        for _, t, reach, ratio, excess in sorted(self._candidates(series), key=lambda c: -c[0]):
            tiles = clustered_tiles(ratio[t] > 1)
            near = slice(t - reach, t + reach + 1)
            if excluded[near].any() or tiles.sum() < minimum_tiles(tiles.size):
                continue
            if _distance(series, t, reach)[tiles].mean() < self.min_difference:
                continue
            strength = float(ratio[t][tiles].mean())
            if may_come_in(tiles, strength, float(tiles.mean())):
                continue
            first, last = extent_of(series, t, reach, tiles)
            # it sets in and fades: what lies right beside it is no witness; nor are the clip's ends
            inside = slice(reach, len(series) - reach)
            sides = (max(0, first - 1 - reach), last + 1 - reach)
            if is_isolated(excess[inside], tiles, *sides, excluded[inside], reach=3):
                excluded[first - 1 : last + 2] = True
                findings.append(Finding(MELT, first, last, tiles, strength))
        return Detection(tuple(findings))

    def _candidates(
        self, series: Series
    ) -> list[tuple[float, int, int, Float32Array, Float32Array]]:
        """Return (strength, frame, reach, ratio, levels beyond the usual) of what may be excursions."""
        candidates = []
        for reach in _REACHES:
            if len(series) >= 4 * reach:
                ratio, worst, excess = self._distances(series, reach)
                candidates += [
                    (float(worst[t]), int(t), reach, ratio, excess)
                    for t in np.flatnonzero(worst > 1)
                ]
        return candidates

    def _distances(
        self, series: Series, reach: int
    ) -> tuple[Float32Array, Float32Array, Float32Array]:
        """Return how far each frame is from those ``reach`` before and after it.

        (T, gy, gx) in limits; (T,) of the tiles that a fault takes at least; (T, gy, gx) levels
        beyond the usual.
        """
        distance, ratio = distance_from_ends(series, reach)
        defined = slice(reach, len(series) - reach)
        worst = most_active_level(ratio)
        log = np.log(np.maximum(worst[defined], 0.05))
        median = float(np.median(log))
        spread = max(0.08, MAD * float(np.median(np.abs(log - median))))
        baseline_level = float(np.quantile(worst, baseline_quantile(len(worst))))
        bar = max(
            self.min_ratio, float(np.exp(median + self.deviations * spread)), 1.5 * baseline_level
        )
        excess = np.maximum(distance - np.median(distance[defined], axis=0), 0)
        return ratio / bar, worst / bar, excess


def distance_from_ends(series: Series, reach: int) -> tuple[Float32Array, Float32Array]:
    """Return how far each frame is from both those ``reach`` before and after it, each (T, gy, gx).

    In levels, and in times 1.5 of what these are from each other, or usually at that distance.
    """
    distance, ratio = np.zeros_like(series.residual), np.zeros_like(series.residual)
    near, far = (np.nan_to_num(series.change[lag - 1]) for lag in (reach, 2 * reach))
    baseline = neighbourhood_baseline(np.median(near[reach:], axis=0))
    defined = slice(reach, len(series) - reach)
    distance[defined] = np.minimum(near[defined], near[2 * reach :])
    ratio[defined] = distance[defined] / (1.5 * np.maximum(far[2 * reach :], baseline) + 1.2)
    return distance, ratio


def _distance(series: Series, t: int, reach: int) -> Float32Array:
    """Return (gy, gx) the difference of frame ``t`` from the nearer of those ``reach`` away, levels."""
    near = series.change[reach - 1]
    return np.asarray(np.minimum(near[t], near[t + reach]))


def extent_of(series: Series, t: int, reach: int, tiles: Flags) -> tuple[int, int]:
    """Return the first and last frame around ``t`` that differ from both ends in ``tiles``."""
    start, end = t - reach, t + reach
    end_distance = float(series.change[2 * reach - 1, end][tiles].mean())
    interior = range(start + 1, end)
    distances = [
        min(
            float(series.change[u - start - 1, u][tiles].mean()),
            float(series.change[end - u - 1, end][tiles].mean()),
        )
        for u in interior
    ]
    high = [a > end_distance + 0.3 * (distances[t - start - 1] - end_distance) for a in distances]
    first = last = t
    while first - 1 in interior and high[first - 1 - start - 1]:
        first -= 1
    while last + 1 in interior and high[last + 1 - start - 1]:
        last += 1
    return first, last
