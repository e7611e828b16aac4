"""How far and how long each step goes beside those around it."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.no_reference import Series

MOVING = 0.03
"""Pixels per step, of a picture 480 wide, from which on a tile moves."""
SETTLING = 5
"""Steps in which a coder settles on a picture and a camera sets off."""


def relative_duration(series: Series) -> Float32Array:
    """Return (T,) how much longer than those around it each step takes, 1 to 8."""
    out = np.ones(len(series), np.float32)
    pace = series.pace
    out[2:-1] = 2 * pace[2:-1] / np.maximum(pace[1:-2] + pace[3:], 0.1)
    return np.asarray(np.clip(out, 1, 8))


def relative_stride(series: Series) -> tuple[Float32Array, Float32Array]:
    """Return (T,) how many times the flow around it each step's flow is, and their cosine."""
    flow = np.nan_to_num(series.flow) * (480 / max(series.size))
    here, around = flow[2:-1], (flow[1:-2] + flow[3:]) / 2
    along, way = (here * around).sum((1, 2, 3)), (around**2).sum((1, 2, 3))
    times, alike = np.ones(len(series), np.float32), np.zeros(len(series), np.float32)
    least = MOVING**2 * series.luma[0].size
    times[2:-1] = along / np.maximum(way, least) / relative_duration(series)[2:-1]
    alike[2:-1] = along / np.sqrt(np.maximum(way * (here**2).sum((1, 2, 3)), 1e-6))
    return times, alike
