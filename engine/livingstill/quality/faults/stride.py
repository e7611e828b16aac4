"""Steps that go much further the same way than those before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit, mark
from livingstill.quality.faults.kinds import DROP, FaultKind
from livingstill.quality.faults.pace import (
    MOVING_FLOW,
    SETTLING,
    blurred_by_motion,
    compensated,
    relative_stride,
    repeats_by_habit,
    step_prominence,
)
from livingstill.quality.faults.statistics import MAD
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Stride:
    """Steps whose flow is a multiple of the flow around them in the same pattern: frames are missing."""

    name: ClassVar[str] = "stride"
    kinds: ClassVar[tuple[FaultKind, ...]] = (DROP,)
    after: ClassVar[tuple[str, ...]] = ("blur",)
    loop_only: ClassVar[bool] = False

    times: Annotated[float, Limit("length of the step", "times those around it")] = 1.75
    deviations: Annotated[float, Limit("logarithm of that length", "standard deviations")] = 2.2
    prominence: Annotated[
        float, Limit("change beyond the largest of 12 steps around", "octaves")
    ] = 0.3
    compensation: Annotated[
        float, Limit("a long and a short step, if the frame between came late", "times two usual")
    ] = 1.3
    min_cosine: Annotated[float, Limit("agreement with the flow around it", "cosine")] = 0.7
    blurred: Annotated[
        float, Limit("detail lost, from which on the camera went far itself", "share")
    ] = 0.1
    habit: Annotated[
        float, Limit("steps that repeat a frame, from which on they are uneven by habit", "share")
    ] = 0.08

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the skips, each as the two frames it lies between."""
        if len(series) < 8:
            return Detection()
        excluded, findings = explained.copy(), []
        length_ratio, cosine = relative_stride(series)
        deviation = MAD * float(np.median(np.abs(np.log(np.maximum(length_ratio[2:-1], 0.1)))))
        bar = max(self.times, np.exp(self.deviations * deviation))
        length_ratio[:SETTLING] = 0
        steps = np.nan_to_num(series.change[0]).reshape(len(series), -1)
        if repeats_by_habit(steps, self.habit):
            return Detection()
        length_ratio[
            (step_prominence(steps) < self.prominence)
            | compensated(steps, self.compensation)
            | blurred_by_motion(series, self.blurred)
        ] = 0
        for t in map(int, np.flatnonzero((length_ratio > bar) & (cosine > self.min_cosine))):
            if excluded[t - 1 : t + 2].any():
                continue
            tiles = np.hypot(*np.moveaxis(series.flow[t], -1, 0)) * 480 > MOVING_FLOW * max(
                series.size
            )
            finding = Finding(DROP, t - 1, t, tiles, float(length_ratio[t]) / bar)
            mark(excluded, finding)
            findings.append(finding)
        return Detection(tuple(findings))
