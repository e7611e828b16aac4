"""The stride and duration of each step relative to its neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.quality.no_reference import Series

MOVING_FLOW = 0.03
"""Pixels per step, of a picture 480 wide, from which on a tile moves."""
_REPEAT, _SHORT = 0.4, 0.8
"""Shares of a usual step between which a step is short."""
_FEW_REPEATS = 3
"""Repeats up to which they are no habit."""
_LOCAL = 12
"""Steps on either side that say how long a usual one is where they come to a beat."""
SETTLING = 5
"""Steps in which a coder settles on a picture and a camera sets off."""


def relative_duration(series: Series) -> Float32Array:
    """Return (T,) how much longer than those around it each step takes, 1 to 8."""
    out = np.ones(len(series), np.float32)
    durations = series.durations
    out[2:-1] = 2 * durations[2:-1] / np.maximum(durations[1:-2] + durations[3:], 0.1)
    return np.asarray(np.clip(out, 1, 8))


def relative_stride(series: Series) -> tuple[Float32Array, Float32Array]:
    """Return (T,) how many times the flow around it each step's flow is, and their cosine."""
    flow = np.nan_to_num(series.flow) * (480 / max(series.size))
    step, neighbours = flow[2:-1], (flow[1:-2] + flow[3:]) / 2
    along, power = (step * neighbours).sum((1, 2, 3)), (neighbours**2).sum((1, 2, 3))
    ratio, cosine = np.ones(len(series), np.float32), np.zeros(len(series), np.float32)
    floor = MOVING_FLOW**2 * series.luma[0].size
    ratio[2:-1] = along / np.maximum(power, floor) / relative_duration(series)[2:-1]
    cosine[2:-1] = along / np.sqrt(np.maximum(power * (step**2).sum((1, 2, 3)), 1e-6))
    return ratio, cosine


def blurred_by_motion(series: Series, loss: float) -> NDArray[np.bool_]:
    """Return (T,) whether each frame lost a share of the detail of the three before and after the step to it.

    It was exposed while the camera went: that went far, and no frame is missing.
    """
    detail = series.detail.mean((1, 2))
    out = np.zeros(len(detail), bool)
    for t in range(2, len(detail) - 2):
        around = np.r_[detail[max(0, t - 3) : t], detail[t + 2 : t + 5]]
        out[t] = detail[t] < (1 - loss) * float(np.median(around))
    return out


def repeats_by_habit(steps: NDArray[np.floating], share: float) -> bool:
    """Return whether a ``share`` of the steps (T, n) and more repeat a frame here and there.

    So do clips whose rate was converted: their steps are uneven, and none is missing.
    """
    size = np.nan_to_num(steps.mean(1), nan=0.0)[1:]
    repeats = size < _REPEAT * float(np.median(size))
    begun = repeats & ~np.r_[False, repeats[:-1]]
    return bool(begun.sum() > max(_FEW_REPEATS, share * len(size)))


def is_stride(series: Series, times: float = 1.75, min_cosine: float = 0.7) -> NDArray[np.bool_]:
    """Return (T,) whether each step goes ``times`` as far as those around it, the same way."""
    ratio, cosine = relative_stride(series)
    return np.asarray((ratio > times) & (cosine > min_cosine))


def step_prominence(steps: NDArray[np.floating], neighbours: int = 6) -> Float32Array:
    """Return (T,) by how many octaves each step (T, n), in the mean, exceeds the largest near it.

    ``neighbours``: steps on either side that count as near.
    """
    size = np.nan_to_num(steps.mean(1), nan=0.0)
    padded = np.pad(size, neighbours)
    largest = np.stack(
        [np.delete(padded[t : t + 2 * neighbours + 1], neighbours).max() for t in range(len(size))]
    )
    prominence = np.log2(np.maximum(size, 1e-3) / np.maximum(largest, 1e-3))
    prominence[[*range(3), -1, -2]] = 0
    return np.asarray(np.where(size > 0, prominence, 0), np.float32)


def compensated(steps: NDArray[np.floating], tolerance: float) -> NDArray[np.bool_]:
    """Return (T,) whether a long step (T, n) is made up for by a short one beside it.

    Together they take as long as two usual ones, ``tolerance`` times that at most: the frame
    between came late, as of a hand-held camera, and none is missing. A step of next to nothing is a
    repeat, and one as long as most around it is not short, although there is a longer one in every few.
    """
    size = np.nan_to_num(steps.mean(1), nan=0.0)
    out = np.zeros(len(size), bool)
    for t in range(3, len(size) - 3):
        for other in (t - 1, t + 1):
            pair = sorted((t, other))
            neighbours = [*size[pair[0] - 2 : pair[0]], *size[pair[1] + 1 : pair[1] + 3]]
            median = float(np.median(neighbours))
            usual = float(np.median(size[max(1, t - _LOCAL) : t + _LOCAL + 1]))
            short = _REPEAT * median < size[other] < _SHORT * min(median, usual)
            out[t] |= short and size[t] + size[other] < 2 * tolerance * median
    return out
