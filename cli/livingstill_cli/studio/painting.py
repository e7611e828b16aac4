"""The mask that a page paints, kept so that a stroke renews only what it touched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from livingstill.core.errors import InputError
from livingstill.core.model import UInt8Array
from livingstill.imaging import exact
from livingstill.segmentation.semantic import guided_upsample

_CELL = 6
"""Pixels of a mask per cell of the coarse mask that the guided filter refines."""

_SUPPORT = 6
"""Cells around a cell that its refined pixels depend on."""


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """A mask as it was painted, (h, w) uint8, and as it is used: with ``snap``, on edges of the photo."""

    levels: UInt8Array
    mask: UInt8Array
    snap: bool


def paint(levels: UInt8Array, photo: UInt8Array | None) -> Painting:
    """Return the painting of whole ``levels``, (h, w) uint8.

    ``photo``, (h, w, 3) uint8, moves the border of the mask onto its edges; None leaves it.
    """
    if photo is None:
        return Painting(levels, levels, snap=False)
    return Painting(levels, _snapped(levels, photo), snap=True)


def paint_over(
    before: Painting, patch: UInt8Array, left: int, top: int, photo: UInt8Array | None
) -> Painting:
    """Return a painting with ``patch`` in the place of a part of its levels.

    Only what lies around the patch is moved onto edges again.

    Raises
    ------
    InputError
        If the patch does not lie in the painting.
    """
    height, width = before.levels.shape
    bottom, right = top + patch.shape[0], left + patch.shape[1]
    if left < 0 or top < 0 or bottom > height or right > width:
        raise InputError("a stroke lies beyond its mask; paint it again")
    levels = before.levels.copy()
    levels[top:bottom, left:right] = patch
    if photo is None:
        return Painting(levels, levels, snap=False)
    inner = _grown((left, top, right, bottom), levels.shape)
    outer = _grown(inner, levels.shape)
    rows, columns = slice(outer[1], outer[3]), slice(outer[0], outer[2])
    part = _snapped(levels[rows, columns], photo[rows, columns])
    mask = before.mask.copy()
    x, y = inner[0] - outer[0], inner[1] - outer[1]
    shape = inner[3] - inner[1], inner[2] - inner[0]
    mask[inner[1] : inner[3], inner[0] : inner[2]] = part[y : y + shape[0], x : x + shape[1]]
    return Painting(levels, mask, snap=True)


def _grown(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return a box (left, top, right, bottom) with the support of the filter around it, by cells.

    >>> _grown((100, 0, 110, 5), (400, 600))
    (60, 0, 150, 42)
    """
    height, width = shape
    reach = _CELL * _SUPPORT
    left, top = ((n - reach) // _CELL * _CELL for n in box[:2])
    right, bottom = (-(-(n + reach) // _CELL) * _CELL for n in box[2:])
    return max(0, left), max(0, top), min(width, right), min(height, bottom)


def _snapped(levels: UInt8Array, photo: UInt8Array) -> UInt8Array:
    """Return levels with their border on edges of the photo, by the engine's guided filter."""
    height, width = levels.shape
    coarse = (max(8, width // _CELL), max(8, height // _CELL))
    soft = np.asarray(exact.resize_area(levels, coarse), np.float32)[None] / np.float32(255)
    return guided_upsample(soft, np.ascontiguousarray(photo))[0]
