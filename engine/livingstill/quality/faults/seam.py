"""Detector of a jump from the last frame of a loop to the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import SEAM, FaultKind
from livingstill.quality.faults.statistics import all_tiles
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Seam:
    """A last frame that differs from the first by more than the clip's steps do."""

    name: ClassVar[str] = "seam"
    kinds: ClassVar[tuple[FaultKind, ...]] = (SEAM,)
    after: ClassVar[tuple[str, ...]] = ()
    loop_only: ClassVar[bool] = True

    ratio: Annotated[float, Limit("difference of last and first frame", "median steps")] = 1.35
    min_difference: Annotated[float, Limit("the same difference", "levels")] = 0.3

    def find(self, series: Series, _: Flags) -> Detection:
        """Return the seam if it jumps."""
        if len(series) < 4:
            return Detection()
        change = series.change[0, 1:].mean((1, 2))
        step = max(float(np.median(change)), 0.05)
        step_at_ends = max(float(np.median(change[[0, 1, -2, -1]])), step)
        difference, last = float(series.from_first[-1]), len(series) - 1
        if difference / step_at_ends <= self.ratio or difference <= self.min_difference:
            return Detection()
        return Detection(
            (Finding(SEAM, last, last, all_tiles(series), difference / step_at_ends / self.ratio),)
        )
