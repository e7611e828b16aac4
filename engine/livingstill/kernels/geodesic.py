"""Distances along paths inside a shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.kernels.compile import kernel, part

_STRAIGHT, _DIAGONAL = 1.0, 1.414
"""Lengths of steps between the nodes of a grid."""


@part
def _relax(
    solid: NDArray[np.bool_], distance: NDArray[np.float64], y: int, x: int, down: int, right: int
) -> bool:
    """Shorten the way to a node by way of the four neighbours that a sweep comes from; say if it was."""
    height, width = distance.shape
    best = distance[y, x]
    for n in range(4):
        # beside it, and left of, at and right of it in the row before
        v = y if n == 0 else y - down
        u = x - right if n == 0 else x + n - 2
        if 0 <= v < height and 0 <= u < width and solid[v, u]:
            step = _DIAGONAL if n == 1 or n == 3 else _STRAIGHT
            best = min(best, distance[v, u] + step)
    if best < distance[y, x]:
        distance[y, x] = best
        return True
    return False


@kernel("b1:2! f8:2")
def shorten(solid: NDArray[np.bool_], distance: NDArray[np.float64]) -> None:
    """Lower distances until no step inside the shape makes any shorter, by sweeps to and fro.

    Every distance is the least of all paths' sums, whatever the order in which they are found.

    Parameters
    ----------
    solid : (h, w) bool
    distance : (h, w) float64, 0 at sources and infinite elsewhere; changed inside the shape
    """
    height, width = distance.shape
    changed = True
    while changed:
        changed = False
        for sweep in range(4):
            down, right = 1 - sweep // 2 * 2, 1 - sweep % 2 * 2
            for j in range(height):
                y = j if down > 0 else height - 1 - j
                for i in range(width):
                    x = i if right > 0 else width - 1 - i
                    if solid[y, x] and _relax(solid, distance, y, x, down, right):
                        changed = True
