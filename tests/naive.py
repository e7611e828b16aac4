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
