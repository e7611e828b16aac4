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
    habit: Annotated[float, Limit("change of the median tile", "standard deviations")] = 6.0
    spread: Annotated[
        float, Limit("change of the median tile", "standard deviations over the tiles")
    ] = 1.5
    lit: Annotated[float, Limit("luma from which on a tile is asked", "levels")] = 12.0

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the runs of frames that flicker."""
        lit = np.median(series.luma, axis=0) > self.lit
        if lit.sum() < 0.1 * lit.size or len(series) < 5:
            return Detection()
        bend = second_difference(np.log(series.luma + 8))
        common = np.median(bend[:, lit], axis=1)
        spread = np.median(np.abs(bend[:, lit] - common[:, None]), axis=1) * MAD
        habit = np.median(np.abs(common)) * MAD
        size = np.abs(common)
        bar = np.minimum(
            np.maximum.reduce(
                [
                    np.full_like(size, self.step),
                    self.habit * np.full_like(size, habit),
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
