"""The photo and its masks, reduced: regions are told in small pictures."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array


def photo(rgb: UInt8Array, side: int) -> UInt8Array:
    """Return (h, w, 3) uint8, the photo at most ``side`` long."""
    height, width = rgb.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def where(mask: UInt8Array, shape: tuple[int, ...], above: int = 128) -> NDArray[np.bool_]:
    """Return (h, w) bool, where (H, W) ``mask`` holds in a picture of another shape."""
    return cv2.resize(mask, shape[1::-1], interpolation=cv2.INTER_AREA) > above
