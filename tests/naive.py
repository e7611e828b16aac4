"""Slow, obvious versions of what the kernels do."""

from __future__ import annotations

import numpy as np


def on_pixels(field, shape, step):
    """Return a flow's field (h, w[, n]) at every pixel of ``shape``, bilinear between its nodes."""
    field = np.asarray(field, np.float64)
    y = np.minimum(np.arange(shape[0]) / step, field.shape[0] - 1)
    x = np.minimum(np.arange(shape[1]) / step, field.shape[1] - 1)
    top, left = (
        np.minimum(y.astype(int), field.shape[0] - 2),
        np.minimum(x.astype(int), field.shape[1] - 2),
    )
    fy, fx = y - top, x - left
    if field.ndim == 3:
        fy, fx = fy[:, None, None], fx[None, :, None]
    else:
        fy, fx = fy[:, None], fx[None]
    above = field[top][:, left] * (1 - fx) + field[top][:, left + 1] * fx
    below = field[top + 1][:, left] * (1 - fx) + field[top + 1][:, left + 1] * fx
    return above * (1 - fy) + below * fy


def apply_flow(rgb, flow):
    """Return ``rgb`` as ``flow`` moves it, sampled bicubically: what a still camera would see."""
    import cv2

    if flow is None:
        return rgb
    shape = rgb.shape[:2]
    source = rgb.astype(np.float32)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)

    def sample(displacement):
        d = on_pixels(displacement, shape, flow.step).astype(np.float32)
        return cv2.remap(
            source, x + d[..., 0], y + d[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )

    out = sample(flow.first)
    if flow.first_gain is not None:
        out *= on_pixels(flow.first_gain, shape, flow.step)[..., None].astype(np.float32)
    if flow.second is not None:
        gain = on_pixels(flow.second_gain, shape, flow.step)[..., None].astype(np.float32)
        out += gain * sample(flow.second)
    if flow.bias is not None:
        out += on_pixels(flow.bias, shape, flow.step).astype(np.float32)
    return np.clip(np.round(out), 0, 255).astype(np.uint8)


def sample(picture, x, y, cubic):
    """Sample (H, W, C) at one place, from the definition of the kernels; the border repeats."""

    def weight(d):
        d = abs(d)
        if not cubic:
            return max(0.0, 1 - d)
        if d < 1:
            return 1.5 * d**3 - 2.5 * d**2 + 1
        return -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2 if d < 2 else 0.0

    h, w = picture.shape[:2]
    total = 0.0
    for j in range(int(y) - 3, int(y) + 5):
        for i in range(int(x) - 3, int(x) + 5):
            pixel = picture[min(max(j, 0), h - 1), min(max(i, 0), w - 1)]
            total = total + weight(y - j) * weight(x - i) * pixel
    return total


def convolution(x, weights, bias, stride=1, before=None):
    """Convolve (C, h, w) with (O, I, k, k) in float64, padded by zeros; I is C, or 1: depthwise.

    ``before`` rows and columns of padding come first; by default a filter's centre is on its pixel.
    """
    size = weights.shape[2]
    before = size // 2 if before is None else before
    padded = np.pad(np.asarray(x, np.float64), ((0, 0), *[(before, size)] * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    windows = windows[:, : x.shape[1] : stride, : x.shape[2] : stride]
    if weights.shape[1] == 1 < len(x):
        out = np.einsum("cyxij,cij->cyx", windows, weights[:, 0])
    else:
        out = np.einsum("cyxij,ocij->oyx", windows, weights)
    return out + bias[:, None, None]


def doubled(x):
    """Return (C, h, w) at twice the size, bilinear between pixel centres, the border repeated."""

    def along(a, axis):
        n = a.shape[axis]
        at = np.clip((np.arange(2 * n) + 0.5) / 2 - 0.5, 0, n - 1)
        low = np.minimum(at.astype(int), max(n - 2, 0))
        high = np.minimum(low + 1, n - 1)
        share = (at - low).reshape([-1 if k == axis else 1 for k in range(a.ndim)])
        return np.take(a, low, axis) * (1 - share) + np.take(a, high, axis) * share

    return along(along(np.asarray(x, np.float64), 1), 2)


def gaussian(picture, sigma_x, sigma_y, border):
    """Blur by the definition: one sum over a window of 4 sigma for each pixel, in float64."""

    def weights(sigma):
        radius = (round(8 * sigma + 1) | 1) // 2
        w = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
        return radius, w / w.sum()

    (n, wx), (m, wy) = weights(sigma_x), weights(sigma_y)
    margin = [(m, m), (n, n)] + [(0, 0)] * (picture.ndim - 2)
    padded = np.pad(np.asarray(picture, np.float64), margin, mode=border)
    window = np.outer(wy, wx)
    out = np.zeros(picture.shape)
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            out[y, x] = np.tensordot(window, padded[y : y + 2 * m + 1, x : x + 2 * n + 1], 2)
    return out
