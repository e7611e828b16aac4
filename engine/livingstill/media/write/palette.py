"""Colour quantisation of a whole clip to one palette, with ordered dithering."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array

COLOURS = 255
"""Colours of a palette; the last index stays free for transparency."""

_BITS = 6
_BINS = 1 << (3 * _BITS)
_ROUNDS = 24
_NEIGHBOURS = 12
_CONTRAST_COST = 0.18
"""How much a dither between two colours costs for their distance: more gives less grain."""


def colour_bins(rgb: UInt8Array) -> NDArray[np.int32]:
    """Return the bin of every pixel's colour, six bits a channel."""
    coarse = (rgb >> (8 - _BITS)).astype(np.int32)
    return coarse[..., 0] << (2 * _BITS) | coarse[..., 1] << _BITS | coarse[..., 2]


def count(histogram: NDArray[np.int64], rgb: UInt8Array) -> None:
    """Add a frame's colours to ``histogram`` (``new_histogram()``)."""
    histogram += np.bincount(colour_bins(rgb).ravel(), minlength=_BINS)


def new_histogram() -> NDArray[np.int64]:
    """Return an empty histogram of colours."""
    return np.zeros(_BINS, np.int64)


def _bin_centres(used: NDArray[np.intp]) -> Float32Array:
    """Return the middle colour of bins, (n, 3) in 0..255; the ends stay black and white."""
    mask = (1 << _BITS) - 1
    levels = np.stack([used >> (2 * _BITS), used >> _BITS & mask, used & mask], axis=-1)
    centre = levels * 4 + np.float32(1.5)
    return np.where(levels == mask, 255, np.where(levels == 0, 0, centre)).astype(np.float32)


def _lab(rgb: Float32Array | UInt8Array) -> Float32Array:
    """Return Oklab (Ottosson 2020), where distances are what the eye sees, of (N, 3) sRGB 0..255."""
    value = rgb.astype(np.float32) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    cones = linear @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ],
        np.float32,
    )
    lab: Float32Array = np.cbrt(cones) @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ],
        np.float32,
    )
    return lab.astype(np.float32)


def _distances(points: Float32Array, to: Float32Array) -> Float32Array:
    """Return squared distances, (N, M)."""
    cross = points @ to.T
    squared: Float32Array = (points**2).sum(1)[:, None] - 2 * cross + (to**2).sum(1)
    return squared


class Palette:
    """A clip's colours: ``rgb`` is (n, 3) uint8, n at most ``colours``.

    Found by weighted k-means (Lloyd 1982) in Oklab from a median cut (Heckbert 1982). Weights are
    square roots of counts, so that small bright things keep their colours beside a large sky.
    """

    def __init__(self, histogram: NDArray[np.int64], colours: int = COLOURS) -> None:
        used = np.flatnonzero(histogram)
        rgb = _bin_centres(used)
        lab = _lab(rgb)
        weight = np.sqrt(histogram[used]).astype(np.float32)
        self.rgb = _median_cut(lab, weight, rgb, colours)
        self._build_tables(used, lab)

    def _build_tables(self, used: NDArray[np.intp], lab: Float32Array) -> None:
        """For every colour that occurs: two palette entries and how much of the second.

        The pair is the one whose mixture comes nearest, plus a price for its contrast.
        """
        colours = _lab(self.rgb)
        self._first = np.zeros(_BINS, np.uint8)
        self._second = np.zeros(_BINS, np.uint8)
        self._share = np.zeros(_BINS, np.uint8)
        near = min(_NEIGHBOURS, len(colours))
        for start in range(0, len(used), 8192):
            chunk, point = used[start : start + 8192], lab[start : start + 8192]
            order = np.argsort(_distances(point, colours), axis=1, kind="stable")[:, :near]
            first = colours[order[:, :1]]
            step = colours[order] - first
            length = np.maximum((step**2).sum(-1), 1e-12)
            share = np.clip(((point[:, None] - first) * step).sum(-1) / length, 0, 0.5)
            gap = point[:, None] - first - share[..., None] * step
            cost = (gap**2).sum(-1) + _CONTRAST_COST * share * (1 - share) * length
            best = cost.argmin(1)
            rows = np.arange(len(chunk))
            self._first[chunk] = order[:, 0]
            self._second[chunk] = order[rows, best]
            self._share[chunk] = np.rint(share[rows, best] * 255)

    def indices(self, rgb: UInt8Array) -> UInt8Array:
        """Return the palette index of every pixel of (H, W, 3), dithered by a fixed 8x8 pattern.

        The pattern stands still on the screen, so what stands still is the same in every frame.
        """
        bin_index = colour_bins(rgb)
        height, width = bin_index.shape
        threshold = np.tile(_BAYER, (-(-height // 8), -(-width // 8)))[:height, :width]
        return np.where(
            self._share[bin_index] > threshold, self._second[bin_index], self._first[bin_index]
        )


_last_palette: dict[bytes, Palette] = {}
_KEPT = 3


def palette_of(histogram: NDArray[np.int64], colours: int = COLOURS) -> Palette:
    """Return the palette of a histogram; the ones made last are kept, for a clip encoded again."""
    key = hashlib.sha256(histogram.data).digest() + bytes([colours])
    if key not in _last_palette:
        palette = Palette(histogram, colours)
        while len(_last_palette) >= _KEPT:
            del _last_palette[next(iter(_last_palette))]
        _last_palette[key] = palette
    return _last_palette[key]


def _median_cut(
    lab: Float32Array, weight: Float32Array, rgb: Float32Array, colours: int
) -> UInt8Array:
    """Return the palette, (n, 3) uint8 RGB."""
    boxes = [np.arange(len(lab))]
    spread = [_cut_gain(lab, weight)]
    while len(boxes) < colours and max(spread) > 0:
        widest = int(np.argmax(spread))
        box = boxes.pop(widest)
        spread.pop(widest)
        variance = _variance(lab[box], weight[box])
        axis_values = lab[box, int(np.argmax(variance))]
        order = np.argsort(axis_values, kind="stable")
        halves = np.cumsum(weight[box][order])
        cut = int(np.clip(np.searchsorted(halves, halves[-1] / 2), 1, len(box) - 1))
        for part in (box[order[:cut]], box[order[cut:]]):
            boxes.append(part)
            spread.append(_cut_gain(lab[part], weight[part]))
    means = np.stack([np.average(lab[box], axis=0, weights=weight[box]) for box in boxes])
    mean_rgb = np.stack([np.average(rgb[box], axis=0, weights=weight[box]) for box in boxes])
    for _ in range(_ROUNDS):
        owner = np.concatenate(
            [
                _distances(lab[i : i + 16384], means.astype(np.float32)).argmin(1)
                for i in range(0, len(lab), 16384)
            ]
        )
        total = np.bincount(owner, weight, len(means))
        filled = total > 0
        for channel in range(3):
            sums = np.bincount(owner, weight * lab[:, channel], len(means))
            means[filled, channel] = sums[filled] / total[filled]
            sums = np.bincount(owner, weight * rgb[:, channel], len(means))
            mean_rgb[filled, channel] = sums[filled] / total[filled]
    return np.unique(np.rint(mean_rgb).astype(np.uint8), axis=0)


def _variance(lab: Float32Array, weight: Float32Array) -> Float32Array:
    mean = np.average(lab, axis=0, weights=weight)
    variance: Float32Array = np.average((lab - mean) ** 2, axis=0, weights=weight)
    return variance


def _cut_gain(lab: Float32Array, weight: Float32Array) -> float:
    """How much a box gains by being cut."""
    return float(_variance(lab, weight).max() * weight.sum()) if len(lab) > 1 else 0.0


def _bayer() -> UInt8Array:
    """Return the 8x8 ordered dither of Bayer (1973) as thresholds 0..255."""
    pattern = np.zeros((1, 1), np.int64)
    for _ in range(3):
        pattern = np.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    return ((2 * pattern + 1) * 2).astype(np.uint8)


_BAYER = _bayer()


def reuse_unchanged(
    index: UInt8Array,
    rgb: UInt8Array,
    last_index: UInt8Array,
    last_rgb: UInt8Array,
    tolerance: float,
) -> None:
    """Keep the last index where a pixel changed by no more than ``tolerance`` levels since it was set.

    Changes ``index`` in place and ``last_rgb`` where a pixel is set anew: what is shown is never
    staler than ``tolerance``, however long the clip. A fraction of a level is a share of the pixels,
    by the fixed pattern of the dither.
    """
    height, width = index.shape
    limit = np.floor(tolerance + _BAYER / np.float32(256)).astype(np.uint8)
    limit = np.tile(limit, (-(-height // 8), -(-width // 8)))[:height, :width]
    unchanged = cv2.absdiff(rgb, last_rgb).max(axis=2) <= limit
    np.copyto(index, last_index, where=unchanged)
    np.copyto(last_rgb, rgb, where=~unchanged[..., None])
