"""Clouds that drift: whether a sky has any, and where nothing stands before them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation import silhouettes
from livingstill.segmentation.evidence import FINE, MEDIUM, Evidence

Mask = NDArray[np.bool_]

_MIN_SKY_SHARE = 0.012
"""Share of the picture below which a sky is not looked at for clouds."""


def find_clouds(evidence: Evidence) -> UInt8Array | None:
    """Return a sky with clouds, but for the silhouettes, stars and discs in front of it."""
    sky = evidence.mask("sky")
    picture = evidence.reduced[MEDIUM]
    if not sky.any() or not has_clouds(picture, image.mask_at(sky, picture.shape)):
        return None
    still = silhouettes.before_sky(evidence.reduced[FINE], sky)
    drifting = sky.astype(np.float32) * (1 - image.upsample(still, sky.shape))
    return drifting.astype(np.uint8)


def has_clouds(picture: UInt8Array, sky: Mask) -> bool:
    """Return whether a sky has structure at the scale of clouds: a band-pass of its lightness.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    sky : (h, w) bool
    """
    if sky.mean() < _MIN_SKY_SHARE:
        return False
    weight = sky.astype(np.float32)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sigma = 0.06 * grey.shape[1]
    total = np.maximum(exact.wide_blur(weight, sigma), 1e-3)
    smooth = exact.wide_blur(grey * weight, sigma) / total
    band = exact.gaussian_blur(grey - smooth, 1.5)
    core = cv2.erode(weight, np.ones((5, 5), np.uint8)) > 0
    return bool(core.any()) and float(band[core].std()) > 2.0
