"""Lines of text in a photo, in any script, colour, translucency and direction, which stand still.

An embedded network says how likely each pixel is on one; a part of the likely pixels is a line of text where enough
of it is certain. The copies of a mark that is tiled over a photo are lines too, see ``repeated_marks``.
"""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.segmentation.repeated_marks import repeated_marks

LIKELY, CERTAIN = 128, 248
"""Probabilities, 255 = 1, of a line of text everywhere, and in some of it (hysteresis; Canny, 1986)."""

_CERTAIN_PIXELS, _CERTAIN_SHARE = 60, 0.1
"""Pixels of a line that are certain, at least, and their share of it: patterns that resemble text have few."""


def find_lettering(picture: UInt8Array, probability: UInt8Array) -> Float32Array:
    """Return (h, w) float32, 1 on lines of text.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    probability : (h, w) uint8, how likely each pixel is on a line of text, 255 = certain
    """
    found = certain_lines(probability)
    return np.asarray(np.maximum(found, repeated_marks(picture, found)))


def certain_lines(probability: UInt8Array) -> Float32Array:
    """Return (h, w) float32, 1 on connected parts of likely lettering of which enough is certain."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (probability >= LIKELY).astype(np.uint8)
    )
    certain = np.bincount(labels[probability >= CERTAIN], minlength=count)
    area = stats[:, cv2.CC_STAT_AREA]
    lines = (certain >= _CERTAIN_PIXELS) & (certain >= _CERTAIN_SHARE * area)
    lines[0] = False
    return np.asarray(lines[labels], np.float32)
