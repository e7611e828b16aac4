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

    Its correlation falls to one half at ``length`` nodes. White noise on a lattice of two points
    per standard deviation, blurred and interpolated.
    """
    sigma = max(length, 1e-3) / 1.67  # exp(-d^2 / 4 sigma^2) = 1/2
    spacing = max(1.0, sigma / 2)
    blur = sigma / spacing
    margin = math.ceil(3 * blur) + 2
    rows, columns = (math.ceil(n / spacing) + 2 * margin for n in shape)
    white = rng.standard_normal((rows, columns, channels), np.float32)
    lattice = exact.gaussian_blur(white, blur) if blur > 0.3 else white
    lattice = lattice.reshape(rows, columns, channels)
    if blur > 0.3:
        weights = exact.gaussian_weights(blur).astype(np.float64) ** 2
        lattice = lattice / np.float32(2 * np.add.accumulate(weights)[-1] - weights[0])
    y, x = (np.arange(n) / spacing + margin for n in shape)
    planes = exact.sample_grid(lattice, x, y)
    return np.ascontiguousarray(planes.transpose(2, 0, 1))
