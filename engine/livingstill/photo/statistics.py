"""Image statistics of a photo: blur, noise, clipping, contrast, lines, edge density, room or drawing."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi, sqrt

import cv2
import numpy as np

from livingstill.core.model import Float32Array, PhotoStatistics, UInt8Array
from livingstill.imaging import exact, image
from livingstill.photo.lines import SIDE, detect_lines, line_lengths


def measure(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    shares: Mapping[str, float] | None = None,
    lines: Float32Array | None = None,
) -> PhotoStatistics:
    """Return the statistics of a photo.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    inverse_depth : (h, w) float32 of the same photo at any size
    shares : how much of the photo each class covers, 0..1
    lines : its long lines, where they have been detected already
    """
    shares = dict(shares or {})
    lines = detect_lines(rgb) if lines is None else lines
    total, vertical = line_lengths(lines, rgb)
    large, coarse = (
        image.downscale(rgb, PhotoStatistics.SIDE, min_side=1),
        image.downscale(rgb, SIDE, min_side=1),
    )
    grey = np.asarray(cv2.cvtColor(large, cv2.COLOR_RGB2GRAY), np.float32)
    noise, flat = _noise(grey)
    small = np.asarray(cv2.cvtColor(coarse, cv2.COLOR_RGB2GRAY), np.uint8)
    edges = (_gradient(_smooth(small.astype(np.float32), 1.0)) > 6).astype(np.float32)
    common = _dominant_colour_share(coarse)
    return PhotoStatistics(
        blur=_blur(grey),
        noise=noise,
        black_share=float((grey < 3).mean()),
        clipped_share=float((grey > 252).mean()),
        contrast=exact.percentile(grey, 98) - exact.percentile(grey, 2),
        edge_density=float(edges.mean()),
        thin_share=_thin(small, edges),
        flat_share=flat,
        dominant_colour_share=common,
        line_length=total,
        vertical_line_length=vertical,
        lines=lines,
        is_room=is_room(total, vertical, inverse_depth, shares.get("sky", 0)),
        is_drawing=flat > 0.5 and common > 0.3 and noise < 0.1 and shares.get("sky", 0) < 0.3,
        shares=tuple(shares.items()),
    )


def _smooth(grey: Float32Array, sigma: float) -> Float32Array:
    """Return a Gaussian blur of a picture; ``sigma`` in pixels."""
    return np.asarray(exact.gaussian_blur(grey, sigma), np.float32)


def _gradient(grey: Float32Array) -> Float32Array:
    """Return the magnitude of the gradient, in levels per pixel."""
    return exact.gradient_magnitude(grey)


def _blur(grey: Float32Array) -> float:
    """Return the blur of the sharpest strong edges, from how much more blur flattens them.

    An edge of blur s loses slope by sqrt(1 + 1 / s^2) when blurred by 1 (Zhuo and Sim, 2011).
    What we smooth beforehand and the width of the gradient's kernel are taken off again.
    """
    presmoothed = _smooth(grey, 0.6)
    gradient, flattened = _gradient(presmoothed), _gradient(_smooth(presmoothed, 1.0))
    strong = gradient > max(6.0, exact.percentile(gradient, 95))
    if int(strong.sum()) < 50:
        return 9.0
    slope_ratio = gradient[strong] / np.maximum(flattened[strong], 1e-3)
    squared = exact.percentile(1 / np.maximum(slope_ratio * slope_ratio - 1, 1e-2), 8)
    return sqrt(max(0.0, squared - 0.85))


def _noise(grey: Float32Array) -> tuple[float, float]:
    """Return the noise of the calmest tenth of tiles (Immerkaer, 1996), and the share of flat areas."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rough = np.abs(cv2.filter2D(grey, -1, kernel))
    size = (max(1, grey.shape[1] // 24), max(1, grey.shape[0] // 24))
    tiles = exact.resize_area(rough, size)
    light = exact.resize_area(grey, size)
    usable = (light > 12) & (light < 243)
    quiet = exact.percentile(tiles[usable] if usable.mean() > 0.2 else tiles, 10)
    return quiet * sqrt(pi / 2) / 6, float((cv2.blur(rough, (5, 5)) < 0.6).mean())


def is_room(total: float, vertical: float, inverse_depth: Float32Array, sky: float) -> bool:
    """Say whether a photo shows a room from within, by its lines and depth and the share of sky."""
    quarter = exact.percentile(inverse_depth, 25)
    walled = quarter > 0.3 or vertical > 4  # near on all sides, or a hall full of columns
    return total > 5.5 and vertical > 1.9 and sky < 0.12 and walled


def _thin(grey: UInt8Array, edges: Float32Array) -> float:
    """Return the share of bright or dark structures under 9 px on calm ground: wires, poles, twigs."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    bright = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, disc)
    dark = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, disc)
    quiet = cv2.blur(edges, (31, 31)) < 0.3
    return float(((cv2.max(bright, dark) > 40) & quiet).mean())


def _dominant_colour_share(rgb: UInt8Array) -> float:
    """Return the share of the commonest of 4096 colours."""
    parts = (rgb // 16).reshape(-1, 3).astype(np.int64)
    codes = parts[:, 0] * 256 + parts[:, 1] * 16 + parts[:, 2]
    return float(np.bincount(codes).max() / len(codes))
