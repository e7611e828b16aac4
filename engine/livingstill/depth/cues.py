"""Inverse depth from monocular cues: sky, height in the picture, haze, texture, sharpness; no network."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, InverseDepth, UInt8Array
from livingstill.depth.refine import refine
from livingstill.imaging import exact

WORKING_SIDE = 256
_SKY_STEP = 0.045
"""Gradient of lightness, per working pixel, that a clear or cloudy sky rarely has."""


def estimate(rgb: UInt8Array) -> InverseDepth:
    """Return inverse depth of a photo (H, W, 3) uint8 from monocular cues.

    The sky is infinitely far. Below the horizon the ground comes nearer downwards. Out of doors
    haze lightens (dark channel; He, Sun & Tang, 2009) and texture shrinks with distance; without a
    sky, what is sharp is a little nearer than what is blurred. All of it is smoothed along the
    photo's edges. Height in the picture says most; measured on real depth, three pairs of points
    in four are ordered rightly. Good for gentle moves; no learned model.
    """
    scale = WORKING_SIDE / max(rgb.shape[:2])
    size = (max(16, round(rgb.shape[1] * scale)), max(16, round(rgb.shape[0] * scale)))
    small: UInt8Array = exact.resize_area(rgb, size).astype(np.uint8)
    return InverseDepth(
        refine(rgb, coarse(small)), "cues", ("depth is guessed from classical cues",)
    )


def coarse(small: UInt8Array) -> Float32Array:
    """Return inverse depth (h, w) float32 in 0..1 of a small photo (h, w, 3) uint8, 256 px long."""
    value: Float32Array = small.astype(np.float32) / np.float32(255)
    height, width = value.shape[:2]
    sky = find_sky(value)
    line = horizon(sky) if sky.any() else 0.4
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    below = np.clip((rows - line) / (1 - line), 0, 1)
    above = np.clip((line - rows) / line, 0, 1)
    aside = np.linspace(-1, 1, width, dtype=np.float32)[None] ** 2
    # Weights rounded from a fit to real and rendered depth. Height decides; the rest adds little.
    if sky.any():
        guess = 0.20 + 0.35 * below + 0.35 * below**2 + 0.05 * aside
        guess = guess + 0.06 * _texture(value) + 0.04 * _transmission(value, sky)
    else:
        guess = 0.45 + 0.40 * below - 0.25 * above + 0.03 * _sharpness(value)
    guided = exact.edge_preserving_smoother(small, 400.0, 12.0)
    weight = np.where(sky, np.float32(1e-3), np.float32(1))
    smooth = guided(guess * weight) / guided(weight)
    top = max(exact.percentile(smooth[~sky], 99.5) if (~sky).any() else 1.0, 1e-3)
    result: Float32Array = np.clip(smooth / top, 0, 1).astype(np.float32)
    result[sky] = 0
    return result


def find_sky(value: Float32Array) -> NDArray[np.bool_]:
    """Return where the sky is: smooth, connected to the top, and blue or much brighter than the rest.

    A ceiling taken for sky costs more than a sky that is missed: it would be infinitely far.
    """
    height = value.shape[0]
    red, green, blue = value[..., 0], value[..., 1], value[..., 2]
    light = exact.gaussian_blur(value.max(axis=2), 1.0)
    steep = exact.gradient_magnitude(light)
    bluish = (blue >= red - 0.03) & (blue >= green - 0.03) & (light > 0.3)
    maybe = (steep < _SKY_STEP) & (bluish | (value.min(axis=2) > 0.7))
    inner = cv2.erode(maybe.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(inner, connectivity=4)
    top = labels[: max(1, height // 50)]
    share = np.bincount(top.ravel(), minlength=count) / top.size
    sky = np.zeros(maybe.shape, np.bool_)
    for label in np.flatnonzero(share > 0.05):
        part = labels == label
        if label == 0 or part.mean() < 0.01 or part.all():
            continue
        mean = value[part].mean(axis=0)
        cool = float(mean[2] - mean[0])
        contrast = float(mean.mean() - value[~part].mean())
        white = value[part].min(axis=1).mean() > 0.8 and cool > -0.02 and contrast > 0.3
        if cool > 0.05 or white:
            sky |= part
    grown = cv2.dilate(sky.astype(np.uint8), np.ones((3, 3), np.uint8))
    closed = np.asarray(cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0)
    return closed if closed.mean() > 0.04 else np.zeros_like(closed)


def horizon(sky: NDArray[np.bool_]) -> float:
    """Return the horizon as a fraction of the height: where most columns' sky has ended."""
    height = sky.shape[0]
    ends = np.where(sky.any(axis=0), height - np.argmax(sky[::-1], axis=0), 0) / height
    return float(np.clip(exact.percentile(ends, 80), 0.25, 0.7))


def _transmission(value: Float32Array, sky: NDArray[np.bool_]) -> Float32Array:
    """Return the transmission of the air before each pixel, 0..1: the dark channel, ranked."""
    dark = np.asarray(cv2.erode(value.min(axis=2), np.ones((7, 7), np.uint8)), np.float32)
    return _ranked(-dark, ~sky)


def _texture(value: Float32Array) -> Float32Array:
    """Return how coarse the texture is, 0..1: contrast fades and grain shrinks with distance."""
    grey = value.mean(axis=2)
    rough = _energy(grey - exact.gaussian_blur(grey, 1.5))
    return _ranked(rough, np.ones(grey.shape, np.bool_))


def _sharpness(value: Float32Array) -> Float32Array:
    """Return how sharp each neighbourhood is, 0..1 over the picture.

    The ratio of gradients before and after a known blur measures the blur that was there
    (Zhuo & Sim, 2011), whatever the contrast.
    """
    grey = value.mean(axis=2)
    once = np.asarray(exact.gaussian_blur(grey, 1.0), np.float32)
    fine, rough = _energy(grey - once), _energy(once - exact.gaussian_blur(once, 2.0))
    everywhere = np.ones(grey.shape, np.bool_)
    return _ranked(fine / (rough + 1e-3) * np.minimum(1, rough / 0.02), everywhere)


def _energy(detail: Float32Array) -> Float32Array:
    """Return the local mean magnitude of a band of detail."""
    return np.asarray(exact.gaussian_blur(np.abs(detail), 6.0), np.float32)


def _ranked(cue: Float32Array, mask: NDArray[np.bool_]) -> Float32Array:
    """Stretch a cue to 0..1 between its 5th and 95th percentile."""
    if not mask.any():
        return np.full_like(cue, 0.5)
    low, high = (exact.percentile(cue[mask], percent) for percent in (5, 95))
    stretched: Float32Array = np.clip((cue - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)
    return stretched
