"""Detector of one to three frames that differ from the frames on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import (
    BLUR,
    COLOUR,
    FLICKER,
    JITTER,
    MELT,
    SCRAMBLE,
    FaultKind,
)
from livingstill.quality.faults.statistics import (
    WHOLE_PICTURE,
    exceeds_baseline,
    exceeds_baseline_count,
    is_isolated,
    neighbourhood_baseline,
    residual_scale,
    same_sign,
)
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Outlier:
    """Frames that differ from both good neighbours by more than those differ from each other."""

    name: ClassVar[str] = "outlier"
    kinds: ClassVar[tuple[FaultKind, ...]] = (COLOUR, FLICKER, JITTER, BLUR, SCRAMBLE, MELT)
    after: ClassVar[tuple[str, ...]] = ("freeze", "border")
    loop_only: ClassVar[bool] = False

    longest: Annotated[int, Limit("frames in a row that are held against two ends", "frames")] = 3
    excess: Annotated[
        float, Limit("difference from both ends", "times that of the ends from each other")
    ] = 1.7
    floor: Annotated[float, Limit("difference that is always allowed", "levels")] = 0.8
    hop: Annotated[
        float, Limit("shift out and back, less of which is no fault", "px of a picture 480 wide")
    ] = 0.5

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the odd frames, longest runs first: of three the middle one alone may look odd."""
        if len(series) < 3:
            return Detection()
        steps = np.nan_to_num(series.change[0])
        excluded, scale, findings = explained.copy(), residual_scale(series), []
        small = np.zeros(len(series), bool)
        for length in range(min(self.longest, len(series) - 2), 0, -1):
            ratio = self._ratio(series, length)
            over, enough = _outlier_tiles(ratio, scale)
            for first in map(int, np.flatnonzero(enough) + 1):
                after = first + length
                tiles = over[first - 1]
                if excluded[first : after + 1].any():
                    continue
                if not is_isolated(steps, tiles, first, after, excluded):
                    continue
                excluded[first : after + 1] = True
                strength = float(ratio[first - 1][tiles].mean())
                kind = _kind(series, first, after, tiles)
                if kind is JITTER and _shift(series, first, tiles) < self.hop:
                    small[first : after + 1] = True
                    continue
                findings.append(Finding(kind, first, after - 1, tiles, strength))
        return Detection(tuple(findings), small)

    def _ratio(self, series: Series, length: int) -> Float32Array:
        """Return (T - length - 1, gy, gx): how far the runs that start at 1, 2, ... are odd, in limits."""
        starts = np.arange(1, len(series) - length)
        jump = np.minimum(series.change[0, starts], series.change[0, starts + length])
        for lag in range(1, length):  # every frame of the run differs from the last good one
            jump = np.minimum(jump, series.change[lag, starts + lag])
        baseline = np.nanmedian(series.change[0], axis=0)
        # flames and spray come and go by themselves: the livelier, the odder a frame has to be
        activity = cv2.dilate(baseline, np.ones((5, 5), np.uint8))
        factor = self.excess + 0.06 * np.minimum(activity, 25)
        end_distance = factor * series.change[length, starts + length] + self.floor
        bar = np.maximum(end_distance, 1.5 * neighbourhood_baseline(baseline) + 0.5)
        return np.asarray(jump / bar, np.float32)


def _outlier_tiles(ratio: Float32Array, scale: float) -> tuple[Flags, Flags]:
    """Return the tiles (n, gy, gx) that are odd, and the runs (n,) in which they are enough."""
    over = exceeds_baseline(ratio, scale)
    enough = exceeds_baseline_count(over)
    if scale > 1:  # the whole picture is never odd by chance
        whole_picture = (ratio > 1).mean((1, 2)) > WHOLE_PICTURE
        over[whole_picture] = (ratio > 1)[whole_picture]
        enough |= whole_picture
    return over, enough


def _kind(s: Series, first: int, after: int, tiles: Flags) -> FaultKind:
    """Return what an odd run of frames suffers from."""
    before = first - 1
    jump = np.minimum(s.change[0, first], s.change[0, after])[tiles].mean()
    lift = (s.luma[first] - (s.luma[before] + s.luma[after]) / 2)[tiles]
    tint = (s.chroma[first] - (s.chroma[before] + s.chroma[after]) / 2)[tiles]
    if np.abs(tint.mean(0)).max() > max(1.0, 0.5 * np.abs(lift).mean()) and same_sign(tint):
        return COLOUR
    if np.abs(lift.mean()) > 0.5 * jump and same_sign(lift[:, None]):
        return FLICKER
    if _goes_and_returns(s, first, after, tiles):
        return JITTER
    detail = s.detail[first] / (0.5 * (s.detail[before] + s.detail[after]) + 0.3)
    if tiles.mean() > 0.25 and np.median(detail[tiles]) < 0.85:
        return BLUR
    return SCRAMBLE if tiles.mean() > 0.5 else MELT


def _shift(s: Series, t: int, tiles: Flags) -> float:
    """Return how far the picture goes in a step, pixels of one 480 wide."""
    return float(np.hypot(*np.median(s.flow[t][tiles], 0)) * (480 / max(s.size)))


def _goes_and_returns(s: Series, first: int, after: int, tiles: Flags) -> bool:
    """Return whether the picture as a whole is shifted and shifted back."""
    forward, backward = s.flow[first][tiles], s.flow[after][tiles]
    shift = np.median(forward, 0)
    return bool(
        tiles.mean() > WHOLE_PICTURE
        and np.hypot(*(shift + np.median(backward, 0))) < 0.5 * np.hypot(*shift)
        and s.residual[first][tiles].mean() < 0.6 * s.change[0, first][tiles].mean()
    )
