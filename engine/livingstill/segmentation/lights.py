"""Points of light that may twinkle, and what may glint: looked for only when they are named."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.segmentation.evidence import Evidence


def find_lights(evidence: Evidence) -> UInt8Array:
    """Return what is around lamps and stars that are not in water, vegetation or on people.

    Snow, foam and dew look like them.
    """
    points, disc = bright_points(evidence.rgb)
    for name in ("water", "foliage", "grass", "person"):
        points &= evidence.mask(name) < 64
    around = cv2.dilate(points.astype(np.uint8) * np.uint8(255), disc)
    return np.asarray(around, np.uint8)


def bright_points(rgb: UInt8Array) -> tuple[NDArray[np.bool_], UInt8Array]:
    """Return where small bright spots are, (H, W) bool, by a white top-hat, and the disc it used."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    size = max(3, round(0.012 * max(grey.shape)) | 1)
    disc = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
    hat = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, disc)
    return (hat > 70) & (grey > 140), disc


def find_glints(evidence: Evidence) -> UInt8Array:
    """Return all but the sky."""
    return ~evidence.mask("sky")
