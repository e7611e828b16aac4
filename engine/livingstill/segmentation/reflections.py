"""Mirror images on water: where the photo is its own reflection, and what floats in it upside down."""

from __future__ import annotations

from math import sqrt

import cv2
import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation.evidence import Evidence

_SIDE = 192
"""Long side of the picture whose symmetry is measured."""

_MIN_ROWS = 8
"""Rows of that picture where the photo is a long strip."""

_MIN_CORRELATION = 0.6
"""Correlation: lakes reach .6 to .9; rooms with shiny floors .6 at most, and their line is higher."""


def mark_mirror_image(evidence: Evidence) -> Evidence:
    """Mark all below a waterline as reflection, if the network saw sky, leaves or water there."""
    line = waterline(evidence.rgb)
    known = [mask for name, mask in evidence.classes.items() if name in ("sky", "water", "foliage")]
    if line is None or not known or np.max(known, axis=0)[line:].mean() <= 0.4 * 255:
        return evidence
    below = np.zeros(evidence.rgb.shape[:2], np.uint8)
    below[line:] = 255
    return evidence.with_reflection(below)


def give_reflections_to_water(evidence: Evidence) -> Evidence:
    """Take sky, leaves and grass where they are reflections, and give their share to the water."""
    reflection = evidence.reflection
    if reflection is None or not reflection.any():
        return evidence
    changed: dict[str, UInt8Array] = {}
    water = evidence.mask("water")
    for name in ("sky", "foliage", "grass"):
        if name in evidence.masks:
            mirrored = np.minimum(evidence.classes[name], reflection)
            water = np.asarray(cv2.add(water, mirrored), np.uint8)  # shares of one pixel add up
            changed[name] = np.minimum(evidence.masks[name], ~reflection)
    return evidence.with_masks({**changed, "water": water})


def waterline(rgb: UInt8Array) -> int | None:
    """Return the row about which the photo is symmetric, by correlation; None if there is none.

    A band above each row is compared with that below it upside down, both freed of slow changes,
    of their local contrast and of each row's mean.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    """
    small = np.asarray(image.downscale(rgb, _SIDE, min_side=_MIN_ROWS), np.float32)
    rows, columns = small.shape[:2]
    scale = min(1.0, max(_SIDE / max(rgb.shape[:2]), _MIN_ROWS / rgb.shape[0]))
    sigma = 0.05 * columns
    small = small - exact.gaussian_blur(small, sigma)
    power = exact.gaussian_blur((small**2).mean(2), sigma)
    small = exact.gaussian_blur(small / (np.sqrt(power) + 3)[..., None], 1.0)
    small -= small.mean(1, keepdims=True)
    energy = np.cumsum((small.astype(np.float64) ** 2).sum((1, 2)))
    best, waterline_row = _MIN_CORRELATION, None
    for line in np.arange(int(0.35 * rows), int(0.85 * rows), 0.5):
        reach = int(min(line, rows - 1 - line, 0.3 * rows))
        if reach < 0.1 * rows:
            continue
        top, bottom = int(line), int(np.ceil(line))  # the rows next to it, or its own
        above = small[top - reach + 1 : top][::-1]
        below = small[bottom + 1 : bottom + reach]
        scatter = sqrt(
            (energy[top - 1] - energy[top - reach]) * (energy[bottom + reach - 1] - energy[bottom])
        )
        correlation = float((above * below).sum()) / max(scatter, 1e-6)
        if correlation > best:
            best, waterline_row = correlation, round((line + 0.5) / scale)
    return waterline_row
