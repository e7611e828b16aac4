"""Points that are followed from frame to frame: one corner per cell of an even grid.

A corner (Shi and Tomasi, 1994) in every cell that shows one, however faint beside the others, so that
each stands for as much of the picture; followed by pyramidal Lucas-Kanade (Bouguet, 2001), there
and back.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array

Float64Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LONG_SIDE = 480
_CELL = 20
"""Pixels of the reduced frame: the side of a cell."""
_FAINTEST = 2e-5
"""Least eigenvalue of the structure tensor, levels of 0..1, below which noise makes the corner."""
_TENSOR_WINDOW, _BORDER = 5, 3
_WINDOW = (15, 15)
_CLOSING_TOLERANCE = 0.5
"""Pixels of the reduced frame by which a corner may miss its start when it is tracked back."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """What became of the points of a frame in the next one.

    ``kept`` (n,) of those before were found again, at ``places`` (k, 2); ``new`` (m, 2) are found first.
    Places are in frame widths from the centre, +x right, +y down; a ``pixel`` is that of the reduced
    frame, ``aspect`` its height over its width.
    """

    kept: Flags
    places: Float64Array
    new: Float64Array
    pixel: float
    aspect: float


class Follower:
    """Follows points through frames that it sees one by one."""

    def __init__(self) -> None:
        self._luma: UInt8Array | None = None
        self._places: Float64Array = np.zeros((0, 2))

    def see(self, luma: UInt8Array) -> Followed:
        """Follow the points into the next frame, (h, w) uint8, and find more where there are none."""
        places, kept = self._places, np.zeros(0, bool)
        if self._luma is not None:
            there, kept = _found_again(self._luma, luma, self._places)
            places = there[kept]
        new = _new_corners(luma, places)
        self._luma, self._places = luma, np.concatenate([places, new])
        height, width = luma.shape
        return Followed(kept, places, new, 1 / width, height / width)


def reduced_luma(frame: UInt8Array) -> UInt8Array:
    """Return the luma of a frame, (H, W, 3) uint8, its longer side 480 pixels.

    A smaller frame is enlarged, so that it has as many points.
    """
    scale = _LONG_SIDE / max(frame.shape[:2])
    size = (max(8, round(scale * frame.shape[1])), max(8, round(scale * frame.shape[0])))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(frame), size, interpolation=method)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _new_corners(luma: UInt8Array, taken: Float64Array) -> Float64Array:
    """Return the places (m, 2) of the best corner in every cell that holds none of ``taken`` (n, 2)."""
    height, width = luma.shape
    strength = cv2.cornerMinEigenVal(luma.astype(np.float32) / np.float32(255), _TENSOR_WINDOW)
    inner = np.zeros_like(strength)
    inside = slice(_BORDER, -_BORDER)
    inner[inside, inside] = strength[inside, inside]
    rows, columns = -(-height // _CELL), -(-width // _CELL)
    padded = np.pad(inner, ((0, rows * _CELL - height), (0, columns * _CELL - width)))
    cells = padded.reshape(rows, _CELL, columns, _CELL).swapaxes(1, 2).reshape(rows, columns, -1)
    best = cells.argmax(-1)
    free = cells.max(-1) > _FAINTEST
    x, y = _pixels(taken, luma.shape).T
    free[
        (y / _CELL).astype(int).clip(0, rows - 1), (x / _CELL).astype(int).clip(0, columns - 1)
    ] = 0
    row, column = np.nonzero(free)
    down, across = np.divmod(best[free], _CELL)
    return _places(np.stack([column * _CELL + across, row * _CELL + down], 1), luma.shape)


def _found_again(
    before: UInt8Array, after: UInt8Array, places: Float64Array
) -> tuple[Float64Array, Flags]:
    """Return where places (n, 2) of a frame are in the next, (n, 2), and which are found (n,)."""
    if not len(places):
        return places, np.zeros(0, bool)
    start = _pixels(places, before.shape).astype(np.float32)[:, None]
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, after, start, None, winSize=_WINDOW)
    back, returned, _ = cv2.calcOpticalFlowPyrLK(after, before, there, None, winSize=_WINDOW)
    closed = np.linalg.norm(back - start, axis=-1)[:, 0] < _CLOSING_TOLERANCE
    size = np.array(before.shape[::-1])
    inside = ((there[:, 0] >= _BORDER) & (there[:, 0] < size - _BORDER)).all(1)
    kept = (found[:, 0] > 0) & (returned[:, 0] > 0) & closed & inside
    return _places(there[:, 0].astype(np.float64), before.shape), np.asarray(kept)


def _pixels(places: Float64Array, shape: tuple[int, ...]) -> Float64Array:
    height, width = shape
    return np.asarray(places * width + [(width - 1) / 2, (height - 1) / 2])


def _places(pixels: Float64Array, shape: tuple[int, ...]) -> Float64Array:
    height, width = shape
    return np.asarray((pixels - [(width - 1) / 2, (height - 1) / 2]) / width, np.float64)
