"""Long straight line segments of a photo."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image

SIDE = 800
"""Long side of the picture in which line segments are detected."""

_LEAST, _MOST = 0.06, 200
"""Length from which on a segment counts, in long sides, and how many are kept."""


def detect_lines(rgb: UInt8Array) -> Float32Array:
    """Return (n, 4) float32, x0, y0, x1, y1 in photo fractions of long segments, longest first.

    By LSD (Grompone von Gioi et al., 2010).

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    """
    grey = np.asarray(
        cv2.cvtColor(image.downscale(rgb, SIDE, min_side=1), cv2.COLOR_RGB2GRAY), np.uint8
    )
    ends = exact.line_segments(grey).astype(np.float64)
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]) / max(grey.shape)
    order = np.argsort(-length, kind="stable")[:_MOST]
    order = order[length[order] > _LEAST]
    height, width = grey.shape
    fractions = ends[order] / np.array([width, height, width, height])
    return np.asarray(fractions, np.float32)


def line_lengths(lines: Float32Array, rgb: UInt8Array) -> tuple[float, float]:
    """Return the total length of lines (n, 4) and of the vertical ones, in long sides of the photo."""
    height, width = rgb.shape[:2]
    across = (lines[:, 2] - lines[:, 0]) * (width / max(width, height))
    down = (lines[:, 3] - lines[:, 1]) * (height / max(width, height))
    length = np.hypot(across, down)
    return float(length.sum()), float(length[np.abs(across) < 0.14 * np.abs(down)].sum())
