"""Reductions of a photo and its masks by area averaging, and masks back at the photo's size."""

from __future__ import annotations

from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact

Mask = TypeVar("Mask", UInt8Array, Float32Array)
Levels = TypeVar("Levels", UInt8Array, Float32Array)


def downscale(rgb: UInt8Array, side: int, min_side: int = 4) -> UInt8Array:
    """Return (h, w, 3) uint8, the photo with a long side of ``side`` at most, by area averaging.

    The short side is ``min_side`` pixels or more. A photo that is no larger comes back as a copy.
    """
    return np.asarray(
        exact.resize_area(rgb, reduced_size(rgb.shape, side, min_side)),
        np.uint8,
    )


def reduced_size(shape: tuple[int, ...], side: int, min_side: int = 4) -> tuple[int, int]:
    """Return the width and height of a picture of ``shape`` (H, W, ...) reduced to ``side``.

    >>> reduced_size((600, 800, 3), 240)
    (240, 180)
    """
    height, width = shape[:2]
    scale = min(1.0, side / max(height, width))
    return max(min_side, round(width * scale)), max(min_side, round(height * scale))


def mask_at(mask: NDArray[Any], shape: tuple[int, ...], above: float = 128) -> NDArray[np.bool_]:
    """Return (h, w) bool, where (H, W) ``mask`` is ``above`` a level in a picture of ``shape``."""
    return exact.resize_area(mask, shape[1::-1]) > above


def upsample(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """Return (H, W), a reduced mask bilinearly at the size of a picture of ``shape``."""
    full = exact.resize_linear(mask, shape[1::-1])
    return np.asarray(full, mask.dtype)


def brightest(picture: Levels) -> Levels:
    """Return (h, w), the largest channel of each pixel of a picture (h, w, 3)."""
    red, green, blue = cv2.split(picture)
    return np.asarray(cv2.max(cv2.max(red, green), blue), picture.dtype)


def darkest(picture: Levels) -> Levels:
    """Return (h, w), the smallest channel of each pixel of a picture (h, w, 3)."""
    red, green, blue = cv2.split(picture)
    return np.asarray(cv2.min(cv2.min(red, green), blue), picture.dtype)


def high_pass(rgb: UInt8Array, sigma: float) -> Float32Array:
    """Return (h, w) float32, the magnitude in levels of what a Gaussian of ``sigma`` px takes away."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(np.abs(grey - exact.gaussian_blur(grey, sigma)), np.float32)
