"""Steps that change the picture much more than those around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import CUT, DROP, FaultKind
from livingstill.quality.faults.pace import (
    SETTLING,
    blurred_by_motion,
    compensated,
    is_stride,
    relative_duration,
    relative_stride,
    repeats_by_habit,
    step_prominence,
)
from livingstill.quality.faults.statistics import MAD, minimum_tiles
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Gap:
    """Steps that exceed the median of the two before and the two after: frames are missing, or a cut.

    What ``stride`` finds is found here too, so that the surer of the two says how sure it is.

    Of 3,000 steps of clips of fire, water, leaves and flags none exceeded both ``rise`` and
    ``prominence`` by more than 0.3 octaves, and none that skipped fell behind them.
    """

    name: ClassVar[str] = "gap"
    kinds: ClassVar[tuple[FaultKind, ...]] = (DROP, CUT)
    after: ClassVar[tuple[str, ...]] = ("blur",)
    loop_only: ClassVar[bool] = False

    rise: Annotated[float, Limit("change beyond the median around it", "octaves")] = 0.45
    even_rise: Annotated[float, Limit("the same, in a clip of even steps", "octaves")] = 0.3
    even: Annotated[float, Limit("the same in such a clip", "times the third largest rise")] = 4.0
    deviations: Annotated[
        float, Limit("change beyond the median around it", "standard deviations")
    ] = 6
    prominence: Annotated[
        float, Limit("change beyond the largest of 12 steps around", "octaves")
    ] = 0.38
    min_prominence: Annotated[float, Limit("the same, of any gap", "octaves")] = 0.2
    tail: Annotated[float, Limit("change beyond", "times that of the third largest step")] = 1.4
    high_prominence: Annotated[float, Limit("prominence that makes up for it", "octaves")] = 0.6
    high_share: Annotated[float, Limit("the same", "times the third largest rise")] = 0.55
    compensation: Annotated[
        float, Limit("a long and a short step, if the frame between came late", "times two usual")
    ] = 1.3
    refresh: Annotated[
        float, Limit("change at a key frame, which draws a still picture anew", "levels")
    ] = 3.0
    held: Annotated[
        float, Limit("repeats from which on steps are uneven by habit and none is missing", "share")
    ] = 0.3
    habit: Annotated[
        float, Limit("steps that repeat a frame, from which on they are uneven by habit", "share")
    ] = 0.08
    blurred: Annotated[
        float, Limit("detail lost, from which on the camera went far itself", "share")
    ] = 0.1
    cut: Annotated[float, Limit("change from which on it may be a cut", "octaves")] = 1.5

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the gaps, each as the frames it lies between, and the cuts."""
        if len(series) < 8:
            return Detection()
        moving, steps = _changes_of_moving_tiles(series, explained)
        with np.errstate(all="ignore"):
            rise = np.log2(steps / _neighbour_median(steps))
        level = np.array([np.nanmedian(r) if np.isfinite(r).sum() > 2 else 0.0 for r in rise])
        strength, level = self._strength(series, steps, level)
        tiles, findings = np.zeros(series.grid, bool), []
        tiles[moving] = True
        every_step = np.nan_to_num(series.change[0]).reshape(len(series), -1)
        uneven = explained.mean() > self.held or repeats_by_habit(every_step, self.habit)
        along_flow, blurred = is_stride(series), blurred_by_motion(series, self.blurred)
        for t in map(int, np.flatnonzero((strength > 1) & ~explained)):
            consistent = (rise[t][np.isfinite(rise[t])] > 0.5 * level[t]).mean() > 0.6
            if not consistent or np.nanmedian(steps[t]) < 0.9 * np.nanmedian(steps):
                continue
            if level[t] > self.cut and not along_flow[t] and _unrelated(series, t):
                findings.append(Finding(CUT, t, t, tiles, float(strength[t])))
            elif uneven or blurred[t]:
                continue
            elif not (series.key_frames[t] and np.nanmedian(steps[t]) < self.refresh):
                findings.append(Finding(DROP, t - 1, t, tiles, float(strength[t])))
        return Detection(tuple(findings))

    def _strength(
        self, series: Series, steps: Float32Array, level: Float32Array
    ) -> tuple[Float32Array, Float32Array]:
        """Return (T,) how far each step is beyond the limits, and its rise in octaves."""
        deviation = float(np.median(np.abs(level[2:-1]))) * MAD
        duration = np.log2(relative_duration(series))
        level = level - duration
        third = _third_largest_level(level)
        rise = float(np.clip(self.even * third, self.even_rise, self.rise))
        limit = max(rise, self.deviations * deviation)
        # steps of a beat, as of converted rates, are uneven by habit, but do not outdo each other
        prominence = step_prominence(steps) - duration
        strength = np.maximum(level / limit, np.minimum(level / rise, prominence / self.prominence))
        strength[prominence < self.min_prominence] = (
            0  # where motion ebbs, steps of before must not be forgotten
        )
        length_ratio, cosine = relative_stride(series)
        strength[(cosine > 0.8) & (length_ratio < 1.3)] = 0  # a camera that sets off
        strength[compensated(steps, self.compensation)] = 0
        tail = level < self.tail * third
        strength[tail & (prominence < max(self.high_prominence, self.high_share * third))] = 0
        strength[:SETTLING] = 0
        return strength, level


def _changes_of_moving_tiles(
    series: Series, explained: Flags
) -> tuple[Flags, NDArray[np.floating]]:
    """Return the tiles (gy, gx) that move, and (T, n) how much they change, NaN where explained."""
    change = np.where(explained[:, None, None], np.nan, series.change[0])
    median = np.nanmedian(change, axis=0)
    moving = median > max(0.5, 0.25 * float(np.nanquantile(median, 0.9)))
    if moving.sum() < minimum_tiles(moving.size):
        moving = median >= np.nanquantile(median, 0.9)
    return moving, np.asarray(change[:, moving] + 0.2)


def _neighbour_median(steps: Float32Array) -> Float32Array:
    """Return (T, n) the median of the two steps before and the two after; NaN where a side is unknown.

    Known on both sides, or a camera setting off looks like a skip.
    """
    out = np.full_like(steps, np.nan)
    for t in range(2, len(steps) - 1):
        pairs = ((t - 2, t - 1), (t + 1, t + 2))
        sides = [steps[[u for u in pair if 0 < u < len(steps)]] for pair in pairs]
        sides = [side[np.isfinite(side[:, 0])] for side in sides]
        counts = [len(side) for side in sides]
        if min(counts) > 0:
            balanced = counts[0] == counts[1]
            medians = [np.median(side, axis=0) for side in sides]
            out[t] = np.median(np.concatenate(sides), axis=0) if balanced else sum(medians) / 2
    return out


def _third_largest_level(level: NDArray[np.floating]) -> float:
    """Return the largest level but two, at least 0: of a clip that often skips, none is a fault."""
    return max(0.0, float(np.sort(level)[-3]))


def _unrelated(series: Series, t: int) -> bool:
    """Return whether a frame has nothing of the one before it: all changed, and no flow explains it."""
    all_changed = np.nanmean(series.change[0, t]) > 0.5 * float(series.contrast.mean())
    baseline = np.nanmean(np.nanmedian(series.residual, axis=0))
    return bool(all_changed and np.nanmean(series.residual[t]) > 2.5 * baseline)
