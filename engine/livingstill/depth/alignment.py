"""Steps of depth stand on the photo's straight lines, where an estimate puts them beside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.depth import robust

_BAND = 0.0055
"""How far beside its line a step may lie, long sides; beyond, each side's surface is itself."""

_HALF = 0.0011
"""Half the width of the picture of an edge, long sides: it belongs to what is nearer."""

_STEP = 0.02
"""Sides whose inverse depths differ by more are two things."""

_LEAP = 0.06
"""What is further from its side's depth is a third thing and stays as it is."""

_SURE = 0.8
"""Share of a line that has to have the step for it to be one."""

_SAMPLES, _LEAST = 33, 8

Reals = NDArray[np.float64]


def align(inverse_depth: Float32Array, lines: Float32Array) -> Float32Array:
    """Return the inverse depth with the steps beside straight lines moved onto them.

    An estimate is a little off at the edges of things: its step wavers about the edge, and parts
    of the edge move with what lies behind. Here each side of a line gets robust straight fits of
    the depth at the band's rims (Theil, 1950; Sen, 1968), and in the band each pixel
    that lies between the two takes that of its own side. The edge itself goes with the nearer one.
    Shorter lines give way to longer ones; infinity stays exactly 0.

    Parameters
    ----------
    inverse_depth : (H, W) float32 in 0..1
    lines : (n, 4) float32, x0, y0, x1, y1 in fractions, the longest first
    """
    height, width = inverse_depth.shape
    out, size = inverse_depth.copy(), max(height, width)
    for line in lines[::-1].astype(np.float64) * np.array([width, height] * 2) - 0.5:
        x0, y0, x1, y1 = line
        if abs(y1 - y0) >= abs(x1 - x0):
            _align(out, line, size)
        else:
            _align(out.T, np.array([y0, x0, y1, x1]), size)
    return out


def _align(depth: Float32Array, line: Reals, size: int) -> None:
    """Move the step beside one line, which runs more down than across, in place."""
    x0, y0, x1, y1 = line if line[3] > line[1] else line[[2, 3, 0, 1]]
    slope = (x1 - x0) / max(y1 - y0, 1e-9)
    lean = float(np.hypot(1, slope))  # pixels along a row for each across the line
    rows = np.arange(max(0, int(np.ceil(y0))), min(depth.shape[0] - 1, int(y1)) + 1)
    at = x0 + slope * (rows - y0)
    reach = round(max(2.0, _BAND * size) * lean)
    columns = np.rint(at).astype(int)[:, None] + np.arange(-reach, reach + 1)
    inside = (columns[:, 0] >= 0) & (columns[:, -1] < depth.shape[1])
    rows, at, columns = rows[inside], at[inside], columns[inside]
    if len(rows) < _LEAST:
        return
    have = depth[rows[:, None], columns]
    rims = have[:, [0, -1]]
    if (rims > 0).mean(0).min() < 0.6:
        return
    pick = np.linspace(0, len(rows) - 1, _SAMPLES).astype(int)
    slopes, offsets = robust.line(rows[pick].astype(np.float64), rims[pick].T.astype(np.float64))
    sides = (offsets + slopes * rows).T
    apart = sides[:, 1] - sides[:, 0]
    step = float(np.median(apart))
    if abs(step) < _STEP:
        return
    aside = (columns - at[:, None]) / lean
    right = aside > np.copysign(_HALF * size, -step)
    fit, rim = (np.where(right, pair[:, 1:], pair[:, :1]) for pair in (sides, rims))
    want = fit + (rim - fit) * np.minimum(np.abs(aside) * lean / reach, 1)
    want = np.clip(want, have.min(1, keepdims=True), have.max(1, keepdims=True))
    bounds = np.concatenate([sides, rims], 1)
    between = (have > bounds.min(1, keepdims=True) - _LEAP / 2) & (
        have < bounds.max(1, keepdims=True) + _LEAP / 2
    )
    sure = (np.abs(rims - sides) < _LEAP).all(1) & (apart * np.sign(step) > _STEP / 2)
    if sure.mean() < _SURE:
        return
    # fades towards the ends and towards whatever else crosses, so that no notch is cut
    away = np.flatnonzero(~np.pad(sure, 1))
    near = np.abs(np.arange(1, len(rows) + 1)[:, None] - away).min(1)
    share = np.minimum(near / (2 * reach), 1)[:, None] * (between & (have > 0))
    depth[rows[:, None], columns] = have + share * (want - have)
