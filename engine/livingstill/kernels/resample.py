"""Pictures at another size or at given places, every value a sum in a fixed order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.kernels.compile import kernel, part
from livingstill.kernels.simd import peek, poke, view_at, view_from

Ints = NDArray[np.int64]


@part
def _down(lines: NDArray[Any], start: int, weights: Float32Array, sums: Float32Array) -> None:
    """Fill ``sums`` (N,) with the weighted sum of lines (H, N) from ``start`` on."""
    taps = weights.size
    first, w = view_at(lines, start), weights[0]
    second, v = view_at(lines, start + min(1, taps - 1)), weights[1] if taps > 1 else np.float32(0)
    for i in range(sums.size):
        poke(sums, i, w * np.float32(peek(first, i)) + v * np.float32(peek(second, i)))
    for k in range(2, taps):
        line, w = view_at(lines, start + k), weights[k]
        if w != 0:
            for i in range(sums.size):
                poke(sums, i, peek(sums, i) + w * np.float32(peek(line, i)))


@part
def _across(
    line: Float32Array, places: Ints, weights: Float32Array, channels: int, out: Float32Array
) -> None:
    """Fill ``out`` (N,) with the weighted sums of values of ``line`` from ``places`` (N,) on."""
    taps, w = weights.shape[0], view_at(weights, 0)
    if taps > 1:
        v = view_at(weights, 1)
        for i in range(out.size):
            at = peek(places, i)
            a, b = peek(line, at), peek(line, at + channels)
            poke(out, i, peek(w, i) * a + peek(v, i) * b)
    else:
        for i in range(out.size):
            poke(out, i, peek(w, i) * peek(line, peek(places, i)))
    for k in range(2, taps):
        w, further = view_at(weights, k), view_from(line, k * channels)
        for i in range(out.size):
            poke(out, i, peek(out, i) + peek(w, i) * peek(further, peek(places, i)))


@kernel(
    "f4:2! i8 i8:1 f4:2 i8:1 f4:2 f4:2 i8 i8",
    "u1:2! i8 i8:1 f4:2 i8:1 f4:2 f4:2 i8 i8",
)
def resize_floats(
    src: NDArray[Any],
    channels: int,
    starts_y: Ints,
    weights_y: Float32Array,
    places: Ints,
    weights_x: Float32Array,
    out: Float32Array,
    row0: int,
    row1: int,
) -> None:
    """Fill rows of ``out`` with weighted sums of ``src``, first of rows, then of columns.

    Parameters
    ----------
    src : (h, w * C) float32 or uint8
    starts_y : (H,) int64, the first row that is added
    weights_y : (H, m) float32
    places : (W * C,) int64, the first value of a row that is added; the next is C further on
    weights_x : (n, W * C) float32
    out : (H, W * C) float32
    """
    sums = np.empty(src.shape[1], np.float32)
    for y in range(row0, row1):
        _down(src, starts_y[y], view_at(weights_y, y), sums)
        _across(sums, places, weights_x, channels, view_at(out, y))


@kernel("u1:2! i8 i8:1 f4:2 i8:1 f4:2 u1:2 i8 i8")
def resize_bytes(
    src: UInt8Array,
    channels: int,
    starts_y: Ints,
    weights_y: Float32Array,
    places: Ints,
    weights_x: Float32Array,
    out: UInt8Array,
    row0: int,
    row1: int,
) -> None:
    """Do as `resize_floats` does, from uint8 to uint8, rounded and clipped."""
    sums, line = np.empty(src.shape[1], np.float32), np.empty(out.shape[1], np.float32)
    low, high, half = np.float32(0), np.float32(255), np.float32(0.5)
    for y in range(row0, row1):
        _down(src, starts_y[y], view_at(weights_y, y), sums)
        _across(sums, places, weights_x, channels, line)
        row = view_at(out, y)
        for i in range(row.size):
            row[i] = np.uint8(min(max(line[i], low), high) + half)


@kernel("f4:2! f4:1 f4:1 f4:1 i8 i8")
def sample_linear(
    src: Float32Array, xs: Float32Array, ys: Float32Array, out: Float32Array, first: int, last: int
) -> None:
    """Fill ``out[first:last]`` with ``src`` between pixels; beyond its border the edge repeats.

    Parameters
    ----------
    src : (h, w) float32
    xs, ys, out : (N,) float32, places in pixels
    """
    bottom, right = src.shape[0] - 1, src.shape[1] - 1
    for i in range(first, last):
        x = min(max(xs[i], np.float32(0)), np.float32(right))
        y = min(max(ys[i], np.float32(0)), np.float32(bottom))
        x0, y0 = int(x), int(y)
        x1, y1 = min(x0 + 1, right), min(y0 + 1, bottom)
        fx, fy = x - np.float32(x0), y - np.float32(y0)
        above = src[y0, x0] + (src[y0, x1] - src[y0, x0]) * fx
        below = src[y1, x0] + (src[y1, x1] - src[y1, x0]) * fx
        out[i] = above + (below - above) * fy
