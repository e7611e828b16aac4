"""Depth discontinuities, and the thresholds of inverse depth that cut through most of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array

_BINS = 96
"""Levels of inverse depth at which a cut may be."""

_COVERED = 0.95
"""Share of the discontinuities, by height, that the fewest layers have to part."""

MAX_LAYERS = 8

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Discontinuities:
    """Steps between neighbours, (H, W - 1) and (H - 1, W): the left or upper pixel is flagged."""

    across: NDArray[np.bool_]
    down: NDArray[np.bool_]


def find_discontinuities(depth: Float32Array, tau: float) -> Discontinuities:
    """Return where neighbours of ``depth`` (H, W) differ by more than ``tau``."""

    def exceeds(steps: Float32Array) -> NDArray[np.bool_]:
        return np.abs(steps, out=steps) > np.float32(tau)

    return Discontinuities(exceeds(np.diff(depth, axis=1)), exceeds(np.diff(depth, axis=0)))


def choose_thresholds(
    depth: Float32Array,
    discontinuities: Discontinuities,
    layers: int | None,
    max_layers: int = MAX_LAYERS,
) -> tuple[float, ...]:
    """Return the cuts of inverse depth, largest first, that part the most weight of discontinuities.

    Each discontinuity is an interval of inverse depth weighted by its height; the best cuts are
    found exactly, by dynamic programming over a histogram.

    Parameters
    ----------
    depth : (H, W) float32, inverse depth
    discontinuities : its discontinuities
    layers : how many there are to be; None takes the fewest that part 95 % of the weight
    max_layers : layers at most, where ``layers`` is None
    """
    low, high = _intervals(depth, discontinuities)
    if not low.size or layers == 1:
        return ()
    top = float(high.max())
    first = np.minimum((low / top * _BINS).astype(np.int64), _BINS - 1)
    last = np.minimum((high / top * _BINS).astype(np.int64), _BINS - 1)
    # weight[a, b]: intervals from bin a to bin b; a cut at the lower edge of bin c stabs a < c <= b
    weight = np.zeros((_BINS, _BINS))
    np.add.at(weight, (first, last), high - low)
    total = float(weight.sum())
    if total <= 0:
        return ()
    min_weight = _COVERED * total if layers is None else None
    bins = _best_cuts(_gain(weight), (layers or max_layers) - 1, min_weight)
    return tuple(cut for cut in (b / _BINS * top for b in bins) if cut > 0)


def _intervals(
    depth: Float32Array, discontinuities: Discontinuities
) -> tuple[Float32Array, Float32Array]:
    """Return the lower and the upper inverse depth (n,) of every discontinuity."""
    left, right = depth[:, :-1][discontinuities.across], depth[:, 1:][discontinuities.across]
    upper, lower = depth[:-1][discontinuities.down], depth[1:][discontinuities.down]
    lows = np.concatenate([np.minimum(left, right), np.minimum(upper, lower)])
    highs = np.concatenate([np.maximum(left, right), np.maximum(upper, lower)])
    return lows, highs


def _gain(weight: Reals) -> Reals:
    """Return gain[p, c]: the weight stabbed by a cut at c and not by one at p < c: p <= a < c <= b."""
    beyond = weight[:, ::-1].cumsum(1)[:, ::-1]
    gain = np.zeros((_BINS + 1, _BINS + 1))
    for c in range(1, _BINS):
        gain[: c + 1, c] = np.append(beyond[:c, c][::-1].cumsum()[::-1], 0.0)
    return gain


def _best_cuts(gain: Reals, max_layers: int, min_weight: float | None) -> list[int]:
    """Return the bins of the best cuts, largest first: ``max_layers``, or the fewest that gain ``min_weight``."""
    best = np.full((max_layers + 1, _BINS + 1), -np.inf)
    best[0, 0] = 0
    previous = np.zeros((max_layers + 1, _BINS + 1), np.int64)
    for n in range(1, max_layers + 1):
        total = best[n - 1][:, None] + gain
        total[np.tril_indices(_BINS + 1)] = -np.inf
        previous[n] = total.argmax(0)
        best[n] = total.max(0)
    count = max_layers
    if min_weight is not None:
        count = next(
            (n for n in range(1, max_layers + 1) if best[n].max() >= min_weight), max_layers
        )
    cuts: list[int] = []
    index = int(best[count].argmax())
    for n in range(count, 0, -1):
        if np.isfinite(best[n, index]):
            cuts.append(index)
            index = int(previous[n, index])
    return cuts
