"""Estimated depth made to fit the photo's straight lines: linear along them, steps on them.

A straight edge of the world has inverse depth linear along its picture, and the depth on its two
sides meets in a step on it. Estimates bend along such an edge and waver about it, and so it bends
and wavers as the camera moves.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.imaging import exact

_SIDE = 640
"""Long side of the map on which depth is made linear."""

_SAMPLES = 33
"""Points along a line at which its depth is fitted."""

_MAX_RESIDUAL = 0.06
"""What is further from a line's or a side's depth belongs to another thing and stays as it is."""

_SIGMA = 0.012
"""Standard deviation of the neighbourhood that follows a line, long sides."""

_CELL = 2
"""Pixels of that map per cell of the correction."""

_SIDE_OFFSET = 1.5
"""How far beside a line the surface that it bounds is sampled, pixels of that map."""

_ROUNDS = 4
"""Corrections one after another, since lines cross."""

_BAND = 0.0055
"""How far beside its line a step may be, long sides; beyond, each side has its own depth."""

_EDGE = 0.0011
"""Half the width of the picture of an edge, long sides: it belongs to what is nearer."""

_STEP = 0.02
"""Sides whose inverse depths differ by more are two things."""

_MIN_STEP_SHARE = 0.8
"""Share of a line that has to have the step for it to be one."""

_MIN_ROWS = 8
"""Rows that a line spans at least, for a step on it to be moved."""

Reals = NDArray[np.float64]


def straighten_lines(inverse_depth: Float32Array, lines: Float32Array) -> Float32Array:
    """Return the inverse depth, made linear along straight lines of the photo.

    Inverse depth is linear along the picture of a straight edge of the world, and whatever is not
    bends as the camera moves. Each line gets the robust straight fit of the depth along it (slope
    and offset by medians; Theil, 1950, Sen, 1968), and what it misses is spread to its surroundings
    by normalised convolution (Knutsson and Westin, 1993), a few times over, as lines cross.
    Another thing in front of a line keeps its depth. Infinity stays exactly 0.

    Parameters
    ----------
    inverse_depth : (H, W) float32 in 0..1
    lines : (n, 4) float32, x0, y0, x1, y1 in fractions
    """
    height, width = inverse_depth.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    if not len(lines):
        return inverse_depth
    coarse = cast(Float32Array, exact.resize_area(inverse_depth, size))
    fractions = np.linspace(0, 1, _SAMPLES, dtype=np.float32)
    x, y, across, down = _points(lines, size, fractions)
    across, down = _SIDE_OFFSET * across, _SIDE_OFFSET * down
    length = np.hypot(x[:, -1:] - x[:, :1], y[:, -1:] - y[:, :1])
    weight = np.repeat(length / (_SAMPLES - 1), _SAMPLES, 1)  # as many as there are pixels
    nearest = _nearest(coarse, x, y, across, down)
    # the correction is smooth, so it is spread on cells of some pixels
    cells = (-(-size[0] // _CELL), -(-size[1] // _CELL))
    change, sigma = np.zeros(cells[::-1], np.float32), _SIGMA * max(size)
    x, y = (np.asarray((v + 0.5) / _CELL - 0.5, np.float32) for v in (x, y))
    rows = np.clip(np.rint(y), 0, cells[1] - 1).astype(int)
    columns = np.clip(np.rint(x), 0, cells[0] - 1).astype(int)
    for _ in range(_ROUNDS):
        depth = nearest + exact.sample(change, x, y)
        residual = _fit(depth) - depth
        inlier = (np.abs(residual) < _MAX_RESIDUAL) & (nearest > 0)
        sums, count = np.zeros_like(change), np.zeros_like(change)
        np.add.at(sums, (rows, columns), np.where(inlier, residual, 0) * weight)
        np.add.at(count, (rows, columns), inlier * weight)
        spread, total = (exact.gaussian_blur(v, sigma / _CELL) for v in (sums, count))
        change += spread / (total + np.float32(0.25 * _CELL**2 / sigma))
    full = cast(Float32Array, exact.resize_cubic(change, (width, height)))
    out = np.where(inverse_depth > 0, inverse_depth + full, np.float32(0))
    return np.asarray(np.clip(out, 0, 1), np.float32)


def sample_lines(
    inverse_depth: Float32Array, lines: Float32Array, fractions: Float32Array
) -> Float32Array:
    """Return (n, k) inverse depths at ``fractions`` (k,) along lines (n, 4), of their nearer side.

    Where another thing is in front of a stretch of a line, the line has its straight fit there; what
    is nearer at one of its ends may be its own and counts as it is.
    """
    if not len(lines):
        return np.zeros((0, len(fractions)), np.float32)
    height, width = inverse_depth.shape
    x, y, across, down = _points(lines, (width, height), fractions.astype(np.float32))
    reach = np.float32(_SIDE_OFFSET * max(width, height) / _SIDE)
    depth = _nearest(inverse_depth, x, y, reach * across, reach * down)
    fit = _fit(depth)
    inlier = depth <= fit + np.float32(_MAX_RESIDUAL)
    before = np.maximum.accumulate(inlier, axis=1)
    after = np.maximum.accumulate(inlier[:, ::-1], axis=1)[:, ::-1]
    return np.where(before & after & ~inlier, fit, depth)


def _nearest(
    depth: Float32Array, x: Float32Array, y: Float32Array, across: Float32Array, down: Float32Array
) -> Float32Array:
    """Return the nearest of three depths across each point: an edge belongs to what is in front."""
    sides = [exact.sample(depth, x + k * across, y + k * down) for k in (-1, 0, 1)]
    return np.asarray(np.maximum.reduce(sides), np.float32)


def _points(
    lines: Float32Array, size: tuple[int, int], fractions: Float32Array
) -> tuple[Float32Array, Float32Array, Float32Array, Float32Array]:
    """Return (n, k) x and y in pixels along each line, and (n, 1) x and y of a unit across it."""
    ends = lines * np.array([size[0], size[1]] * 2, np.float32) - np.float32(0.5)
    right, below = ends[:, 2:3] - ends[:, :1], ends[:, 3:4] - ends[:, 1:2]
    length = np.maximum(np.hypot(right, below), np.float32(1e-3))
    x, y = ends[:, :1] + fractions * right, ends[:, 1:2] + fractions * below
    x, y, across, down = (
        np.asarray(v, np.float32) for v in (x, y, below / length, -right / length)
    )
    return x, y, across, down


def _fit(values: Float32Array) -> Float32Array:
    """Return the robust straight line through each row of (n, samples) values."""
    places = np.arange(values.shape[1])
    slope, offset = _fit_line(places, values)
    return np.asarray(offset + slope * places, np.float32)


def align_steps(inverse_depth: Float32Array, lines: Float32Array) -> Float32Array:
    """Return the inverse depth with the steps beside straight lines moved onto them.

    An estimate is a little off at the edges of things: its step wavers about the edge, and parts
    of the edge move with what is behind. Here each side of a line gets robust straight fits of
    the depth at the band's rims (Theil, 1950; Sen, 1968), and in the band each pixel
    between the two takes that of its own side. The edge itself goes with the nearer one.
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
            _align_step(out, line, size)
        else:
            _align_step(out.T, np.array([y0, x0, y1, x1]), size)
    return out


def _align_step(depth: Float32Array, line: Reals, size: int) -> None:
    """Move the step beside one line, which runs more down than across, in place."""
    x0, y0, x1, y1 = line if line[3] > line[1] else line[[2, 3, 0, 1]]
    slope = (x1 - x0) / max(y1 - y0, 1e-9)
    slant = float(np.hypot(1, slope))  # pixels along a row for each across the line
    rows = np.arange(max(0, int(np.ceil(y0))), min(depth.shape[0] - 1, int(y1)) + 1)
    centre = x0 + slope * (rows - y0)
    reach = round(max(2.0, _BAND * size) * slant)
    columns = np.rint(centre).astype(int)[:, None] + np.arange(-reach, reach + 1)
    inside = (columns[:, 0] >= 0) & (columns[:, -1] < depth.shape[1])
    rows, centre, columns = rows[inside], centre[inside], columns[inside]
    if len(rows) < _MIN_ROWS:
        return
    band = depth[rows[:, None], columns]
    rims = band[:, [0, -1]]
    if (rims > 0).mean(0).min() < 0.6:
        return
    sampled = np.linspace(0, len(rows) - 1, _SAMPLES).astype(int)
    slopes, offsets = _fit_line(
        rows[sampled].astype(np.float64), rims[sampled].T.astype(np.float64)
    )
    sides = (offsets + slopes * rows).T
    gap = sides[:, 1] - sides[:, 0]
    step = float(np.median(gap))
    if abs(step) < _STEP:
        return
    across = (columns - centre[:, None]) / slant
    right = across > np.copysign(_EDGE * size, -step)
    fit, rim = (np.where(right, pair[:, 1:], pair[:, :1]) for pair in (sides, rims))
    target = fit + (rim - fit) * np.minimum(np.abs(across) * slant / reach, 1)
    target = np.clip(target, band.min(1, keepdims=True), band.max(1, keepdims=True))
    bounds = np.concatenate([sides, rims], 1)
    between = (band > bounds.min(1, keepdims=True) - _MAX_RESIDUAL / 2) & (
        band < bounds.max(1, keepdims=True) + _MAX_RESIDUAL / 2
    )
    certain = (np.abs(rims - sides) < _MAX_RESIDUAL).all(1) & (gap * np.sign(step) > _STEP / 2)
    if certain.mean() < _MIN_STEP_SHARE:
        return
    # fades towards the ends and towards whatever else crosses, so that no notch is cut
    doubtful = np.flatnonzero(~np.pad(certain, 1))
    near = np.abs(np.arange(1, len(rows) + 1)[:, None] - doubtful).min(1)
    share = np.minimum(near / (2 * reach), 1)[:, None] * (between & (band > 0))
    depth[rows[:, None], columns] = band + share * (target - band)


def _fit_line(t: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return slopes and offsets (n, 1) of robust straight lines through values (n, k) at t (k,).

    The median of the slopes between places at least a quarter of all apart (Theil, 1950; Sen,
    1968): up to a quarter of the values may be anything. ``t`` must not fall.
    """
    first, second = np.triu_indices(len(t), len(t) // 4)
    rising = t[second] > t[first]
    first, second = first[rising], second[rising]
    slopes = (values[:, second] - values[:, first]) / (t[second] - t[first])
    slope = np.median(slopes, axis=1)[:, None]
    return slope, np.median(values - slope * t, axis=1)[:, None]
