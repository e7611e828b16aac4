"""The depth sources that have a name of their own, besides files and networks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from livingstill.core.model import InverseDepth, UInt8Array
from livingstill.core.registry import Registry
from livingstill.depth import cues

Source = Callable[[UInt8Array], InverseDepth]
"""From a photo (H, W, 3) uint8 RGB to its inverse depth (H, W) float32, 1 = nearest, 0 = infinity."""


def flat(rgb: UInt8Array) -> InverseDepth:
    """Return inverse depth 1 everywhere: the photo as a picture on a wall.

    >>> flat(np.zeros((2, 3, 3), np.uint8)).values.tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    return InverseDepth(np.ones(rgb.shape[:2], np.float32), "flat")


SOURCES: Registry[Source] = Registry(
    "depth source",
    "livingstill.depths",
    {
        "cues": cues.estimate,
        "flat": flat,
    },
)
"""Every depth source by its name; the embedded networks, which give classes too, are none of them."""
