"""A picture seen through a homography."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.kernels.compile import kernel, part


@part
def _catmull_rom(t: float, weights: Float32Array) -> None:
    """Fill ``weights`` (4,) with those of the pixels before and after a place, ``t`` after the second."""
    weights[0] = np.float32(((-0.5 * t + 1.0) * t - 0.5) * t)
    weights[1] = np.float32((1.5 * t - 2.5) * t * t + 1.0)
    weights[2] = np.float32(((-1.5 * t + 2.0) * t + 0.5) * t)
    weights[3] = np.float32((0.5 * t - 0.5) * t * t)


@kernel("u1:2! i8 f8:1 u1:2 i8 i8")
def warp(
    src: UInt8Array,
    channels: int,
    matrix: NDArray[np.float64],
    out: UInt8Array,
    row0: int,
    row1: int,
) -> None:
    """Fill rows of ``out`` with ``src`` at the homography's places, bicubic (a = -0.5).

    Beyond its border the edge repeats.

    Parameters
    ----------
    src : (h, w * C) uint8
    matrix : (9,) float64, from pixels of ``out`` to pixels of ``src``, row by row
    out : (H, W * C) uint8
    """
    bottom, right = src.shape[0] - 1, src.shape[1] // channels - 1
    across, down = np.empty(4, np.float32), np.empty(4, np.float32)
    for y in range(row0, row1):
        for x in range(out.shape[1] // channels):
            depth = matrix[6] * x + matrix[7] * y + matrix[8]
            px = (matrix[0] * x + matrix[1] * y + matrix[2]) / depth
            py = (matrix[3] * x + matrix[4] * y + matrix[5]) / depth
            px, py = min(max(px, 0.0), float(right)), min(max(py, 0.0), float(bottom))
            left, top = int(px), int(py)
            _catmull_rom(px - left, across)
            _catmull_rom(py - top, down)
            for c in range(channels):
                total = np.float32(0)
                for j in range(4):
                    row = min(max(top + j - 1, 0), bottom)
                    line = np.float32(0)
                    for i in range(4):
                        column = min(max(left + i - 1, 0), right)
                        line += across[i] * np.float32(src[row, column * channels + c])
                    total += down[j] * line
                level = min(max(total, np.float32(0)), np.float32(255)) + np.float32(0.5)
                out[y, x * channels + c] = np.uint8(level)
