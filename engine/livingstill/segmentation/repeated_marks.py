"""Copies of a line of text elsewhere in a photo, as agencies tile it, by normalised cross-correlation.

A translucent mark that is plain on the sky is lost on a stream, but its copies are the same: what all
of them have in common stands out where one alone does not. All sums are of integers, so that they are
the same on every machine.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import image

_SIDE = 960
"""Long side at which copies are sought."""

_WINDOW = 31
"""Side of the square whose median is the background of a mark."""

_MOST_CONTRAST = 24
"""Levels from the background that count at most: a mark is faint, what it lies on may not be."""

_LEAST_CORRELATION, _DEVIATIONS = 220, 6.0
"""Thousandths of correlation of a copy, and standard deviations of all places' above their mean."""

_COPIES = 4
"""Places from which on a mark is tiled, its own among them."""

_MOST_MARKS = 6

Integers = NDArray[np.int64]
Box = tuple[int, int, int, int]


def repeated_marks(picture: UInt8Array, lines: Float32Array) -> Float32Array:
    """Return (h, w) float32, 1 on copies of the ``lines`` of text that have at least four places.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    lines : (h, w) float32, 1 on the lines of text that are found
    """
    height, width = lines.shape
    out = np.zeros(lines.shape, np.float32)
    if not lines.any():
        return out
    reduced = image.downscale(picture, _SIDE) if max(height, width) > _SIDE else picture
    shape = reduced.shape[:2]
    luma = cv2.cvtColor(reduced, cv2.COLOR_RGB2GRAY)
    contrast = luma.astype(np.int64) - cv2.medianBlur(luma, _WINDOW)
    contrast = np.clip(contrast, -_MOST_CONTRAST, _MOST_CONTRAST)
    small = cv2.resize(lines, shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    _, labels, stats, _ = cv2.connectedComponentsWithStats(small.astype(np.uint8))
    found = np.zeros(shape, np.uint8)
    largest = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:_MOST_MARKS] + 1
    for label in map(int, largest):
        x, y, w, h = (int(v) for v in stats[label, :4])
        if found[labels == label].all() or not _is_mark(w, h, shape):
            continue
        mark = (labels[y : y + h, x : x + w] == label).astype(np.uint8)
        for left, top in _copies(contrast, (x, y, w, h)):
            _paste(found, mark, left, top)
    resized = cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized, np.float32)


def _is_mark(width: int, height: int, shape: tuple[int, ...]) -> bool:
    """Return whether a line of text has enough pixels to be known again, and room for copies."""
    return (
        width * height >= 400 and height >= 8 and width <= shape[1] // 2 and height <= shape[0] // 3
    )


def _copies(contrast: Integers, box: Box) -> list[tuple[int, int]]:
    """Return where copies of what is in ``box`` have their upper left corner, none if it has too few.

    A first search with the mark itself finds some, a second with the sum of those the others.
    """
    x, y, width, height = box
    padded = np.pad(contrast, ((height // 2,) * 2, (width // 2,) * 2))
    corners = [(x + width // 2, y + height // 2)]
    for _ in range(2):
        patches = [padded[v : v + height, u : u + width] for u, v in corners]
        total = np.sum(patches, axis=0)
        scale = max(1, int(np.abs(total).max()) // 127)
        corners = _peaks(correlation(padded, total // scale), width, height)
        if len(corners) < 2:
            return []
    if len(corners) < _COPIES:
        return []
    return [(u - width // 2, v - height // 2) for u, v in corners]


def correlation(picture: Integers, template: Integers) -> Integers:
    """Return the normalised cross-correlation at every place, thousandths, (H - h + 1, W - w + 1) int64."""
    height, width = template.shape
    count = template.size
    rows, columns = (a - b + 1 for a, b in zip(picture.shape, template.shape))
    size = tuple(cv2.getOptimalDFTSize(length) for length in picture.shape)
    spectrum = np.fft.rfft2(picture, size) * np.conj(np.fft.rfft2(template, size))
    product = np.rint(np.fft.irfft2(spectrum, size)).astype(np.int64)[:rows, :columns]
    total, squares = (_box_sums(values, height, width) for values in (picture, picture**2))
    own, own_squares = int(template.sum()), int((template**2).sum())
    covariance = count * product - own * total
    variance = np.maximum(count * squares - total**2, 1).astype(np.float64)
    own_variance = max(count * own_squares - own**2, 1)
    scale = np.sqrt(variance) * np.sqrt(float(own_variance))
    return np.asarray(np.rint(1000 * covariance / scale), np.int64)


def _box_sums(values: Integers, height: int, width: int) -> Integers:
    """Return the sums over all boxes of a size that lie within."""
    sums = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    upper, lower = sums[:-height], sums[height:]
    return np.asarray(lower[:, width:] - lower[:, :-width] - upper[:, width:] + upper[:, :-width])


def _peaks(values: Integers, width: int, height: int) -> list[tuple[int, int]]:
    """Return the places (x, y) of correlations that stand out and are the highest around."""
    count, total = values.size, int(values.sum())
    deviation = np.sqrt(max(count * int((values**2).sum()) - total**2, 0)) / count
    limit = max(_LEAST_CORRELATION, total / count + _DEVIATIONS * deviation)
    levels: Any = values.astype(np.float32)
    around = cv2.dilate(levels, np.ones((height | 1, max(3, width // 2) | 1)))
    rows, columns = np.nonzero((levels >= around) & (values > limit))
    return list(zip(columns.tolist(), rows.tolist()))


def _paste(found: UInt8Array, mark: UInt8Array, left: int, top: int) -> None:
    """Set the pixels of ``mark`` in ``found`` with its corner at (``left``, ``top``), beyond which it is cut."""
    height, width = mark.shape
    rows = slice(max(0, top), max(0, top + height))
    columns = slice(max(0, left), max(0, left + width))
    target = found[rows, columns]
    part = mark[max(0, -top) :, max(0, -left) :][: target.shape[0], : target.shape[1]]
    np.maximum(target, part, out=target)
