"""Colour and depth of disoccluded pixels: the harmonic surface through the rim of the hole.

In colour as in depth, push-pull
(Gortler et al., 1996) gives a first guess at a cost that does not depend on the hole's size, and
a few relaxation sweeps on every level of its pyramid take it there.
"""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.arrays import read_only
from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array
from livingstill.core.threads import over_bands
from livingstill.kernels import inpaint as kernels

_SWEEPS = 6
"""Relaxation sweeps on each level of the pyramid."""

_OVER = 1.4
"""Factor of over-relaxation."""


def fill_behind(
    colour: PackedRGBA, depth: Float32Array, unknown: UInt8Array, farthest: float
) -> tuple[PackedRGBA, Float32Array]:
    """Return colour and depth with the unknown pixels filled from the others.

    Parameters
    ----------
    colour : (H, W) uint32 packed
    depth : (H, W) float32
    unknown : (H, W) uint8, 0 = known
    farthest : upper bound of the filled depth
    """
    height, width = depth.shape
    half = ((height + 1) // 2, (width + 1) // 2)
    level, known = np.empty((*half, 4), np.float32), np.empty(half, np.float32)
    pull = partial(
        kernels.pull_packed,
        read_only(colour),
        read_only(depth),
        read_only(unknown),
        level,
        known,
    )
    over_bands(pull, half[0])
    fill_harmonic(level, known)
    colour, depth = colour.copy(), depth.copy()
    over_bands(
        partial(kernels.push_packed, level, read_only(unknown), farthest, colour, depth),
        height,
    )
    return colour, depth


def residual(
    colour: PackedRGBA, behind: PackedRGBA, alpha: UInt8Array, ring: UInt8Array, out: PackedRGBA
) -> None:
    """Fill ``out`` with the layer that over ``behind`` gives ``colour``: ``kernels.inpaint.residual``."""
    colour, behind, alpha, ring = (read_only(a) for a in (colour, behind, alpha, ring))
    over_bands(partial(kernels.residual, colour, behind, alpha, ring, out), colour.shape[0])


def extend_mask(mask: UInt8Array, hidden: NDArray[np.bool_]) -> UInt8Array:
    """Return ``mask`` with the nearest visible pixel's value where it is ``hidden`` by other layers.

    What is there may be disoccluded.

    Parameters
    ----------
    mask : (H, W) uint8
    hidden : (H, W) bool
    """
    if not hidden.any() or hidden.all():
        return mask
    nearest = cv2.distanceTransformWithLabels(
        hidden.view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )[1]
    values = np.zeros(int(nearest.max()) + 1, np.uint8)
    values[nearest[~hidden]] = mask[~hidden]
    return np.asarray(values[nearest], np.uint8)


def fill_harmonic(picture: Float32Array, known: Float32Array) -> None:
    """Fill ``picture`` (h, w, C) float32 in place where ``known`` (h, w) float32 is 0."""
    places = np.flatnonzero(known <= 0)
    if not places.size or places.size == known.size:
        return
    if min(known.shape) > 1:
        half = ((known.shape[0] + 1) // 2, (known.shape[1] + 1) // 2)
        coarse, coarse_known = (
            np.empty((*half, picture.shape[2]), np.float32),
            np.empty(half, np.float32),
        )
        kernels.pull(picture, known, coarse, coarse_known)
        fill_harmonic(coarse, coarse_known)
        kernels.push(coarse, picture, known)
    kernels.relax(picture, places, _SWEEPS, _OVER)
