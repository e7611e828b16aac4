"""Likeness of photos: normalised cross-correlation of small band-passed pictures, in integers.

After Lewis (Fast normalized cross-correlation, 1995). Every sum is exact, so that the same photos are
the same view with every version of every library.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.imaging import exact

GREY_SIDE = 192
"""Long side of the grey picture that is compared, pixels."""

SAME_VIEW = 0.5
"""Correlation from which two pictures show the same view. Of 2,500 pairs of photos of different places
the most alike, two lakes, reach 0.45; second shots of a view, shifted by 6 %, nearer by 8 %, turned
by a degree or a stop darker, lie above 0.55."""

_SIDE, _COARSE_SIDE = 96, 24
"""Long sides at which pictures are compared, and at which pairs are passed over quickly, pixels."""

_MAYBE, _ALIKE = 0.25, 0.68
"""Correlation of coarse pictures, and of their brightness in 6 x 6 fields, below which they are other
views without a closer look: 1 % of second shots are lower."""

_FIELDS = 6

_RADII = (4, 2)
"""Radius of the surroundings whose mean is taken away, in fine and in coarse pixels."""

_ZOOMS = (1.0, 0.94, 1.06, 0.88, 1.13)
"""Sizes of the second picture beside the first that are tried: a step nearer or back."""

_REACH = 0.1
"""How far the second picture may be shifted, in its sides."""

_Band = NDArray[np.int64]


def small_grey(rgb: UInt8Array) -> UInt8Array:
    """Return a photo (H, W, 3) in grey, its long side ``GREY_SIDE`` pixels at most."""
    height, width = rgb.shape[:2]
    small = np.asarray(exact.resize_area(rgb, _fitted((width, height), GREY_SIDE)), np.uint32)
    grey = 54 * small[..., 0] + 183 * small[..., 1] + 19 * small[..., 2]  # BT.709
    return np.asarray((grey + 128) >> 8, np.uint8)


def candidates(pictures: Sequence[UInt8Array]) -> NDArray[np.bool_]:
    """Return which of n grey pictures could show the same view, (n, n), by their brightness in fields."""
    size = (_FIELDS, _FIELDS)
    fields = [np.asarray(exact.resize_area(grey, size), np.int64).ravel() for grey in pictures]
    centred = np.stack([fields_.size * fields_ - fields_.sum() for fields_ in fields])
    products = centred @ centred.T
    lengths = np.sqrt(np.maximum(1, products.diagonal()).astype(np.float64))
    return np.asarray(products >= _ALIKE * np.outer(lengths, lengths), np.bool_)


def same_view(one: UInt8Array, other: UInt8Array) -> bool:
    """Return whether two grey pictures (h, w) show the same view, as two shots of one tripod do.

    A room from another corner is another view, and so is a detail of a view.
    """
    return bool(candidates([one, other])[0, 1]) and correlation(one, other) >= SAME_VIEW


def correlation(one: UInt8Array, other: UInt8Array) -> float:
    """Return the largest correlation of two pictures over small shifts and zooms, -1..1.

    Where a coarse look says that they have little in common it is 0.
    """
    a, b = ((grey.shape, grey.tobytes()) for grey in (one, other))
    coarse = _band(*a, _COARSE_SIDE)
    sizes = [round(zoom * _COARSE_SIDE) for zoom in _ZOOMS[:3]]
    if max(_best(coarse, _band(*b, size)) for size in sizes) < _MAYBE:
        return 0.0
    fine = _band(*a, _SIDE)
    return max(_best(fine, _band(*b, round(zoom * _SIDE))) for zoom in _ZOOMS)


@lru_cache(maxsize=1024)
def _band(shape: tuple[int, int], data: bytes, side: int) -> _Band:
    """Return a picture ``side`` pixels long without the mean of each pixel's surroundings, times their
    number: what stays is neither exposure nor the light of one half of a room."""
    grey = np.frombuffer(data, np.uint8).reshape(shape)
    width, height = _fitted(shape[::-1], side)
    small = np.asarray(exact.resize_area(grey, (width, height)), np.int64)
    radius = _RADII[0] if side > _COARSE_SIDE * 2 else _RADII[1]
    count = 2 * radius + 1
    padded = np.pad(small, radius + 1, "edge").cumsum(0).cumsum(1)
    rows, columns = slice(count, count + height), slice(count, count + width)
    before_rows, before_columns = slice(0, height), slice(0, width)
    sums = (
        padded[rows, columns] - padded[before_rows, columns] - padded[rows, before_columns]
        + padded[before_rows, before_columns]
    )  # fmt: skip
    return np.asarray(count * count * small - sums, np.int64)


def _fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return width and height scaled so that the longer one is ``side`` at most."""
    width, height = size
    longest = max(width, height)
    side = min(side, longest)
    return max(4, round(width * side / longest)), max(4, round(height * side / longest))


def _best(one: _Band, other: _Band) -> float:
    """Return the largest correlation of two pictures over small shifts."""
    down, across = ((a - b) // 2 for a, b in zip(one.shape, other.shape))
    reach_down, reach_across = (max(1, round(_REACH * n)) for n in other.shape)
    return max(
        _at(one, other, down + j, across + i)
        for j in range(-reach_down, reach_down + 1)
        for i in range(-reach_across, reach_across + 1)
    )


def _at(one: _Band, other: _Band, down: int, across: int) -> float:
    """Return the correlation where ``other`` lies at (``down``, ``across``) of ``one``, on what both show."""
    top, left = max(0, down), max(0, across)
    bottom = min(one.shape[0], down + other.shape[0])
    right = min(one.shape[1], across + other.shape[1])
    if min(bottom - top, right - left) < 4:
        return -1.0
    a = one[top:bottom, left:right].ravel()
    b = other[top - down : bottom - down, left - across : right - across].ravel()
    count, sum_a, sum_b = a.size, int(a.sum()), int(b.sum())
    covariance = count * int(a @ b) - sum_a * sum_b
    variances = (count * int(v @ v) - s * s for v, s in ((a, sum_a), (b, sum_b)))
    product = next(variances) * next(variances)
    return covariance / float(product) ** 0.5 if product else 0.0
