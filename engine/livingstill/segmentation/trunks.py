"""Trunks, stems and poles among leaves: tall parts whose texture runs upwards."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image

Slopes = tuple[Float32Array, Float32Array]
"""Gradients of a picture across and up."""

_STEM, _TRUNK = (0.008, 0.02), (0.012, 0.08)
"""Windows of the structure tensor (one sigma across and up, long sides): a stem's, and a tall one."""

_UPRIGHT = 0.3
"""How much more gradient runs across than up, as a share of both, on bark and along stems."""

_UPRIGHT_ALL_ALONG = 0.33
"""The same in the tall window, mean of a part: large leaves are upright here and there by chance."""

_MIN_HEIGHT = 0.1
"""Height from which such a part is a trunk, long sides; of leaves, only single sprays are so tall."""

_MAX_GAP = 0.04
"""Width up to which what lies between two such parts is the plain middle of one trunk, long sides."""

_SKY_BETWEEN = 0.13
"""Share of a part that is nearer in brightness to the sky than to the part, from which it is a bare crown."""

_NOISE = 2.0
"""Gradient of the square root of a picture, in its levels, below which it has no direction."""


def find_trunks(picture: UInt8Array, foliage: Float32Array, sky: UInt8Array) -> Float32Array:
    """Return (h, w) float32 in 0..1, what among leaves is too tall and upright in texture to sway.

    Bark and stems have gradients across them alone, leaves in all directions: the structure tensor
    (Bigun and Granlund, 1987) tells them apart, in a stem's window and in a tall one. Twigs of a bare
    crown do too, but the sky shows between them.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    foliage : (H, W) float32 in 0..1
    sky : (H, W) uint8
    """
    side = max(picture.shape[:2])
    leaves = image.mask_at(foliage, picture.shape, 0.5).astype(np.uint8)
    # the outline of a crown against the sky is upright in places: bark or stems have to be inside
    inside = np.asarray(cv2.erode(leaves, np.ones((3, 3), np.uint8)), np.uint8)
    slopes = _slopes(picture)
    found = _tall_parts(slopes, leaves, inside)
    found = _without_bare_crowns(found, picture, image.mask_at(sky, picture.shape, 200))
    if not found.any():
        return np.zeros(leaves.shape, np.float32)
    gap = np.ones((1, max(1, round(_MAX_GAP * side))), np.uint8)
    outlines = _tall_parts(slopes, leaves, np.ones_like(leaves))
    _, labels = cv2.connectedComponents(outlines, connectivity=8)
    beside = np.unique(labels[(cv2.dilate(found, gap) > 0) & (outlines > 0)])
    found = np.asarray(found | np.isin(labels, beside[beside > 0]), np.uint8)
    joined = cv2.morphologyEx(found, cv2.MORPH_CLOSE, gap).astype(np.float32)
    return np.asarray(exact.gaussian_blur(joined, 0.003 * side), np.float32)


def _tall_parts(slopes: Slopes, leaves: UInt8Array, counted: UInt8Array) -> UInt8Array:
    """Return (h, w) uint8, 1 on tall upright parts of leaves by the gradients that are counted."""
    upright = (uprightness(slopes, counted, _STEM) > _UPRIGHT) & (leaves > 0)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(upright.astype(np.uint8), connectivity=8)
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= _MIN_HEIGHT * max(leaves.shape)
    tall[0] = False
    if tall.any():
        along = np.bincount(labels.ravel(), uprightness(slopes, counted, _TRUNK).ravel())
        tall &= along > _UPRIGHT_ALL_ALONG * stats[:, cv2.CC_STAT_AREA]
    return np.asarray(tall[labels], np.uint8)


def _without_bare_crowns(
    found: UInt8Array, picture: UInt8Array, sky: NDArray[np.bool_]
) -> UInt8Array:
    """Return the parts (h, w) uint8 that have not the sky between their stems."""
    if not (found.any() and sky.any()):
        return found
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    sky_level = float(np.median(luma[sky]))
    kept = np.zeros_like(found)
    count, labels = cv2.connectedComponents(found, connectivity=8)
    for k in range(1, count):
        part = labels == k
        own_level = float(np.median(luma[part]))
        nearer_to_sky = np.abs(luma[part] - sky_level) < np.abs(luma[part] - own_level)
        if np.count_nonzero(nearer_to_sky) < _SKY_BETWEEN * np.count_nonzero(part):
            kept[part] = 1
    return kept


def _slopes(picture: UInt8Array) -> Slopes:
    """Return the gradients across and up, (h, w) float32 each, of the square root of the luma.

    Of the root, so that a dark trunk counts like a bright one.
    """
    luma = np.sqrt(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32))
    return exact.sobel(luma)


def uprightness(slopes: Slopes, inside: UInt8Array, window: tuple[float, float]) -> Float32Array:
    """Return (h, w) float32 in -1..1, how far gradients run across (1) rather than up (-1).

    Parameters
    ----------
    slopes : (h, w) float32 each
    inside : (h, w) uint8, 1 where gradients count
    window : one sigma of the Gaussian window across and up, in long sides
    """
    side = max(inside.shape)
    counted = (slope * inside for slope in slopes)
    across, up = (exact.gaussian_blur(g * g, window[0] * side, window[1] * side) for g in counted)
    return np.asarray((across - up) / (across + up + np.float32(_NOISE)), np.float32)
