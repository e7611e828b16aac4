"""What never moves: the union of people, lettering and what the user holds."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.imaging import exact


def static_mask(shape: tuple[int, int], parts: Sequence[Float32Array]) -> Float32Array:
    """Return (H, W) float32, the union of masks in 0..1, grown a little with a soft border.

    Parameters
    ----------
    shape : (H, W)
    parts : (H, W) float32 each
    """
    width = shape[1]
    out = np.zeros(shape, np.float32)
    for part in parts:
        out = np.maximum(out, part)
    grown = cv2.dilate(out, np.ones((3, 3), np.uint8), iterations=max(1, width // 600))
    return np.maximum(out, exact.gaussian_blur(grown, width / 900))
