"""Colour and depth for what no pixel of the photo shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.kernels import fill as kernels
from livingstill.model import Floats

Mask = NDArray[np.bool_]


def complete(picture: Floats, unknown: Mask, sweeps: int = 8) -> Floats:
    """Return ``picture`` (H, W, C) float32 with its unknown pixels filled smoothly from the known.

    Push-pull (Gortler et al., 1996) gives a first guess of any hole at a cost that does not
    depend on its size; Gauss-Seidel sweeps then take it towards the harmonic surface through
    the rim.
    """
    out = picture.copy()
    if not unknown.any() or unknown.all():
        return out
    levels = [(out, np.where(unknown, np.float32(0), np.float32(1)))]
    while min(levels[-1][1].shape) > 1 and not (levels[-1][1] >= 1).all():
        fine, weight = levels[-1]
        half = ((fine.shape[0] + 1) // 2, (fine.shape[1] + 1) // 2)
        coarse = np.empty((*half, fine.shape[2]), np.float32)
        total = np.empty(half, np.float32)
        kernels.pull(fine, weight, coarse, total)
        levels.append((coarse, total))
    for (coarse, _), (fine, weight) in zip(levels[:0:-1], levels[-2::-1]):
        kernels.push(coarse, fine, weight)
    kernels.relax(out, np.argwhere(unknown).astype(np.int32), sweeps)
    return out
