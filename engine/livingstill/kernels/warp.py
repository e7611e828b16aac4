"""The layered frame: every layer warped and laid over the ones behind it, in one pass.

Numba cannot prove that a gather does not read what the loop writes, and so does not vectorise it.
``_peek`` and ``_poke`` tell LLVM by alias scopes; that makes the sampling loops several times
faster and changes no result.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from livingstill.kernels.compile import kernel
from livingstill.model import Bytes, Floats, Words

Ints = NDArray[np.int32]


def _scope(builder: Any) -> Any:
    """Return the list of alias scopes that holds what ``_peek`` reads."""
    module = builder.module
    domain = module.add_metadata([ir.MetaDataString(module, "livingstill")])
    scope = module.add_metadata([ir.MetaDataString(module, "livingstill: read only"), domain])
    return module.add_metadata([scope])


def _element(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [index], inbounds=True)


@intrinsic  # type: ignore[untyped-decorator]
def _peek(typing_context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001
    """Read ``array[index]``, 1-D, unchecked; nothing the loop writes overlaps it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _element(context, builder, signature.args[0], arguments[0], arguments[1])
        value = builder.load(place)
        value.set_metadata("alias.scope", _scope(builder))
        return value

    return array.dtype(array, index), generate


@intrinsic  # type: ignore[untyped-decorator]
def _pair(typing_context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001
    """Read ``array[index]`` and its right neighbour (uint32, 1-D, unchecked) as one uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _element(context, builder, signature.args[0], arguments[0], arguments[1])
        wide = builder.bitcast(place, ir.IntType(64).as_pointer())
        value = builder.load(wide, align=4)
        value.set_metadata("alias.scope", _scope(builder))
        return value

    return types.uint64(array, index), generate


@intrinsic  # type: ignore[untyped-decorator]
def _poke(typing_context: Any, array: Any, index: Any, value: Any) -> Any:  # noqa: ARG001
    """Write ``array[index] = value``, 1-D, unchecked; ``_peek`` never reads there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        place = _element(context, builder, kind, arguments[0], arguments[1])
        item = context.cast(builder, arguments[2], signature.args[2], kind.dtype)
        builder.store(item, place).set_metadata("noalias", _scope(builder))
        return context.get_dummy_value()

    return types.void(array, index, value), generate


@kernel
def solve(
    depth: Floats,
    step: float,
    camera: NDArray[np.float64],
    pitch: int,
    nodes: Floats,
    row0: int,
    row1: int,
) -> None:
    """Fill ``nodes`` with where each output pixel of a coarse grid looks in every layer.

    A point s of the scene (pixels from the camera's axis) with inverse depth w is seen at

        q = H ((s - f t (w - pivot)) / (1 - z w)),

    so the backward map solves s = (1 - z w(s)) H^-1 q + f t (w(s) - pivot) by fixed-point
    iteration; the layers' depth is smooth, so few steps suffice.

    Parameters
    ----------
    depth : (K, h, w) float32 inverse depth, one sample per ``step`` scene pixels
    camera : (15,) H^-1 row by row, from output pixels to scene pixels about the axis; the axis
        x, y in scene pixels; f t_x, f t_y in scene pixels; z; and the pivot
    pitch : output pixels per node
    nodes : (K, rows, columns, 2) float32, (x, y) in scene pixels, rows ``row0..row1`` filled
    """
    h, w = depth.shape[1], depth.shape[2]
    ax, ay, tx, ty, tz, pivot = (
        camera[9],
        camera[10],
        camera[11],
        camera[12],
        camera[13],
        camera[14],
    )
    for j in range(row0, row1):
        for i in range(nodes.shape[2]):
            px, py = float(i * pitch), float(j * pitch)
            d = 1.0 / (camera[6] * px + camera[7] * py + camera[8])
            qx = (camera[0] * px + camera[1] * py + camera[2]) * d
            qy = (camera[3] * px + camera[4] * py + camera[5]) * d
            for k in range(depth.shape[0]):
                x, y = qx, qy
                for _ in range(4):
                    u = min(max((x + ax) / step, 0.0), w - 1.001)
                    v = min(max((y + ay) / step, 0.0), h - 1.001)
                    left, top = int(u), int(v)
                    fx, fy = u - left, v - top
                    a = depth[k, top, left] * (1 - fx) + depth[k, top, left + 1] * fx
                    b = depth[k, top + 1, left] * (1 - fx) + depth[k, top + 1, left + 1] * fx
                    e = a * (1 - fy) + b * fy
                    x = (1 - tz * e) * qx + tx * (e - pivot)
                    y = (1 - tz * e) * qy + ty * (e - pivot)
                nodes[k, j, i, 0] = x + ax
                nodes[k, j, i, 1] = y + ay


@kernel
def _ramp(
    nodes: Floats, j: int, first: int, last: int, pitch: int, row: int, sx: Floats, sy: Floats
) -> None:
    """Fill ``sx``, ``sy`` for tiles ``first..last`` of one output row between node rows j, j + 1."""
    t = np.float32(row) / np.float32(pitch)
    over = np.float32(1) / np.float32(pitch)
    for i in range(first, last):
        x0 = nodes[j, i, 0] + (nodes[j + 1, i, 0] - nodes[j, i, 0]) * t
        x1 = nodes[j, i + 1, 0] + (nodes[j + 1, i + 1, 0] - nodes[j, i + 1, 0]) * t
        y0 = nodes[j, i, 1] + (nodes[j + 1, i, 1] - nodes[j, i, 1]) * t
        y1 = nodes[j, i + 1, 1] + (nodes[j + 1, i + 1, 1] - nodes[j, i + 1, 1]) * t
        dx, dy = (x1 - x0) * over, (y1 - y0) * over
        at = i * pitch
        for n in range(pitch):
            f = np.float32(n)
            _poke(sx, at + n, x0 + dx * f)
            _poke(sy, at + n, y0 + dy * f)


@kernel
def _bend(fine: Floats, j: int, first: int, last: int, pitch: int, row: int, rows: Floats) -> None:
    """Fill channels of ``rows`` for columns of fine tiles ``first..last`` of one output row.

    ``fine`` is (C, rows, columns), one node per ``pitch`` output pixels.
    """
    t = np.float32(row) / np.float32(pitch)
    over = np.float32(1) / np.float32(pitch)
    for c in range(fine.shape[0]):
        above, below, into = fine[c, j], fine[c, j + 1], rows[c]
        for i in range(first, last):
            a = above[i] + (below[i] - above[i]) * t
            b = above[i + 1] + (below[i + 1] - above[i + 1]) * t
            d = (b - a) * over
            for n in range(pitch):
                _poke(into, i * pitch + n, a + d * np.float32(n))


@kernel
def _bilinear(
    colour: Words, base: int, width: int, height: int,
    sx: Floats, sy: Floats, first: int, last: int,
    red: Floats, green: Floats, blue: Floats, alpha: Floats, linear: Any,
) -> None:  # fmt: skip
    """Sample a layer bilinearly at pixels ``first..last`` of a row; beyond it, its edge repeats."""
    one, low, eight = np.float32(1), np.uint32(255), np.uint32(8)
    right, bottom = np.float32(width - 1), np.float32(height - 1)
    for i in range(first, last):
        x = min(max(_peek(sx, i), np.float32(0)), right)
        y = min(max(_peek(sy, i), np.float32(0)), bottom)
        left, top = min(np.int32(x), np.int32(width - 2)), min(np.int32(y), np.int32(height - 2))
        fx, fy = x - np.float32(left), y - np.float32(top)
        at = np.int32(base) + top * np.int32(width) + left
        a, b = _peek(colour, at), _peek(colour, at + np.int32(1))
        c, d = _peek(colour, at + np.int32(width)), _peek(colour, at + np.int32(width + 1))
        wd = fx * fy
        wc, wb = fy - wd, fx - wd
        wa = one - fx - wc
        r0, r1 = np.float32(np.int32(a & low)), np.float32(np.int32(b & low))
        r2, r3 = np.float32(np.int32(c & low)), np.float32(np.int32(d & low))
        a, b, c, d = a >> eight, b >> eight, c >> eight, d >> eight
        g0, g1 = np.float32(np.int32(a & low)), np.float32(np.int32(b & low))
        g2, g3 = np.float32(np.int32(c & low)), np.float32(np.int32(d & low))
        a, b, c, d = a >> eight, b >> eight, c >> eight, d >> eight
        b0, b1 = np.float32(np.int32(a & low)), np.float32(np.int32(b & low))
        b2, b3 = np.float32(np.int32(c & low)), np.float32(np.int32(d & low))
        a, b, c, d = a >> eight, b >> eight, c >> eight, d >> eight
        if linear is not None:
            r0, r1, r2, r3 = r0 * r0, r1 * r1, r2 * r2, r3 * r3
            g0, g1, g2, g3 = g0 * g0, g1 * g1, g2 * g2, g3 * g3
            b0, b1, b2, b3 = b0 * b0, b1 * b1, b2 * b2, b3 * b3
        _poke(red, i, (wa * r0 + wb * r1) + (wc * r2 + wd * r3))
        _poke(green, i, (wa * g0 + wb * g1) + (wc * g2 + wd * g3))
        _poke(blue, i, (wa * b0 + wb * b1) + (wc * b2 + wd * b3))
        a0, a1 = np.float32(np.int32(a)), np.float32(np.int32(b))
        a2, a3 = np.float32(np.int32(c)), np.float32(np.int32(d))
        _poke(alpha, i, (wa * a0 + wb * a1) + (wc * a2 + wd * a3))


@kernel
def _mix(
    a: Any, b: Any, c: Any, d: Any, wa: Any, wb: Any, wc: Any, wd: Any, linear: Any
) -> tuple[Any, Any, Any, Any]:
    """Return the weighted sum of four packed pixels, channel by channel."""
    low, eight = np.uint32(255), np.uint32(8)
    r0, r1 = np.float32(np.int32(a & low)), np.float32(np.int32(b & low))
    r2, r3 = np.float32(np.int32(c & low)), np.float32(np.int32(d & low))
    a, b, c, d = a >> eight, b >> eight, c >> eight, d >> eight
    g0, g1 = np.float32(np.int32(a & low)), np.float32(np.int32(b & low))
    g2, g3 = np.float32(np.int32(c & low)), np.float32(np.int32(d & low))
    a, b, c, d = a >> eight, b >> eight, c >> eight, d >> eight
    b0, b1 = np.float32(np.int32(a & low)), np.float32(np.int32(b & low))
    b2, b3 = np.float32(np.int32(c & low)), np.float32(np.int32(d & low))
    a, b, c, d = a >> eight, b >> eight, c >> eight, d >> eight
    a0, a1 = np.float32(np.int32(a)), np.float32(np.int32(b))
    a2, a3 = np.float32(np.int32(c)), np.float32(np.int32(d))
    if linear is not None:
        r0, r1, r2, r3 = r0 * r0, r1 * r1, r2 * r2, r3 * r3
        g0, g1, g2, g3 = g0 * g0, g1 * g1, g2 * g2, g3 * g3
        b0, b1, b2, b3 = b0 * b0, b1 * b1, b2 * b2, b3 * b3
    return (
        (wa * r0 + wb * r1) + (wc * r2 + wd * r3),
        (wa * g0 + wb * g1) + (wc * g2 + wd * g3),
        (wa * b0 + wb * b1) + (wc * b2 + wd * b3),
        (wa * a0 + wb * a1) + (wc * a2 + wd * a3),
    )


@kernel
def _cubic(
    colour: Words, base: int, width: int, height: int,
    sx: Floats, sy: Floats, first: int, last: int,
    red: Floats, green: Floats, blue: Floats, alpha: Floats, linear: Any,
) -> None:  # fmt: skip
    """Sample like ``_bilinear``, but through four points a side (Catmull and Rom, 1974)."""
    zero, one, half, two, three = (
        np.float32(0), np.float32(1), np.float32(0.5), np.float32(2), np.float32(3)
    )  # fmt: skip
    right, bottom = np.float32(width - 1), np.float32(height - 1)
    w, h = np.int32(width), np.int32(height)
    for i in range(first, last):
        x = min(max(_peek(sx, i), zero), right)
        y = min(max(_peek(sy, i), zero), bottom)
        left, top = min(np.int32(x), w - np.int32(2)), min(np.int32(y), h - np.int32(2))
        t, u = x - np.float32(left), y - np.float32(top)
        t2, u2 = t * t, u * u
        xa, xd = half * t * (two * t - one - t2), half * t2 * (t - one)
        ya, yd = half * u * (two * u - one - u2), half * u2 * (u - one)
        xb, yb = (
            one + half * t2 * (three * t - np.float32(5)),
            one + half * u2 * (three * u - np.float32(5)),
        )
        xc, yc = one - xa - xb - xd, one - ya - yb - yd
        ca, cd = max(left - np.int32(1), np.int32(0)), min(left + np.int32(2), w - np.int32(1))
        cb, cc = left, left + np.int32(1)
        middle = np.int32(base) + top * w
        at = middle - min(top, np.int32(1)) * w
        r0, g0, b0, a0 = _mix(
            _peek(colour, at + ca), _peek(colour, at + cb), _peek(colour, at + cc),
            _peek(colour, at + cd), xa, xb, xc, xd, linear,
        )  # fmt: skip
        at = middle
        r1, g1, b1, a1 = _mix(
            _peek(colour, at + ca), _peek(colour, at + cb), _peek(colour, at + cc),
            _peek(colour, at + cd), xa, xb, xc, xd, linear,
        )  # fmt: skip
        at = middle + w
        r2, g2, b2, a2 = _mix(
            _peek(colour, at + ca), _peek(colour, at + cb), _peek(colour, at + cc),
            _peek(colour, at + cd), xa, xb, xc, xd, linear,
        )  # fmt: skip
        at = middle + min(np.int32(2), h - np.int32(1) - top) * w
        r3, g3, b3, a3 = _mix(
            _peek(colour, at + ca), _peek(colour, at + cb), _peek(colour, at + cc),
            _peek(colour, at + cd), xa, xb, xc, xd, linear,
        )  # fmt: skip
        _poke(red, i, (ya * r0 + yb * r1) + (yc * r2 + yd * r3))
        _poke(green, i, (ya * g0 + yb * g1) + (yc * g2 + yd * g3))
        _poke(blue, i, (ya * b0 + yb * b1) + (yc * b2 + yd * b3))
        _poke(alpha, i, (ya * a0 + yb * a1) + (yc * a2 + yd * a3))


@kernel
def _over(colour: Floats, alpha: Floats, first: int, last: int, below: Floats, top: float) -> None:
    """Lay one premultiplied channel over ``below``; ``top`` is the largest colour value."""
    zero, one, full = np.float32(0), np.float32(1), np.float32(255)
    highest, inverse = np.float32(top), np.float32(1 / 255)
    for i in range(first, last):
        a = alpha[i]
        # a cubic rings beyond the opaque: scaling back keeps the colour's hue and the edge free of halos
        c = max(colour[i], zero) * (full / max(a, full))
        below[i] = min(c, highest) + below[i] * (one - min(max(a, zero), full) * inverse)


@kernel
def _pack(
    red: Floats, green: Floats, blue: Floats, first: int, last: int, out: Words, linear: Any
) -> None:
    """Round three channels into opaque packed pixels."""
    zero, half, full = np.float32(0), np.float32(0.5), np.float32(255)
    for i in range(first, last):
        r, g, b = max(_peek(red, i), zero), max(_peek(green, i), zero), max(_peek(blue, i), zero)
        if linear is not None:
            r, g, b = np.sqrt(r), np.sqrt(g), np.sqrt(b)
        x = np.uint32(np.int32(min(r, full) + half))
        y = np.uint32(np.int32(min(g, full) + half))
        z = np.uint32(np.int32(min(b, full) + half))
        _poke(out, i, x | (y << np.uint32(8)) | (z << np.uint32(16)) | np.uint32(0xFF000000))


@kernel
def _combine(
    first_sample: Floats, second_sample: Floats, fields: Floats, first: int, last: int, linear: Any
) -> None:
    """Blend two samples by their gains, add the bias; the result replaces the first."""
    zero, inverse = np.float32(0), np.float32(1 / 255)
    alpha, other = first_sample[3], second_sample[3]
    g1, g2 = fields[2], fields[5]
    for i in range(first, last):
        a, b = _peek(g1, i), _peek(g2, i)
        total = max(a + b, np.float32(1e-6))
        _poke(alpha, i, (a * alpha[i] + b * _peek(other, i)) / total)
    for c in range(3):
        into, more, bias = first_sample[c], second_sample[c], fields[6 + c]
        for i in range(first, last):
            v = _peek(g1, i) * into[i] + _peek(g2, i) * _peek(more, i)
            v = max(v + _peek(bias, i) * (_peek(alpha, i) * inverse), zero)
            if linear is not None:
                v = v * v
            _poke(into, i, v)


@kernel
def carry(
    flow: Floats,
    step: float,
    nodes: Floats,
    pitch: int,
    fine_pitch: int,
    fine: Floats,
    active: Bytes,
    row0: int,
    row1: int,
) -> None:
    """Bring a layer's flow from the scene's grid to a grid of output pixels.

    Parameters
    ----------
    flow : (C, h, w) float32, one node per ``step`` scene pixels. C is 2: (dx, dy); or 9: and the
        gain of the first sample, (dx, dy) and gain of the second, bias of red, green and blue
    nodes : (rows, columns, 2) float32, from ``solve``
    fine : (9, fine rows, fine columns) float32, one node per ``fine_pitch`` output pixels; the
        displacements become positions
    active : (tile rows, tile columns) uint8: 0 still, 1 one sample, 2 both; tile rows ``row0..row1``
    """
    per = pitch // fine_pitch
    channels, h, w = flow.shape[0], flow.shape[1], flow.shape[2]
    columns = (nodes.shape[1] - 1) * per
    sx = np.empty(columns, np.float32)
    sy = np.empty(columns, np.float32)
    line = np.empty((9, columns), np.float32)
    over = np.float32(1 / step)
    one = np.float32(1)
    edge_x, edge_y = np.float32(w - 1), np.float32(h - 1)
    flat = flow.reshape(flow.size)
    for tile in range(row0, row1):
        for i in range(columns // per):
            active[tile, i] = 0
    for j in range(row0 * per, row1 * per + 1):
        tile = min(j // per, nodes.shape[0] - 2)
        _ramp(nodes, tile, 0, nodes.shape[1] - 1, per, j - tile * per, sx, sy)
        for c in range(channels):
            into = line[c]
            base = np.int32(c * h * w)
            for i in range(columns):
                x = min(max(_peek(sx, i) * over, np.float32(0)), edge_x)
                y = min(max(_peek(sy, i) * over, np.float32(0)), edge_y)
                left, top = min(np.int32(x), np.int32(w - 2)), min(np.int32(y), np.int32(h - 2))
                fx, fy = x - np.float32(left), y - np.float32(top)
                at = base + top * np.int32(w) + left
                a, b = _peek(flat, at), _peek(flat, at + np.int32(1))
                e, f = _peek(flat, at + np.int32(w)), _peek(flat, at + np.int32(w + 1))
                wd = fx * fy
                we, wb = fy - wd, fx - wd
                wa = one - fx - we
                _poke(into, i, (wa * a + wb * b) + (we * e + wd * f))
        for i in range(columns):
            kind = 0
            if abs(line[0, i]) + abs(line[1, i]) > np.float32(1 / 256):
                kind = 1
            if channels > 2 and (
                abs(line[2, i] - one) > np.float32(1e-3)
                or abs(line[5, i]) > np.float32(1e-3)
                or abs(line[6, i]) + abs(line[7, i]) + abs(line[8, i]) > np.float32(0.05)
            ):
                kind = 2
            if kind > 0:  # a node on the border of tiles moves all that meet there
                column = i // per
                for y in range(max(row0, (j + per - 1) // per - 1), min(row1, j // per + 1)):
                    active[y, column] = max(active[y, column], np.uint8(kind))
                    if i % per == 0 and column > 0:
                        active[y, column - 1] = max(active[y, column - 1], np.uint8(kind))
        for c in range(channels):
            into = fine[c, j]
            if c in (0, 3):
                for i in range(columns):
                    into[i] = line[c, i] + sx[i]
            elif c in (1, 4):
                for i in range(columns):
                    into[i] = line[c, i] + sy[i]
            else:
                for i in range(columns):
                    into[i] = line[c, i]
            # beyond the last column the frame goes on as before it
            into[columns] = into[columns - 1] + (into[columns - 1] - into[columns - 2])


@kernel
def _state(blocks: Ints, x0: int, y0: int, x1: int, y1: int) -> int:
    """Return 0 if a box of blocks is empty, 2 if it is opaque, 1 otherwise.

    ``blocks`` is (2, rows + 1, columns + 1): summed areas of the empty and of the opaque blocks.
    """
    area = (x1 - x0) * (y1 - y0)
    for n in range(2):
        t = blocks[n]
        if t[y1, x1] - t[y0, x1] - t[y1, x0] + t[y0, x0] == area:
            return 2 * n
    return 1


@kernel
def compose(
    colour: Words,
    blocks: Ints,
    block: int,
    nodes: Floats,
    pitch: int,
    fine: Floats,
    fine_pitch: int,
    moving: Ints,
    active: Bytes,
    out: Words,
    cubic: Any,
    linear: Any,
    row0: int,
    row1: int,
) -> None:
    """Fill rows ``row0..row1`` of a frame, ``row0`` a multiple of ``pitch``.

    Per tile of ``pitch`` x ``pitch`` pixels the layers are asked front to back whether they are
    empty, opaque or mixed there; the first opaque one is stored and the mixed ones before it are
    laid over, so hidden layers cost nothing.

    Parameters
    ----------
    colour : (K, H, W) uint32 premultiplied RGBA
    blocks : (K, 2, rows + 1, columns + 1) int32 summed areas of empty and opaque blocks
    nodes : (K, rows, columns, 2) float32 from ``solve``
    fine : (M, 9, rows, columns) float32 from ``carry``
    moving : (K,) int32 index into ``fine`` and ``active``, or -1
    active : (M, tile rows, tile columns) uint8
    out : (h, w) uint32
    cubic, linear : None, or anything else for Catmull-Rom sampling and for blending in linear
        light (gamma 2; ``colour`` then holds sqrt(alpha) * colour)
    """
    count, height, width = colour.shape
    tiles = nodes.shape[2] - 1
    wide = tiles * pitch
    flat = colour.reshape(colour.size)
    per = pitch // fine_pitch
    sx = np.empty(wide, np.float32)
    sy = np.empty(wide, np.float32)
    below = np.empty((4, wide), np.float32)
    sample = np.empty((4, wide), np.float32)
    second = np.empty((4, wide), np.float32)
    rows = np.empty((9, wide), np.float32)
    state = np.empty((count, tiles), np.uint8)  # 0 hidden or empty, else 1 + kind, + 4 if opaque
    runs = np.empty((count * tiles, 4), np.int32)
    reach = 1 if cubic is not None else 0
    top = 65025.0 if linear is not None else 255.0
    for j in range(row0 // pitch, (row1 + pitch - 1) // pitch):
        for i in range(tiles):
            hidden = False
            for k in range(count):
                state[k, i] = 0
                if hidden:
                    continue
                kind = 0
                if moving[k] >= 0:
                    kind = int(active[moving[k], j, i])
                if kind == 0:
                    a, b = nodes[k, j, i], nodes[k, j, i + 1]
                    c, d = nodes[k, j + 1, i], nodes[k, j + 1, i + 1]
                    x0, x1 = min(a[0], b[0], c[0], d[0]), max(a[0], b[0], c[0], d[0])
                    y0, y1 = min(a[1], b[1], c[1], d[1]), max(a[1], b[1], c[1], d[1])
                else:
                    f = fine[moving[k]]
                    x0, y0 = f[0, j * per, i * per], f[1, j * per, i * per]
                    x1, y1 = x0, y0
                    for v in range(j * per, j * per + per + 1):
                        for u in range(i * per, i * per + per + 1):
                            for n in range(0, 3 * kind, 3):
                                x0, x1 = min(x0, f[n, v, u]), max(x1, f[n, v, u])
                                y0, y1 = min(y0, f[n + 1, v, u]), max(y1, f[n + 1, v, u])
                left = min(max(int(x0) - reach, 0), width - 1) // block
                upper = min(max(int(y0) - reach, 0), height - 1) // block
                right = min(max(int(x1) + 1 + reach, 0), width - 1) // block + 1
                lower = min(max(int(y1) + 1 + reach, 0), height - 1) // block + 1
                found = _state(blocks[k], left, upper, right, lower)
                if found > 0:
                    state[k, i] = 1 + kind + (4 if found == 2 else 0)
                hidden = found == 2
        total = 0
        for k in range(count - 1, -1, -1):
            i = 0
            while i < tiles:
                if state[k, i] == 0:
                    i += 1
                    continue
                start = i
                while i < tiles and state[k, i] == state[k, start]:
                    i += 1
                runs[total, 0], runs[total, 1], runs[total, 2] = k, start, i
                runs[total, 3] = state[k, start]
                total += 1
        for y in range(j * pitch, min(j * pitch + pitch, row1)):
            for n in range(total):
                k, tile0, tile1 = runs[n, 0], runs[n, 1], runs[n, 2]
                opaque = runs[n, 3] > 3
                kind = (runs[n, 3] & 3) - 1
                first, last = tile0 * pitch, tile1 * pitch
                base = k * height * width
                into = below if opaque else sample
                if kind == 0:
                    _ramp(nodes[k], j, tile0, tile1, pitch, y - j * pitch, sx, sy)
                    if cubic is not None:
                        _cubic(flat, base, width, height, sx, sy, first, last,
                               into[0], into[1], into[2], into[3], linear)  # fmt: skip
                    else:
                        _bilinear(flat, base, width, height, sx, sy, first, last,
                                  into[0], into[1], into[2], into[3], linear)  # fmt: skip
                else:
                    at = y // fine_pitch
                    fields = fine[moving[k]]
                    if kind == 1:
                        fields = fields[:2]
                    _bend(fields, at, tile0 * per, tile1 * per, fine_pitch,
                          y - at * fine_pitch, rows)  # fmt: skip
                    if kind == 1:
                        if cubic is not None:
                            _cubic(flat, base, width, height, rows[0], rows[1], first, last,
                                   into[0], into[1], into[2], into[3], linear)  # fmt: skip
                        else:
                            _bilinear(flat, base, width, height, rows[0], rows[1], first, last,
                                      into[0], into[1], into[2], into[3], linear)  # fmt: skip
                    else:
                        if cubic is not None:
                            _cubic(flat, base, width, height, rows[0], rows[1], first, last,
                                   into[0], into[1], into[2], into[3], None)  # fmt: skip
                            _cubic(flat, base, width, height, rows[3], rows[4], first, last,
                                   second[0], second[1], second[2], second[3], None)  # fmt: skip
                        else:
                            _bilinear(flat, base, width, height, rows[0], rows[1], first, last,
                                      into[0], into[1], into[2], into[3], None)  # fmt: skip
                            _bilinear(flat, base, width, height, rows[3], rows[4], first, last,
                                      second[0], second[1], second[2], second[3], None)  # fmt: skip
                        _combine(into, second, rows, first, last, linear)
                if not opaque:
                    for c in range(3):
                        _over(sample[c], sample[3], first, last, below[c], top)
            _pack(below[0], below[1], below[2], 0, out.shape[1], out[y], linear)


@kernel
def exposed(
    colour: Words, nodes: Floats, pitch: int, width: int, height: int, border_only: bool
) -> int:
    """Count output pixels that see a layer continued beyond its border.

    Parameters
    ----------
    colour : (K, H, W) uint32 premultiplied RGBA
    nodes : (K, rows, columns, 2) float32 from ``solve``
    width, height : of the output
    """
    right, bottom = np.float32(colour.shape[2] - 1), np.float32(colour.shape[1] - 1)
    half = np.float32(0.5)
    total = 0
    for y in range(height):
        j = y // pitch
        fy = np.float32(y - j * pitch) / np.float32(pitch)
        inner = border_only and 0 < y < height - 1
        for x in range(0, width, width - 1 if inner else 1):
            i = x // pitch
            fx = np.float32(x - i * pitch) / np.float32(pitch)
            for k in range(colour.shape[0]):
                n = nodes[k]
                a = n[j, i, 0] + (n[j, i + 1, 0] - n[j, i, 0]) * fx
                b = n[j + 1, i, 0] + (n[j + 1, i + 1, 0] - n[j + 1, i, 0]) * fx
                u = a + (b - a) * fy
                a = n[j, i, 1] + (n[j, i + 1, 1] - n[j, i, 1]) * fx
                b = n[j + 1, i, 1] + (n[j + 1, i + 1, 1] - n[j + 1, i, 1]) * fx
                v = a + (b - a) * fy
                column = int(min(max(u, np.float32(0)), right) + half)
                row = int(min(max(v, np.float32(0)), bottom) + half)
                alpha = colour[k, row, column] >> np.uint32(24)
                if alpha == 0:
                    continue
                if u < -half or v < -half or u > right + half or v > bottom + half:
                    total += 1
                    break
                if alpha == 255:
                    break
    return total
