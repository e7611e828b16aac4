"""Straight lines through what is mostly straight."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def line(t: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return slopes and offsets (n, 1) of the robust straight lines through values (n, k) at t (k,).

    The median of the slopes between places at least a quarter of all apart (Theil, 1950; Sen,
    1968): up to a quarter of the values may be anything. ``t`` must not fall.
    """
    first, second = np.triu_indices(len(t), len(t) // 4)
    rising = t[second] > t[first]
    first, second = first[rising], second[rising]
    slopes = (values[:, second] - values[:, first]) / (t[second] - t[first])
    slope = np.median(slopes, axis=1)[:, None]
    return slope, np.median(values - slope * t, axis=1)[:, None]
