"""Probability of lettering in a photo, by an embedded network that learned it from text drawn on photos."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.imaging import exact
from livingstill.network import forward

_SIZES = (768, 384)
"""Long sides of what the network sees: small letters, and those so large that they are scenery to it."""


def lettering_probability(picture: UInt8Array) -> UInt8Array:
    """Return how likely each pixel of (h, w, 3) uint8 is on a line of text, (h, w) uint8, 255 = certain.

    The larger of what two views say, in steps of 8 bits: last digits decide nothing after.
    """
    network = forward.embedded("lettering")
    height, width = picture.shape[:2]
    total = np.zeros((height, width), np.uint8)
    for view in forward.views(picture, _SIZES):
        chance = np.ascontiguousarray(network.class_probabilities(view)[1])
        levels = np.round(np.clip(chance, 0, 1) * 255).astype(np.uint8)
        np.maximum(total, exact.resize_linear(levels, (width, height)), out=total)
    return total
