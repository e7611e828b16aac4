"""Glowing matter: what glows in a photo, and its colour as a function of heat."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.context import luma, smoothstep

BLACK_BODY = np.array(
    [(0, 0, 0), (60, 14, 4), (118, 30, 7), (190, 62, 12), (232, 96, 22), (250, 140, 44),
     (255, 186, 84), (255, 224, 140), (255, 250, 226)], np.float64,
)  # fmt: skip
"""Colours of glowing matter from black to white, in eighths, where the photo shows none."""


def glow_mask(colour: Float32Array) -> Float32Array:
    """Return (h, w) float32 in 0..1, the share that glows: warm or white-hot colours (h, w, 3)."""
    red, blue = colour[..., 0], colour[..., 2]
    warm = smoothstep((red - blue - 15) / 60) * smoothstep((red - 70) / 90)
    hot = smoothstep((colour[..., 1] - 140) / 60) * smoothstep((red - blue + 25) / 20)
    return np.asarray(np.maximum(warm, hot), np.float32)


def colour_by_heat(colour: Float32Array, glow: Float32Array) -> Float32Array:
    """Return (256, 4) float32: the colour in levels of each heat, 0..255, and its opacity.

    It is the mean colour of what glows with that luma in the photo, with a black body's as a prior.

    Parameters
    ----------
    colour : (h, w, 3) float32 levels
    glow : (h, w) float32 in 0..1, the share that glows
    """
    weight = glow.astype(np.float64).ravel() ** 2
    flat = colour.reshape(-1, 3).astype(np.float64)
    bright = luma(flat)
    bins = np.clip((bright / 8).astype(int), 0, 31)
    centres = np.arange(32) * 8 + 4.0
    weights = np.bincount(bins, weight, 32)
    heats = np.arange(256.0)
    body = luma(BLACK_BODY)
    out = np.empty((256, 4))
    spread = np.exp(-0.5 * ((centres[:, None] - centres[None]) / 10) ** 2)
    prior = max(0.02 * float(weights.sum()), 1.0)
    for c in range(3):
        expected = np.interp(centres, body, BLACK_BODY[:, c])
        sums = np.bincount(bins, weight * (flat[:, c] - bright), 32)
        learned = (spread @ (sums + prior * (expected - centres))) / (spread @ (weights + prior))
        out[:, c] = np.clip(np.interp(heats, centres, learned) + heats, 0, 255)
    out[0, :3] = 0
    v = np.clip(heats / 110, 0, 1)
    out[:, 3] = v * v * (3 - 2 * v)
    return out.astype(np.float32)


def background(
    colour: Float32Array, glow: Float32Array, zone: Float32Array, flame_height: float
) -> Float32Array:
    """Return (h, w, 3) float32 levels of what stands behind flames, from dark colours around.

    Parameters
    ----------
    colour, glow : (h, w, 3) float32 levels and (h, w) float32, the share that glows
    zone : (h, w) float32, ``glow`` low-passed: the flames light what is behind them
    flame_height : height of the flames in nodes
    """
    trust = (1 - glow) ** 2 * smoothstep((140 - luma(colour)) / 100) + np.float32(1e-4)
    dark = np.minimum(colour, np.float32(90))
    total, under = np.zeros_like(colour), np.zeros_like(trust)
    for share, sigma in ((1.0, 0.05), (0.1, 0.2), (0.01, 0.8)):  # the nearest that there is
        soft = max(1.0, sigma * flame_height)
        total += np.float32(share) * _blurred(dark * trust[..., None], soft)
        under += np.float32(share) * _blurred(trust, soft)
    back = total / under[..., None]
    illuminated = luma(back)[..., None] * np.array([1.05, 0.8, 0.65], np.float32)  # by the flames
    back += smoothstep(zone / 0.6)[..., None] * (illuminated - back)
    reach = 2 * max(1, round(0.08 * flame_height)) + 1
    least = cv2.erode(colour, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    glare = np.minimum(exact.gaussian_blur(least, reach / 4), np.array((92, 38, 22), np.float32))
    return np.asarray(np.maximum(back, glare), np.float32)


def _blurred(picture: Float32Array, sigma: float) -> Float32Array:
    """Return a picture (h, w[, C]) blurred; if widely, on a quarter of its nodes each way."""
    if sigma <= 12:
        return np.asarray(exact.gaussian_blur(picture, sigma), np.float32)
    height, width = picture.shape[:2]
    size = (-(-width // 4), -(-height // 4))
    small = exact.resize_area(picture, size)
    small = exact.gaussian_blur(small, sigma / 4)
    return np.asarray(exact.resize_linear(small, (width, height)), np.float32)
