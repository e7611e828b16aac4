"""A photo and a mask of it at the size at which textures are looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core import image
from livingstill.core.model import UInt8Array
from livingstill.segmentation import falls

Mask = NDArray[np.bool_]


def reduced(rgb: UInt8Array, mask: UInt8Array, side: int = falls.SIDE) -> tuple[UInt8Array, Mask]:
    """Return the photo at most ``side`` long, and where ``mask`` holds in it."""
    small = image.photo(rgb, side)
    return small, image.where(mask, small.shape)
