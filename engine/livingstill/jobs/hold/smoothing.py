"""Values that were estimated frame by frame, smoothed over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def smooth(
    values: Values, trust: Values, sigma: float, keys: Values | None = None, reach: float = 1.0
) -> Values:
    """Return (T, n) values smoothed over time by weighted linear regression around each frame.

    ``trust`` (T,) weighs the estimates, 0 where there is none: there the values of the frames
    around stand. A steady drift passes unchanged, at the ends too. ``keys`` (T, k) keep a jump a jump:
    frames whose keys differ by more than ``reach`` count little (a bilateral filter).
    """
    count = len(values)
    out = np.empty_like(values)
    radius = max(1, int(np.ceil(3 * sigma)))
    known = np.flatnonzero(trust > 0)
    for t in range(count):
        near = np.arange(max(0, t - radius), min(count, t + radius + 1))
        if not trust[near].any():  # far from any estimate: the nearest stands
            near = known[[np.abs(known - t).argmin()]]
        near = near[trust[near] > 0]
        offset = (near - t).astype(np.float64)
        weight = trust[near] * np.exp(-0.5 * (offset / sigma) ** 2)
        if not weight.any():
            weight = trust[near].astype(np.float64)
        if keys is not None and trust[t] > 0:
            apart = np.linalg.norm(keys[near] - keys[t], axis=1) / reach
            weight = weight * np.exp(-0.5 * apart**2)
        out[t] = _intercept(values[near], offset, weight)
    return out


def _intercept(values: Values, offset: Values, weight: Values) -> Values:
    """Return the value at offset 0 of a weighted line through values (m, n).

    Where all are on one side of it, that is their mean: a line would run off.
    """
    weight = weight / weight.sum()
    mean = float(weight @ offset)
    spread = float(weight @ (offset - mean) ** 2)
    average: Values = weight @ values
    if spread < 0.5 or offset[0] > 0 or offset[-1] < 0:
        return average
    slope = (weight * (offset - mean)) @ values / spread
    return average - slope * mean
