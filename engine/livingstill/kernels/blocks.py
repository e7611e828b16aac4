"""Summed-area tables of blocks of a layer: empty or opaque ones, and those that a flow moves.

With them ``composite.compose`` classifies a tile by four look-ups.
"""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array
from livingstill.kernels.compile import kernel, part
from livingstill.kernels.simd import peek, poke, view_at


@kernel("u4:3 i8 u4:3")
def survey(colour: PackedRGBA, shift: int, blocks: PackedRGBA) -> None:
    """Fill the summed areas of the empty and the opaque blocks of layers, as ``compose`` takes them.

    Parameters
    ----------
    colour : (K, H, W) uint32
    blocks : (K, rows + 1, columns + 1) uint32, overwritten
    """
    side, opaque = 1 << shift, np.uint32(0xFF000000)
    height, width = colour.shape[1], colour.shape[2]
    every, some = np.empty(width, np.uint32), np.empty(width, np.uint32)
    for k in range(colour.shape[0]):
        blocks[k, 0] = np.uint32(0)
        for j in range(1, blocks.shape[1]):
            every[:], some[:] = opaque, np.uint32(0)
            for y in range((j - 1) * side, min(j * side, height)):
                row = colour[k, y]
                for x in range(width):
                    every[x] &= row[x]
                    some[x] |= row[x]
            total = np.uint32(0)
            blocks[k, j, 0] = total
            for i in range(1, blocks.shape[2]):
                both, any_ = opaque, np.uint32(0)
                for x in range((i - 1) * side, min(i * side, width)):
                    both &= every[x]
                    any_ |= some[x]
                if any_ & opaque == 0:
                    total = np.uint32(total + np.uint32(1))
                elif both & opaque == opaque:
                    total = np.uint32(total + np.uint32(65536))
                blocks[k, j, i] = np.uint32(blocks[k, j - 1, i] + total)


@kernel("u1:3 i8 i8 u4:3")
def smooth(levels: UInt8Array, shift: int, most: int, blocks: PackedRGBA) -> None:
    """Fill the summed areas of the blocks of layers whose second differences are at most ``most``.

    Half way between pixels a cubic differs from a straight line by an eighth of them (Catmull and
    Rom, 1974).

    Parameters
    ----------
    levels : (K, H, 4 W) uint8, the bytes of packed layers
    shift : binary logarithm of the pixels along a block's side
    blocks : (K, rows + 1, columns + 1) uint32, overwritten
    """
    height, width = levels.shape[1], levels.shape[2]
    side, limit, two = 1 << shift, np.float32(most), np.float32(2)
    rough = np.empty(width, np.float32)
    for k in range(levels.shape[0]):
        blocks[k, 0] = np.uint32(0)
        for j in range(1, blocks.shape[1]):
            rough[:] = np.float32(0)
            for y in range((j - 1) * side, min(j * side, height)):
                here = view_at(view_at(levels, k), y)
                above = view_at(view_at(levels, k), max(y - 1, 0))
                below = view_at(view_at(levels, k), min(y + 1, height - 1))
                if 0 < y < height - 1:
                    for i in range(width):
                        v = two * np.float32(peek(here, i))
                        v = abs(v - np.float32(peek(above, i)) - np.float32(peek(below, i)))
                        poke(rough, i, max(peek(rough, i), v))
                for i in range(4, width - 4):
                    v = two * np.float32(peek(here, i))
                    v = abs(v - np.float32(peek(here, i - 4)) - np.float32(peek(here, i + 4)))
                    poke(rough, i, max(peek(rough, i), v))
            total = np.uint32(0)
            blocks[k, j, 0] = total
            for i in range(1, blocks.shape[2]):
                largest = np.float32(0)
                for x in range(4 * (i - 1) * side, min(4 * i * side, width)):
                    largest = max(largest, rough[x])
                if largest <= limit:
                    total = np.uint32(total + np.uint32(1))
                blocks[k, j, i] = np.uint32(blocks[k, j - 1, i] + total)


@kernel("f4:3! f4:2! f4:3! f4:2! f4:3! f4:3 u1:2 f4:1 i8 i8")
def lay_out(
    first: Float32Array,
    first_gain: Float32Array,
    second: Float32Array,
    second_gain: Float32Array,
    bias: Float32Array,
    nodes: Float32Array,
    felt: UInt8Array,
    reach: Float32Array,
    row0: int,
    row1: int,
) -> None:
    """Copy rows ``row0..row1`` of a flow's fields into its nodes; say where it is felt.

    Parameters
    ----------
    first, second : (h, w, 2) float32 displacements in pixels; no second: (0, 0, 2)
    first_gain, second_gain : (h, w) float32, or (0, 0) for 1 and 0
    bias : (h, w, 3) float32, or (0, 0, 3)
    nodes : (h, w, 4, 8 or 12) float32, filled as ``compose`` takes them
    felt : (h, w) uint8, filled: 1 where the flow changes anything, 3 where it does more than displace
    reach : (h,) float32, filled with the longest displacement of each row
    """
    w, channels = nodes.shape[1], nodes.shape[2]
    one, zero, slight = np.float32(1), np.float32(0), np.float32(1 / 256)
    gained, lit = first_gain.size > 0, bias.size > 0
    for j in range(row0, row1):
        longest = zero
        for i in range(w):
            x, y = first[j, i, 0], first[j, i, 1]
            gain = first_gain[j, i] if gained else one
            far, other, light = max(abs(x), abs(y)), zero, zero
            nodes[j, i, 0], nodes[j, i, 1], nodes[j, i, 2] = x, y, gain
            here, more = far > slight, abs(gain - one) > slight
            if channels > 4:
                for c in range(3):
                    v = bias[j, i, c] if lit else zero
                    nodes[j, i, 4 + c] = v
                    light += abs(v)
                nodes[j, i, 7] = zero
                more |= light > slight
            if channels > 8:
                x, y, other = second[j, i, 0], second[j, i, 1], second_gain[j, i]
                nodes[j, i, 8], nodes[j, i, 9] = x, y
                nodes[j, i, 10] = nodes[j, i, 11] = zero
                if other != zero:
                    far, more = max(far, abs(x), abs(y)), True
            nodes[j, i, 3] = other
            felt[j, i] = np.uint8(3) if more else np.uint8(1) if here else np.uint8(0)
            longest = max(longest, far)
        reach[j] = longest


@part
def _blocks_near(node: int, step: float, shift: int, count: int) -> tuple[int, int]:
    """Return the first and the last of ``count`` blocks within one step of a node."""
    first = max(int((node - 1) * step), 0) >> shift
    return first, min(int((node + 1) * step) >> shift, count - 1)


@kernel("u1:2 f8 i8 u4:3")
def activity(felt: UInt8Array, step: float, shift: int, busy: PackedRGBA) -> None:
    """Fill summed areas of the blocks of the scene where a flow is felt, one step around its nodes.

    Parameters
    ----------
    felt : (h, w) uint8 from ``lay_out``
    step : scene pixels per node
    shift : binary logarithm of the scene pixels along a block's side
    busy : (2, rows + 1, columns + 1) uint32, overwritten: where it is felt, and where it does more
        than displace
    """
    h, w = felt.shape
    rows, columns = busy.shape[1] - 1, busy.shape[2] - 1
    near = np.zeros((rows, w), np.uint8)  # what nodes above, in or below a row of blocks feel
    for j in range(h):
        first, last = _blocks_near(j, step, shift, rows)
        own = view_at(felt, j)
        for y in range(first, last + 1):
            line = view_at(near, y)
            for i in range(w):
                poke(line, i, peek(line, i) | peek(own, i))
    begins, ends = np.empty(w, np.int64), np.empty(w, np.int64)
    for i in range(w):
        begins[i], ends[i] = _blocks_near(i, step, shift, columns)
    marks = np.empty(columns, np.uint8)
    busy[:, 0] = busy[:, :, 0] = 0
    for y in range(rows):
        line = view_at(near, y)
        marks[:] = 0
        for i in range(w):
            if line[i]:
                for x in range(begins[i], ends[i] + 1):
                    marks[x] |= line[i]
        total, more = np.uint32(0), np.uint32(0)
        for x in range(columns):
            total = np.uint32(total + (marks[x] & np.uint8(1)))
            more = np.uint32(more + (marks[x] >> np.uint8(1)))
            busy[0, y + 1, x + 1] = np.uint32(busy[0, y, x + 1] + total)
            busy[1, y + 1, x + 1] = np.uint32(busy[1, y, x + 1] + more)
