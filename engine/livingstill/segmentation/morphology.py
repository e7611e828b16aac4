"""Structuring elements whose size follows the picture's."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import UInt8Array


def odd(width: float, scale: float) -> int:
    """Return ``width`` pixels times ``scale``, rounded and made odd, 3 at least.

    >>> odd(11, 0.4), odd(1, 1)
    (5, 3)
    """
    return max(3, round(width * scale) | 1)


def disc(width: float, scale: float) -> UInt8Array:
    """Return a disc ``width`` pixels wide, times ``scale``."""
    side = odd(width, scale)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
