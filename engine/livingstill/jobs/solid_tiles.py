"""Tiles of a clip that show solid things, by the classes of its first and last frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.kinds import KINDS
from livingstill.core.model import UInt8Array
from livingstill.jobs.analyse import perceive
from livingstill.quality.no_reference import Series

_NATURAL = tuple(sorted({name for kind in KINDS.values() for name in kind.classes}))
"""Classes whose texture changes by its nature: those of the kinds of motion."""

_MAX_NATURAL = 0.3
"""Probability of these classes, mean of a tile, up to which it is solid."""


def with_solid_tiles(series: Series, frames: Iterable[UInt8Array]) -> Series:
    """Return a clip's series with its solid tiles: a network has to look.

    ``frames`` are (H, W, 3) uint8 RGB; a tile is solid that is so in all of them.
    """
    solid = np.logical_and.reduce([solid_tiles(frame, series.grid) for frame in frames])
    return replace(series, solid=solid)


def solid_tiles(frame: UInt8Array, grid: tuple[int, int]) -> NDArray[np.bool_]:
    """Return (gy, gx) whether the tiles of a frame show neither sky nor water nor plants.

    ``grid``: tiles down and across.
    """
    perception = perceive(np.ascontiguousarray(frame), "standard")
    planes = [perception.probabilities[perception.classes.index(name)] for name in _NATURAL]
    natural = np.asarray(np.sum(planes, axis=0, dtype=np.float32) / 255, np.float32)
    tiles = cv2.resize(natural, grid[::-1], interpolation=cv2.INTER_AREA).reshape(grid)
    return np.asarray(tiles < _MAX_NATURAL)
