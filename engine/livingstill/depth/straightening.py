"""What is straight in the photo gets depth that keeps it straight when the camera moves."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.depth import robust

SIDE = 640
"""Long side of the map on which depth is corrected."""

_SAMPLES = 33
_LEAP = 0.06
"""A sample further than this from its line's depth belongs to something else in front or behind."""

_REACH = 0.012
"""Standard deviation of the neighbourhood that follows a line, long sides."""

_ASIDE = 1.5
"""How far beside a line the surface that it bounds is asked, pixels of that map."""

_ROUNDS = 4


def straighten(inverse_depth: Float32Array, lines: Float32Array) -> Float32Array:
    """Return the inverse depth, made linear along straight lines of the photo.

    Inverse depth is linear along the picture of a straight edge of the world, and whatever is not
    bends as the camera moves. Each line gets the robust straight fit of the depth along it (slope
    and offset by medians; Theil, 1950, Sen, 1968), and what it misses is spread to its surroundings
    by normalised convolution (Knutsson and Westin, 1993), a few times over, as lines cross.
    Where another thing stands before a line its depth stays. Infinity stays exactly 0.

    Parameters
    ----------
    inverse_depth : (H, W) float32 in 0..1
    lines : (n, 4) float32, x0, y0, x1, y1 in fractions
    """
    height, width = inverse_depth.shape
    scale = min(1.0, SIDE / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    if not len(lines):
        return inverse_depth
    coarse = cast(Float32Array, cv2.resize(inverse_depth, size, interpolation=cv2.INTER_AREA))
    every = np.linspace(0, 1, _SAMPLES, dtype=np.float32)
    x, y, across, down = _along(lines, size, every)
    across, down = _ASIDE * across, _ASIDE * down
    length = np.hypot(x[:, -1:] - x[:, :1], y[:, -1:] - y[:, :1])
    weight = np.repeat(length / (_SAMPLES - 1), _SAMPLES, 1)  # as many as there are pixels
    change, sigma = np.zeros_like(coarse), _REACH * max(size)
    rows = np.clip(np.rint(y), 0, size[1] - 1).astype(int)
    columns = np.clip(np.rint(x), 0, size[0] - 1).astype(int)
    for _ in range(_ROUNDS):
        have = _nearest(coarse + change, x, y, across, down)
        off = _fitted(have) - have
        own = (np.abs(off) < _LEAP) & (have > 0)
        sums, count = np.zeros_like(coarse), np.zeros_like(coarse)
        np.add.at(sums, (rows, columns), np.where(own, off, 0) * weight)
        np.add.at(count, (rows, columns), own * weight)
        spread = cv2.GaussianBlur(sums, (0, 0), sigma)
        change += spread / (cv2.GaussianBlur(count, (0, 0), sigma) + np.float32(0.25 / sigma))
    full = cast(Float32Array, cv2.resize(change, (width, height), interpolation=cv2.INTER_CUBIC))
    out = np.where(inverse_depth > 0, inverse_depth + full, np.float32(0))
    return np.asarray(np.clip(out, 0, 1), np.float32)


def samples(
    inverse_depth: Float32Array, lines: Float32Array, fractions: Float32Array
) -> Float32Array:
    """Return (n, k) inverse depths at ``fractions`` (k,) along lines (n, 4), of their nearer side.

    Where another thing stands before a stretch of a line, it is as deep there as its straight fit;
    what is nearer at one of its ends may be its own and counts as it is.
    """
    if not len(lines):
        return np.zeros((0, len(fractions)), np.float32)
    height, width = inverse_depth.shape
    x, y, across, down = _along(lines, (width, height), fractions.astype(np.float32))
    reach = np.float32(_ASIDE * max(width, height) / SIDE)
    have = _nearest(inverse_depth, x, y, reach * across, reach * down)
    fit = _fitted(have)
    own = have <= fit + np.float32(_LEAP)
    before = np.maximum.accumulate(own, axis=1)
    after = np.maximum.accumulate(own[:, ::-1], axis=1)[:, ::-1]
    return np.where(before & after & ~own, fit, have)


def _nearest(
    depth: Float32Array, x: Float32Array, y: Float32Array, across: Float32Array, down: Float32Array
) -> Float32Array:
    """Return the nearest of three depths across each point: an edge belongs to what is in front."""
    sides = [
        cv2.remap(
            depth, x + k * across, y + k * down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        for k in (-1, 0, 1)
    ]
    return np.asarray(np.maximum.reduce(sides), np.float32)


def _along(
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


def _fitted(values: Float32Array) -> Float32Array:
    """Return the robust straight line through each row of (n, samples) values."""
    places = np.arange(values.shape[1])
    slope, offset = robust.line(places, values)
    return np.asarray(offset + slope * places, np.float32)
