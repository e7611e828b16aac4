"""Randomness that is a pure function of its key, and smooth noise made of it."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.imaging import exact


def generator(seed: int, *key: str | int) -> np.random.Generator:
    """Return a counter-based generator (Philox) for one thing of one clip: never per frame."""
    digest = hashlib.blake2b(repr((seed, *key)).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "big")))


def smooth_noise(
    rng: np.random.Generator, channels: int, shape: tuple[int, int], length: float
) -> Float32Array:
    """Return (C, h, w) float32 Gaussian noise of zero mean and unit variance.

    Its correlation falls to one half at ``length`` nodes.
    """
    return np.ascontiguousarray(smooth_field(rng, channels, shape, length).transpose(2, 0, 1))


def smooth_field(
    rng: np.random.Generator, channels: int, shape: tuple[int, int], length: float
) -> Float32Array:
    """Return the (h, w, C) float32 of ``smooth_noise``, the channels of a node side by side.

    White noise on a lattice of two points per standard deviation, blurred and interpolated.
    """
    sigma = max(length, 1e-3) / 1.67  # exp(-d^2 / 4 sigma^2) = 1/2
    spacing = max(1.0, sigma / 2)
    blur = sigma / spacing
    margin = math.ceil(3 * blur) + 2
    rows, columns = (math.ceil(n / spacing) + 2 * margin for n in shape)
    lattice = rng.standard_normal((rows, columns, channels), np.float32)
    if blur > 0.3:
        weights = exact.gaussian_weights(blur).astype(np.float64) ** 2
        lattice = exact.gaussian_blur(lattice, blur).reshape(rows, columns, channels)
        lattice /= np.float32(2 * np.add.accumulate(weights)[-1] - weights[0])
    if spacing == 1:
        return np.ascontiguousarray(lattice[margin:, margin:][: shape[0], : shape[1]])
    y, x = (np.arange(n) / spacing + margin for n in shape)
    return exact.sample_grid(lattice, x, y)
