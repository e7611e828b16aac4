"""Gaussian blur and edge-preserving smoothing, every value computed in a fixed order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.kernels.compile import kernel, part
from livingstill.kernels.simd import peek, poke, view_at, view_from

Ints = NDArray[np.int64]

LANES = 64  # lines that are solved side by side


@part
def _symmetric(
    src: Float32Array, rows: Ints, y: int, weights: Float32Array, sums: Float32Array
) -> None:
    """Fill ``sums`` (N,) with the filter along columns of ``src`` (H, N) around ``rows[y]``."""
    n, width, line, w = weights.size - 1, sums.size, view_at(src, rows[y]), weights[0]
    if n % 2 == 0:
        for i in range(width):
            poke(sums, i, w * peek(line, i))
    else:
        above, below, v = view_at(src, rows[y - 1]), view_at(src, rows[y + 1]), weights[1]
        for i in range(width):
            poke(sums, i, w * peek(line, i) + v * (peek(above, i) + peek(below, i)))
    for k in range(1 + n % 2, n + 1, 2):
        above, below, w = view_at(src, rows[y - k]), view_at(src, rows[y + k]), weights[k]
        higher, lower = view_at(src, rows[y - k - 1]), view_at(src, rows[y + k + 1])
        v = weights[k + 1]
        for i in range(width):
            near, far = peek(above, i) + peek(below, i), peek(higher, i) + peek(lower, i)
            poke(sums, i, peek(sums, i) + w * near + v * far)


@kernel("f4:2! i8 i8:1 i8:1 f4:1 f4:1 f4:2 i8 i8")
def gaussian(
    src: Float32Array,
    channels: int,
    rows: Ints,
    columns: Ints,
    weights_y: Float32Array,
    weights_x: Float32Array,
    out: Float32Array,
    row0: int,
    row1: int,
) -> None:
    """Fill rows of ``out`` with the separable symmetric filter of ``src``.

    Parameters
    ----------
    src, out : (H, W * C) float32
    rows : (H + 2 m,) int64, the row of ``src`` at each row from m before its first to m after its last
    columns : (W + 2 n,) int64, likewise
    weights_y, weights_x : (m + 1,), (n + 1,) float32; the weight of the centre comes first
    """
    m, n, width = weights_y.size - 1, weights_x.size - 1, src.shape[1]
    padded = np.empty(columns.size * channels, np.float32)
    line = view_from(padded, n * channels)
    sums, after = line[:width], n + width // channels
    for y in range(row0, row1):
        _symmetric(src, rows, y + m, weights_y, sums)
        for j in range(n):
            for c in range(channels):
                padded[j * channels + c] = sums[columns[j] * channels + c]
                padded[(after + j) * channels + c] = sums[columns[after + j] * channels + c]
        target, w = view_at(out, y), weights_x[0]
        if n % 2 == 0:
            for i in range(width):
                poke(target, i, w * peek(line, i))
        else:
            left, right = view_from(padded, (n - 1) * channels), view_from(line, channels)
            v = weights_x[1]
            for i in range(width):
                poke(target, i, w * peek(line, i) + v * (peek(left, i) + peek(right, i)))
        for k in range(1 + n % 2, n + 1, 2):
            left, right = (
                view_from(padded, (n - k) * channels),
                view_from(padded, (n + k) * channels),
            )
            last = view_from(padded, (n - k - 1) * channels)
            next_ = view_from(padded, (n + k + 1) * channels)
            w, v = weights_x[k], weights_x[k + 1]
            for i in range(width):
                near, far = peek(left, i) + peek(right, i), peek(last, i) + peek(next_, i)
                poke(target, i, peek(target, i) + w * near + v * far)


@kernel("u1:3! f4:1 f4:2 f4:2 i8 i8")
def similarities(
    guide: UInt8Array,
    table: Float32Array,
    right: Float32Array,
    below: Float32Array,
    row0: int,
    row1: int,
) -> None:
    """Fill rows of ``right`` and ``below`` with how alike a pixel and its neighbour are.

    Parameters
    ----------
    guide : (H, W, 3) uint8
    table : (3 * 255^2 + 1,) float32 by the squared distance of colours
    right, below : (H, W) float32; 0 where there is no such neighbour
    """
    height, width = right.shape
    for y in range(row0, row1):
        here, under = view_at(guide, y), view_at(guide, min(y + 1, height - 1))
        for x in range(width):
            d = np.int64(0)
            for c in range(3):
                step = np.int64(here[x, c]) - np.int64(here[min(x + 1, width - 1), c])
                d += step * step
            right[y, x] = table[d] if x + 1 < width else np.float32(0)
            d = np.int64(0)
            for c in range(3):
                step = np.int64(here[x, c]) - np.int64(under[x, c])
                d += step * step
            below[y, x] = table[d] if y + 1 < height else np.float32(0)


@part
def _solve(
    count: int,
    lanes: int,
    stride: int,
    strength: np.float32,
    alike: Float32Array,
    values: Float32Array,
    pitch: int,
    upper: Float32Array,
    scales: Float32Array,
) -> None:
    """Solve ``lanes`` tridiagonal systems of ``count`` unknowns side by side, by elimination.

    For each line of values u: (1 + a_i + a_i-1) v_i - a_i v_i+1 - a_i-1 v_i-1 = u_i, where
    a = strength * alike. Unknown i of all lanes begins at i * stride in ``alike`` and in each plane of
    ``values``, which are ``pitch`` apart: what is divided by is the same for all planes.
    """
    one, planes = np.float32(1), values.size // pitch + (values.size % pitch > 0)
    for i in range(lanes):
        a = strength * alike[i]
        scales[i] = one / (one + a)
        upper[i] = a * scales[i]
    for p in range(planes):
        u = view_from(values, p * pitch)
        for i in range(lanes):
            u[i] = u[i] * scales[i]
    for n in range(1, count):
        before, here = view_from(upper, (n - 1) * lanes), view_from(upper, n * lanes)
        w0, w1 = view_from(alike, (n - 1) * stride), view_from(alike, n * stride)
        for i in range(lanes):
            a0, a1 = strength * peek(w0, i), strength * peek(w1, i)
            # upper is within 0..1, so that what is divided by cannot vanish
            scale = one / (one + a1 + a0 * (one - peek(before, i)))
            poke(scales, i, scale)
            poke(here, i, a1 * scale)
        for p in range(planes):
            u0 = view_from(values, p * pitch + (n - 1) * stride)
            u = view_from(values, p * pitch + n * stride)
            for i in range(lanes):
                above = strength * peek(w0, i) * peek(u0, i)
                poke(u, i, (peek(u, i) + above) * peek(scales, i))
    for n in range(count - 2, -1, -1):
        c = view_from(upper, n * lanes)
        for p in range(planes):
            v = view_from(values, p * pitch + n * stride)
            after = view_from(values, p * pitch + (n + 1) * stride)
            for i in range(lanes):
                poke(v, i, peek(v, i) + peek(c, i) * peek(after, i))


@kernel("f4:3 f4:2 f4 i8 i8")
def smooth_across(
    values: Float32Array, right: Float32Array, strength: np.float32, row0: int, row1: int
) -> None:
    """Smooth rows of ``values`` (P, H, W) along themselves, where ``right`` (H, W) says alike."""
    planes, width = values.shape[0], values.shape[2]
    pitch = width * LANES
    alike, u = np.empty(pitch, np.float32), np.empty(planes * pitch, np.float32)
    upper, scales = np.empty(pitch, np.float32), np.empty(LANES, np.float32)
    for y in range(row0, row1, LANES):
        lanes = min(LANES, row1 - y)
        for lane in range(lanes):
            near = view_at(right, y + lane)
            for x in range(width):
                alike[x * lanes + lane] = near[x]
            for p in range(planes):
                line = view_at(view_at(values, p), y + lane)
                for x in range(width):
                    u[p * pitch + x * lanes + lane] = line[x]
        _solve(width, lanes, lanes, strength, alike, u, pitch, upper, scales)
        for lane in range(lanes):
            for p in range(planes):
                line = view_at(view_at(values, p), y + lane)
                for x in range(width):
                    line[x] = u[p * pitch + x * lanes + lane]


@kernel("f4:1 f4:1 i8 f4 i8 i8")
def smooth_down(
    values: Float32Array,
    below: Float32Array,
    width: int,
    strength: np.float32,
    column0: int,
    column1: int,
) -> None:
    """Smooth columns of ``values`` (P * H * W,) along themselves, where ``below`` (H * W,) says alike."""
    height = below.size // width
    upper, scales = np.empty(height * LANES, np.float32), np.empty(LANES, np.float32)
    for x in range(column0, column1, LANES):
        lanes = min(LANES, column1 - x)
        _solve(
            height,
            lanes,
            width,
            strength,
            view_from(below, x),
            view_from(values, x),
            below.size,
            upper,
            scales,
        )
