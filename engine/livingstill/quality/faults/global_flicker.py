"""Detector of brightness flicker of the whole picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import FLICKER, FaultKind
from livingstill.quality.faults.statistics import MAD, all_tiles, runs, second_difference
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class GlobalFlicker:
    """Frames whose median tile leaves the mean of its neighbours in log luma, all tiles alike."""

    name: ClassVar[str] = "global flicker"
    kinds: ClassVar[tuple[FaultKind, ...]] = (FLICKER,)
    after: ClassVar[tuple[str, ...]] = ("level shift",)
    loop_only: ClassVar[bool] = False

    step: Annotated[float, Limit("change of the median tile", "share of its level")] = 0.013
    deviations: Annotated[float, Limit("change of the median tile", "standard deviation")] = 6.0
    spread: Annotated[
        float, Limit("change of the median tile", "standard deviation over the tiles")
    ] = 1.5
    min_luma: Annotated[float, Limit("luma from which on a tile is asked", "levels")] = 12.0

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the runs of frames that flicker."""
        bright = np.median(series.luma, axis=0) > self.min_luma
        if bright.sum() < 0.1 * bright.size or len(series) < 5:
            return Detection()
        bend = second_difference(np.log(series.luma + 8))
        common = np.median(bend[:, bright], axis=1)
        spread = np.median(np.abs(bend[:, bright] - common[:, None]), axis=1) * MAD
        deviation = np.median(np.abs(common)) * MAD
        size = np.abs(common)
        bar = np.minimum(
            np.maximum.reduce(
                [
                    np.full_like(size, self.step),
                    self.deviations * np.full_like(size, deviation),
                    self.spread * spread,
                ]
            ),
            np.maximum(0.02, 4 * spread),
        )
        return Detection(
            tuple(
                Finding(
                    FLICKER,
                    first,
                    last,
                    all_tiles(series),
                    float((size / bar)[first : last + 1].max()),
                )
                for first, last in runs((size > bar) & ~explained, gap=2)
            )
        )
