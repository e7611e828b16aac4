"""Straight alpha, as files store it, from the premultiplied colour of layers."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Layer, UInt8Array
from livingstill.imaging import exact


def straight_alpha(layer: Layer) -> UInt8Array:
    """Return (H, W, 4) uint8 RGBA with straight alpha; where it is 0 the colour is the neighbours'."""
    rgba = np.ascontiguousarray(layer.colour).view(np.uint8).reshape(*layer.colour.shape, 4)
    alpha = rgba[..., 3:].astype(np.float32)
    blurred = exact.gaussian_blur(rgba, 2).astype(np.float32)
    near = blurred[..., :3] * (255 / np.maximum(blurred[..., 3:], np.float32(1)))
    own = rgba[..., :3] * (255 / np.maximum(alpha, np.float32(1)))
    rgb = np.where(alpha > 0, own, near).round().clip(0, 255)
    return np.concatenate([rgb.astype(np.uint8), rgba[..., 3:]], axis=2)
