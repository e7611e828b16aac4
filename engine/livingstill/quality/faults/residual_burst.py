"""A part of the picture that changes as no smooth flow explains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import MELT, FaultKind
from livingstill.quality.faults.statistics import (
    local_bursts,
    neighbourhood_baseline,
    residual_scale,
)
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class ResidualBurst:
    """Clusters of tiles whose residual after flow is far beyond its baseline for some frames."""

    name: ClassVar[str] = "residual burst"
    kinds: ClassVar[tuple[FaultKind, ...]] = (MELT,)
    after: ClassVar[tuple[str, ...]] = ("local flicker",)
    loop_only: ClassVar[bool] = False

    ratio_limit: Annotated[float, Limit("residual", "times its median")] = 2.6
    floor: Annotated[float, Limit("residual that is always allowed", "levels")] = 1.5

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the runs of frames in which a part melts."""
        if len(series) < 8:
            return Detection()
        residual = np.nan_to_num(series.residual)
        ratio = self.ratio(series)
        bursts = local_bursts(
            ratio, residual, residual_scale(series), explained, MELT, _without_way_back
        )
        return Detection(tuple(bursts))

    def ratio(self, series: Series) -> Float32Array:
        """Return (T, gy, gx) the residual in limits."""
        residual = np.nan_to_num(series.residual)
        baseline = neighbourhood_baseline(np.median(residual[1:], axis=0))
        return np.asarray(residual / (self.ratio_limit * baseline + self.floor), np.float32)


def _without_way_back(finding: Finding) -> Finding:
    """Leave out the last step, which leads back to a good frame."""
    return replace(finding, last=max(finding.first, finding.last - 1))
