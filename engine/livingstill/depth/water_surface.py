"""The surface of standing water is level: along a row of the picture it is equally far.

A network gives trees and hills in a mirror a depth of their own, and water that is moved by a camera
then bends along what it mirrors. The distance of level water depends on the row alone, if the camera
is upright (Hartley & Zisserman, 2004: inverse depth is linear in the picture on any plane).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact

_SURE, _POSSIBLE = 204, 128
"""Probabilities in 8 bits from which a pixel is levelled wholly, and from which at all."""
_LEAST_AREA, _LEAST_ROW = 0.01, 0.03
"""Shares of the picture, and of its width, under which water does not tell how far it is."""
_SHORE = 0.04
"""How far what is beside water moves along with it, of the long side."""
_REACH = 3
"""Rows to either side over which the distance of a row is averaged."""


def level_water(inverse: Float32Array, water: UInt8Array) -> Float32Array:
    """Return (h, w) float32 inverse depth in which each part of the water is level.

    Each row has the median of its water; downwards it only comes nearer. What is beside the water or
    stands in it is moved along, less the farther off: the shore gets no edge that it has not.

    Parameters
    ----------
    inverse : (h, w) float32
    water : (h, w) uint8, probability of water, 255 = certain
    """
    height, width = inverse.shape
    likely = cv2.erode((water >= _POSSIBLE).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, parts, areas, _ = cv2.connectedComponentsWithStats(likely, connectivity=4)
    change, known = np.zeros_like(inverse), np.zeros_like(inverse)
    share = np.clip((water.astype(np.float32) - _POSSIBLE) / (_SURE - _POSSIBLE), 0, 1)
    for part in range(1, count):
        if areas[part, cv2.CC_STAT_AREA] < _LEAST_AREA * height * width:
            continue
        member = parts == part
        rows = np.flatnonzero(member.sum(1) >= _LEAST_ROW * width)
        if rows.size < 2 * _REACH:
            continue
        told = np.array([np.median(inverse[row, member[row]]) for row in rows])
        profile = _smooth(np.interp(np.arange(height), rows, told))
        # what was eroded belongs to it too
        near = cv2.dilate(member.astype(np.uint8), np.ones((3, 3), np.uint8)) * share
        near[: rows[0]], near[rows[-1] + 1 :] = 0, 0
        near[known > 0] = 0  # parts that touch at a corner grow over one another
        change += near * (profile[:, None].astype(np.float32) - inverse)
        known = np.maximum(known, near)
    sigma = _SHORE * max(height, width)
    around = exact.gaussian_blur(known, sigma)
    spread = exact.gaussian_blur(change, sigma) / np.maximum(around, np.float32(1e-6))
    spread *= np.minimum(2 * around, 1)
    out = inverse + change + (1 - known) * spread
    return np.asarray(np.clip(out, 0, 1), np.float32)


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a profile that never goes farther downwards, averaged over neighbouring rows."""
    rising = np.maximum.accumulate(values)
    falling = np.minimum.accumulate(values[::-1])[::-1]
    padded = np.pad((rising + falling) / 2, _REACH, mode="edge")
    total = np.zeros_like(values)
    for shift in range(2 * _REACH + 1):
        total += padded[shift : shift + len(values)]
    mean: NDArray[np.float64] = total / (2 * _REACH + 1)
    return mean
