"""The depth sources that have a name of their own, besides files and networks."""

from __future__ import annotations

from collections.abc import Callable

from livingstill.core.model import InverseDepth, UInt8Array
from livingstill.core.registry import Registry
from livingstill.depth import cues, flat

Source = Callable[[UInt8Array], InverseDepth]
"""From a photo (H, W, 3) uint8 RGB to its inverse depth (H, W) float32, 1 = nearest, 0 = infinity."""


def wall(rgb: UInt8Array) -> InverseDepth:
    """Return no depth at all: the photo as a picture on a wall."""
    return flat.flat((rgb.shape[1], rgb.shape[0]))


SOURCES: Registry[Source] = Registry(
    "depth source",
    "livingstill.depths",
    {
        "cues": cues.estimate,
        "flat": wall,
    },
)
"""Every depth source by its name; the embedded network, which sees classes too, comes before them."""
