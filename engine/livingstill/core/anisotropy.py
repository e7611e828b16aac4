"""Gradient anisotropy and mirror symmetry of a picture: what a water surface shows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array

Mask = NDArray[np.bool_]


def gradient_anisotropy(grey: Float32Array, inside: Mask, sigma: float = 1.0) -> float:
    """Return the energy of vertical over that of horizontal gradients in the finest detail.

    Facets of waves are horizontal, so on rough water it is 2 and more; what a smooth surface mirrors
    has the anisotropy of the land, 1 or less.

    Parameters
    ----------
    grey : (h, w) float32
    inside : (h, w) bool, the water; 7 ``sigma`` along its edge are left out
    sigma : pixels, the size of the finest detail
    """
    margin = np.ones((2 * round(7 * sigma) + 1,) * 2, np.uint8)
    core = cv2.erode(inside.astype(np.uint8), margin) > 0
    if not core.any():
        return 1.0
    fine = np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.float32)
    fine = fine - np.asarray(cv2.GaussianBlur(grey, (0, 0), 2 * sigma), np.float32)
    across, up = (
        float((np.asarray(cv2.Sobel(fine, cv2.CV_32F, *d))[core] ** 2).mean(dtype=np.float64))
        for d in ((1, 0), (0, 1))
    )
    return max(up, 1e-6) / max(across, 1e-6)


def mirror_correlation(grey: Float32Array, inside: Mask) -> float:
    """Return the correlation of water with the mirror image of what stands above it, in -1..1.

    Each column is compared with its own picture above the waterline, between a fine and a coarse
    scale; the waterline may be a tenth of the picture too low, or a twentieth too high.

    Parameters
    ----------
    grey : (h, w) float32, a reduced picture: every column costs
    inside : (h, w) bool, the water
    """
    rows, columns = inside.shape
    sigma = 0.04 * columns
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.004 * columns), np.float32)
    band = soft - np.asarray(cv2.GaussianBlur(soft, (0, 0), sigma), np.float32)
    power = np.asarray(cv2.GaussianBlur(band**2, (0, 0), sigma), np.float32)
    band /= np.sqrt(power) + np.float32(2)
    used = [x for x in range(0, columns, 2) if inside[:, x].sum() >= 8]
    best = -1.0
    for offset in range(-rows // 10, rows // 20 + 1, max(1, rows // 135)):
        above, below = [], []
        for x in used:
            line = int(inside[:, x].argmax()) + offset
            length = min(line, rows - line, int(inside[:, x].sum()), rows // 4)
            if length >= 6:
                both = inside[line : line + length, x]
                above.append(band[line - length : line, x][::-1][both])
                below.append(band[line : line + length, x][both])
        if sum(part.size for part in above) > 40:
            a, b = (np.concatenate(part, dtype=np.float64) for part in (above, below))
            like = float(((a - a.mean()) * (b - b.mean())).mean())
            best = max(best, like / max(float(a.std() * b.std()), 1e-6))
    return best
