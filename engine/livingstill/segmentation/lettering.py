"""Lines of text in a photo, in any script, colour, translucency and direction, which stand still.

An embedded network says how likely each pixel is on one. What it says is a line where some of it is certain;
the copies of a mark that is tiled over a photo are lines too, see ``repeated_marks``.
"""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.segmentation.repeated_marks import repeated_marks

LIKELY, CERTAIN = 102, 191
"""Probabilities, 255 = 1, of a line of text everywhere, and in a part of it (hysteresis; Canny, 1986)."""

_CERTAIN_PIXELS = 40
"""Pixels of a line that are certain, at least."""


def find_lettering(picture: UInt8Array, probability: UInt8Array) -> Float32Array:
    """Return (h, w) float32, 1 on lines of text.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    probability : (h, w) uint8, how likely each pixel is on a line of text, 255 = certain
    """
    _, labels = cv2.connectedComponents((probability >= LIKELY).astype(np.uint8))
    certain = np.bincount(labels[probability >= CERTAIN], minlength=labels.max() + 1)
    lines = (certain >= _CERTAIN_PIXELS)[labels] & (labels > 0)
    found = lines.astype(np.float32)
    return np.asarray(np.maximum(found, repeated_marks(picture, found)))
