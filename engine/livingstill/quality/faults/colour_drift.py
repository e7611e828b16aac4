"""Detector of slow colour drift over the clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import DRIFT, FaultKind
from livingstill.quality.faults.statistics import MAD, all_tiles
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class ColourDrift:
    """Cr or Cb of the median tile that ends far from where it began, growing with time."""

    name: ClassVar[str] = "drift"
    kinds: ClassVar[tuple[FaultKind, ...]] = (DRIFT,)
    after: ClassVar[tuple[str, ...]] = ()
    loop_only: ClassVar[bool] = False

    distance: Annotated[float, Limit("distance from the first tenth to the last", "levels")] = 3.5
    spread: Annotated[float, Limit("the same distance", "standard deviations over the tiles")] = 1.2
    monotone: Annotated[float, Limit("correlation with time", "coefficient")] = 0.9

    def find(self, series: Series, _: Flags) -> Detection:
        """Return the drift of the clip, as one finding over all frames."""
        if len(series) < 12:
            return Detection()
        tenth = max(1, len(series) // 10)
        path = (series.chroma - series.chroma[:tenth].mean(0)).reshape(len(series), -1, 2)
        common = np.median(path, axis=1)
        end, last = common[-tenth:].mean(0), path[-tenth:].mean(0)
        spread = np.median(np.abs(last - end), axis=0) * MAD
        time = np.arange(len(series))
        for axis in range(2):
            moves = np.ptp(common[:, axis]) > 0
            monotone = np.corrcoef(time, common[:, axis])[0, 1] if moves else 0
            size = abs(float(end[axis]))
            limit = max(self.distance, self.spread * float(spread[axis]))
            if size > limit and abs(monotone) > self.monotone:
                whole = all_tiles(series)
                return Detection((Finding(DRIFT, 0, len(series) - 1, whole, size / self.distance),))
        return Detection()
