"""What drifts behind all else becomes a layer of its own, continued behind what stands before it."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.kernels.fill import residual
from livingstill.model import Bytes, Layer, Scene
from livingstill.scene.fill import fill_behind
from livingstill.threads import over_bands

_SEEN = 32
"""Levels of a mask that are taken for none, and as many for all: masks are soft, edges are not."""


def part(scene: Scene, drifting: Bytes) -> Scene:
    """Return the scene with its last layer cut in two; at rest it shows what it showed.

    The new last layer is what of the old one drifts, smoothly continued behind the rest; the layer
    before it is that rest, at the same depth. A sky may then drift up to a roof, and behind a mast
    that is cut out of it, without taking a copy along.

    Parameters
    ----------
    drifting : (H, W) uint8, how much of each pixel drifts
    """
    *front, last = scene.layers
    spread = 255 / (255 - 2 * _SEEN)
    levels = np.clip(np.round((np.arange(256) - _SEEN) * spread), 0, 255).astype(np.uint8)
    alpha = np.asarray(cv2.LUT(~drifting, levels), np.uint8)
    if not alpha.any() or alpha.all():
        return scene
    colour, depth = last.colour, last.inverse_depth
    farthest = float(depth[alpha == 0].max())
    hidden = (alpha > 0).view(np.uint8)
    behind, depth_behind = fill_behind(colour, depth, hidden, farthest)
    rest, none = np.empty_like(colour), np.zeros_like(alpha)
    over_bands(lambda a, b: residual(colour, behind, alpha, none, rest, a, b), colour.shape[0])
    return Scene((*front, Layer(rest, depth), Layer(behind, depth_behind)), scene.focal)
