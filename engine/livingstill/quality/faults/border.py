"""Frame edges that the picture does not reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import BORDER, FaultKind
from livingstill.quality.faults.statistics import runs
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Border:
    """Edges across which there is hardly any detail while there is along them: replicated pixels."""

    name: ClassVar[str] = "border"
    kinds: ClassVar[tuple[FaultKind, ...]] = (BORDER,)
    after: ClassVar[tuple[str, ...]] = ()
    loop_only: ClassVar[bool] = False

    max_ratio: Annotated[float, Limit("detail across the edge", "share of the median")] = 0.15
    soft_median: Annotated[
        float, Limit("median from which on an edge is soft by nature", "ratio")
    ] = 0.2
    onset: Annotated[float, Limit("detail in the frames beside a run", "times that in it")] = 3.0
    soft_ratio: Annotated[float, Limit("detail across a soft edge", "ratio")] = 0.05

    def find(self, series: Series, _: Flags) -> Detection:
        """Return the runs of frames with a smeared edge, side by side."""
        findings = []
        for side in range(4):
            ratio = series.border[:, side]
            known = ratio[np.isfinite(ratio)]
            if not known.size:
                continue
            median = float(np.median(known))
            soft = min(self.soft_ratio, 0.5 * median)
            bar = soft if median < self.soft_median else self.max_ratio * min(median, 0.8)
            tiles = np.zeros(series.grid, bool)
            tiles[
                (slice(None), slice(None), 0, -1)[side], (0, -1, slice(None), slice(None))[side]
            ] = True
            findings += [
                Finding(BORDER, first, last, tiles, bar / (float(ratio[first]) + 0.2 * bar))
                for first, last in runs(ratio < bar)
                if self._is_abrupt(ratio, first, last)
            ]
        return Detection(tuple(findings))

    def _is_abrupt(self, ratio: Float32Array, first: int, last: int) -> bool:
        """Return whether detail goes and comes back from one frame to the next.

        A dark or plain edge that the camera passes loses its detail by and by. A frame beside the
        run that shows nothing along the edge is no witness.
        """
        before, after = ratio[:first][-1:], ratio[last + 1 :][:1]
        steps = [*(before / (ratio[first] + 1e-3)), *(after / (ratio[last] + 1e-3))]
        return bool(steps) and all(step > self.onset for step in steps)  # NaN is not
