"""A small part of the picture that is out of shape for an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.excursion import distance_from_ends, extent_of
from livingstill.quality.faults.kinds import MELT, FaultKind
from livingstill.quality.faults.residual_burst import ResidualBurst
from livingstill.quality.faults.statistics import (
    baseline_bar,
    clustered_tiles,
    is_isolated,
    may_come_in,
    residual_scale,
)
from livingstill.quality.no_reference import Series

_REACHES = (3, 5, 2)
"""Frames before and after that a distortion is held against, the surest first."""
_SURROUND = 1
"""Tiles around in which nothing passes before and after."""
_REACH_AROUND, _MIN_WITNESSES = 6, 8
"""Frames around a frame that say nothing of what is usual, and other frames that must."""
_NEAR = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Distortion:
    """Few tiles that leave what they were and come back, of the same colour, and followed by no flow.

    Each alone happens to so few tiles in any clip: a leaf flutters, a hand passes, an eye blinks. But
    what passes or closes is of another colour, what is bent is not; and a texture that no flow
    follows is as unlike itself at all times. So a melt is seen that is small, or beside a flag.
    """

    name: ClassVar[str] = "distortion"
    kinds: ClassVar[tuple[FaultKind, ...]] = (MELT,)
    after: ClassVar[tuple[str, ...]] = ("excursion",)
    loop_only: ClassVar[bool] = False

    min_tiles: Annotated[int, Limit("tiles that are out of shape", "tiles")] = 3
    max_area: Annotated[float, Limit("tiles from which on they are no few", "share")] = 0.1
    min_excess: Annotated[
        float, Limit("difference from both ends", "times the largest of other frames there")
    ] = 1.2
    min_ratio: Annotated[
        float, Limit("difference from both ends", "1.5 times theirs from each other")
    ] = 0.8
    usual_ratio: Annotated[
        float, Limit("the same, of other frames at least", "1.5 times theirs from each other")
    ] = 0.45
    min_difference: Annotated[float, Limit("difference from both ends", "levels")] = 4.0
    min_residual: Annotated[
        float, Limit("residual after flow", "times what makes a burst of more tiles")
    ] = 0.9
    same_colour: Annotated[
        float, Limit("change of mean level and colour of what is only bent", "times its difference")
    ] = 0.35

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the distortions, each as the frames out of shape."""
        if len(series) < 2 * max(_REACHES) + _MIN_WITNESSES:
            return Detection()
        ratio = ResidualBurst().ratio(series)
        unfollowed = ratio / baseline_bar(ratio, residual_scale(series)) > self.min_residual
        unfollowed[:2] = False  # a coder settles
        excluded, findings = explained.copy(), []
        for reach in _REACHES:
            for strength, t, tiles in self._candidates(series, reach, unfollowed, excluded):
                if not excluded[max(0, t - reach) : t + reach + 1].any():
                    first, last = _longest_extent(series, t, reach, tiles)
                    excluded[max(0, first - 1) : last + 2] = True
                    findings.append(Finding(MELT, first, last, tiles, strength))
        return Detection(tuple(findings))

    def _candidates(
        self, series: Series, reach: int, unfollowed: Flags, excluded: Flags
    ) -> list[tuple[float, int, Flags]]:
        """Return strength, frame and tiles of what differs from both ends at ``reach``, strongest first."""
        distance, ratio = distance_from_ends(series, reach)
        excess = ratio / np.maximum(_largest_elsewhere(ratio, reach), self.usual_ratio)
        bent = (excess > self.min_excess) & (ratio > self.min_ratio)
        bent &= _change_of_colour(series, reach) < self.same_colour * distance
        inside = slice(reach, len(series) - reach)
        beyond = np.maximum(distance - np.median(distance[inside], axis=0), 0)
        candidates = []
        for t in range(reach, len(series) - reach):
            # a step leads to a bad frame, or back from one
            steps = np.asarray(
                cv2.dilate((unfollowed[t] | unfollowed[t + 1]).view(np.uint8), _NEAR)
            )
            # it sets in and fades: what lies right beside it is no witness
            sides = max(0, t - 2 * reach - 1), min(t + 1, len(series) - 2 * reach - 1)
            tiles = clustered_tiles(bent[t]) & (steps > 0)
            area = float(tiles.mean())
            few = tiles.sum() >= self.min_tiles and area < self.max_area
            if not few or distance[t][tiles].mean() < self.min_difference:
                continue
            strength = float(excess[t][tiles].mean()) / self.min_excess
            if not may_come_in(tiles, strength, area) and is_isolated(
                beyond[inside], tiles, *sides, excluded[inside], reach=_SURROUND
            ):
                candidates.append((strength, t, tiles))
        return sorted(candidates, key=lambda c: -c[0])


def _longest_extent(series: Series, t: int, reach: int, tiles: Flags) -> tuple[int, int]:
    """Return the first and last frame out of shape around ``t``: ends near by may be so themselves."""
    extents = [
        extent_of(series, t, r, tiles)
        for r in range(reach, max(_REACHES) + 1)
        if r <= t < len(series) - r
    ]
    return min(first for first, _ in extents), max(last for _, last in extents)


def _change_of_colour(series: Series, reach: int) -> Float32Array:
    """Return (T, gy, gx) how far a tile's mean luma or chroma is from the nearer end's, levels."""
    planes = np.concatenate([series.luma[..., None], series.chroma], axis=-1)
    out = np.zeros_like(series.luma)
    steps = np.abs(planes[reach:] - planes[:-reach])
    out[reach:-reach] = np.minimum(steps[:-reach], steps[reach:]).max(-1)
    return out


def _largest_elsewhere(ratio: Float32Array, reach: int) -> Float32Array:
    """Return (T, gy, gx) the largest ratio in a tile and those beside it in frames not near each.

    Infinite where too few other frames tell.
    """
    count = len(ratio)
    widened = np.stack([cv2.dilate(frame, _NEAR) for frame in ratio]).astype(np.float32)
    before = np.maximum.accumulate(widened, axis=0)
    after = np.maximum.accumulate(widened[::-1], axis=0)[::-1]
    out = np.full_like(widened, np.inf)
    for t in range(count):
        left, right = t - _REACH_AROUND - 1, t + _REACH_AROUND + 1
        witnesses = max(0, left + 1 - reach) + max(0, count - reach - right)
        if witnesses >= _MIN_WITNESSES:
            sides = [before[left]] if left >= 0 else []
            sides += [after[right]] if right < count else []
            out[t] = np.max(sides, axis=0)
    return np.asarray(out, np.float32)
