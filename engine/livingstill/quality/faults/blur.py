"""Frames less sharp than those around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import BLUR, FaultKind
from livingstill.quality.faults.statistics import (
    MAD,
    all_tiles,
    minimum_tiles,
    residual_scale,
    running_median,
    runs,
)
from livingstill.quality.no_reference import Series

_LEAST_DETAIL = 0.01
"""Levels: a black frame has none."""


@dataclass(frozen=True, slots=True)
class Blur:
    """Frames whose median detail falls below the running median over 19 frames.

    What goes by far more quickly than the clip usually goes is blurred by its own motion.
    """

    name: ClassVar[str] = "blur"
    kinds: ClassVar[tuple[FaultKind, ...]] = (BLUR,)
    after: ClassVar[tuple[str, ...]] = ("jitter",)
    loop_only: ClassVar[bool] = False

    loss: Annotated[float, Limit("detail lost", "share")] = 0.1
    deviations: Annotated[float, Limit("detail lost", "standard deviation")] = 6.0
    far: Annotated[
        float, Limit("way of a step from which on its own frames are blurred", "share of the width")
    ] = 0.01
    farther: Annotated[float, Limit("the same", "times the clip's median step")] = 2.5
    min_detail: Annotated[float, Limit("detail from which on a tile is asked", "levels")] = 1.0

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the runs of soft frames."""
        detailed = np.median(series.detail, axis=0) > self.min_detail
        if len(series) < 8 or detailed.sum() < minimum_tiles(detailed.size):
            return Detection()
        detail = series.detail[:, detailed]
        ratio = np.median(detail / np.maximum(running_median(detail, 9), _LEAST_DETAIL), axis=1)
        deviation = float(np.median(np.abs(ratio - 1))) * MAD
        bar = 1 - residual_scale(series) * max(self.loss, self.deviations * deviation)
        low = list(runs((ratio < bar) & ~explained, gap=1))
        dips = [run for run in low if _is_dip(detail, *run, bar)]
        gone = np.hypot(*np.moveaxis(np.nan_to_num(series.flow), -1, 0)).mean((1, 2))
        far = max(self.far * series.size[0], self.farther * float(np.median(gone)))
        coded = np.zeros(len(series), bool)  # a coder's new quality stays, and explains its step
        for first, last in low:
            coded[max(0, first - 1) : last + 2] |= (first, last) not in dips
        return Detection(
            tuple(
                Finding(
                    BLUR,
                    first,
                    last,
                    all_tiles(series),
                    (1 - float(ratio[first : last + 1].min())) / (1 - bar),
                )
                for first, last in dips
                if float(np.median(gone[first : last + 1])) < far
            ),
            coded,
        )


def _is_dip(detail: NDArray[np.floating], first: int, last: int, bar: float) -> bool:
    """Return whether (T, n) detail is lower than both before and after; a coder's new quality stays."""
    level = np.median(detail[first : last + 1], axis=0)
    sides = detail[max(0, first - 9) : first], detail[last + 1 : last + 10]
    return all(
        float(np.median(level / np.median(side, axis=0))) < bar for side in sides if len(side) > 1
    )
