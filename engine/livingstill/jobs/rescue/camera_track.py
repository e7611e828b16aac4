"""Camera motion of a clip: the similarity of each frame to the first, from tracked corners.

Corners (Shi and Tomasi, 1994) are followed from each good frame to the next by pyramidal
Lucas-Kanade (Bouguet, 2001), there and back; a similarity is fitted by least median of squares
(Rousseeuw, 1984), which up to half of the corners may contradict, and the steps are chained.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from livingstill.core.model import UInt8Array

Flags = NDArray[np.bool_]
Float64Array = NDArray[np.float64]
Steps = list[tuple[int, int, Float64Array]]

_LONG_SIDE = 480
_CORNERS, _CORNER_QUALITY, _CORNER_DISTANCE = 600, 0.005, 6
_MIN_CORNERS = 12
"""Fewest corners that a step is fitted to; with fewer it is not known."""
_CLOSING_TOLERANCE = 0.5
"""Pixels of the reduced frame by which a corner may miss its start when it is tracked back."""

_STATIC_DISTANCE = 0.008
"""Displacement of the frame's edge, frame widths, below which a camera counts as static."""
_STAYS, _CARRIED = 0.3, 0.6
"""Pixels of the reduced frame: a corner that goes less stays, where the fit says it goes more."""
_MAX_STAYING_SHARE = 0.4
"""Share of the corners that stays behind, above which something moved before a static camera."""
_LEAST_ROLL = 2.0
"""Degrees up to which a roll may be the drift of a chain: a horizon would rather stay level."""
_SMOOTHING_SECONDS = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The similarity of each frame to the first: (T,) float64 each.

    ``x``, ``y`` : shift of the centre in frame widths, +x right, +y down
    ``zoom`` : magnification; ``roll`` : degrees, clockwise picture
    ``staying_share`` : share of the corners that stay where the fit carries them along
    """

    x: Float64Array
    y: Float64Array
    zoom: Float64Array
    roll: Float64Array
    staying_share: float = 0.0

    @property
    def displacement(self) -> Float64Array:
        """How far each frame's edge has gone from the first frame's, frame widths."""
        return np.sqrt(self.x**2 + self.y**2 + (self.zoom - 1) ** 2 / 4)

    @property
    def static(self) -> bool:
        """Whether the camera stood."""
        extent = float(self.displacement.max(initial=0.0))
        return extent < _STATIC_DISTANCE or self.staying_share > _MAX_STAYING_SHARE

    def farthest(self) -> tuple[float, float, float]:
        """Return shift (x, y) and magnification where the displacement is largest."""
        i = int(self.displacement.argmax())
        return float(self.x[i]), float(self.y[i]), float(self.zoom[i])


def track(
    frames: Iterable[UInt8Array], good: Flags | None = None, moving: UInt8Array | None = None
) -> Track:
    """Track the camera over a clip's ``frames``, (H, W, 3) uint8 RGB each.

    Parameters
    ----------
    good : (T,) bool, frames to go by; between them the camera is taken to go evenly
    moving : (h, w) uint8 of any size, above 127 in the first good frame where things move by
        themselves; no corner there counts, so that a camera before nothing else stands
    """
    steps: Steps = []
    last, total, staying = None, np.eye(3), []
    count, size = 0, (1, 1)
    for count, frame in enumerate(frames, 1):
        if good is not None and not good[count - 1]:
            continue
        grey = _reduced(frame)
        size = grey.shape[1], grey.shape[0]
        if last is not None:
            step, stayed = _fit_step(last[1], grey, _carried_mask(moving, total, size))
            if np.isfinite(step).all():
                total = step @ total
            staying.append(stayed)
            steps.append((last[0], count - 1, step))
        last = count - 1, grey
    share = float(np.mean([s for s in staying if s is not None] or [0.0]))
    return replace(_chain(steps, count, size), staying_share=share)


def smooth(path: Track, fps: float, periodic: bool) -> Track:
    """Return a track without tremor (Gaussian, 0.15 s) from the first frame on; periodic, it returns."""
    sigma = _SMOOTHING_SECONDS * fps

    def one(values: Float64Array) -> Float64Array:
        values = values - values[0]
        if periodic:
            values = values - values[-1] * np.linspace(0, 1, len(values))
        line = values[-1] * np.linspace(0, 1, len(values))
        # odd reflection about both ends, as far as a line would lead, keeps the ends
        around = values - line
        padded = np.concatenate([-around[:0:-1], around, -around[-2::-1]])
        filtered = gaussian_filter1d(padded, sigma, mode="nearest")
        return np.asarray(line + filtered[len(values) - 1 : 2 * len(values) - 1], np.float64)

    roll = one(path.roll) if np.ptp(path.roll) > _LEAST_ROLL else np.zeros_like(path.roll)
    zoom = np.exp(one(np.log(path.zoom)))
    return replace(path, x=one(path.x), y=one(path.y), zoom=zoom, roll=roll)


def _reduced(frame: UInt8Array) -> UInt8Array:
    """Return the luma of a frame, its longer side at most 480."""
    scale = min(1.0, _LONG_SIDE / max(frame.shape[:2]))
    size = (max(8, round(scale * frame.shape[1])), max(8, round(scale * frame.shape[0])))
    small = cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _carried_mask(
    moving: UInt8Array | None, total: Float64Array, size: tuple[int, int]
) -> UInt8Array | None:
    """Return where corners may lie in a frame to which the camera went by ``total``: 255, else 0."""
    if moving is None:
        return None
    first = cv2.resize(moving, size, interpolation=cv2.INTER_AREA)
    there = cv2.warpAffine(first, total[:2], size, borderMode=cv2.BORDER_REPLICATE)
    return np.where(there > 127, 0, 255).astype(np.uint8)


def _fit_step(
    before: UInt8Array, after: UInt8Array, allowed: UInt8Array | None
) -> tuple[Float64Array, float | None]:
    """Return the similarity (3, 3) from a frame to the next, and the share of corners that stay.

    The share is None where the camera hardly moves, the similarity nan where it cannot be told.
    """
    start, end = _tracked_corners(before, after, allowed)
    unknown = np.full((3, 3), np.nan)
    if len(start) < _MIN_CORNERS:
        return unknown, None
    fitted: tuple[Any, Any] = cv2.estimateAffinePartial2D(start, end, method=cv2.LMEDS)
    matrix = fitted[0]
    if matrix is None:
        return unknown, None
    carried = np.linalg.norm(start @ matrix[:, :2].T + matrix[:, 2] - start, axis=1) > _CARRIED
    staying = np.linalg.norm(end - start, axis=1) < _STAYS
    stayed = float(staying[carried].mean()) if carried.mean() > 0.5 else None
    return np.vstack([matrix, [0, 0, 1]]), stayed


def _tracked_corners(
    before: UInt8Array, after: UInt8Array, allowed: UInt8Array | None
) -> tuple[Float64Array, Float64Array]:
    """Return corners (n, 2) of a frame and where they are in the next."""
    none = np.zeros((0, 2))
    corners: Any = cv2.goodFeaturesToTrack(
        before, _CORNERS, _CORNER_QUALITY, _CORNER_DISTANCE, mask=allowed
    )
    if corners is None:
        return none, none
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None)
    back, _, _ = cv2.calcOpticalFlowPyrLK(after, before, there, None)
    closed = np.linalg.norm(back - corners, axis=-1)[:, 0] < _CLOSING_TOLERANCE
    kept = (found[:, 0] > 0) & closed
    return corners[kept, 0].astype(np.float64), there[kept, 0].astype(np.float64)


def _chain(steps: Steps, count: int, size: tuple[int, int]) -> Track:
    """Chain the steps; an unknown one is the median of the steps around it, per frame."""
    rates = np.array([_parameters(step, size) / (last - first) for first, last, step in steps])
    values = np.zeros((max(count, 1), 4))
    at = 0
    position = np.zeros(4)
    for i, (first, last, _) in enumerate(steps):
        rate = rates[i]
        if np.isnan(rate).any():
            nearby = rates[max(0, i - 4) : i + 5]
            nearby = nearby[np.isfinite(nearby).all(1)]
            rate = np.median(nearby, axis=0) if len(nearby) else np.zeros(4)
        at = last
        for t in range(first + 1, last + 1):
            scale, turn = np.exp(rate[2]), np.radians(rate[3])
            x, y = position[:2]
            position = position + rate
            position[0] = scale * (x * np.cos(turn) - y * np.sin(turn)) + rate[0]
            position[1] = scale * (x * np.sin(turn) + y * np.cos(turn)) + rate[1]
            values[t] = position
    values[at + 1 :] = position
    return Track(values[:, 0], values[:, 1], np.exp(values[:, 2]), values[:, 3])


def _parameters(step: Float64Array, size: tuple[int, int]) -> Float64Array:
    """Return shift of the centre (frame widths), log magnification and roll (degrees) of a similarity."""
    width, height = size
    centre = np.array([(width - 1) / 2, (height - 1) / 2, 1.0])
    shift = (step @ centre - centre)[:2] / width
    scale = np.hypot(step[0, 0], step[1, 0])
    turn = np.degrees(np.arctan2(step[1, 0], step[0, 0]))
    return np.array([*shift, np.log(scale), turn])
