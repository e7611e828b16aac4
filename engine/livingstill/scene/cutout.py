"""A flag as a layer in front of all others, and the photo filled behind it."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.arrays import sparse
from livingstill.core.model import Float32Array, Layer, UInt8Array
from livingstill.scene.inpaint import fill_behind, residual

_VISIBLE = 13
"""Level of a mask from which on a pixel shows something of what is cut out."""


def cut_out(
    rgb: UInt8Array, inverse_depth: Float32Array, mask: UInt8Array
) -> tuple[Layer, UInt8Array, Float32Array]:
    """Return what ``mask`` covers as a layer, and the photo and its depth without it.

    The layer over the photo without it is the photo. It has one depth, the median of what it
    covers: estimated depth has holes in cloth, and cuts it to pieces.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    inverse_depth : (H, W) float32
    mask : (H, W) uint8, soft; not empty
    """
    unit = max(1.0, rgb.shape[1] / 741)
    size = 2 * round(2 * unit) + 1  # its soft border has the colours of both
    square = np.ones((size, size), np.uint8)
    hidden = np.asarray(cv2.dilate((mask >= _VISIBLE).view(np.uint8), square), np.uint8)
    colour = np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA)).view(np.uint32)[..., 0]
    open_depth = np.where(hidden > 0, np.float32(np.inf), inverse_depth)
    behind, depth_behind = fill_behind(colour, open_depth, hidden, float(inverse_depth.max()))
    front = sparse(colour.shape)
    residual(colour, behind, mask, hidden, front)
    level = np.float32(np.median(inverse_depth[mask >= 128])) if (mask >= 128).any() else 0
    left = np.ascontiguousarray(behind.view(np.uint8).reshape(*behind.shape, 4)[..., :3])
    return Layer(front, np.full_like(inverse_depth, level)), left, depth_behind
