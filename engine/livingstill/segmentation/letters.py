"""Connected parts of a picture that may be letters: strokes of one width, before something even.

After the ideas of the stroke width transform (Epshtein, Ofek, Wexler 2010). Sums are of integers, so that
they have no order.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.arrays import read_only
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact

SMALLEST, LARGEST = 6, 34
"""Longer side of a letter, pixels of a reduction."""

_FULLEST = 9
"""Tenths of its box that a letter fills which is no bar."""

UNIT = 64
"""Features of letters are kept in this part of one."""

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]
Runs = NDArray[np.int32]


class Letters(NamedTuple):
    """Parts of one reduction that may be letters: (n,) int64 each.

    ``x2`` and ``y2`` are twice the centre, ``size`` is the longer side of the box, all in pixels;
    ``stroke`` is half the width of strokes and ``contrast`` the mean of the channel above its
    background, both in 1/64; ``shape`` is (n, 6) in 1/64, see ``SHAPE``. ``bar`` (n,) bool tells an I
    or a dash: it goes on with a row of letters, but a row of bars is a railing.
    """

    x2: Counts
    y2: Counts
    size: Counts
    stroke: Counts
    contrast: Counts
    shape: Counts
    bar: NDArray[np.bool_]

    def without_bars(self) -> Letters:
        """Return the letters that are no bars."""
        return Letters._make(values[~self.bar] for values in self)


SHAPE = (
    "shorter over longer side of the box",
    "area over the square of the longer side",
    "contrast around the letter over the contrast in it",
    "variation of the contrast in it",
    "widest over mean width of strokes",
    "width of strokes over the longer side",
)
"""What ``Letters.shape`` holds."""


def letters_of(contrast: UInt8Array, level: int) -> Letters | None:
    """Return the parts of a contrast (h, w) above ``level`` that may be letters; None for too few."""
    from livingstill.kernels import runs as kernels

    contrast = read_only(np.ascontiguousarray(contrast))
    runs, boxes = _connected(contrast, level)
    fits = _fitting(boxes)
    chosen = np.flatnonzero(fits)
    total = len(chosen) + 1
    if total < 4:
        return None
    ink = (contrast >= level).view(np.uint8)
    # 1, 2... for the parts that fit, 0 for all else; float32, which OpenCV dilates, is exact
    part = np.zeros(contrast.shape, np.float32)
    numbers = np.where(fits, np.cumsum(fits), 0).astype(np.int32)
    sums, widest = np.zeros((total - 1, 3), np.int64), np.zeros(total - 1, np.float32)
    depth = read_only(exact.distance_transform(ink))
    kernels.measure(runs, read_only(numbers), contrast, depth, part, sums, widest)
    width, height, area = (boxes[chosen, i].astype(np.int64) for i in (2, 3, 4))
    mean, square, edge = sums[:, 0] / area, sums[:, 1] / area, sums[:, 2]
    stroke = area / np.maximum(edge, 1)
    size = np.maximum(width, height)
    shape = np.stack(
        [
            np.minimum(width, height) / size,
            area / (size * size),
            _mean_around(part, ink, contrast, total) / mean,
            np.sqrt(np.maximum(square - mean * mean, 0)) / mean,
            widest / stroke,
            2 * stroke / size,
        ],
        axis=1,
    )
    keep = (shape[:, 2] <= 0.3) & (shape[:, 4] <= 2.6)
    keep &= (shape[:, 5] >= 0.05) & (shape[:, 5] <= 0.4)
    if np.count_nonzero(keep) < 3:
        return None
    x2, y2 = (2 * boxes[chosen, i].astype(np.int64) + boxes[chosen, i + 2] for i in (0, 1))
    stroke, mean, shape = (_in_units(values[keep]) for values in (stroke, mean, shape))
    bar = 10 * area > _FULLEST * width * height
    return Letters(x2[keep], y2[keep], size[keep], stroke, mean, shape, bar[keep])


def _connected(contrast: UInt8Array, level: int) -> tuple[Runs, Runs]:
    """Return the runs and boxes of the connected parts above ``level``; see ``kernels.runs.label``."""
    from livingstill.kernels import runs as kernels

    count = kernels.count(contrast, level)
    runs, boxes = np.empty((4, count), np.int32), np.empty((count, 5), np.int32)
    parts = kernels.label(contrast, level, runs, boxes)
    return read_only(runs), boxes[:parts]


def _fitting(boxes: Runs) -> NDArray[np.bool_]:
    """Return which connected parts have the size of letters, and fill as much of their boxes."""
    width, height, area = boxes[:, 2], boxes[:, 3], boxes[:, 4].astype(np.int64)
    size = np.maximum(width, height)
    box = width.astype(np.int64) * height
    fits = (size >= SMALLEST) & (size <= LARGEST) & (np.minimum(width, height) >= 2)
    fits &= (area >= 10) & (8 * area >= box)
    fits &= (10 * area <= _FULLEST * box) | (5 * np.minimum(width, height) <= 2 * size)
    return np.asarray(fits)


def _in_units(values: Any) -> Counts:
    return np.asarray(np.rint(np.asarray(values, np.float64) * UNIT), np.int64)


def _mean_around(part: Float32Array, ink: UInt8Array, contrast: UInt8Array, total: int) -> Numbers:
    """Return the mean contrast of the ring two pixels outside each part."""
    grown = cv2.dilate(part, np.ones((5, 5), np.uint8))
    ring = (grown > 0) & (cv2.dilate(ink, np.ones((3, 3), np.uint8)) == 0)
    owner = grown[ring].astype(np.int64)
    sums = np.bincount(owner, contrast[ring].astype(np.int64), minlength=total)[1:]
    return np.asarray(sums / np.maximum(np.bincount(owner, minlength=total)[1:], 1), np.float64)
