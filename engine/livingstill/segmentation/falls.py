"""Falling water: where the water of a photo stands upright, and along which way it falls.

On a level surface streaks lie; a fall's stand steeply, and it is paler than the land around it.
Mirror images of trees and walls stand too, but are darker than what they mirror. The way is that of
the structure tensor's weaker axis (Bigün and Granlund 1987).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array

Mask = NDArray[np.bool_]

SIDE = 480
"""Long side of the pictures in which streaks are told."""

PALE = 60
"""Grey level below which nothing is foam."""

REACH = 6.0
"""Pixels (one sigma) over which streaks are told."""


def streaks(rgb: UInt8Array, inside: Mask) -> tuple[Mask, Float32Array]:
    """Return where water falls, (h, w) bool, and its unit direction (h, w, 2) float32, down.

    Parameters
    ----------
    rgb : (h, w, 3) uint8, the photo with a long side of about ``SIDE``
    inside : (h, w) bool, water
    """
    grey = rgb.max(2).astype(np.float32)  # in the shade foam is blue
    tint = rgb.reshape(-1, 3).mean(0, dtype=np.float64)
    neutral = rgb * (tint.mean() / np.maximum(tint, 1)).astype(np.float32)
    core = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    weight = cv2.GaussianBlur(core, (0, 0), REACH) + np.float32(1e-3)

    def mean(values: Float32Array) -> Float32Array:
        return np.asarray(cv2.GaussianBlur(values * core, (0, 0), REACH) / weight, np.float32)

    dx, dy = (np.asarray(cv2.Sobel(soft, cv2.CV_32F, *d), np.float32) for d in ((1, 0), (0, 1)))
    across, along, mixed = mean(dx * dx), mean(dy * dy), mean(dx * dy)
    land = float(np.percentile(grey[~inside], 75)) if not inside.all() else 255.0
    pale = (grey > max(PALE, land)) & (np.ptp(neutral, axis=2) < 110)
    steep = (across > along) & (across + along > 40) & (mean(pale.astype(np.float32)) > 0.5)
    falls = (steep & (core > 0)).astype(np.uint8)
    falls = np.asarray(cv2.morphologyEx(falls, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)), np.uint8)
    turn = 0.5 * np.arctan2(
        2 * mixed, across - along
    )  # of the steepest gradient, within 45 degrees
    return falls > 0, np.stack([-np.sin(turn), np.cos(turn)], axis=-1).astype(np.float32)
