"""Picture operations that give the same bits on every machine, where OpenCV's do not.

OpenCV's code for one processor adds in another order, or fuses products and sums, where its code for
another does not: in resizing, blurring, sampling and smoothing of floats the last bits differ. These
are kernels of ours, or OpenCV's integer versions. Pictures are (H, W) or (H, W, C), uint8 or float32;
a size is (width, height), as OpenCV has it. Kernels are imported where they are used: who names this
module has no need of Numba yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, partial
from math import sqrt
from operator import attrgetter
from typing import Any, Literal

import cv2
import numpy as np
from cv2.utils import logging
from numpy.typing import NDArray

from livingstill.core.arrays import read_only
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.core.threads import over_bands

Picture = NDArray[Any]
Border = Literal["reflect", "symmetric", "edge"]
_UNIT = 2.0**22
_MIN_BAND_VALUES = 4096  # values per row band below which threads cost more than they save


_REQUIRED_FEATURES = ("ipp.useIPP", "createLineSegmentDetector", "INTER_LINEAR_EXACT")
"""What not every build of OpenCV has."""


def _check_features() -> None:
    """Refuse an OpenCV that lacks what we need, here and now rather than in the midst of a clip."""
    for feature in _REQUIRED_FEATURES:
        try:
            attrgetter(feature)(cv2)
        except AttributeError:
            raise ImportError(f"cannot import name '{feature}' from 'cv2'", name="cv2") from None


_check_features()


def _without_ipp() -> None:
    """Turn Intel's IPP off for this process, unless somebody has used or chosen it already."""
    if "OPENCV_IPP" in os.environ:
        return
    level = logging.setLogLevel(logging.LOG_LEVEL_ERROR)  # it would warn that it was told so
    os.environ["OPENCV_IPP"] = "disabled"
    cv2.ipp.useIPP()  # reads the variable, once and for all
    del os.environ["OPENCV_IPP"]
    logging.setLogLevel(level)


_without_ipp()


def resize_area(picture: Picture, size: tuple[int, ...]) -> Picture:
    """Return a picture at another size: means over areas, linear along a side that grows."""
    return _resized(picture, size, "area")


def resize_linear(picture: Picture, size: tuple[int, ...]) -> Picture:
    """Return a picture at another size, bilinear between pixel centres."""
    if picture.dtype == np.uint8:
        exact = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR_EXACT)
        return np.asarray(exact, np.uint8)
    return _resized(picture, size, "linear")


def resize_cubic(picture: Picture, size: tuple[int, ...]) -> Picture:
    """Return a picture at another size, bicubic (a = -0.75) between pixel centres."""
    return _resized(picture, size, "cubic")


def gaussian_blur(
    picture: Picture, sigma: float, sigma_y: float | None = None, border: Border = "reflect"
) -> Picture:
    """Return a picture blurred by a Gaussian of ``sigma`` pixels, cut off at 4 sigma (3 for uint8).

    ``sigma_y`` is along columns, as ``sigma`` where left out; ``border`` is how `numpy.pad` goes on.
    """
    from livingstill.kernels import smooth

    down = sigma if sigma_y is None else sigma_y
    if picture.dtype == np.uint8:
        method = {"reflect": cv2.BORDER_REFLECT_101, "symmetric": cv2.BORDER_REFLECT}
        kind = method.get(border, cv2.BORDER_REPLICATE)
        blurred = cv2.GaussianBlur(picture, (0, 0), sigma, sigmaY=down, borderType=kind)
        return blurred.reshape(picture.shape)
    flat, channels = _flat(picture)
    out = np.empty_like(flat)
    x, y = gaussian_weights(sigma), gaussian_weights(down)
    rows = _padded_indices(len(flat), y.size - 1, border)
    columns = _padded_indices(flat.shape[1] // channels, x.size - 1, border)
    _over_rows(
        lambda a, b: smooth.gaussian(flat, channels, rows, columns, y, x, out, a, b), flat.shape
    )
    return out.reshape(picture.shape)


def blur_every(picture: Picture, step: int, size: tuple[int, int], sigma: float) -> Float32Array:
    """Return every ``step``-th pixel of a picture blurred by a Gaussian of ``sigma``, float32.

    ``size`` is how many there are; what lies beyond the border is as the border. Nothing is blurred
    that is not returned.
    """
    from livingstill.kernels import resample

    flat, channels = _flat(picture)
    height, width = picture.shape[:2]
    starts, down = _blur_taps(height, size[1], step, sigma)
    places, across = _repeat_for_channels(*_blur_taps(width, size[0], step, sigma), channels)
    out = np.empty((size[1], size[0] * channels), np.float32)
    _over_rows(
        lambda a, b: resample.resize_floats(
            flat, channels, starts, down, places, across, out, a, b
        ),
        (size[1], flat.size // size[1]),
    )
    return out.reshape(size[1], size[0], *picture.shape[2:])


def wide_blur(picture: Float32Array, sigma: float) -> Float32Array:
    """Return a picture, float32, blurred by a Gaussian of ``sigma`` pixels, computed in small.

    Of a picture reduced so far that ``sigma`` is 3 of its pixels at least, and bilinear from there.
    """
    return np.asarray(resize_linear(_blur_small(picture, sigma), picture.shape[1::-1]), np.float32)


def subtract_wide_blur(picture: Float32Array, sigma: float, band: int = 256) -> None:
    """Subtract from a picture, in place, its ``wide_blur``, of which a ``band`` of rows is in memory."""
    small = _blur_small(picture, sigma)
    for first in range(0, len(picture), band):
        rows = slice(first, first + band)
        picture[rows] -= _resized(small, picture.shape[1::-1], "linear", rows)


def _blur_small(picture: Float32Array, sigma: float) -> Float32Array:
    """Return what ``wide_blur`` is interpolated from."""
    factor = max(1, int(sigma / 3))
    height, width = picture.shape[:2]
    size = (-(-width // factor), -(-height // factor))
    lost = (factor * factor - 1) / 4  # the variance of means over areas, and of lines between them
    return gaussian_blur(resize_area(picture, size), sqrt(sigma * sigma - lost) / factor)


@lru_cache(64)
def _blur_taps(
    count: int, nodes: int, step: int, sigma: float
) -> tuple[NDArray[np.int64], Float32Array]:
    """Return the taps of a Gaussian about every ``step``-th of ``count`` pixels."""
    half = gaussian_weights(sigma).astype(np.float64)
    weights = np.concatenate([half[:0:-1], half])
    place = np.arange(nodes)[:, None] * step + np.arange(1 - half.size, half.size)
    return _clamp_taps(place, np.tile(weights, (nodes, 1)), count)


@lru_cache(64)
def gaussian_weights(sigma: float) -> Float32Array:
    """Return a Gaussian's weights from its centre outwards; with their mirror they add up to 1."""
    if sigma <= 0:
        return np.ones(1, np.float32)
    radius = max((round(8 * sigma + 1) | 1) // 2, 0)
    weights = decay(np.arange(radius + 1.0) ** 2 / (2 * sigma * sigma))
    total = 2 * np.add.accumulate(weights[::-1])[-1] - weights[0]
    return np.asarray(weights / total, np.float32)


def sample(picture: Picture, x: NDArray[Any], y: NDArray[Any]) -> Float32Array:
    """Return a picture (H, W) bilinearly at places in pixels; beyond its border the edge repeats."""
    from livingstill.kernels import resample

    source = read_only(np.ascontiguousarray(picture, np.float32))
    xs, ys = (np.ascontiguousarray(a, np.float32) for a in np.broadcast_arrays(x, y))
    out = np.empty(xs.size, np.float32)
    resample.sample_linear(source, xs.ravel(), ys.ravel(), out, 0, out.size)
    return out.reshape(xs.shape)


def sample_grid(picture: Picture, x: NDArray[np.float64], y: NDArray[np.float64]) -> Float32Array:
    """Return a picture (h, w, C) bicubically (a = -0.75) at the grid of places (W,) and (H,)."""
    from livingstill.kernels import resample

    flat, channels = _flat(picture)
    starts, down = _cubic(y, picture.shape[0])
    places, across = _repeat_for_channels(*_cubic(x, picture.shape[1]), channels)
    out = np.empty((y.size, x.size * channels), np.float32)
    resample.resize_floats(flat, channels, starts, down, places, across, out, 0, y.size)
    return np.asarray(out.reshape(y.size, x.size, *picture.shape[2:]), np.float32)


def edge_preserving_smoother(
    guide: UInt8Array, strength: float, sigma: float
) -> Callable[[Float32Array], Float32Array]:
    """Return what smooths float32 (H, W) or (P, H, W), in place, within the edges of a guide (H, W, 3).

    The guide is uint8, the values are in C order; planes together take less than one by one.

    The fast global smoother of Min et al. (2014): three rounds of weighted least squares along rows
    and columns, the strength a quarter each time. ``sigma`` is the distance of colours, in levels,
    over which the tie between neighbours falls to 1/e.
    """
    from livingstill.kernels import smooth

    colours = read_only(np.ascontiguousarray(guide))
    height, width = colours.shape[:2]
    right, below = (np.empty((height, width), np.float32) for _ in range(2))
    table = _similarity_table(sigma)
    _over_rows(
        lambda a, b: smooth.similarities(colours, table, right, below, a, b), (height, width)
    )

    def smoothed(values: Float32Array) -> Float32Array:
        planes = values.reshape(-1, height, width)
        flat, similarity_below = values.ravel(), below.ravel()
        for iteration in range(3):
            regularisation = np.float32(strength * 0.25**iteration)
            across = partial(smooth.smooth_across, planes, right, regularisation)
            down = partial(smooth.smooth_down, flat, similarity_below, width, regularisation)
            over_bands(across, height, smooth.LANES)
            over_bands(down, width, smooth.LANES)
        return values

    return smoothed


def sobel(
    picture: Float32Array, first: int = 0, last: int | None = None
) -> tuple[Float32Array, Float32Array]:
    """Return eight times the slope of a float32 (H, W) per pixel, to the right and downwards.

    Of its rows from ``first`` to ``last``.
    """
    height = len(picture)
    places = _padded_indices(height, 1, "reflect")[first : (height if last is None else last) + 2]
    a = np.pad(picture[places], ((0, 0), (1, 1)), mode="reflect")
    rows = a[:-2] + a[2:] + np.float32(2) * a[1:-1]
    columns = a[:, :-2] + a[:, 2:] + np.float32(2) * a[:, 1:-1]
    return rows[:, 2:] - rows[:, :-2], columns[2:] - columns[:-2]


def gradient_magnitude(picture: Float32Array) -> Float32Array:
    """Return the length of the gradient of a float32 (H, W), in levels per pixel."""
    x, y = sobel(picture)
    return np.asarray(np.sqrt(x * x + y * y) * np.float32(0.125), np.float32)


def distance_transform(mask: UInt8Array) -> Float32Array:
    """Return how far each pixel of a mask (H, W) is from the nearest 0, about Euclidean, float32.

    Intel's IPP, if a host has it running, would round otherwise; it is switched for this thread.
    """
    before = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    try:
        return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), np.float32)
    finally:
        cv2.ipp.setUseIPP(before)


def percentile(values: NDArray[Any], percent: float) -> float:
    """Return the value below which so many percent of all lie, linear between two neighbours.

    NumPy's own interpolates float32 in float32 or in float64, by its version. ``values`` has at
    least one.
    """
    flat = np.asarray(values).ravel()
    place = (flat.size - 1) * percent / 100
    low = int(place)
    high = min(low + 1, flat.size - 1)
    below, above = (float(v) for v in np.partition(flat, (low, high))[[low, high]])
    return below + (above - below) * (place - low)


def line_segments(grey: UInt8Array) -> Float32Array:
    """Return straight segments, (n, 4) float32 x0, y0, x1, y1 in steps of 1/32 px.

    By LSD (Grompone von Gioi et al., 2010), whose ends differ in their last bits.
    """
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    ends = np.zeros((0, 4), np.float32) if found is None else np.asarray(found, np.float32)
    steps = np.round(ends.reshape(-1, 4) * np.float32(32))
    return np.asarray(steps / np.float32(32), np.float32)


def _resized(
    picture: Picture, size: tuple[int, ...], method: str, rows: slice = slice(None)
) -> Picture:
    """Return ``rows`` of a picture at another size."""
    from livingstill.kernels import resample

    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture[rows].copy()
    flat, channels = _flat(picture)
    starts, down = _taps(height, size[1], method)
    starts, down = starts[rows], down[rows]
    places, across = _channel_taps(width, size[0], method, channels)
    out = np.empty((len(starts), size[0] * channels), flat.dtype)
    work = resample.resize_bytes if flat.dtype == np.uint8 else resample.resize_floats
    cost = (len(starts), max(out.shape[1], flat.size // size[1]))
    _over_rows(lambda a, b: work(flat, channels, starts, down, places, across, out, a, b), cost)
    return out.reshape(len(starts), size[0], *picture.shape[2:])


def _flat(picture: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Return a picture as (H, W * C), uint8 or float32, and C."""
    kind = np.uint8 if picture.dtype == np.uint8 else np.float32
    flat = np.ascontiguousarray(picture, kind).reshape(len(picture), -1)
    return read_only(flat), flat.shape[1] // picture.shape[1]


def _over_rows(work: Callable[[int, int], object], shape: tuple[int, ...]) -> None:
    if shape[0] * shape[1] < 16 * _MIN_BAND_VALUES:
        work(0, shape[0])
    else:
        over_bands(work, shape[0])


@lru_cache(64)
def _channel_taps(
    before: int, after: int, method: str, channels: int
) -> tuple[NDArray[np.int64], Float32Array]:
    """Return `_taps` of each value of a line of pixels of some channels, weights (k, n)."""
    return _repeat_for_channels(*_taps(before, after, method), channels)


def _repeat_for_channels(
    starts: NDArray[np.int64], weights: Float32Array, channels: int
) -> tuple[NDArray[np.int64], Float32Array]:
    places = starts[:, None] * channels + np.arange(channels)
    return places.ravel(), np.ascontiguousarray(np.repeat(weights, channels, 0).T)


@lru_cache(64)
def _taps(before: int, after: int, method: str) -> tuple[NDArray[np.int64], Float32Array]:
    """Return which pixels each pixel of a resized line is made of: the first, and the weights.

    Weights are whole multiples of 2^-22, whose sums float32 holds exactly: what is 1 stays 1.
    """
    ratio = before / after
    if method == "area" and ratio > 1:
        edges = np.minimum(np.arange(after + 1) * ratio, before)
        start = np.floor(edges[:-1]).astype(np.int64)
        place = start[:, None] + np.arange(min(int(np.ceil(ratio)) + 1, before))
        overlap = np.minimum(place + 1, edges[1:, None]) - np.maximum(place, edges[:-1, None])
        weights = np.where(overlap > 1e-9, overlap, 0.0)
    else:
        centre = (np.arange(after, dtype=np.float64) + 0.5) * ratio - 0.5
        if method == "cubic":
            return _cubic(centre, before)
        near = np.floor(centre).astype(np.int64)
        share = (centre - near)[:, None]
        place, weights = near[:, None] + np.arange(2), np.concatenate([1 - share, share], 1)
    return _clamp_taps(place, weights, before)


def _cubic(centre: NDArray[np.float64], count: int) -> tuple[NDArray[np.int64], Float32Array]:
    """Return the taps of bicubic values at places along a line of ``count`` pixels."""
    near = np.floor(centre).astype(np.int64)
    d = np.abs((centre - near)[:, None] - np.arange(-1, 3))
    inner, outer = (1.25 * d - 2.25) * d * d + 1, -0.75 * (((d - 5) * d + 8) * d - 4)
    return _clamp_taps(near[:, None] + np.arange(-1, 3), np.where(d <= 1, inner, outer), count)


def _clamp_taps(
    place: NDArray[np.int64], weights: NDArray[np.float64], count: int
) -> tuple[NDArray[np.int64], Float32Array]:
    """Return starts and weights (n, k) of runs within ``count`` pixels; the border repeats."""
    taps = min(place.shape[1], count)
    starts = np.clip(place[:, 0], 0, count - taps)
    inside = np.zeros((len(place), taps))
    for k in range(place.shape[1]):
        index = np.clip(np.clip(place[:, k], 0, count - 1) - starts, 0, taps - 1)
        inside[np.arange(len(place)), index] += weights[:, k]
    quantised = np.round(inside / np.add.accumulate(inside, 1)[:, -1:] * _UNIT)
    quantised[np.arange(len(quantised)), inside.argmax(1)] += _UNIT - quantised.sum(1)
    return starts, (quantised / _UNIT).astype(np.float32)


@lru_cache(64)
def _padded_indices(count: int, margin: int, border: Border) -> NDArray[np.int64]:
    return np.pad(np.arange(count), margin, mode=border).astype(np.int64)


@lru_cache(4)
def _similarity_table(sigma: float) -> Float32Array:
    """Return exp(-distance / sigma) by the squared distance of two colours."""
    squares = np.arange(3 * 255 * 255 + 1, dtype=np.float64)
    return np.asarray(decay(np.sqrt(squares) / sigma), np.float32)


def decay(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return exp(-x) for x >= 0 as (exp(-x / 64))^64: by sums and products alone.

    Libraries of mathematics differ in the last bit of their exponentials.

    >>> bool(np.allclose(decay(np.array([0, 1, 30.0])), np.exp([0, -1, -30.0]), rtol=1e-12))
    True
    """
    t = np.minimum(x, 60.0) / -64  # beyond, what is left is nothing to a float32
    e = np.ones_like(t)
    for n in range(24, 0, -1):
        e = e * t / n + 1
    for _ in range(6):
        e = e * e
    return e
