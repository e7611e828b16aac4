"""Statistics of a water surface: gradient anisotropy of its facets, correlation with its mirror image."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.imaging import exact

_ROWS = 64
"""Rows whose slopes are in memory at a time."""

Mask = NDArray[np.bool_]


def gradient_anisotropy(grey: Float32Array, inside: Mask, sigma: float = 1.0) -> float:
    """Return the ratio of vertical to horizontal gradient energy in the finest detail of a region.

    The specular facets of waves are seen at a grazing angle and so are flat: rough water has 2 and
    more. What a smooth surface mirrors is as upright as the land: 1 or less. 1 where the region is
    too narrow to measure.

    Parameters
    ----------
    grey : (h, w) float32
    inside : (h, w) bool, the water; 7 ``sigma`` along its edge are left out
    sigma : pixels, the size of the finest detail
    """
    margin = np.ones((2 * round(7 * sigma) + 1,) * 2, np.uint8)
    core = cv2.erode(inside.astype(np.uint8), margin) > 0
    if not core.any():
        return 1.0
    fine = np.asarray(exact.gaussian_blur(grey, sigma), np.float32)
    fine -= exact.gaussian_blur(grey, 2 * sigma)
    slopes = [
        [
            slope[core[row : row + _ROWS]]
            for slope in exact.sobel(fine, row, min(row + _ROWS, len(fine)))
        ]
        for row in range(0, len(fine), _ROWS)
    ]
    across, up = (
        float(np.square(np.concatenate(parts)).mean(dtype=np.float64)) for parts in zip(*slopes)
    )
    return max(up, 1e-6) / max(across, 1e-6)


def mirror_correlation(grey: Float32Array, inside: Mask) -> float:
    """Return the correlation of water with the picture above it turned upside down, in -1..1.

    Each column is compared with its own picture above the waterline, between a fine and a coarse
    scale; the waterline may be a tenth of the picture too low, or a twentieth too high.

    Parameters
    ----------
    grey : (h, w) float32, a reduced picture: every column costs
    inside : (h, w) bool, the water
    """
    rows, columns = inside.shape
    sigma = 0.04 * columns
    soft = np.asarray(exact.gaussian_blur(grey, 0.004 * columns), np.float32)
    flattened = soft - exact.wide_blur(soft, sigma)
    power = exact.wide_blur(flattened**2, sigma)
    flattened /= np.sqrt(power) + np.float32(2)
    used = np.arange(0, columns, 2)[inside[:, ::2].sum(0) >= 8]
    waterline, count = inside[:, used].argmax(0), inside[:, used].sum(0)
    best = -1.0
    for offset in range(-rows // 10, rows // 20 + 1, max(1, rows // 135)):
        line = waterline + offset
        length = np.minimum.reduce([line, rows - line, count, np.full_like(line, rows // 4)])
        down = np.arange(max(0, length.max(initial=0)))
        pair = (down < length[:, None]) & (length[:, None] >= 6)
        column, down = used[:, None] + 0 * down, line[:, None] + down
        pair[pair] = inside[down[pair], column[pair]]
        below, x = down[pair], column[pair]
        if below.size > 40:
            above = (2 * line[:, None] - 1 - down)[pair]
            a, b = (flattened[y, x].astype(np.float64) for y in (above, below))
            covariance = float(((a - a.mean()) * (b - b.mean())).mean())
            best = max(best, covariance / max(float(a.std() * b.std()), 1e-6))
    return best
