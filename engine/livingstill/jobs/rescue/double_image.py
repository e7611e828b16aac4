"""Tells where a picture between two others would be double, since nothing leads from one to the other."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging.dense_flow import dis_flow, look_up, pixel_grid, round_trip_error

_LONG_SIDE = 320
_DIFFERENCE = 20.0
"""Levels by which the ends differ, fine texture apart, from which on a mixture of both is seen."""
_BAND = 11
"""Pixels of the reduced frame: narrower, it is the edge of what passes."""


def reduced(frame: UInt8Array) -> UInt8Array:
    """Return a frame, (H, W, 3) uint8, at the size at which it is compared."""
    scale = min(1.0, _LONG_SIDE / max(frame.shape[:2]))
    size = (max(16, round(scale * frame.shape[1])), max(16, round(scale * frame.shape[0])))
    small = cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def double_area(before: UInt8Array, after: UInt8Array) -> float:
    """Return the share of two reduced frames, 0..1, in which no flow makes one the other.

    What is interpolated there is a mixture of both: a head in two places. (h, w, 3) uint8 RGB.
    """
    grey = [
        np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8) for frame in (before, after)
    ]
    forward, backward = dis_flow(grey[0], grey[1])
    ends = before.astype(np.float32), after.astype(np.float32)
    return max(
        _unexplained(ends[0], ends[1], forward, round_trip_error(forward, backward)),
        _unexplained(ends[1], ends[0], backward, round_trip_error(backward, forward)),
    )


def _unexplained(
    one: Float32Array, other: Float32Array, flow: Float32Array, occluded: Float32Array
) -> float:
    """Return the share of a picture that is not found in the other along its flow."""
    x, y = pixel_grid(flow.shape)
    followed = look_up(other, x + flow[..., 0], y + flow[..., 1])
    unlike = _difference(one, followed) > _DIFFERENCE
    lost = (occluded > 0.5) & (_difference(one, other) > _DIFFERENCE)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_BAND, _BAND))
    areas = cv2.morphologyEx((unlike | lost).astype(np.uint8), cv2.MORPH_OPEN, disc)
    return float(areas.mean())


def _difference(one: Float32Array, other: Float32Array) -> NDArray[np.floating]:
    """Return (h, w) how far two pictures differ, fine texture apart, levels."""
    coarse = np.abs(cv2.GaussianBlur(one - other, (0, 0), 2)).mean(-1)
    return np.asarray(cv2.GaussianBlur(coarse, (0, 0), 1.5))
