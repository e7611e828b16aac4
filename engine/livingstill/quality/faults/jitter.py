"""Detector of camera jitter: global shifts off the flow's running median that reverse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import JITTER, FaultKind
from livingstill.quality.faults.pace import SETTLING, relative_duration
from livingstill.quality.faults.statistics import MAD, all_tiles, running_median, runs
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Jitter:
    """Steps whose global shift leaves the running median of the flow, most textured tiles alike."""

    name: ClassVar[str] = "jitter"
    kinds: ClassVar[tuple[FaultKind, ...]] = (JITTER,)
    after: ClassVar[tuple[str, ...]] = ("global flicker",)
    loop_only: ClassVar[bool] = False

    shift: Annotated[float, Limit("shift off the path", "px of a picture 480 wide")] = 0.5
    deviations: Annotated[float, Limit("shift off the path", "standard deviations")] = 8.0
    agreement: Annotated[float, Limit("textured tiles that are shifted alike", "share")] = 0.5
    return_share: Annotated[float, Limit("hop back", "share of the largest hop")] = 0.5
    held: Annotated[
        float, Limit("repeats from which on steps are uneven by habit, as in `gap`", "share")
    ] = 0.3
    texture: Annotated[float, Limit("contrast of a tile whose flow is sure", "levels")] = 4.0

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the runs of frames in which the camera hops."""
        if len(series) < 6 or explained.mean() > self.held:
            return Detection()
        textured = np.median(series.contrast, axis=0) > self.texture
        if textured.sum() < 4:
            return Detection()
        flow = np.nan_to_num(series.flow)[:, textured] * (480 / max(series.size))
        deviation = flow - running_median(flow, 3)
        common = np.median(deviation, axis=1)
        length = np.hypot(common[:, 0], common[:, 1])
        agreement = (
            np.hypot(*np.moveaxis(deviation - common[:, None], -1, 0)) < 0.5 * length[:, None]
        )
        limit = max(self.shift, self.deviations * float(np.median(length[1:]) * MAD))
        bad = (length > limit) & (agreement.mean(1) > self.agreement) & ~explained
        bad &= relative_duration(series) < 1.3
        bad[:SETTLING] = False
        hops = list(runs(bad, gap=2))
        returning = [run for run in hops if self._returns(common[run[0] - 1 : run[1] + 2])]
        turns = np.zeros(len(series), bool)  # a camera that turns round explains its step
        path = np.median(flow, axis=1)
        for first, last in hops:
            turn = (first, last) not in returning and _turns(path, first, last, length)
            turns[first - 1 : last + 2] |= turn
        return Detection(
            tuple(
                # a step belongs to the frame it leads to; the last step of a tremble leads back
                Finding(
                    JITTER,
                    first,
                    max(first, last - 1),
                    all_tiles(series),
                    float(length[first : last + 1].max() / limit),
                )
                for first, last in returning
            ),
            turns,
        )

    def _returns(self, hops: NDArray[np.floating]) -> bool:
        """Return whether of hops (n, 2) off the path some go back; a camera that turns round does not."""
        largest = hops[int(np.hypot(hops[:, 0], hops[:, 1]).argmax())]
        along = hops @ largest
        return bool(-along.min() > self.return_share * along.max())


def _turns(path: NDArray[np.floating], first: int, last: int, size: NDArray[np.floating]) -> bool:
    """Return whether the motion (T, 2) after a hop is another than before, by half the hop and more."""
    before, after = path[max(1, first - 3) : first], path[last + 1 : last + 4]
    if not (len(before) and len(after)):
        return False
    difference = np.median(after, axis=0) - np.median(before, axis=0)
    return bool(np.hypot(*difference) > 0.5 * size[first : last + 1].max())
