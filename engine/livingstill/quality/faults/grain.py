"""Detector of sudden grain over the whole picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import FLICKER, FaultKind
from livingstill.quality.faults.statistics import MAD, all_tiles, runs
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Grain:
    """Frames whose residual after flow rises in the median tile, from one frame to the next."""

    name: ClassVar[str] = "grain"
    kinds: ClassVar[tuple[FaultKind, ...]] = (FLICKER,)
    after: ClassVar[tuple[str, ...]] = ("gap",)
    loop_only: ClassVar[bool] = False

    rise: Annotated[float, Limit("logarithm of the residual over its median", "e-folds")] = 0.4
    deviations: Annotated[float, Limit("the same", "standard deviations")] = 5.0
    excess: Annotated[float, Limit("residual beyond its median", "levels")] = 1.8

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the runs of two and more grainy frames."""
        if len(series) < 8:
            return Detection()
        residual = np.nan_to_num(series.residual)
        baseline = np.median(residual[1:], axis=0)
        excess = np.median(residual - baseline, axis=(1, 2))
        ratio = np.median(np.log((residual + 0.3) / (baseline + 0.3)), axis=(1, 2))
        bar = max(self.rise, self.deviations * (float(np.median(np.abs(ratio[1:]))) * MAD))
        findings = []
        for first, last in runs((ratio > bar) & (excess > self.excess) & ~explained, gap=1):
            before = ratio[max(1, first - 3) : first]
            sudden = before.size == 0 or ratio[first] - before.min() > 0.6 * bar
            if last > first and sudden:
                strength = float(ratio[first : last + 1].max()) / bar
                findings.append(Finding(FLICKER, first, last, all_tiles(series), strength))
        return Detection(tuple(findings))
