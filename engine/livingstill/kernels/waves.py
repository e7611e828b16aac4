"""Kernels of waves on the water's surface."""

from __future__ import annotations

import math

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.kernels.compile import kernel, part


@part
def _half_turn(y: float) -> tuple[float, float]:
    """Return sine and cosine of |y| <= pi / 2 to 1e-9, by sums and products alone.

    Libraries of mathematics differ in their last bits, by processor.
    """
    q = y * y
    sine, cosine = 1.0, 1.0
    for n in range(14, 0, -2):
        sine = 1.0 - sine * q * (1.0 / (n * (n + 1.0)))
        cosine = 1.0 - cosine * q * (1.0 / (n * (n - 1.0)))
    return y * sine, cosine


@kernel("f4:2 f8:2 f8:1 f8:3 f8:3 f4:4 i8 i8")
def add_waves(
    x: Float32Array,
    along: np.ndarray,
    across: np.ndarray,
    real: np.ndarray,
    imaginary: np.ndarray,
    out: Float32Array,
    row0: int,
    row1: int,
) -> None:
    """Add plane waves to complex maps, in rows [row0, row1).

    Parameters
    ----------
    x : (h, w), metres to the side
    along : (D, h), the phase of each wave in turns at x = 0
    across : (D,), turns by which it falls per metre of x
    real, imaginary : (D, 2, h), its amplitude in both channels
    out : (2, 2, h, w), real and imaginary part
    """
    for row in range(row0, row1):
        for d in range(across.size):
            a, b = real[d, 0, row], imaginary[d, 0, row]
            e, f = real[d, 1, row], imaginary[d, 1, row]
            for column in range(x.shape[1]):
                turn = along[d, row] - across[d] * x[row, column]
                half = math.pi * (turn - math.floor(turn + 0.5))
                sine, cosine = _half_turn(half)
                c, s = cosine * cosine - sine * sine, 2.0 * sine * cosine
                out[0, 0, row, column] += np.float32(a * c - b * s)
                out[0, 1, row, column] += np.float32(a * s + b * c)
                out[1, 0, row, column] += np.float32(e * c - f * s)
                out[1, 1, row, column] += np.float32(e * s + f * c)
