"""Water that stands or runs: by its level, its foam and what it mirrors."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core import anisotropy
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.segmentation import falls
from livingstill.segmentation.reduced import reduced

Mask = NDArray[np.bool_]


def level(water: UInt8Array, inverse_depth: Float32Array) -> UInt8Array:
    """Return ``water`` without the parts that cannot be: crumbs, and what reaches up to the sky.

    Water lies: a part that begins at the picture's upper border over much of its width, and does
    not come clearly nearer on its way down, is a wall, a curtain or a blurred background.
    """
    height, width = water.shape
    scale = min(1.0, 240 / max(height, width))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    solid = cv2.resize(water, size, interpolation=cv2.INTER_AREA) > 96
    depth = np.asarray(cv2.resize(inverse_depth, size, interpolation=cv2.INTER_AREA))
    out = np.zeros(solid.shape, np.uint8)
    count, part = cv2.connectedComponents(solid.astype(np.uint8))
    for k in range(1, count):
        inside = part == k
        if inside.mean() < 0.004:
            continue
        rows, columns = np.nonzero(inside)
        high = inside[: max(1, size[1] // 50)].any(0).sum() / len(np.unique(columns))
        behind = depth[rows, columns]
        slopes = np.ptp(rows) > 8 and np.ptp(behind) > 0
        near = np.corrcoef(rows, behind)[0, 1] if slopes else 0.0
        if near > -0.2 if high < 0.25 else near > 0.8 and high < 0.6:
            out[inside] = 255
    grown = cv2.dilate(out, np.ones((5, 5), np.uint8))
    whole = cv2.resize(grown, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.minimum(water, whole), np.uint8)


def running(rgb: UInt8Array, water: UInt8Array, sky: UInt8Array | None = None) -> bool:
    """Return whether water runs rather than stands.

    Water that falls runs. Water that mirrors stands, and so does what reaches to the sky. What else
    is white in a good part, with the texture of foam, runs.
    """
    small, inside = reduced(rgb, water)
    if inside.sum() < 40:
        return False
    if falls.streaks(small, inside)[0].sum() > 0.1 * inside.sum():
        return True
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if anisotropy.mirror_correlation(grey, inside) > 0.27:
        return False
    columns = np.flatnonzero(inside.any(0))
    if sky is not None:
        _, above = reduced(rgb, sky)
        reach = max(2, round(0.03 * inside.shape[0]))
        shore = inside[:, columns].argmax(0)
        open_ = [bool(above[max(0, y - reach) : y + 1, x].any()) for y, x in zip(shore, columns)]
        if np.mean(open_) > 0.25:
            return False
    return foaming(small, inside)


def foaming(small: UInt8Array, inside: Mask) -> bool:
    """Return whether a good part of water is white with the texture of foam, not of wave crests."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if anisotropy.gradient_anisotropy(grey, inside) > 5:
        return False
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0))
    pixels = small.astype(np.float32)
    white = (pixels.min(2) > 130) & (np.ptp(pixels, axis=2) < 60) & inside
    foam = white & (cv2.GaussianBlur(fine, (0, 0), 3.0) > 5)
    return float(foam.sum()) / max(float(inside.sum()), 1.0) > 0.12
