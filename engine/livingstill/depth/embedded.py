"""Inverse depth from the output of the embedded networks, at its size or at the photo's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Perception, UInt8Array
from livingstill.depth.holes import close_holes
from livingstill.depth.refine import refine
from livingstill.depth.water_surface import level_water


def from_perception(perception: Perception, rgb: UInt8Array) -> Float32Array:
    """Return (H, W) float32 inverse depth in 0..1 with the photo's edges; 0 in the sky.

    Parameters
    ----------
    perception : of the same photo
    rgb : (H, W, 3) uint8
    """
    return refine(rgb, inverse_depth(perception, rgb))


def inverse_depth(perception: Perception, rgb: UInt8Array) -> Float32Array:
    """Return (h, w) float32 inverse depth in 0..1 at the network's size; 0 in the sky.

    Parameters
    ----------
    perception : of the same photo
    rgb : (H, W, 3) uint8
    """
    levelled = perception.inverse_depth
    if "water" in perception.classes:
        levelled = level_water(
            levelled, perception.probabilities[perception.classes.index("water")]
        )
    coarse = np.where(_sky(perception), np.float32(0), levelled)
    return close_holes(np.ascontiguousarray(coarse, np.float32), rgb)


def _sky(perception: Perception) -> NDArray[np.bool_]:
    """Return where the sky is likelier than anything else."""
    if "sky" not in perception.classes:
        return np.zeros(perception.inverse_depth.shape, np.bool_)
    sky = perception.classes.index("sky")
    return np.asarray(np.argmax(perception.probabilities, 0) == sky)
