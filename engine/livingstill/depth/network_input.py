"""A photo as networks take it: resized, normalised by ImageNet's statistics, channels first."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array

MEAN = (0.485, 0.456, 0.406)
SPREAD = (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet's colours (0..1), which most networks are trained with."""


def normalise(rgb: UInt8Array, height: int, width: int) -> Float32Array:
    """Return the photo as (1, 3, height, width) float32 of zero mean and unit variance."""
    smaller = width < rgb.shape[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(rgb, (width, height), interpolation=method), np.float32)
    normal = (small / 255 - np.array(MEAN)) / np.array(SPREAD)
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None], np.float32)


def fit_size(rgb: UInt8Array, short_side: int, step: int) -> tuple[int, int]:
    """Return height and width near the photo's aspect, the shorter ``short_side``, in ``step``s.

    >>> fit_size(np.zeros((600, 800, 3), np.uint8), 518, 14)
    (518, 686)
    """
    scale = short_side / min(rgb.shape[:2])
    height, width = (max(step, round(n * scale / step) * step) for n in rgb.shape[:2])
    return height, width
