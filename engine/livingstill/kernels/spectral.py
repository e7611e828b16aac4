"""Sums of periodic displacement maps, their way onto the grid of a flow, and their reflection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.kernels.compile import kernel, part
from livingstill.kernels.flow_box import FlowBox
from livingstill.kernels.simd import peek, poke, view_at

Ints = NDArray[np.int64]


@kernel("i2:4 f4:1 f4:1 f4:3 i8 i8")
def evaluate(
    maps: NDArray[np.int16],
    cosines: Float32Array,
    sines: Float32Array,
    out: Float32Array,
    first: int,
    last: int,
) -> None:
    """Fill rows ``first..last`` of ``out`` with the real part of sum_m S_m * exp(i * angle_m).

    Parameters
    ----------
    maps : (h, M, 2 * C, w) int16; S_m of channel c: real part at 2 c, imaginary at 2 c + 1
    cosines, sines : (M,) float32 of the angles, times the unit of the map
    out : (h, C, w) float32, overwritten
    """
    count, channels, width = maps.shape[1], out.shape[1], out.shape[2]
    for y in range(first, last):
        for c in range(channels):
            row = view_at(view_at(out, y), c)
            for x in range(width):
                row[x] = 0.0
            for m in range(0, count, 2):  # two at a time: the sum is read and written half as often
                n = min(m + 1, count - 1)
                one, two = view_at(view_at(maps, y), m), view_at(view_at(maps, y), n)
                real, imaginary = view_at(one, 2 * c), view_at(one, 2 * c + 1)
                next_real, next_imaginary = view_at(two, 2 * c), view_at(two, 2 * c + 1)
                cos, sin = cosines[m], sines[m]
                next_cos = cosines[n] if n > m else np.float32(0)
                next_sin = sines[n] if n > m else np.float32(0)
                for x in range(width):
                    a = np.float32(peek(real, x)) * cos - np.float32(peek(imaginary, x)) * sin
                    b = np.float32(peek(next_real, x)) * next_cos
                    b -= np.float32(peek(next_imaginary, x)) * next_sin
                    poke(row, x, peek(row, x) + (a + b))


@part
def _finer(
    field: Float32Array, factor: int, y: int, c: int, line: Float32Array, out: Float32Array
) -> None:
    """Fill row ``y`` of a finer grid, bilinearly between the nodes of a coarse one.

    Parameters
    ----------
    field : (h, C, w) float32; its node (j, i) lies on node (j * factor, i * factor) of the finer
        grid, and it reaches to the end of that or past it
    c : the channel of ``field``
    line : (w + 1,) float32, scratch
    out : (W,) float32, overwritten
    """
    count, width, step = field.shape[2], out.size, np.float32(1.0 / factor)
    top = y // factor
    above = view_at(view_at(field, top), c)
    below = view_at(view_at(field, min(top + 1, field.shape[0] - 1)), c)
    fy = np.float32(y - top * factor) * step
    for i in range(count):
        a = peek(above, i)
        # no `poke`: `line` is peeked at below, as `out` is by callers
        line[i] = a + (peek(below, i) - a) * fy
    line[count] = line[count - 1]
    done = 0
    if factor == 2:  # told apart, since loops of a known length become vectors
        done = min(count, width // 2)
        for i in range(done):
            a, slope = peek(line, i), (peek(line, i + 1) - peek(line, i)) * step
            out[2 * i] = a
            out[2 * i + 1] = a + slope
    elif factor == 4:
        done = min(count, width // 4)
        for i in range(done):
            a, slope = peek(line, i), (peek(line, i + 1) - peek(line, i)) * step
            out[4 * i] = a
            out[4 * i + 1] = a + slope
            out[4 * i + 2] = a + slope * np.float32(2)
            out[4 * i + 3] = a + slope * np.float32(3)
    for i in range(done, count):
        a, slope = line[i], (line[i + 1] - line[i]) * step
        left = i * factor
        for n in range(min(factor, width - left)):
            out[left + n] = a + slope * np.float32(n)


@kernel("f4:3 i8 f4:3 i8 i8")
def spread(field: Float32Array, factor: int, out: Float32Array, first: int, last: int) -> None:
    """Add a coarse field to rows ``first..last`` of a finer one, bilinearly between its nodes.

    Parameters
    ----------
    field : (h, C, w) float32; its node (j, i) lies on node (j * factor, i * factor) of ``out``,
        and it reaches to the end of ``out`` or past it
    out : (H, C, W) float32, added to
    """
    line, row = np.empty(field.shape[2] + 1, np.float32), np.empty(out.shape[2], np.float32)
    for y in range(first, last):
        for c in range(out.shape[1]):
            _finer(field, factor, y, c, line, row)
            into = view_at(view_at(out, y), c)
            for x in range(row.size):
                poke(into, x, peek(into, x) + peek(row, x))


@kernel("f4:3 i8 f8 f4:3 i8 i8")
def swell(
    field: Float32Array, factor: int, least: float, out: Float32Array, first: int, last: int
) -> None:
    """Multiply rows ``first..last`` of ``out`` by 1 + a coarse field, ``least`` at least.

    Parameters
    ----------
    field : (h, 1, w) float32, as ``spread`` takes it
    out : (H, C, W) float32, changed
    """
    line, row = np.empty(field.shape[2] + 1, np.float32), np.empty(out.shape[2], np.float32)
    one, low = np.float32(1), np.float32(least)
    for y in range(first, last):
        _finer(field, factor, y, 0, line, row)
        for c in range(out.shape[1]):
            into = view_at(view_at(out, y), c)
            for x in range(row.size):
                poke(into, x, peek(into, x) * max(peek(row, x) + one, low))


@kernel("f4:3 f4:2 f4:2 f4:2 FlowBox i8 i8")
def displace(
    field: Float32Array,
    weight: Float32Array,
    limit: Float32Array,
    shade: Float32Array,
    flow: FlowBox,
    first: int,
    last: int,
) -> None:
    """Subtract a weighted displacement from a box of backward maps, out(s) = C(s - D); shade it.

    Its length d is softly bounded: d * L / sqrt(L^2 + d^2) < L.

    Parameters
    ----------
    field : (h, C, w) float32, (dx, dy) first
    weight : (h, w) float32
    limit : (h, w) float32, the bound L, above 0
    shade : (h, w) float32: gains grow by its product with the last channel, half at most; or (0, 0)
    flow : displacements are changed in rows ``first..last`` of the box; gains, if there is shade
    """
    first_to, first_gain, second_to, second_gain, _, row, column = flow
    w = weight.shape[1]
    one, half = np.float32(1), np.float32(0.5)
    moved, light = np.empty((2, w), np.float32), np.empty(w, np.float32)
    right, down = view_at(moved, 0), view_at(moved, 1)
    for y in range(first, last):
        j = row + y
        here, much, most = view_at(field, y), view_at(weight, y), view_at(limit, y)
        xs, ys = view_at(here, 0), view_at(here, 1)
        for x in range(w):
            dx, dy, bound = peek(xs, x) * peek(much, x), peek(ys, x) * peek(much, x), peek(most, x)
            short = bound / np.sqrt(bound * bound + dx * dx + dy * dy)
            poke(right, x, dx * short)
            poke(down, x, dy * short)
        for to in (first_to, second_to):
            if to.size > 0:
                for x in range(w):
                    to[j, column + x, 0] -= right[x]
                    to[j, column + x, 1] -= down[x]
        if shade.size == 0:
            continue
        given, depth = view_at(here, field.shape[1] - 1), view_at(shade, y)
        for x in range(w):
            v = min(max(peek(given, x) * peek(depth, x), -half), half)
            poke(light, x, one + v)
        for gain in (first_gain, second_gain):
            if gain.size > 0:
                for x in range(w):
                    gain[j, column + x] *= light[x]
    moved[0, 0] = 0  # lent till here


@kernel("f4:4 f4:2 f8 f4:3 i8 i8")
def gradient_norms(
    fields: Float32Array,
    weight: Float32Array,
    step: float,
    out: Float32Array,
    first: int,
    last: int,
) -> None:
    """Fill rows ``first..last`` of the Frobenius norms of weighted fields' spatial gradients.

    Differences are central inside, one-sided at the border.

    Parameters
    ----------
    fields : (P, h, 2, w) float32, h and w at least 2
    weight : (h, w) float32
    step : the distance of two nodes
    out : (P, h, w) float32
    """
    h, w = weight.shape
    zero = np.float32(0)
    weighted = np.empty((3, w), np.float32)
    middle, upper, lower = view_at(weighted, 0), view_at(weighted, 1), view_at(weighted, 2)
    for y in range(first, last):
        above, below = max(y - 1, 0), min(y + 1, h - 1)
        down = np.float32(1.0 / (step * (below - above)))
        inside, side = np.float32(0.5 / step), np.float32(1.0 / step)
        m, u, b = view_at(weight, y), view_at(weight, above), view_at(weight, below)
        for p in range(out.shape[0]):
            field, row = view_at(fields, p), view_at(view_at(out, p), y)
            for x in range(w):
                row[x] = zero
            for c in range(2):
                here = view_at(view_at(field, y), c)
                over, under = view_at(view_at(field, above), c), view_at(view_at(field, below), c)
                for x in range(w):
                    poke(middle, x, peek(here, x) * peek(m, x))
                    poke(upper, x, peek(over, x) * peek(u, x))
                    poke(lower, x, peek(under, x) * peek(b, x))
                for x in range(1, w - 1):
                    dx = (peek(middle, x + 1) - peek(middle, x - 1)) * inside
                    dy = (peek(lower, x) - peek(upper, x)) * down
                    poke(row, x, peek(row, x) + (dx * dx + dy * dy))
                for x in range(0, w, w - 1):
                    left = min(x, w - 2)
                    dx = (middle[left + 1] - middle[left]) * side
                    dy = (lower[x] - upper[x]) * down
                    row[x] += dx * dx + dy * dy
            for x in range(w):
                poke(row, x, np.sqrt(peek(row, x)))
    weighted[0, 0] = 0  # lent till here


@kernel("i8:2 f4:2 f4:3 f4:3 f4:3 b1 FlowBox i8 i8")
def reflect(
    source: Ints,
    weight: Float32Array,
    before: Float32Array,
    second_before: Float32Array,
    gains: Float32Array,
    clear: bool,
    flow: FlowBox,
    first: int,
    last: int,
) -> None:
    """Add the motion of each node's mirror image, upside down, to a box.

    Parameters
    ----------
    source : (h, w) int64, the row that a node mirrors
    weight : (h, w) float32
    before, second_before : (H, W, 2) float32, both samples' displacements before; the second is
        empty if there is one sample only, and so are the gains
    gains : (H, W, 2) float32, of both samples before
    clear : whether what flows is mirrored, too
    flow : displacements are added to in rows ``first..last`` of the box; where nothing flows of its
        own, gains become those of the mirror image
    """
    first_to, first_gain, second_to, second_gain, _, row, column = flow
    twice = gains.size > 0
    zero, least = np.float32(0), np.float32(1e-3)
    for y in range(first, last):
        j = row + y
        for x in range(weight.shape[1]):
            i, share = column + x, weight[y, x]
            if share == zero:
                continue
            at = source[y, x]
            if twice and not clear and gains[at, i, 1] > zero:
                continue
            dx, dy = before[at, i, 0] * share, -before[at, i, 1] * share
            first_to[j, i, 0] += dx
            first_to[j, i, 1] += dy
            if not twice:
                continue
            if gains[j, i, 1] == zero:
                second_to[j, i, 0] += second_before[at, i, 0] * share
                second_to[j, i, 1] -= second_before[at, i, 1] * share
                a, b = gains[at, i, 0], gains[at, i, 1]
                if b > zero:
                    total = max(a + b, least)
                    first_gain[j, i], second_gain[j, i] = a / total, b / total
            else:
                second_to[j, i, 0] += dx
                second_to[j, i, 1] += dy
