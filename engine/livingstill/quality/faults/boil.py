"""Textures of solid things that change from frame to frame although their motion is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import BOIL, FaultKind
from livingstill.quality.faults.statistics import all_tiles, runs
from livingstill.quality.no_reference import Series

_MIN_TILES = 0.04
"""Share of the tiles of the picture that must show solid texture, to judge by."""
_MIN_TEXTURE = 0.15
"""Share of a tile that must be texture of known motion, for its rate to count."""
_SUSPECT_TILES = 0.2
"""Share of the tiles that must boil for it to matter which of them are solid."""


@dataclass(frozen=True, slots=True)
class Boil:
    """Stretches in which half of the solid tiles lose some of their texture in each step.

    The median tile counts, as a turning head, a hand or what comes into view changes a few. Water,
    leaves and sky change by their nature, so nothing is found where solid tiles are not known; and
    where most texture moves too fast or irregularly to be followed, as in a shoal of fish, what
    little can be followed tells nothing. Of some 60 real clips none reaches 0.85 of the limits, of
    good generated ones none 0.95. A thing that changes its shape smoothly is not found.
    """

    name: ClassVar[str] = "boil"
    kinds: ClassVar[tuple[FaultKind, ...]] = (BOIL,)
    after: ClassVar[tuple[str, ...]] = ("excursion",)
    loop_only: ClassVar[bool] = False

    rate: Annotated[float, Limit("texture of a tile that changes in a step", "share")] = 0.07
    coarse_rate: Annotated[float, Limit("the same without particles", "share")] = 0.044
    followed: Annotated[float, Limit("texture whose motion is known", "share of all")] = 0.75
    seconds: Annotated[float, Limit("time over which the mean is taken", "seconds")] = 2.0
    min_steps: Annotated[int, Limit("steps looked at in that time, at least", "steps")] = 6

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the stretches; steps that others account for do not count."""
        if series.solid is None:
            return Detection()
        solid, strength = series.solid, np.zeros(len(series), np.float32)
        for span, shares in self._stretches(series, explained):
            rates = self._rates(shares, solid)
            limits = np.array([self.rate, self.coarse_rate])
            ratio = float((np.median(rates, axis=0) / limits).min()) if len(rates) else 0.0
            strength[span] = np.maximum(strength[span], ratio)
        tiles = solid if solid.any() else all_tiles(series)
        return Detection(
            tuple(
                Finding(BOIL, first, last, tiles, float(strength[first : last + 1].max()))
                for first, last in runs(strength > 1)
            )
        )

    def suspects(self, series: Series) -> bool:
        """Return whether tiles boil in a clip of which it is not known what is solid."""
        nothing = np.zeros(len(series), bool)
        for _, shares in self._stretches(series, nothing):
            rates = self._rates(shares, all_tiles(series))
            boiling = (rates[:, 0] > self.rate) & (rates[:, 1] > self.coarse_rate)
            if boiling.sum() > _SUSPECT_TILES * len(rates):
                return True
        return False

    def _stretches(self, series: Series, explained: Flags) -> Iterator[tuple[slice, Float32Array]]:
        """Yield stretches of frames, half overlapping, with the mean shares of their tiles."""
        looked_at = (series.boiling[..., 0, 0] > 0).any((1, 2)) & ~explained
        length = min(len(series), max(self.min_steps + 1, round(self.seconds * series.fps)))
        for start in range(0, len(series) - length + 1, max(1, length // 4)):
            steps = np.flatnonzero(looked_at[start : start + length]) + start
            if len(steps) >= self.min_steps:
                yield slice(start, start + length), series.boiling[steps].mean(0)

    def _rates(self, shares: Float32Array, solid: Flags) -> Float32Array:
        """Return (n, 2) the rates of the tiles that can be judged; none if they are too few."""
        textured, known, changed = np.moveaxis(shares, -1, 0)
        judged = solid & (known > _MIN_TEXTURE).all(-1)
        total = float(textured[solid].sum())
        too_few = judged.sum() < max(8.0, _MIN_TILES * solid.size)
        if too_few or float(known[solid].sum()) < self.followed * total:
            return np.zeros((0, 2), np.float32)
        return np.asarray(changed[judged] / known[judged], np.float32)
