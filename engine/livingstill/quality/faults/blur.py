"""Frames less sharp than those around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Finding, Flags, Found, Limit
from livingstill.quality.faults.kinds import BLUR, FaultKind
from livingstill.quality.faults.statistics import (
    MAD,
    all_tiles,
    minimum_tiles,
    restlessness,
    running_median,
    runs,
)
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Blur:
    """Frames whose median detail falls below the running median over 19 frames."""

    name: ClassVar[str] = "blur"
    kinds: ClassVar[tuple[FaultKind, ...]] = (BLUR,)
    after: ClassVar[tuple[str, ...]] = ("jitter",)
    loop_only: ClassVar[bool] = False

    loss: Annotated[float, Limit("detail lost", "share")] = 0.1
    habit: Annotated[float, Limit("detail lost", "standard deviations")] = 6.0
    crisp: Annotated[float, Limit("detail from which on a tile is asked", "levels")] = 1.0

    def find(self, series: Series, explained: Flags) -> Found:
        """Return the runs of soft frames."""
        crisp = np.median(series.detail, axis=0) > self.crisp
        if len(series) < 8 or crisp.sum() < minimum_tiles(crisp.size):
            return Found()
        detail = series.detail[:, crisp]
        ratio = np.median(detail / running_median(detail, 9), axis=1)
        habit = float(np.median(np.abs(ratio - 1))) * MAD
        bar = 1 - restlessness(series) * max(self.loss, self.habit * habit)
        return Found(
            tuple(
                Finding(
                    BLUR,
                    first,
                    last,
                    all_tiles(series),
                    (1 - float(ratio[first : last + 1].min())) / (1 - bar),
                )
                for first, last in runs((ratio < bar) & ~explained, gap=1)
            )
        )
