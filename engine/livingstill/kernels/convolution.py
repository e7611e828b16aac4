"""Layers of a convolutional network, each value one chain of float32 products and sums.

A feature map is stored flat: every channel is a plane of ``plane`` values that holds rows of ``side``
values, of which the first is 0, under a row of zeros and over another. The zero before a row is also
the one after the row above, so the nine values under a 3x3 filter lie at fixed offsets from its
centre, at borders too, and every dense convolution is one loop over a list of offsets. Vector lanes
run across positions: how many there are changes no result. Loops run in whole vectors, so a plane
ends in at least 64 values of slack, which are read and written in vain.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.kernels.compile import kernel, part, record
from livingstill.kernels.simd import view_at, view_from

Ints = NDArray[np.int64]

BLOCK = 1024  # positions whose sums are held at once: with 4 channels they stay in the L1 cache
GROUP = 4  # output channels that one pass over a block computes side by side
TAPS = 3  # products that one pass adds to each sum: fewer loads and stores of sums per product


@part
def _clear_border(out: Float32Array, start: int, side: int, rows: int, plane: int) -> None:
    """Set the border and the slack of the plane that begins at ``start`` to 0."""
    zero = np.float32(0)
    for p in range(start, start + side):
        out[p] = zero
    for p in range(start + side, start + side * (rows + 1), side):
        out[p] = zero
    for p in range(start + side * (rows + 1), start + plane):
        out[p] = zero


@record("i8 i8 i8")
class Layout(NamedTuple):
    """How a feature map is stored: ``rows`` of ``side`` values, and ``plane`` values a channel."""

    side: int
    rows: int
    plane: int


@record("i8:1 f4:1 f4:1 f4 f4")
class Filter(NamedTuple):
    """A dense convolution with O outputs.

    Attributes
    ----------
    offsets : (K,) int64, from a position of the output to where each product reads; K a multiple of
        `TAPS`
    weights : (O / 4 * K * 4,) float32: for 4 channels, 4 weights for each offset
    bias : (O,) float32, O a multiple of `GROUP`
    low, high : float32, the result is clipped to
    """

    offsets: Ints
    weights: Float32Array
    bias: Float32Array
    low: np.float32
    high: np.float32


@kernel("f4:1 Filter f4:1 f4:1 Layout i8 i8 i8 i8")
def dense(
    x: Float32Array,
    dense_filter: Filter,
    residual: Float32Array,
    out: Float32Array,
    layout: Layout,
    channel0: int,
    channel1: int,
    position0: int,
    position1: int,
) -> None:
    """Fill ``out`` with clip(bias + sum of weights * x, low, high) + residual, for a range.

    Parameters
    ----------
    x : flat feature map
    dense_filter : the convolution
    residual : flat feature map like ``out``, or of no size: nothing is added
    out : flat feature map, overwritten with its borders
    layout : of ``x`` and ``out``
    channel0, channel1, position0, position1 : what is computed; channels by `GROUP`, positions
        within ``side + 1`` and ``side * (rows + 1)``
    """
    offsets, weights, bias, low, high = dense_filter
    side, rows, plane = layout
    count, start, end, zero = offsets.size, side + 1, side * (rows + 1), np.float32(0)
    sums = np.empty(GROUP * BLOCK, np.float32)
    s0, s1, s2, s3 = (
        sums,
        view_from(sums, BLOCK),
        view_from(sums, 2 * BLOCK),
        view_from(sums, 3 * BLOCK),
    )
    for p in range(position0, position1, BLOCK):
        size = min(BLOCK, position1 - p)
        whole = (size + 31) // 32 * 32
        for o in range(channel0, channel1, GROUP):
            for i in range(whole):
                s0[i], s1[i], s2[i], s3[i] = bias[o], bias[o + 1], bias[o + 2], bias[o + 3]
            for k in range(0, count, TAPS):
                v = view_from(weights, o * count + k * GROUP)
                a0, a1, a2, a3 = v[0], v[1], v[2], v[3]
                b0, b1, b2, b3 = v[4], v[5], v[6], v[7]
                c0, c1, c2, c3 = v[8], v[9], v[10], v[11]
                xa, xb = view_from(x, p + offsets[k]), view_from(x, p + offsets[k + 1])
                xc = view_from(x, p + offsets[k + 2])
                for i in range(whole):
                    a, b, c = xa[i], xb[i], xc[i]
                    s0[i] = s0[i] + a0 * a + b0 * b + c0 * c
                    s1[i] = s1[i] + a1 * a + b1 * b + c1 * c
                    s2[i] = s2[i] + a2 * a + b2 * b + c2 * c
                    s3[i] = s3[i] + a3 * a + b3 * b + c3 * c
            for j in range(GROUP):
                at = (o + j) * plane + p
                s, y = view_from(sums, j * BLOCK), view_from(out, at)
                r = view_from(residual, min(at, residual.size))
                for i in range(size):
                    y[i] = min(max(s[i], low), high)
                for i in range(size if residual.size else 0):
                    y[i] += r[i]
                for i in range((-p) % side, size, side):
                    y[i] = zero
    for o in range(channel0, channel1):
        for p in range(o * plane, o * plane + (start if position0 == start else 0)):
            out[p] = zero
        for p in range(o * plane + (end if position1 == end else plane), (o + 1) * plane):
            out[p] = zero


@kernel("f4:1 f4:2 f4:1 f4:1 Layout i8 i8")
def depthwise(
    x: Float32Array,
    weights: Float32Array,
    bias: Float32Array,
    out: Float32Array,
    layout: Layout,
    channel0: int,
    channel1: int,
) -> None:
    """Fill channels of ``out`` with a 3x3 convolution of each channel of ``x``, clipped to 0..6.

    Parameters
    ----------
    x, out : flat feature maps of one layout
    weights : (C, 9) float32
    bias : (C,) float32
    """
    side, rows, plane = layout
    low, high = np.float32(0), np.float32(6)
    for c in range(channel0, channel1):
        at = c * plane
        v, b = view_at(weights, c), bias[c]
        x0, x1, x2 = view_from(x, at), view_from(x, at + side), view_from(x, at + 2 * side)
        v0, v1, v2, v3, v4, v5, v6, v7, v8 = v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]
        y = view_from(out, at + side + 1)
        for i in range((side * rows + 31) // 32 * 32):
            s = b + v0 * x0[i] + v1 * x0[i + 1] + v2 * x0[i + 2]
            s = s + v3 * x1[i] + v4 * x1[i + 1] + v5 * x1[i + 2]
            s = s + v6 * x2[i] + v7 * x2[i + 1] + v8 * x2[i + 2]
            y[i] = min(max(s, low), high)
        _clear_border(out, at, side, rows, plane)


@kernel("f4:1 i8 f4:2 f4:1 f4:1 Layout i8 i8")
def depthwise_half(
    x: Float32Array,
    x_plane: int,
    weights: Float32Array,
    bias: Float32Array,
    out: Float32Array,
    layout: Layout,
    channel0: int,
    channel1: int,
) -> None:
    """Do as `depthwise` at every other position: a filter's corner, not its centre, is at 2 x, 2 y.

    Parameters
    ----------
    x : flat feature map of ``2 * rows`` rows of ``2 * side - 1`` values
    out : flat feature map of half its size
    """
    side, rows, plane = layout
    low, high, double = np.float32(0), np.float32(6), 2 * side - 1
    for c in range(channel0, channel1):
        v, b = view_at(weights, c), bias[c]
        v0, v1, v2, v3, v4, v5, v6, v7, v8 = v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]
        for r in range(rows):
            at = c * x_plane + (2 * r + 1) * double + 1
            x0, x1, x2 = view_from(x, at), view_from(x, at + double), view_from(x, at + 2 * double)
            y = view_from(out, c * plane + (r + 1) * side + 1)
            for i in range(side - 1):
                s = b + v0 * x0[2 * i] + v1 * x0[2 * i + 1] + v2 * x0[2 * i + 2]
                s = s + v3 * x1[2 * i] + v4 * x1[2 * i + 1] + v5 * x1[2 * i + 2]
                s = s + v6 * x2[2 * i] + v7 * x2[2 * i + 1] + v8 * x2[2 * i + 2]
                y[i] = min(max(s, low), high)
        _clear_border(out, c * plane, side, rows, plane)


@kernel("f4:1 i8 f4:1 Layout i8 i8")
def add_doubled(
    x: Float32Array,
    x_plane: int,
    out: Float32Array,
    layout: Layout,
    channel0: int,
    channel1: int,
) -> None:
    """Add channels of ``x`` at twice the size, bilinear between pixel centres, to ``out``.

    Parameters
    ----------
    x : flat feature map of ``rows`` rows of ``side`` values
    out : flat feature map of ``2 * rows`` rows of ``2 * side - 1`` values
    layout : the side and rows of ``x``, and the planes of ``out``
    """
    side, rows, plane = layout
    near, far, double = np.float32(0.75), np.float32(0.25), 2 * side - 1
    mix = np.empty(side + 1, np.float32)
    for c in range(channel0, channel1):
        for r in range(2 * rows):
            other = min(max(r // 2 + r % 2 * 2 - 1, 0), rows - 1)
            a = view_from(x, c * x_plane + (r // 2 + 1) * side)
            b = view_from(x, c * x_plane + (other + 1) * side)
            for i in range(1, side):
                mix[i] = near * a[i] + far * b[i]
            mix[0], mix[side] = mix[1], mix[side - 1]
            y = view_from(out, c * plane + (r + 1) * double + 1)
            for i in range(side - 1):
                y[2 * i] += near * mix[i + 1] + far * mix[i]
                y[2 * i + 1] += near * mix[i + 1] + far * mix[i + 2]


@part
def _exp(x: np.float32) -> np.float32:
    """Return e^x for x <= 0 within 5e-6, as (e^(x / 32))^32: by sums and products alone."""
    t = max(x, np.float32(-32)) * np.float32(1 / 32) + np.float32(0.5)
    e = np.float32(1 / 5040)
    for factor in (1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0):
        e = e * t + np.float32(factor)
    e *= np.float32(0.6065306597126334)
    for _ in range(5):
        e *= e
    return e


@kernel("f4:1 f4:2 i8 i8")
def squared_sigmoid(x: Float32Array, out: Float32Array, row0: int, row1: int) -> None:
    """Fill rows of ``out`` with the square of 1 / (1 + exp(-x)).

    Parameters
    ----------
    x : flat feature map; its first channel is read
    out : (h, w) float32
    """
    columns, one = out.shape[1], np.float32(1)
    for r in range(row0, row1):
        v, y = view_from(x, (r + 1) * (columns + 1) + 1), view_at(out, r)
        for i in range(columns):
            e = _exp(-abs(v[i]))
            root = (one if v[i] >= 0 else e) / (one + e)
            y[i] = root * root


@kernel("f4:1 i8 f4:3 i8 i8")
def softmax(x: Float32Array, plane: int, out: Float32Array, row0: int, row1: int) -> None:
    """Fill rows of ``out`` with exp(x) over its sum over the channels.

    Parameters
    ----------
    x : flat feature map of at least C channels
    out : (C, h, w) float32
    """
    classes, columns = out.shape[0], out.shape[2]
    most, total = np.empty(columns, np.float32), np.empty(columns, np.float32)
    for r in range(row0, row1):
        at = (r + 1) * (columns + 1) + 1
        for i in range(columns):
            most[i], total[i] = x[at + i], np.float32(0)
        for c in range(1, classes):
            v = view_from(x, c * plane + at)
            for i in range(columns):
                most[i] = max(most[i], v[i])
        for c in range(classes):
            v, y = view_from(x, c * plane + at), view_at(view_at(out, c), r)
            for i in range(columns):
                y[i] = _exp(v[i] - most[i])
                total[i] += y[i]
        for c in range(classes):
            y = view_at(view_at(out, c), r)
            for i in range(columns):
                y[i] /= total[i]
