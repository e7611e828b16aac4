"""Detector of brightness flicker of a part of the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import FLICKER, MELT, FaultKind
from livingstill.quality.faults.statistics import (
    MAD,
    local_bursts,
    neighbourhood_baseline,
    residual_scale,
    second_difference,
)
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class LocalFlicker:
    """Clusters of tiles that leave the mean of their neighbours in log luma, unexplained by flow."""

    name: ClassVar[str] = "local flicker"
    kinds: ClassVar[tuple[FaultKind, ...]] = (FLICKER, MELT)
    after: ClassVar[tuple[str, ...]] = ("grain",)
    loop_only: ClassVar[bool] = False

    step: Annotated[float, Limit("change of a tile", "share of its level")] = 0.02
    deviations: Annotated[float, Limit("change of a tile", "standard deviations")] = 7.0
    unexplained_share: Annotated[float, Limit("change that no flow explains", "share of it")] = 0.6
    brightness_share: Annotated[float, Limit("change that is brightness", "share of it")] = 0.5
    min_change: Annotated[float, Limit("change of a tile", "levels")] = 1.5

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return runs of frames in which a part flickers; where its tiles disagree, it melts."""
        if len(series) < 8:
            return Detection()
        bend = second_difference(np.log(series.luma + 8))
        size = np.abs(bend)
        bar = np.maximum(
            self.step, self.deviations * MAD * neighbourhood_baseline(np.median(size, axis=0))
        )
        # something bright that moves through a tile lifts it too, but a flow explains it
        residual = np.nan_to_num(series.residual)
        unexplained = np.maximum(residual, np.roll(residual, -1, axis=0))
        lift = size * (series.luma + 8)
        brightened = size.copy()
        brightened[unexplained < self.unexplained_share * lift] = 0
        brightened[lift < self.min_change] = 0
        # and what comes in front of a tile changes it by far more than it darkens it
        excess_change = np.nan_to_num(series.change[0]) - np.nanmedian(series.change[0], axis=0)
        brightened[
            lift
            < self.brightness_share * np.maximum(excess_change, np.roll(excess_change, -1, axis=0))
        ] = 0
        bursts = local_bursts(
            brightened / bar,
            size,
            residual_scale(series),
            explained,
            FLICKER,
            partial(_without_ends, bend=bend),
        )
        return Detection(tuple(bursts))


def _without_ends(finding: Finding, bend: Float32Array) -> Finding:
    """Return the frames that are off, as a flicker where its tiles brighten together, else a melt.

    A frame off by x bends the curve by x there and by x / 2 at its neighbours.
    """
    lifts = bend[finding.first : finding.last + 1][:, finding.tiles]
    together = np.abs(lifts.sum(1)) / (np.abs(lifts).sum(1) + 1e-6)
    edge = int(finding.last - finding.first > 1)
    return replace(
        finding,
        kind=FLICKER if together.max() > 0.8 else MELT,
        first=finding.first + edge,
        last=finding.last - edge,
    )
