"""Statistics of a region's texture that advecting it needs: base, contrast, autocorrelation."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact
from livingstill.motion.context import NODE_SIGMA, MotionContext, bounding_box, nodes

_ROWS = 256
"""Rows of a photo that are worked on at a time, an even number."""


def base_and_contrast(context: MotionContext, blur: float) -> Float32Array:
    """Return (h, w, 4) float32 levels: the low-passed colour and the local contrast of a region.

    Both are normalised by the mask. ``blur`` is the low-pass's standard deviation in pixels of the
    reference width.
    """
    sigma = blur * context.scale / context.step
    inside = np.maximum(context.mask, np.float32(1e-3))[..., None]

    def mean(values: Float32Array, sigma: float) -> Float32Array:
        above = exact.gaussian_blur(values * inside, sigma).reshape(values.shape)
        under = exact.gaussian_blur(inside[..., 0], sigma)[..., None]
        return np.asarray(above / under, np.float32)

    base = mean(context.colour, sigma)
    grey = np.asarray(cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    square = grey.astype(np.float32)
    level, square = nodes(grey), nodes(np.square(square, out=square))
    # what the nodes are low-passed by already counts
    rough = exact.gaussian_blur(level, math.sqrt(max(sigma**2 - NODE_SIGMA**2, 0.0)))
    power = np.maximum(square - rough * (level + level - rough), 0)
    contrast = np.sqrt(mean(power[..., None], 1.2 * sigma) + np.float32(1.5**2))
    return np.concatenate([base, contrast], axis=2).astype(np.float32)


def interpolation_gain(context: MotionContext) -> float:
    """Return the gain that undoes what interpolation costs a region's detail, 1.05 at most.

    The renderer interpolates by four pixels (Catmull and Rom, 1974), which attenuates most half way
    between them; advected detail is seen at any offset. The gain applies to all detail above the
    base, so nothing rings.
    """
    luma, inside = _luma_and_mask(context)
    inside = inside[::2, ::2]  # a quarter of the pixels say it
    if not inside.any():
        return 1.0
    detail = np.empty(luma.shape, np.float32)
    for band, around, own in _bands(len(luma), exact.gaussian_weights(1.5).size - 1):
        levels = luma[around].astype(np.float32)
        detail[band] = (levels - exact.gaussian_blur(levels, 1.5))[own]
    none, half = np.ones(1, np.float32), np.array([-1, 9, 9, -1], np.float32) / np.float32(16)

    def mean_power(x: Float32Array, y: Float32Array) -> float:
        moved = [
            cv2.sepFilter2D(detail[around], cv2.CV_32F, x, y)[own][::2, ::2][
                inside[band.start // 2 : -(-band.stop // 2)]
            ]
            for band, around, own in _bands(len(luma), half.size)
        ]
        return float((np.concatenate(moved) ** 2).mean())

    power = [mean_power(x, y) for x in (none, half) for y in (none, half)]
    return min(math.sqrt(4 * power[0] / max(sum(power), 1e-6)), 1.05) if power[0] > 0 else 1.0


def correlation_length(context: MotionContext) -> float:
    """Return r, in pixels, of the model 1 / (1 + (d/r)^2)^2 of a region's autocorrelation.

    It is fitted where the autocorrelation of the high-passed photo is 1/2, at d = .64 r.
    """
    luma, inside = _luma_and_mask(context)
    grey = luma.astype(np.float32)
    exact.subtract_wide_blur(grey, 12 * context.scale)
    values = grey[::2, ::2][inside[::2, ::2]]
    power = float((values**2).mean()) if values.size else 0.0
    if power < 1e-3:
        return 16.0 * context.scale
    before, last = 1.0, 0
    for d in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32):
        here, below, right = (  # every second pixel of every second row, and what is d further on
            (slice(a, a - d or None, 2), slice(b, b - d or None, 2))
            for a, b in ((0, 0), (d, 0), (0, d))
        )
        valid = inside[here] & inside[below] & inside[right]
        if not valid.any():
            break
        values = grey[here][valid]
        correlation = float((values * (grey[below][valid] + grey[right][valid])).mean()) / 2 / power
        if correlation < 0.5:
            crossing = last + (d - last) * (before - 0.5) / max(before - correlation, 1e-6)
            return crossing / 0.64
        before, last = correlation, d
    return 32 / 0.64


def _luma_and_mask(context: MotionContext) -> tuple[UInt8Array, NDArray[np.bool_]]:
    """Return the luma of the photo, uint8, and where the region is, both (H, W) in its box."""
    box = bounding_box(np.where(context.mask > 0.5, context.mask, 0))
    if box is None:
        return np.zeros((1, 1), np.uint8), np.zeros((1, 1), bool)
    rows, columns = (slice(s.start * context.step, s.stop * context.step) for s in box.slices)
    rgb = np.ascontiguousarray(context.rgb[rows, columns])
    luma = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    mask = np.ascontiguousarray(context.mask[box.slices])
    return luma, exact.resize_linear(mask, luma.shape[::-1]) > 0.5


def _bands(rows: int, reach: int) -> Iterator[tuple[slice, slice, slice]]:
    """Yield bands of rows, each with up to ``reach`` more around it, and where it is among those.

    Pictures of floats as large as the photo take much memory.
    """
    for first in range(0, rows, _ROWS):
        last, top = min(first + _ROWS, rows), max(first - reach, 0)
        yield slice(first, last), slice(top, last + reach), slice(first - top, last - top)
