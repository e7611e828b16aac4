"""Things whose shape is drawn anew from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import MORPH, FaultKind
from livingstill.quality.faults.statistics import runs
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Morph:
    """Stretches of seconds in which part of the picture has texture that no neighbouring frame has.

    Real things pass behind each other, but are there in the frame before or after. Of some 35 real
    clips of people, hand-held cameras, water, leaves, flags and fire none reaches a fifth of the
    limit: where a hand waves past the lens, it does so for less than the time.
    """

    name: ClassVar[str] = "morph"
    kinds: ClassVar[tuple[FaultKind, ...]] = (MORPH,)
    after: ClassVar[tuple[str, ...]] = ("excursion",)
    loop_only: ClassVar[bool] = False

    area: Annotated[float, Limit("texture of one frame alone", "share of the picture")] = 0.0015
    seconds: Annotated[float, Limit("time over which the median is taken", "seconds")] = 3.0
    min_frames: Annotated[int, Limit("the same, at least", "frames")] = 6

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the stretches; frames that others account for count as sound."""
        transient = np.where(explained[:, None, None], 0, series.transient)[1:-1]
        length = min(len(transient), max(self.min_frames, round(self.seconds * series.fps)))
        if length < self.min_frames:
            return Detection()
        windows = np.lib.stride_tricks.sliding_window_view(transient.mean((1, 2)), length)
        level = np.median(windows, axis=1)
        findings = []
        for first, last in runs(level > self.area):
            span = slice(first + 1, last + length + 1)  # the first frame has no transience
            mean = series.transient[span].mean(0)
            tiles = np.asarray(mean > 0.25 * mean.max())
            strength = float(level[first : last + 1].max()) / self.area
            findings.append(Finding(MORPH, span.start, span.stop - 1, tiles, strength))
        return Detection(tuple(findings))
