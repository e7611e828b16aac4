"""The layered frame: every layer warped and laid over the ones behind it, in one pass.

A pixel is sampled by vectors over channels and points (``simd.sampler``): its points lie side by
side, so one load takes a row of them, where a loop over pixels would have to gather one by one.
All of this is one file because a kernel is compiled and cached with its parts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.kernels import tap_weights
from livingstill.kernels.compile import kernel, part, record
from livingstill.kernels.simd import (
    borrow,
    copy_four,
    fixed_sampler,
    mixer,
    peek,
    poke,
    sampler,
    spreader,
    view_at,
    view_blocks,
    view_flat,
    view_from,
    view_grid,
)

Ints = NDArray[np.int32]

# what a layer is in a tile; the last two where its flow moves it
_EMPTY, _MIXED, _OPAQUE, _MOVING, _MOVING_OPAQUE = range(5)

# what a tile needs of a layer's flow: nothing; one sample, displaced; also its gain and bias; also a
# second sample, blended; the second sample alone
_STILL, _DISPLACED, _LIT, _BLENDED, _SECOND_ALONE = range(5)

_CUBIC, _PHASES = tap_weights.CUBIC, tap_weights.PHASES
_WHOLE = tap_weights.WHOLE
_catmull_rom = part(tap_weights.catmull_rom)

_two_points, _two_squares = fixed_sampler(2), sampler(2)
_four_points, _four_squares = fixed_sampler(4), sampler(4)
_mix_one, _mix_two, _mix_three = (mixer(quads) for quads in (1, 2, 3))
_spread_four, _spread_eight, _spread_sixteen = (spreader(pixels) for pixels in (4, 8, 16))


@part
def _linear_taps(
    xs: Float32Array, ys: Float32Array, count: int, base: int, width: int, height: int,
    places: Ints, weights: Float32Array,
) -> None:  # fmt: skip
    """Fill where the 2 x 2 points of each position begin, and their weights (columns, rows)."""
    zero, one = np.float32(0), np.float32(1)
    right, bottom, line = np.float32(width - 1), np.float32(height - 1), np.int32(width)
    x0, x1 = view_at(weights, 0), view_at(weights, 1)
    y0, y1 = view_at(weights, 2), view_at(weights, 3)
    for i in range(count):
        x, y = min(max(peek(xs, i), zero), right), min(max(peek(ys, i), zero), bottom)
        left, top = min(np.floor(x), right - one), min(np.floor(y), bottom - one)
        poke(places, i, np.int32(base) + np.int32(top) * line + np.int32(left))
        poke(x0, i, one - (x - left))
        poke(x1, i, x - left)
        poke(y0, i, one - (y - top))
        poke(y1, i, y - top)


@part
def _cubic_taps(
    along: Float32Array, count: int, extent: int, starts: Ints, weights: Float32Array
) -> None:
    """Fill where the 4 points of each coordinate begin, and their weights.

    At the border, where the last pixel repeats, its weights are added up: no point lies outside.
    """
    zero, one = np.float32(0), np.float32(1)
    last = np.float32(extent - 1)
    w0, w1 = view_at(weights, 0), view_at(weights, 1)
    w2, w3 = view_at(weights, 2), view_at(weights, 3)
    for i in range(count):
        x = min(max(peek(along, i), zero), last)
        left = min(np.floor(x), last - one)
        a, b, c, d = _catmull_rom(x - left)
        low, high = left < one, left > last - np.float32(2)
        poke(starts, i, np.int32(min(max(left - one, zero), last - np.float32(3))))
        poke(w0, i, zero if high else a + b if low else a)
        poke(w1, i, a if high else c if low else b)
        poke(w2, i, b if high else d if low else c)
        poke(w3, i, c + d if high else zero if low else d)


@part
def _fixed_linear_taps(
    xs: Float32Array, ys: Float32Array, count: int, base: int, width: int, height: int, taps: Ints,
) -> None:  # fmt: skip
    """Fill ``taps`` (4, >= count) with where the 2 x 2 points of each position begin, and their weights.

    The second row is left; the weights, of columns and of rows, are the halves of a word, in 1/16384.
    """
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    whole, size = np.float32(_WHOLE), np.int32(_WHOLE)
    right, bottom, line = np.float32(width - 1), np.float32(height - 1), np.int32(width)
    places, across, down = view_at(taps, 0), view_at(taps, 2), view_at(taps, 3)
    for i in range(count):
        x, y = min(max(peek(xs, i), zero), right), min(max(peek(ys, i), zero), bottom)
        left, top = min(np.floor(x), right - one), min(np.floor(y), bottom - one)
        poke(places, i, np.int32(base) + np.int32(top) * line + np.int32(left))
        u, v = np.int32((x - left) * whole + half), np.int32((y - top) * whole + half)
        poke(across, i, (size - u) | (u << np.int32(16)))
        poke(down, i, (size - v) | (v << np.int32(16)))


@part
def _fixed_cubic_taps(
    along: Float32Array, count: int, extent: int, starts: Ints, phases: Ints
) -> None:
    """Fill where the 4 points of each coordinate begin, and its row of ``tap_weights.CUBIC``.

    No point lies beyond the border, where the last pixel repeats: its weights are added up.
    """
    zero, one, half, steps = np.float32(0), np.float32(1), np.float32(0.5), np.float32(_PHASES)
    first, final = np.float32(_PHASES + 1) + half, np.float32(2 * _PHASES + 2) + half
    last, most = np.float32(extent - 1), np.float32(extent - 4)
    for i in range(count):
        x = min(max(peek(along, i), zero), last)
        left = min(np.floor(x), last - one)
        row = first if left < one else half
        row = final if left > last - np.float32(2) else row
        poke(starts, i, np.int32(min(max(left - one, zero), most)))
        poke(phases, i, np.int32((x - left) * steps + row))


@part
def _sample(
    colour: PackedRGBA, base: int, width: int, height: int, xs: Float32Array, ys: Float32Array, count: int,
    cubic: bool, squares: bool, taps: Ints, weights: Float32Array, out: Float32Array,
) -> None:  # fmt: skip
    """Sample a layer at ``count`` positions (a multiple of 4) into ``out`` (4, >= count).

    Beyond the layer's border the last pixel repeats. ``taps`` (4, >= count) and ``weights``
    (8, >= count) are scratch. ``squares`` samples the squares of the colours.
    """
    places, upper = view_at(taps, 0), view_at(taps, 1)
    if not cubic:
        if squares:
            _linear_taps(xs, ys, count, base, width, height, places, weights)
            for i in range(0, count, 4):
                _two_squares(colour, width, places, weights, i, out)
        else:
            _fixed_linear_taps(xs, ys, count, base, width, height, taps)
            for i in range(0, count, 4):
                _two_points(colour, width, taps, _CUBIC, i, out)
        return
    if squares:
        _cubic_taps(xs, count, width, places, weights)
        _cubic_taps(ys, count, height, upper, view_from(weights, 4))
    else:
        _fixed_cubic_taps(xs, count, width, places, view_at(taps, 2))
        _fixed_cubic_taps(ys, count, height, upper, view_at(taps, 3))
    for i in range(count):
        poke(places, i, np.int32(base) + peek(upper, i) * np.int32(width) + places[i])
    for i in range(0, count, 4):
        if squares:
            _four_squares(colour, width, places, weights, i, out)
        else:
            _four_points(colour, width, taps, _CUBIC, i, out)


@part
def _over(sample: Float32Array, below: Float32Array, count: int, top: float) -> None:
    """Lay a premultiplied sample (4, n) over ``below``; ``top`` is the largest colour value."""
    zero, one, full = np.float32(0), np.float32(1), np.float32(255)
    highest, inverse = np.float32(top), np.float32(1 / 255)
    alpha = view_at(sample, 3)
    for c in range(3):
        colour, into = view_at(sample, c), view_at(below, c)
        for i in range(count):
            a = peek(alpha, i)
            # a cubic rings past the opaque; scaled back, edges get no halo and keep their hue
            v = max(peek(colour, i), zero) * (full / max(a, full))
            rest = one - min(max(a, zero), full) * inverse
            poke(into, i, min(v, highest) + peek(into, i) * rest)


@part
def _pack(colour: Float32Array, count: int, out: PackedRGBA, linear: bool) -> None:
    """Round three channels (>= 3, n) into opaque packed pixels (n,)."""
    zero, half, full = np.float32(0), np.float32(0.5), np.float32(255)
    red, green, blue = view_at(colour, 0), view_at(colour, 1), view_at(colour, 2)
    if linear:
        for c in range(3):
            line = view_at(colour, c)
            for i in range(count):
                line[i] = np.sqrt(max(line[i], zero))
    for i in range(count):
        r, g, b = max(peek(red, i), zero), max(peek(green, i), zero), max(peek(blue, i), zero)
        x = np.uint32(np.int32(min(r, full) + half))
        y = np.uint32(np.int32(min(g, full) + half))
        z = np.uint32(np.int32(min(b, full) + half))
        poke(out, i, x | (y << np.uint32(8)) | (z << np.uint32(16)) | np.uint32(0xFF000000))


@part
def _relight(
    sample: Float32Array, second: Float32Array, fields: Float32Array, which: int, count: int, twice: bool,
    linear: bool,
) -> None:  # fmt: skip
    """Light a sample (4, n) by its gain and bias, blended with the second if ``twice``, in place.

    ``which`` is 1 if the sample is the second, alone.
    """
    zero, inverse, least = np.float32(0), np.float32(1 / 255), np.float32(1e-6)
    alpha, other = view_at(sample, 3), view_at(second, 3)
    g1, g2 = view_at(fields, 2 + which), view_at(fields, 3)
    if twice:
        for i in range(count):
            a, b = peek(g1, i), peek(g2, i)
            poke(alpha, i, (a * peek(alpha, i) + b * peek(other, i)) / max(a + b, least))
    for c in range(3):
        into, more, bias = view_at(sample, c), view_at(second, c), view_at(fields, 4 + c)
        if twice:
            for i in range(count):
                v = peek(g1, i) * peek(into, i) + peek(bias, i) * (peek(alpha, i) * inverse)
                poke(into, i, max(v + peek(g2, i) * peek(more, i), zero))
        else:
            for i in range(count):
                v = peek(g1, i) * peek(into, i) + peek(bias, i) * (peek(alpha, i) * inverse)
                poke(into, i, max(v, zero))
        if linear:
            for i in range(count):
                poke(into, i, peek(into, i) * peek(into, i))


@part
def _still_positions(
    nodes: Float32Array, j: int, i: int, pitch: int, across: Float32Array, down: Float32Array, count: int,
    row: int, column: int, fields: Float32Array,
) -> None:  # fmt: skip
    """Fill the positions of a tile's part that begins at row and column from the tile's corners.

    ``across`` and ``down`` (>= count) say where its pixels lie in the part: a loop over all of
    them is long enough for vectors, one over a row is not.
    """
    over = np.float32(1) / np.float32(pitch)
    left, upper = np.float32(column), np.float32(row)
    for c in range(2):
        corners, out = view_at(nodes, c), view_at(fields, c)
        a, d = corners[j, i], (corners[j, i + 1] - corners[j, i]) * over
        b = (corners[j + 1, i] - a) * over
        e = ((corners[j + 1, i + 1] - corners[j + 1, i]) * over - d) * over
        for n in range(count):
            t = upper + peek(down, n)
            poke(out, n, (a + b * t) + (d + e * t) * (left + peek(across, n)))


@part
def _sample_flow(
    flow: Float32Array, first: int, quads: int, lit: bool, h: int, w: int, over: Any,
    nodes: Float32Array, j: int, i: int, across: Float32Array, down: Float32Array, side: int, places: Ints,
    weights: Float32Array, fine: Float32Array,
) -> int:  # fmt: skip
    """Bring a flow to the nodes of a tile, one every 4 pixels; displacements become positions.

    Returns what the tile needs, from ``_DISPLACED`` to ``_SECOND_ALONE``; unless ``lit``, no more than
    ``_DISPLACED``.

    ``flow`` is flat: nodes (h, w) of so many quads from ``first`` on; ``fine`` (12, >= side * side),
    ``places`` (>= side * side) and ``weights`` (6, >= side * side) are filled.
    """
    one, zero = np.float32(1), np.float32(0)
    step = one / np.float32(side - 1)
    edge_x, edge_y = np.float32(w - 1), np.float32(h - 1)
    points, wide = side * side, 4 * quads
    for c in range(2):
        corners, out = view_at(nodes, c), view_at(weights, 4 + c)
        a, d = corners[j, i], (corners[j, i + 1] - corners[j, i]) * step
        b = (corners[j + 1, i] - a) * step
        e = ((corners[j + 1, i + 1] - corners[j + 1, i]) * step - d) * step
        for n in range(out.size):
            t = peek(down, n)
            poke(out, n, (a + b * t) + (d + e * t) * peek(across, n))
    xs, ys = view_at(weights, 4), view_at(weights, 5)
    wa, wb = view_at(weights, 0), view_at(weights, 1)
    wc, wd = view_at(weights, 2), view_at(weights, 3)
    for n in range(places.size):
        x = min(max(peek(xs, n) * over, zero), edge_x)
        y = min(max(peek(ys, n) * over, zero), edge_y)
        left, top = min(np.floor(x), edge_x - one), min(np.floor(y), edge_y - one)
        fx, fy = x - left, y - top
        both = fx * fy
        poke(places, n, np.int32(top * np.float32(w) + left))
        poke(wd, n, both)
        poke(wc, n, fy - both)
        poke(wb, n, fx - both)
        poke(wa, n, (one - fx) - (fy - both))
    for n in range(0, points, 4):
        if not lit:
            _mix_one(flow, first, places, wide, w, weights, n, fine)
        elif quads == 2:
            _mix_two(flow, first, places, wide, w, weights, n, fine)
        else:
            _mix_three(flow, first, places, wide, w, weights, n, fine)
    _move(fine, 0, weights)
    if not lit:
        return _DISPLACED
    slight = np.float32(1 / 256)
    gain, other = view_at(fine, 2), view_at(fine, 3)
    if quads > 2:  # positions of the second sample start where those of the first do
        _move(fine, 8, weights)
        most, own = zero, zero
        for n in range(points):
            own, most = max(own, abs(gain[n])), max(most, abs(other[n]))
        if most > slight:
            return _BLENDED if own > slight else _SECOND_ALONE
    red, green, blue = view_at(fine, 4), view_at(fine, 5), view_at(fine, 6)
    for n in range(points):
        light = abs(red[n]) + abs(green[n]) + abs(blue[n])
        if abs(gain[n] - one) > slight or light > slight:
            return _LIT
    return _DISPLACED


@part
def _move(fine: Float32Array, c: int, weights: Float32Array) -> None:
    """Turn displacements, in rows c and c + 1 of ``fine``, into positions; see ``_sample_flow``."""
    for m in range(2):
        at, by = view_at(weights, 4 + m), view_at(fine, c + m)
        for n in range(at.size):
            poke(by, n, peek(at, n) + peek(by, n))


@part
def _interpolate_nodes(
    nodes: Float32Array,
    need: int,
    side: int,
    row: int,
    column: int,
    size: int,
    fields: Float32Array,
) -> None:
    """Fill the fields that a tile's part (size x size) needs from its nodes, one every 4 pixels."""
    quarter = np.float32(0.25)
    for c in range(10):
        if c == 7 or (need == _DISPLACED and c > 1) or (need == _SECOND_ALONE and c < 3):
            continue
        if need == _LIT and (c == 3 or c > 7):
            continue
        line, out = view_at(nodes, c), view_at(fields, c)
        for r in range(size):
            at = (row + r) // 4 * side + column // 4
            t = np.float32((row + r) % 4) * quarter
            if size == 4:
                _spread_four(line, at, side, t, out, r * size)
            elif size == 8:
                _spread_eight(line, at, side, t, out, r * size)
            else:
                _spread_sixteen(line, at, side, t, out, r * size)


@part
def _lay_card(
    card: PackedRGBA, stand: Ints, shown: Any, y: int, x: int, pitch: int, below: Float32Array
) -> None:
    """Lay the part of a premultiplied card that lies in the tile at (y, x) over ``below`` (3, n)."""
    left, top = stand[0], stand[1]
    one, inverse, low = np.float32(1), np.float32(1 / 255), np.uint32(255)
    for r in range(max(0, top - y), min(pitch, top + card.shape[0] - y)):
        line = view_at(card, y + r - top)
        for n in range(max(0, left - x), min(pitch, left + card.shape[1] - x)):
            p = line[x + n - left]
            rest = one - shown * np.float32(np.int32(p >> np.uint32(24))) * inverse
            i = r * pitch + n
            for c in range(3):
                v = np.float32(np.int32((p >> np.uint32(8 * c)) & low))
                below[c, i] = shown * v + rest * below[c, i]


@part
def _block_sum(
    table: PackedRGBA, base: int, line: int, scale: Any, last_x: Any, last_y: Any,
    xa: Any, ya: Any, xb: Any, yb: Any, pad: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Return the sum over the blocks that a box of positions, widened, touches; and their number.

    From ``base`` on ``table`` holds summed areas of blocks, ``line`` to a row, flat; ``scale`` is one over
    a block's side.
    """
    own, zero, one = view_from(table, base), np.float32(0), np.float32(1)
    # whole numbers as floats: with integers, which Numba makes 64 bits wide, half as many fit a vector;
    # exact below 2^24, which the places in one layer's table are, but not those in all layers'
    left = np.floor(min(max(xa - pad, zero), last_x) * scale)
    upper = np.floor(min(max(ya - pad, zero), last_y) * scale)
    right = np.floor(min(max(xb + pad + one, zero), last_x) * scale) + one
    lower = np.floor(min(max(yb + pad + one, zero), last_y) * scale) + one
    above, below = upper * np.float32(line), lower * np.float32(line)
    outer = np.uint32(peek(own, np.int32(below + right)) - peek(own, np.int32(above + right)))
    inner = np.uint32(peek(own, np.int32(below + left)) - peek(own, np.int32(above + left)))
    return np.uint32(outer - inner), np.uint32(np.int32((right - left) * (lower - upper)))


@part
def _classify(
    table: PackedRGBA,
    base: int,
    line: int,
    scale: Any,
    last_x: Any,
    last_y: Any,
    box: Float32Array,
    pad: Any,
) -> Any:
    """Return whether the blocks that a box of positions touches are all empty, all opaque, or mixed.

    ``table`` counts the empty ones in its lower half and the opaque ones in its upper half; boxes
    of more than 65535 blocks are mixed.
    """
    sums, whole = _block_sum(
        table, base, line, scale, last_x, last_y, box[0], box[1], box[2], box[3], pad
    )
    if sums & np.uint32(0xFFFF) == whole:
        return _EMPTY
    # what the lower half borrowed is added back before the upper one is read
    opaque = (sums - (sums & np.uint32(0xFFFF))) >> np.uint32(16) == whole
    return _OPAQUE if opaque else _MIXED


@part
def _classify_row(
    nodes: Float32Array, j: int, table: PackedRGBA, base: int, line: int, scale: Any,
    width: int, height: int, pad: float, states: Ints,
) -> None:  # fmt: skip
    """Fill the state of a layer in every tile of a row, at rest; see ``_classify``."""
    right, bottom, wide = np.float32(width - 1), np.float32(height - 1), np.float32(pad)
    across, down = view_at(nodes, 0), view_at(nodes, 1)
    top_x, low_x, top_y, low_y = (
        view_at(across, j), view_at(across, j + 1), view_at(down, j), view_at(down, j + 1)
    )  # fmt: skip
    for i in range(states.size):
        x0, x1, x2, x3 = peek(top_x, i), peek(top_x, i + 1), peek(low_x, i), peek(low_x, i + 1)
        y0, y1, y2, y3 = peek(top_y, i), peek(top_y, i + 1), peek(low_y, i), peek(low_y, i + 1)
        sums, whole = _block_sum(
            table, base, line, scale, right, bottom,
            min(x0, x1, x2, x3), min(y0, y1, y2, y3),
            max(x0, x1, x2, x3), max(y0, y1, y2, y3), wide,
        )  # fmt: skip
        empty = (sums & np.uint32(0xFFFF)) == whole
        full = (sums - (sums & np.uint32(0xFFFF))) >> np.uint32(16) == whole
        state = np.int32(_EMPTY) if empty else np.int32(_OPAQUE) if full else np.int32(_MIXED)
        poke(states, i, state)


@part
def _mark_moving(
    nodes: Float32Array, j: int, table: PackedRGBA, base: int, line: int, scale: Any,
    width: int, height: int, still: Ints, states: Ints,
) -> None:  # fmt: skip
    """Turn the states of a layer in a row of tiles to the moving ones where its flow moves it.

    ``states`` were judged with the flow's reach and tell where it may show at all, ``still``
    without it. ``table`` holds summed areas of the blocks that move.
    """
    right, bottom, none = np.float32(width - 1), np.float32(height - 1), np.float32(0)
    for i in range(states.size):
        if states[i] == _EMPTY:
            continue
        x0, x1, x2, x3 = (
            nodes[0, j, i],
            nodes[0, j, i + 1],
            nodes[0, j + 1, i],
            nodes[0, j + 1, i + 1],
        )
        y0, y1, y2, y3 = (
            nodes[1, j, i],
            nodes[1, j, i + 1],
            nodes[1, j + 1, i],
            nodes[1, j + 1, i + 1],
        )
        moving, _ = _block_sum(
            table, base, line, scale, right, bottom,
            min(x0, x1, x2, x3), min(y0, y1, y2, y3), max(x0, x1, x2, x3), max(y0, y1, y2, y3), none,
        )  # fmt: skip
        if moving == 0:
            states[i] = still[i]
        else:
            states[i] = _MOVING_OPAQUE if states[i] == _OPAQUE else _MOVING


@part
def _still_bounds(
    nodes: Float32Array,
    j: int,
    i: int,
    pitch: int,
    row: int,
    column: int,
    size: int,
    box: Float32Array,
) -> None:
    """Fill the box (left, top, right, bottom) of a tile's part's positions, at rest."""
    over = np.float32(1) / np.float32(pitch)
    for c in range(2):
        a, b = nodes[c, j, i], nodes[c, j, i + 1]
        d, e = nodes[c, j + 1, i], nodes[c, j + 1, i + 1]
        low, high = np.float32(np.inf), np.float32(-np.inf)
        for m in range(4):
            fy = np.float32(row + m // 2 * size) * over
            fx = np.float32(column + m % 2 * size) * over
            left, right = a + (d - a) * fy, b + (e - b) * fy
            v = left + (right - left) * fx
            low, high = min(low, v), max(high, v)
        box[c], box[2 + c] = low, high


@part
def _moving_bounds(
    fine: Float32Array, side: int, need: int, row: Any, column: Any, size: int, box: Float32Array
) -> None:
    """Fill the box (left, top, right, bottom) of a tile's part's positions, carried by a flow."""
    for c in range(2):
        low, high = np.float32(np.inf), np.float32(-np.inf)
        for m in range(
            c + 8 if need == _SECOND_ALONE else c, c + 9 if need >= _BLENDED else c + 1, 8
        ):
            places = view_at(fine, m)
            for r in range(row // 4, (row + size) // 4 + 1):
                for n in range(column // 4, (column + size) // 4 + 1):
                    v = places[r * side + n]
                    low, high = min(low, v), max(high, v)
        box[c], box[2 + c] = low, high


@part
def _lies_in(
    table: PackedRGBA, base: int, line: int, scale: Any, last_x: Any, last_y: Any,
    box: Float32Array, pad: Any,
) -> bool:  # fmt: skip
    """Return whether all blocks that a box of positions touches are among those of ``table``."""
    sums, whole = _block_sum(
        table, base, line, scale, last_x, last_y, box[0], box[1], box[2], box[3], pad
    )
    return bool(sums == whole)


@part
def _is_lit(
    nodes: Float32Array, j: int, i: int, table: PackedRGBA, base: int, line: int, scale: Any,
    last_x: Any, last_y: Any,
) -> bool:  # fmt: skip
    """Return whether a tile, at rest, touches blocks of ``table``, which a flow lights or blends."""
    x0, x1, x2, x3 = nodes[0, j, i], nodes[0, j, i + 1], nodes[0, j + 1, i], nodes[0, j + 1, i + 1]
    y0, y1, y2, y3 = nodes[1, j, i], nodes[1, j, i + 1], nodes[1, j + 1, i], nodes[1, j + 1, i + 1]
    sums, _ = _block_sum(
        table, base, line, scale, last_x, last_y, min(x0, x1, x2, x3), min(y0, y1, y2, y3),
        max(x0, x1, x2, x3), max(y0, y1, y2, y3), np.float32(0),
    )  # fmt: skip
    return bool(sums != np.uint32(0))


@record("u4:3 u4:3 u4:3 i8")
class Layers(NamedTuple):
    """The pictures of a scene's K layers, front to back.

    Attributes
    ----------
    colour : (K, H, W) uint32 premultiplied RGBA, H and W at least 4
    blocks : (K, rows + 1, columns + 1) uint32 summed areas of blocks of ``1 << shift`` pixels
        squared: 1 for an empty one, 65536 for an opaque one
    smooth : (K, rows + 1, columns + 1) uint32 summed areas of the blocks, 1 for each in which
        bilinear samples do
    """

    colour: PackedRGBA
    blocks: PackedRGBA
    smooth: PackedRGBA
    shift: int


@record("f4:1 i4:2 f4:1 u4:4 i8")
class Flows(NamedTuple):
    """The flows of K layers at one instant.

    Attributes
    ----------
    nodes : flat float32, the nodes of all flows, each of 1 to 3 quads: (dx, dy), gain and the
        second sample's gain; bias of red, green, blue, nothing; (dx, dy) of the second, nothing
    sizes : (K, 5) int32: where a layer's nodes begin; how many quads, 0 = still; their rows and
        columns; the longest displacement in pixels, rounded up
    step : (K,) float32 scene pixels per node
    busy : (K, 2, rows + 1, columns + 1) uint32 summed areas of the blocks where a layer's flow
        does anything, and of those where it does more than displace, of ``1 << shift`` scene pixels
    """

    nodes: Float32Array
    sizes: Ints
    step: Float32Array
    busy: PackedRGBA
    shift: int


@record("u4:2 i4:1 f8")
class Overlay(NamedTuple):
    """A card that stands in the picture, between layers; not in linear light.

    Attributes
    ----------
    rgba : (h, w) uint32 premultiplied RGBA; or nothing, (0, 0)
    place : (3,) int32: its left and top in output pixels, and how many layers pass before it
    opacity : 0..1
    """

    rgba: PackedRGBA
    place: Ints
    opacity: float


@part
def _blocks_per_pixel(shift: int) -> Any:
    """Return how many blocks of ``1 << shift`` pixels a side there are to a pixel."""
    return np.float32(1) / np.float32(np.int64(1) << np.int64(shift))


@part
def _classify_layers(
    layers: Layers, nodes: Float32Array, flows: Flows, j: int, margin: float, states: Ints
) -> None:
    """Fill the state of every layer in every tile of row ``j``; the last row of states is spare."""
    blocks, busy, sizes = layers.blocks, flows.busy, flows.sizes
    block, busy_block = _blocks_per_pixel(layers.shift), _blocks_per_pixel(flows.shift)
    height, width = layers.colour.shape[1], layers.colour.shape[2]
    table, moving, still = view_flat(blocks), view_flat(busy), view_at(states, nodes.shape[0])
    for k in range(nodes.shape[0]):
        own, line = view_at(states, k), blocks.shape[2]
        base, far = k * blocks.shape[1] * line, margin
        for judged in range(2 if sizes[k, 1] > 0 else 1):  # at rest, then as far as it may move
            if judged == 1:
                for i in range(own.size):
                    still[i] = own[i]
                far = margin + sizes[k, 4]
            _classify_row(view_at(nodes, k), j, table, base, line, block, width, height, far, own)
        if sizes[k, 1] > 0:
            line = busy.shape[3]
            _mark_moving(
                view_at(nodes, k), j, moving, 2 * k * busy.shape[2] * line, line, busy_block, width,
                height, still, own,
            )  # fmt: skip


@part
def _store(packed: PackedRGBA, size: int, out: PackedRGBA, y: int, x: int, bottom: int) -> None:
    """Copy a square of packed pixels to (y, x) of ``out``, as far as it lies above ``bottom``."""
    columns = min(size, out.shape[1] - x)
    for r in range(min(size, bottom - y)):
        into, at = view_at(out, y + r), r * size
        for n in range(0, columns - 3, 4):
            copy_four(packed, at + n, into, x + n)
        for n in range(columns - columns % 4, columns):
            poke(into, x + n, peek(packed, at + n))


@part
def _copy_tile(source: PackedRGBA, out: PackedRGBA, y: int, x: int, size: int, bottom: int) -> None:
    """Copy a square of a frame at (y, x) to the same place of another, as far as it is above ``bottom``."""
    columns = min(size, out.shape[1] - x)
    for r in range(y, min(y + size, bottom)):
        line, into = view_at(source, r), view_at(out, r)
        for n in range(x, x + columns - 3, 4):
            copy_four(line, n, into, n)
        for n in range(x + columns - columns % 4, x + columns):
            into[n] = line[n]


@kernel("Layers f4:4 i8 Flows Overlay u4:2 u4:2 b1 b1 i8 i8")
def compose(
    layers: Layers,
    nodes: Float32Array,
    pitch: int,
    flows: Flows,
    overlay: Overlay,
    rest: PackedRGBA,
    out: PackedRGBA,
    cubic: bool,
    linear: bool,
    row0: int,
    row1: int,
) -> None:
    """Fill rows ``row0..row1`` of a frame, ``row0`` a multiple of ``pitch``.

    Each tile of ``pitch`` x ``pitch`` pixels classifies the layers front to back as empty, opaque or
    mixed, stops at the first opaque one, stores it and composites the mixed ones before it over it;
    tiles that show several layers classify them again per quarter. A tile in which a layer is still
    pays nothing for that layer's motion elsewhere, one that is only displaced nothing for light, and
    one without detail is sampled bilinearly.

    The loop over tiles is one function on purpose: split into parts, frames took a tenth longer, since
    a call passes an array as seven words; with those inlined, compiling took a quarter longer.

    Parameters
    ----------
    nodes : (K, 2, rows, columns) float32 from ``projection.solve``; ``pitch`` 8 or 16
    rest : (h, w) uint32, the same frame without flows, from which tiles are copied in which nothing
        moves; or (0, 0)
    out : (h, w) uint32
    cubic : Catmull-Rom sampling, else bilinear
    linear : blend in linear light (gamma 2; ``colour`` then holds sqrt(alpha) * colour)
    """
    colour, blocks, smooth, shift = layers
    flow, sizes, step, busy, busy_shift = flows
    block, busy_block = _blocks_per_pixel(shift), _blocks_per_pixel(busy_shift)
    card, place, opacity = overlay
    count, height, width = colour.shape
    tiles = nodes.shape[3] - 1
    area, side = pitch * pitch, pitch // 4 + 1
    points = (side * side + 15) // 16 * 16
    colour, blocks, nodes, flow = borrow(colour), borrow(blocks), borrow(nodes), borrow(flow)
    sizes, out, card, smooth, busy, rest = (
        borrow(sizes), borrow(out), borrow(card), borrow(smooth), borrow(busy), borrow(rest)
    )  # fmt: skip
    floats = np.zeros(38 * area + (12 * count + 6) * points + 4, np.float32)
    whole_numbers = np.empty(4 * area + points + (count + 1) * tiles, np.int32)
    memory, numbers = borrow(floats), borrow(whole_numbers)
    pixels, table, line = view_flat(colour), view_flat(blocks), blocks.shape[2]
    plain, lights, busy_line = view_flat(smooth), view_flat(busy), busy.shape[3]
    below, sample = view_grid(memory, 0, 4, area), view_grid(memory, 4 * area, 4, area)
    second, fields = view_grid(memory, 8 * area, 4, area), view_grid(memory, 12 * area, 12, area)
    taps, across = view_grid(memory, 24 * area, 8, area), view_grid(memory, 32 * area, 3, area)
    down = view_grid(memory, 35 * area, 3, area)
    begin = 38 * area
    fine = view_blocks(memory, begin, count, 12, points)
    begin += 12 * count * points
    weights = view_grid(memory, begin, 6, points)
    box = view_from(memory, begin + 6 * points)
    starts = view_grid(numbers, 0, 4, area)
    places = view_at(view_grid(numbers, 4 * area, 1, points), 0)
    states = view_grid(numbers, 4 * area + points, count + 1, tiles)
    packed = np.empty(area, np.uint32)
    half = pitch // 2
    for n in range(area):  # of a tile, and of its quarter
        across[0, n], down[0, n] = np.float32(n % pitch), np.float32(n // pitch)
        across[1, n], down[1, n] = np.float32(n % half), np.float32(n // half)
    for n in range(points):  # and of its nodes, the last one repeated
        m = min(n, side * side - 1)
        across[2, n], down[2, n] = np.float32(m % side), np.float32(m // side)
    needs = np.empty(count, np.int64)  # from _STILL to _SECOND_ALONE
    sharp = np.empty(count, np.bool_)  # whether those that a part shows are sampled by cubics
    # layers that a tile shows, and those of a quarter of it, front to back
    drawn_layers, visible = np.empty(count, np.int64), np.empty(count, np.int64)
    none = np.int64(0)  # not a literal: _moving_bounds would be compiled once more for it
    last_x, last_y = np.float32(width - 1), np.float32(height - 1)
    margin = 1.0 if cubic else 0.0
    reach = np.float32(margin)
    top = 65025.0 if linear else 255.0
    for j in range(row0 // pitch, (row1 + pitch - 1) // pitch):
        _classify_layers(layers, nodes, flows, j, margin, states)
        for i in range(tiles):
            drawn = 0
            opaque = False
            still = rest.size > 0
            for k in range(count):
                state = states[k, i]
                needs[k] = _STILL
                still = still and state < _MOVING
                if state >= _MOVING:
                    base = (2 * k + 1) * busy.shape[2] * busy_line
                    lit = sizes[k, 1] > 1 and _is_lit(
                        view_at(nodes, k), j, i, lights, base, busy_line, busy_block, last_x, last_y
                    )
                    needs[k] = _sample_flow(
                        flow, sizes[k, 0], sizes[k, 1], lit, sizes[k, 2], sizes[k, 3],
                        np.float32(1) / step[k], view_at(nodes, k), j, i, view_at(across, 2),
                        view_at(down, 2), side, places, weights, view_at(fine, k),
                    )  # fmt: skip
                    if state == _MOVING_OPAQUE:
                        state = _OPAQUE
                    else:
                        _moving_bounds(view_at(fine, k), side, needs[k], none, none, pitch, box)
                        base = k * blocks.shape[1] * line
                        state = _classify(table, base, line, block, last_x, last_y, box, reach)
                if state != _EMPTY:
                    drawn_layers[drawn] = k
                    drawn += 1
                    if state == _OPAQUE:
                        opaque = True
                        break
            if still:
                _copy_tile(rest, out, j * pitch, i * pitch, pitch, row1)
                continue
            squares = 1 if drawn == 1 else 4
            quarter = 0 if drawn == 1 else 1
            size = half if quarter else pitch
            for p in range(squares):
                row, column = p // 2 * size, p % 2 * size
                y, x = j * pitch + row, i * pitch + column
                if y >= row1 or x >= out.shape[1]:
                    continue
                shows, covered = 0, opaque
                for n in range(drawn):
                    k = drawn_layers[n]
                    if needs[k] != _STILL:
                        _moving_bounds(view_at(fine, k), side, needs[k], row, column, size, box)
                    else:
                        _still_bounds(view_at(nodes, k), j, i, pitch, row, column, size, box)
                    base, state = k * blocks.shape[1] * line, np.int64(_MIXED)
                    if squares > 1:
                        state = _classify(table, base, line, block, last_x, last_y, box, reach)
                    if state != _EMPTY:
                        visible[shows] = k
                        sharp[shows] = cubic and not _lies_in(
                            plain, base, line, block, last_x, last_y, box, reach
                        )
                        shows += 1
                    if state == _OPAQUE:
                        covered = True
                        break
                many = size * size
                if not covered:
                    for c in range(4):
                        for n in range(many):
                            below[c, n] = np.float32(0)
                laid = (
                    x + size <= place[0] or x >= place[0] + card.shape[1]
                    or y + size <= place[1] or y >= place[1] + card.shape[0]
                )  # fmt: skip
                for n in range(shows - 1, -1, -1):
                    k = visible[n]
                    if not laid and k < place[2]:
                        laid = True  # behind an opaque layer it is overwritten, as it should be
                        _lay_card(card, place, np.float32(opacity), y, x, size, below)
                    into = below if covered and n == shows - 1 else sample
                    if needs[k] == _STILL:
                        _still_positions(
                            view_at(nodes, k), j, i, pitch, view_at(across, quarter),
                            view_at(down, quarter), many, row, column, fields,
                        )  # fmt: skip
                    else:
                        _interpolate_nodes(
                            view_at(fine, k), needs[k], side, row, column, size, fields
                        )
                    alone = 1 if needs[k] == _SECOND_ALONE else 0
                    for m in range(alone, 2 if needs[k] >= _BLENDED else 1):
                        # flows speak of levels: light only after them
                        _sample(
                            pixels, k * height * width, width, height, view_at(fields, 8 * m),
                            view_at(fields, 8 * m + 1), many, sharp[n], linear and needs[k] < _LIT, starts, taps,
                            second if m > alone else into,
                        )  # fmt: skip
                    if needs[k] >= _LIT:
                        _relight(into, second, fields, alone, many, needs[k] == _BLENDED, linear)
                    if not (covered and n == shows - 1):
                        _over(sample, below, many, top)
                if not laid:
                    _lay_card(card, place, np.float32(opacity), y, x, size, below)
                _pack(below, many, packed, linear)
                _store(packed, size, out, y, x, row1)
    floats[0] = whole_numbers[0] = 0  # lent till here
