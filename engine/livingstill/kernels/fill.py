"""Push and pull: what is unknown is filled from a pyramid of what is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.kernels.compile import kernel
from livingstill.model import Floats


@kernel
def pull(fine: Floats, weight: Floats, coarse: Floats, total: Floats) -> None:
    """Average 2 x 2 pixels by their weights.

    Parameters
    ----------
    fine, weight : (h, w, C) and (h, w) float32; weight 0 = unknown, 1 = sure
    coarse, total : ((h + 1) // 2, (w + 1) // 2, C) and the same without C, overwritten
    """
    h, w, channels = fine.shape
    for j in range(coarse.shape[0]):
        for i in range(coarse.shape[1]):
            sums = np.float32(0)
            for c in range(channels):
                coarse[j, i, c] = 0
            for y in range(2 * j, min(2 * j + 2, h)):
                for x in range(2 * i, min(2 * i + 2, w)):
                    a = weight[y, x]
                    if a > 0:
                        sums += a
                        for c in range(channels):
                            coarse[j, i, c] += a * fine[y, x, c]
            if sums > 0:
                for c in range(channels):
                    coarse[j, i, c] /= sums
            total[j, i] = min(sums, np.float32(1))


@kernel
def push(coarse: Floats, fine: Floats, weight: Floats) -> None:
    """Complete ``fine`` where its weight is below 1 from the coarser level, bilinearly."""
    h, w, channels = fine.shape
    last_y, last_x = coarse.shape[0] - 1, coarse.shape[1] - 1
    for y in range(h):
        top = (y - 1) // 2 if y > 0 else 0
        fy = np.float32(0.75) if y % 2 == 0 else np.float32(0.25)
        bottom = min(top + 1, last_y)
        for x in range(w):
            a = weight[y, x]
            if a >= 1:
                continue
            left = (x - 1) // 2 if x > 0 else 0
            fx = np.float32(0.75) if x % 2 == 0 else np.float32(0.25)
            right = min(left + 1, last_x)
            for c in range(channels):
                p = coarse[top, left, c] + (coarse[top, right, c] - coarse[top, left, c]) * fx
                q = (
                    coarse[bottom, left, c]
                    + (coarse[bottom, right, c] - coarse[bottom, left, c]) * fx
                )
                v = p + (q - p) * fy
                fine[y, x, c] = a * fine[y, x, c] + (np.float32(1) - a) * v


@kernel
def relax(picture: Floats, unknown: NDArray[np.int32], times: int) -> None:
    """Smooth the unknown pixels towards a harmonic surface, in place.

    Parameters
    ----------
    picture : (h, w, C) float32
    unknown : (n, 2) int32 (y, x) of the pixels to change; swept forwards and backwards in turn
    """
    h, w, channels = picture.shape
    quarter = np.float32(0.25)
    for sweep in range(times):
        for m in range(unknown.shape[0]):
            n = m if sweep % 2 == 0 else unknown.shape[0] - 1 - m
            y, x = unknown[n, 0], unknown[n, 1]
            up, down = max(y - 1, 0), min(y + 1, h - 1)
            left, right = max(x - 1, 0), min(x + 1, w - 1)
            for c in range(channels):
                picture[y, x, c] = quarter * (
                    picture[up, x, c]
                    + picture[down, x, c]
                    + picture[y, left, c]
                    + picture[y, right, c]
                )
