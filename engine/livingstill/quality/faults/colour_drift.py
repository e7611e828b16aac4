"""Detector of slow colour drift over the clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import DRIFT, FaultKind
from livingstill.quality.faults.statistics import MAD, all_tiles, pattern_correlation
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class ColourDrift:
    """Cr or Cb of the median tile that ends far from where it began, growing with time.

    Daylight, a camera's white balance and time-lapse drift too, but slowly: a clip of an opening
    flower went 0.5 levels a second. Where the pattern of luma has changed, the scene has, and its
    colours with it.
    """

    name: ClassVar[str] = "drift"
    kinds: ClassVar[tuple[FaultKind, ...]] = (DRIFT,)
    after: ClassVar[tuple[str, ...]] = ()
    loop_only: ClassVar[bool] = False

    distance: Annotated[float, Limit("distance from the first tenth to the last", "levels")] = 3.5
    spread: Annotated[float, Limit("the same distance", "standard deviations over the tiles")] = 1.2
    speed: Annotated[float, Limit("the same distance by time", "levels a second")] = 1.0
    pattern: Annotated[float, Limit("luma of the tiles, first tenth and last", "correlation")] = 0.5
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
        ends = (series.luma[part].mean(0)[None] for part in (slice(tenth), slice(-tenth, None)))
        if pattern_correlation(*ends)[0] < self.pattern:
            return Detection()
        distance = max(self.distance, self.speed * len(series) / series.fps)
        time = np.arange(len(series))
        for axis in range(2):
            moves = np.ptp(common[:, axis]) > 0
            monotone = np.corrcoef(time, common[:, axis])[0, 1] if moves else 0
            size = abs(float(end[axis]))
            limit = max(distance, self.spread * float(spread[axis]))
            if size > limit and abs(monotone) > self.monotone:
                whole = all_tiles(series)
                return Detection((Finding(DRIFT, 0, len(series) - 1, whole, size / distance),))
        return Detection()
