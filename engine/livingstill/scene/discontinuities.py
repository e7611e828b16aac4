"""Where the depth jumps, and which thresholds cut through most of the jumps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array

_BINS = 96
_COVERED = 0.95
MOST_LAYERS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Tears:
    """Steps between neighbours: the upper or left pixel is flagged in ``down`` or ``across``."""

    across: NDArray[np.bool_]
    down: NDArray[np.bool_]


def find(depth: Float32Array, tau: float) -> Tears:
    """Return where neighbours of ``depth`` (H, W) differ by more than ``tau``."""
    return Tears(
        np.abs(np.diff(depth, axis=1)) > np.float32(tau),
        np.abs(np.diff(depth, axis=0)) > np.float32(tau),
    )


def thresholds(
    depth: Float32Array, tears: Tears, layers: int | None, most: int = MOST_LAYERS
) -> tuple[float, ...]:
    """Return the cuts of inverse depth, largest first, that stab the most weight of tears.

    Each tear is an interval of inverse depth weighted by its height; the best cuts are found
    exactly, by dynamic programming over a histogram. ``layers`` None takes the fewest that
    cut 95 % of the weight, at ``most`` layers.
    """
    lows, highs = [], []
    for axis, flags in ((1, tears.across), (0, tears.down)):
        rest = slice(None, -1) if axis == 0 else slice(None)
        a = (depth[rest] if axis == 0 else depth[:, :-1])[flags]
        b = (depth[1:] if axis == 0 else depth[:, 1:])[flags]
        lows.append(np.minimum(a, b))
        highs.append(np.maximum(a, b))
    low, high = np.concatenate(lows), np.concatenate(highs)
    if not low.size or layers == 1:
        return ()
    top = float(high.max())
    first = np.minimum((low / top * _BINS).astype(np.int64), _BINS - 1)
    last = np.minimum((high / top * _BINS).astype(np.int64), _BINS - 1)
    # weight[a, b]: tears from bin a to bin b; a cut at the lower edge of bin c stabs a < c <= b
    weight = np.zeros((_BINS, _BINS))
    np.add.at(weight, (first, last), high - low)
    total = weight.sum()
    if total <= 0:
        return ()
    # gain[p, c]: weight stabbed by c and not by p < c, that is p <= a < c <= b
    beyond = weight[:, ::-1].cumsum(1)[:, ::-1]
    gain = np.zeros((_BINS + 1, _BINS + 1))
    for c in range(1, _BINS):
        gain[: c + 1, c] = np.append(beyond[:c, c][::-1].cumsum()[::-1], 0.0)
    cuts_at_most = (layers or most) - 1
    best = np.full((cuts_at_most + 1, _BINS + 1), -np.inf)
    best[0, 0] = 0
    came = np.zeros((cuts_at_most + 1, _BINS + 1), np.int64)
    for n in range(1, cuts_at_most + 1):
        reach = best[n - 1][:, None] + gain
        reach[np.tril_indices(_BINS + 1)] = -np.inf
        came[n] = reach.argmax(0)
        best[n] = reach.max(0)
    count = cuts_at_most
    if layers is None:
        enough = [n for n in range(1, cuts_at_most + 1) if best[n].max() >= _COVERED * total]
        count = enough[0] if enough else cuts_at_most
    cuts = []
    at = int(best[count].argmax())
    for n in range(count, 0, -1):
        if not np.isfinite(best[n, at]):
            continue
        cuts.append(at / _BINS * top)
        at = int(came[n, at])
    return tuple(cut for cut in cuts if cut > 0)
