"""Class probabilities at the network's size become soft masks at the photo's: guided upsampling.

The network knows what is where but not to the pixel. The photo does: near an edge its colours
say which side a pixel belongs to, and how much of it where a leaf is finer than a pixel. So each
mask is fitted, window by window, as a linear function of colour to the probabilities the network
is sure of, and that function is then evaluated on the photo (the local colour-line model of He,
Sun and Tang's guided filter, 2010, with its 2015 shortcut: fitted small, applied large).
"""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from livingstill.core.model import Float32Array, Perception, Region, UInt8Array
from livingstill.core.threads import concurrent
from livingstill.imaging import exact
from livingstill.segmentation import sky_mask

_FIT_SIDE = 640
"""Long side of the picture the colour functions are fitted on."""

_WINDOW = 2.0
"""Half the side of one colour line's window, in pixels of the network's output; 4 of the guide at least."""

_SOFTNESS = 0.025**2
"""Colour variance (of 0..1) below which a window counts as flat."""


def segment(perception: Perception, rgb: UInt8Array) -> tuple[Region, ...]:
    """Return a soft mask of every class found in the photo, in the network's order of classes.

    Parameters
    ----------
    perception : of the same photo
    rgb : (H, W, 3) uint8

    Returns
    -------
    tuple of Region
        ``mask`` is (H, W) uint8; masks of different classes add up to at most about 255.
    """
    names = perception.classes
    probability = perception.probabilities.astype(np.float32)
    likeliest = np.argmax(probability, 0)
    present = [i for i, name in enumerate(names) if name != "other" and (likeliest == i).any()]
    if not present:
        return ()
    sharp = probability * probability * probability
    sharp /= np.maximum(sharp.sum(0), np.float32(1))
    masks = guided_upsample(sharp[present], rgb)
    index = {names[i]: k for k, i in enumerate(present)}
    if "sky" in index and "foliage" in index:
        sky, leaves = index["sky"], index["foliage"]
        masks[sky], masks[leaves] = sky_mask.recover_gaps(masks[sky], masks[leaves], rgb)
    return tuple(Region(names[i], mask) for i, mask in zip(present, masks) if mask.any())


def guided_upsample(soft: Float32Array, rgb: UInt8Array) -> list[UInt8Array]:
    """Return soft masks (C, h, w) float32 in 0..1 at the photo's size, (H, W) uint8, by its colours."""
    height, width = rgb.shape[:2]
    scale = min(1.0, _FIT_SIDE / max(height, width))
    small = (max(8, round(width * scale)), max(8, round(height * scale)))
    guide = exact.resize_area(rgb, small).astype(np.float32)
    guide *= np.float32(1 / 255)
    targets = [np.asarray(exact.resize_linear(p, small), np.float32) for p in soft]
    pixel = max(small[0] / soft.shape[2], 1.0)
    slopes, shifts = fit_colour_lines(
        guide, targets, round(0.6 * pixel), max(round(_WINDOW * pixel), 4)
    )

    def large(x: Float32Array) -> Float32Array:
        whole = exact.resize_linear(np.ascontiguousarray(x), (width, height))
        return np.asarray(whole, np.float32)

    masks = []
    for slope, shift in zip(slopes, shifts):
        mask = large(shift)
        for k in range(3):  # one channel at a time: the photo as numbers takes much memory
            part = large(slope[..., k])
            part *= rgb[..., k] / np.float32(255)
            mask += part
        mask -= np.float32(0.08)
        mask /= np.float32(0.84)
        np.clip(mask, 0, 1, out=mask)
        mask *= np.float32(255)
        masks.append(np.round(mask, out=mask).astype(np.uint8))
    return masks


def fit_colour_lines(
    guide: Float32Array, targets: list[Float32Array], margin: int, reach: int
) -> tuple[list[Float32Array], list[Float32Array]]:
    """Return for each target its colour slopes (h, w, 3) and shifts (h, w), window by window.

    Windows are ``reach`` pixels to each side. Pixels within ``margin`` of a border between classes count
    little: their colour decides, not their guess.
    """
    top = np.max(targets, axis=0)
    sure = np.maximum(np.abs(2 * top - 1), 0)
    near, side = 2 * margin + 1, 2 * reach + 1
    core = cv2.erode(sure, np.ones((near, near), np.uint8))
    weight = np.float32(0.02) + core * core

    def mean(x: Float32Array) -> Float32Array:
        return np.asarray(cv2.boxFilter(x, cv2.CV_32F, (side, side), borderType=cv2.BORDER_REFLECT))

    total = mean(weight)
    middle = [mean(guide[..., k] * weight) / total for k in range(3)]
    cov = {}
    for i in range(3):
        for j in range(i, 3):
            both = mean(guide[..., i] * guide[..., j] * weight) / total
            cov[i, j] = both - middle[i] * middle[j] + np.float32(_SOFTNESS if i == j else 0)
    a, b, c = cov[0, 0], cov[0, 1], cov[0, 2]
    d, e, f = cov[1, 1], cov[1, 2], cov[2, 2]
    inverse = [[d * f - e * e, c * e - b * f, b * e - c * d]]
    inverse.append([inverse[0][1], a * f - c * c, b * c - a * e])
    inverse.append([inverse[0][2], inverse[1][2], a * d - b * b])
    volume = a * inverse[0][0] + b * inverse[0][1] + c * inverse[0][2]
    spread = mean(total)

    def fit(target: Float32Array) -> tuple[Float32Array, Float32Array]:
        level = mean(target * weight) / total
        with_colour = [mean(guide[..., k] * target * weight) / total for k in range(3)]
        moved = [with_colour[k] - middle[k] * level for k in range(3)]
        slope = np.stack(
            [sum(inverse[i][k] * moved[k] for k in range(3)) / volume for i in range(3)]
        )
        shift = level - sum(slope[k] * middle[k] for k in range(3))
        smooth = [mean(slope[k] * total) / spread for k in range(3)]
        return np.ascontiguousarray(np.stack(smooth, -1)), mean(shift * total) / spread

    lines = concurrent(partial(fit, target) for target in targets)
    return [slope for slope, _ in lines], [shift for _, shift in lines]
