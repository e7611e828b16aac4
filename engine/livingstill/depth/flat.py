"""No depth at all: the photo as a picture on a wall."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import InverseDepth


def flat(size: tuple[int, int]) -> InverseDepth:
    """Return the depth of a wall at distance 1 for a photo of ``size`` (width, height).

    >>> flat((3, 2)).values.tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    return InverseDepth(np.ones(size[::-1], np.float32), "flat")
