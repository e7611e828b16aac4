"""Trunks, stems and poles among leaves: tall parts whose texture runs upwards."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image

_SIGMA_X, _SIGMA_Y = 0.008, 0.02
"""Window of the structure tensor, long sides: as wide as a stem, and tall."""

_UPRIGHT = 0.3
"""How much more gradient runs across than up, as a share of both, on bark and along stems."""

_MIN_HEIGHT = 0.1
"""Height from which such a part is a trunk, long sides; of leaves, only single sprays are so tall."""

_MAX_GAP = 0.05
"""Width up to which what lies between two such parts is the plain middle of one trunk, long sides."""

_NOISE = 2.0
"""Gradient of the square root of a picture, in its levels, below which it has no direction."""


def find_trunks(picture: UInt8Array, foliage: Float32Array) -> Float32Array:
    """Return (h, w) float32 in 0..1, what among leaves is too tall and upright in texture to sway.

    Bark and stems have gradients across them alone, leaves in all directions: the structure tensor
    (Bigun and Granlund, 1987) in a tall window tells them apart.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    foliage : (H, W) float32 in 0..1
    """
    side = max(picture.shape[:2])
    leaves = image.mask_at(foliage, picture.shape, 0.5)
    upright = ((uprightness(picture) > _UPRIGHT) & leaves).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(upright, connectivity=8)
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= _MIN_HEIGHT * side
    tall[0] = False
    found = tall[labels].astype(np.uint8)
    gap = np.ones((1, max(1, round(_MAX_GAP * side))), np.uint8)
    joined = cv2.morphologyEx(found, cv2.MORPH_CLOSE, gap).astype(np.float32)
    return np.asarray(exact.gaussian_blur(joined, 0.003 * side), np.float32)


def uprightness(picture: UInt8Array) -> Float32Array:
    """Return (h, w) float32 in -1..1, how far gradients run across (1) rather than up (-1).

    Of the square root of the luma, so that a dark trunk counts like a bright one.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    """
    side = max(picture.shape[:2])
    luma = np.sqrt(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32))
    x, y = exact.sobel(luma)
    across, up = (exact.gaussian_blur(g * g, _SIGMA_X * side, _SIGMA_Y * side) for g in (x, y))
    return np.asarray((across - up) / (across + up + np.float32(_NOISE)), np.float32)
