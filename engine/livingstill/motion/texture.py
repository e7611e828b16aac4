"""Statistics of a region's texture that advecting it needs: base, contrast, autocorrelation."""

from __future__ import annotations

import math

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.context import STEP, MotionContext, nodes


def base_and_contrast(context: MotionContext, blur: float) -> Float32Array:
    """Return (h, w, 4) float32 levels: the low-passed colour and the local contrast of a region.

    Both are normalised by the mask. ``blur`` is the low-pass's standard deviation in pixels of the
    reference width.
    """
    sigma = blur * context.scale / STEP
    inside = np.maximum(context.mask, np.float32(1e-3))[..., None]

    def mean(values: Float32Array, sigma: float) -> Float32Array:
        above = exact.gaussian_blur(values * inside, sigma).reshape(values.shape)
        under = exact.gaussian_blur(inside[..., 0], sigma)[..., None]
        return np.asarray(above / under, np.float32)

    base = mean(context.colour, sigma)
    detail = exact.luma(context.rgb)
    detail -= exact.gaussian_blur(detail, blur * context.scale)
    power = nodes(np.square(detail, out=detail))
    contrast = np.sqrt(mean(power[..., None], 1.2 * sigma) + np.float32(1.5**2))
    return np.concatenate([base, contrast], axis=2).astype(np.float32)


def interpolation_gain(context: MotionContext) -> float:
    """Return the gain that undoes what interpolation costs a region's detail, 1.05 at most.

    The renderer interpolates by four pixels (Catmull and Rom, 1974), which attenuates most half way
    between them; advected detail is seen at any offset. The gain applies to all detail above the
    base, so nothing rings.
    """
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    inside = exact.resize_linear(context.mask, grey.shape[::-1]) > 0.5
    if not inside.any():
        return 1.0
    none, half = np.ones(1, np.float32), np.array([-1, 9, 9, -1], np.float32) / 16
    power = []
    for x in (none, half):
        for y in (none, half):
            fine = np.asarray(cv2.sepFilter2D(grey, cv2.CV_32F, x, y), np.float32)
            fine -= exact.gaussian_blur(fine, 1.5)
            fine = fine[inside]
            power.append(float(np.square(fine, out=fine).mean()))
    return min(math.sqrt(4 * power[0] / max(sum(power), 1e-6)), 1.05) if power[0] > 0 else 1.0


def correlation_length(context: MotionContext) -> float:
    """Return r, in pixels, of the model 1 / (1 + (d/r)^2)^2 of a region's autocorrelation.

    It is fitted where the autocorrelation of the high-passed photo is 1/2, at d = .64 r.
    """
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey -= exact.gaussian_blur(grey, 12 * context.scale)
    height, width = grey.shape
    inside = exact.resize_linear(context.mask, (width, height)) > 0.5
    power = float((grey[inside] ** 2).mean()) if inside.any() else 0.0
    if power < 1e-3:
        return 16.0 * context.scale
    before, last = 1.0, 0
    for d in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32):
        valid = inside[:-d, :-d] & inside[d:, :-d] & inside[:-d, d:]
        if not valid.any():
            break
        products = grey[d:, :-d][valid]
        products += grey[:-d, d:][valid]
        products *= grey[:-d, :-d][valid]
        correlation = float(products.mean()) / 2 / power
        if correlation < 0.5:
            crossing = last + (d - last) * (before - 0.5) / max(before - correlation, 1e-6)
            return crossing / 0.64
        before, last = correlation, d
    return 32 / 0.64
