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
from livingstill.model import Floats, Words

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
    nodes : (K, 2, rows, columns) float32, x and y in scene pixels, rows ``row0..row1`` filled
    """
    h, w, columns = depth.shape[1], depth.shape[2], nodes.shape[3]
    flat = depth.reshape(depth.size)
    one, zero = np.float32(1), np.float32(0)
    ax, ay = np.float32(camera[9]), np.float32(camera[10])
    tx, ty, tz = np.float32(camera[11]), np.float32(camera[12]), np.float32(camera[13])
    pivot, over = np.float32(camera[14]), np.float32(1 / step)
    right, bottom = np.float32(w - 1), np.float32(h - 1)
    qx, qy = np.empty(columns, np.float32), np.empty(columns, np.float32)
    sx, sy = np.empty(columns, np.float32), np.empty(columns, np.float32)
    for j in range(row0, row1):
        py = float(j * pitch)
        for i in range(columns):
            px = float(i * pitch)
            d = 1.0 / (camera[6] * px + camera[7] * py + camera[8])
            qx[i] = (camera[0] * px + camera[1] * py + camera[2]) * d
            qy[i] = (camera[3] * px + camera[4] * py + camera[5]) * d
        for k in range(depth.shape[0]):
            base = np.int32(k * h * w)
            for i in range(columns):
                sx[i], sy[i] = qx[i] + ax, qy[i] + ay
            for _ in range(4):
                for i in range(columns):
                    u = min(max(_peek(sx, i) * over, zero), right)
                    v = min(max(_peek(sy, i) * over, zero), bottom)
                    left, top = min(np.int32(u), np.int32(w - 2)), min(np.int32(v), np.int32(h - 2))
                    fx, fy = u - np.float32(left), v - np.float32(top)
                    at = base + top * np.int32(w) + left
                    a, b = _peek(flat, at), _peek(flat, at + np.int32(1))
                    c, d = _peek(flat, at + np.int32(w)), _peek(flat, at + np.int32(w + 1))
                    a += (b - a) * fx
                    c += (d - c) * fx
                    e = a + (c - a) * fy
                    less, more = one - tz * e, e - pivot
                    qx_i, qy_i = _peek(qx, i), _peek(qy, i)
                    _poke(sx, i, (less * qx_i + tx * more) + ax)
                    _poke(sy, i, (less * qy_i + ty * more) + ay)
            nodes[k, 0, j, :] = sx
            nodes[k, 1, j, :] = sy


@kernel
def _bilinear(
    colour: Words, base: int, width: int, height: int,
    sx: Floats, sy: Floats, out: Floats, linear: Any,
) -> None:  # fmt: skip
    """Sample a layer bilinearly into ``out`` (4, n); beyond its border the last pixel repeats."""
    one, low, eight = np.float32(1), np.uint32(255), np.uint32(8)
    right, bottom = np.float32(width - 1), np.float32(height - 1)
    red, green, blue, alpha = out[0], out[1], out[2], out[3]
    for i in range(sx.size):
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
    sx: Floats, sy: Floats, out: Floats, linear: Any,
) -> None:  # fmt: skip
    """Sample like ``_bilinear``, but through four points a side (Catmull and Rom, 1974)."""
    zero, one, half, two, three = (
        np.float32(0), np.float32(1), np.float32(0.5), np.float32(2), np.float32(3)
    )  # fmt: skip
    right, bottom = np.float32(width - 1), np.float32(height - 1)
    w, h = np.int32(width), np.int32(height)
    red, green, blue, alpha = out[0], out[1], out[2], out[3]
    for i in range(sx.size):
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
def _over(sample: Floats, below: Floats, top: float) -> None:
    """Lay a premultiplied sample (4, n) over ``below``; ``top`` is the largest colour value."""
    zero, one, full = np.float32(0), np.float32(1), np.float32(255)
    highest, inverse = np.float32(top), np.float32(1 / 255)
    alpha = sample[3]
    for c in range(3):
        colour, into = sample[c], below[c]
        for i in range(alpha.size):
            a = _peek(alpha, i)
            # a cubic rings past the opaque; scaled back, edges get no halo and keep their hue
            v = max(_peek(colour, i), zero) * (full / max(a, full))
            into[i] = min(v, highest) + into[i] * (one - min(max(a, zero), full) * inverse)


@kernel
def _pack(colour: Floats, out: Words, linear: Any) -> None:
    """Round three channels (>= 3, n) into opaque packed pixels (n,)."""
    zero, half, full = np.float32(0), np.float32(0.5), np.float32(255)
    red, green, blue = colour[0], colour[1], colour[2]
    for i in range(out.size):
        r, g, b = max(_peek(red, i), zero), max(_peek(green, i), zero), max(_peek(blue, i), zero)
        if linear is not None:
            r, g, b = np.sqrt(r), np.sqrt(g), np.sqrt(b)
        x = np.uint32(np.int32(min(r, full) + half))
        y = np.uint32(np.int32(min(g, full) + half))
        z = np.uint32(np.int32(min(b, full) + half))
        _poke(out, i, x | (y << np.uint32(8)) | (z << np.uint32(16)) | np.uint32(0xFF000000))


@kernel
def _combine(sample: Floats, second: Floats, fields: Floats, twice: bool, linear: Any) -> None:
    """Light a sample (4, n) by gain and bias, blended with a second one if ``twice``, in place."""
    zero, inverse = np.float32(0), np.float32(1 / 255)
    alpha, other = sample[3], second[3]
    g1, g2 = fields[2], fields[5]
    if twice:
        for i in range(alpha.size):
            a, b = _peek(g1, i), _peek(g2, i)
            alpha[i] = (a * alpha[i] + b * _peek(other, i)) / max(a + b, np.float32(1e-6))
    for c in range(3):
        into, more, bias = sample[c], second[c], fields[6 + c]
        for i in range(alpha.size):
            v = _peek(g1, i) * into[i] + _peek(bias, i) * (_peek(alpha, i) * inverse)
            if twice:
                v += _peek(g2, i) * _peek(more, i)
            v = max(v, zero)
            if linear is not None:
                v = v * v
            into[i] = v


@kernel
def _ramp(nodes: Floats, j: int, i: int, pitch: int, fields: Floats) -> None:
    """Fill the positions of a tile's pixels (2, pitch * pitch) from its four corners."""
    over = np.float32(1) / np.float32(pitch)
    for c in range(2):
        corners, out = nodes[c], fields[c]
        a, d = corners[j, i], (corners[j, i + 1] - corners[j, i]) * over
        b = (corners[j + 1, i] - a) * over
        e = ((corners[j + 1, i + 1] - corners[j + 1, i]) * over - d) * over
        for r in range(pitch):
            t = np.float32(r)
            start, slope = a + b * t, d + e * t
            for n in range(pitch):
                _poke(out, r * pitch + n, start + slope * np.float32(n))


@kernel
def _carry(
    flow: Floats, first: int, channels: int, h: int, w: int, over: Any,
    nodes: Floats, j: int, i: int, side: int, places: Ints, weights: Floats, fine: Floats,
) -> int:  # fmt: skip
    """Bring a flow to the nodes of a tile, one every 4 pixels; displacements become positions.

    Returns what the tile needs: 1 one sample, 2 also gain and bias, 3 also a second sample.

    ``flow`` is flat: planes of (h, w) from ``first`` on; ``fine`` (9, >= side * side), ``places``
    (>= side * side) and ``weights`` (4, >= side * side) are filled; beyond the nodes they repeat.
    """
    one, zero = np.float32(1), np.float32(0)
    step = one / np.float32(side - 1)
    edge_x, edge_y = np.float32(w - 1), np.float32(h - 1)
    line = np.int32(w)
    points = side * side
    for c in range(2):
        corners, out = nodes[c], fine[c]
        a, d = corners[j, i], (corners[j, i + 1] - corners[j, i]) * step
        b = (corners[j + 1, i] - a) * step
        e = ((corners[j + 1, i + 1] - corners[j + 1, i]) * step - d) * step
        for r in range(side):
            t = np.float32(r)
            for n in range(side):
                out[r * side + n] = (a + b * t) + (d + e * t) * np.float32(n)
        for n in range(points, out.size):
            out[n] = out[points - 1]
    xs, ys = fine[0], fine[1]
    wa, wb, wc, wd = weights[0], weights[1], weights[2], weights[3]
    for n in range(places.size):
        x = min(max(_peek(xs, n) * over, zero), edge_x)
        y = min(max(_peek(ys, n) * over, zero), edge_y)
        left, top = min(np.int32(x), line - np.int32(2)), min(np.int32(y), np.int32(h - 2))
        fx, fy = x - np.float32(left), y - np.float32(top)
        both = fx * fy
        _poke(places, n, np.int32(first) + top * line + left)
        _poke(wd, n, both)
        _poke(wc, n, fy - both)
        _poke(wb, n, fx - both)
        _poke(wa, n, (one - fx) - (fy - both))
    if channels > 2:  # positions of the second sample start where those of the first do
        for n in range(places.size):
            fine[3, n], fine[4, n] = xs[n], ys[n]
    for c in range(channels):
        out = fine[c]
        keep = one if c in (0, 1, 3, 4) else zero
        offset = np.int32(c * h * w)
        for n in range(places.size):
            at = _peek(places, n) + offset
            a, b = _peek(flow, at), _peek(flow, at + np.int32(1))
            e, f = _peek(flow, at + line), _peek(flow, at + line + np.int32(1))
            v = (_peek(wa, n) * a + _peek(wb, n) * b) + (_peek(wc, n) * e + _peek(wd, n) * f)
            out[n] = keep * out[n] + v
    need = 1
    if channels > 2:
        slight = np.float32(1 / 256)
        for n in range(points):
            if abs(fine[5, n]) > slight:
                return 3
            light = abs(fine[6, n]) + abs(fine[7, n]) + abs(fine[8, n])
            if abs(fine[2, n] - one) > slight or light > slight:
                need = 2
    return need


@kernel
def _bend(nodes: Floats, side: int, hats: Floats, pitch: int, out: Floats) -> None:
    """Fill a field of a tile's pixels (pitch * pitch) from its nodes every 4 pixels.

    ``hats`` (5, pitch) are the weights of a row's nodes, 0 where there are fewer.
    """
    quarter = np.float32(0.25)
    h0, h1, h2, h3, h4 = hats[0], hats[1], hats[2], hats[3], hats[4]
    for r in range(pitch):
        at = r // 4 * side
        t = np.float32(r % 4) * quarter
        last = side - 1
        a = nodes[at] + (nodes[at + side] - nodes[at]) * t
        b = nodes[at + 1] + (nodes[at + side + 1] - nodes[at + 1]) * t
        c = nodes[at + 2] + (nodes[at + side + 2] - nodes[at + 2]) * t
        n = min(3, last)
        d = nodes[at + n] + (nodes[at + side + n] - nodes[at + n]) * t
        n = min(4, last)
        e = nodes[at + n] + (nodes[at + side + n] - nodes[at + n]) * t
        for i in range(pitch):
            v = (a * _peek(h0, i) + b * _peek(h1, i)) + (c * _peek(h2, i) + d * _peek(h3, i))
            _poke(out, r * pitch + i, v + e * _peek(h4, i))


@kernel
def _stand(card: Words, stand: Ints, shown: Any, y: int, x: int, pitch: int, below: Floats) -> None:
    """Lay the part of a premultiplied card that lies in the tile at (y, x) over ``below`` (3, n)."""
    left, top = stand[0], stand[1]
    one, inverse, low = np.float32(1), np.float32(1 / 255), np.uint32(255)
    for r in range(max(0, top - y), min(pitch, top + card.shape[0] - y)):
        line = card[y + r - top]
        for n in range(max(0, left - x), min(pitch, left + card.shape[1] - x)):
            p = line[x + n - left]
            rest = one - shown * np.float32(np.int32(p >> np.uint32(24))) * inverse
            i = r * pitch + n
            for c in range(3):
                v = np.float32(np.int32((p >> np.uint32(8 * c)) & low))
                below[c, i] = shown * v + rest * below[c, i]


@kernel
def _count(table: Ints, x0: int, y0: int, x1: int, y1: int) -> Any:
    """Return the sum over a box from a table of summed areas."""
    return table[y1, x1] - table[y0, x1] - table[y1, x0] + table[y0, x0]


@kernel
def compose(
    colour: Words,
    blocks: Ints,
    block: int,
    nodes: Floats,
    pitch: int,
    flow: Floats,
    sizes: Ints,
    busy: Ints,
    step: Floats,
    out: Words,
    cubic: Any,
    linear: Any,
    card: Any,
    stand: Ints,
    shown: float,
    row0: int,
    row1: int,
) -> None:
    """Fill rows ``row0..row1`` of a frame, ``row0`` a multiple of ``pitch``.

    Per tile of ``pitch`` x ``pitch`` pixels the layers are asked front to back whether they are
    empty, opaque or mixed there; the first opaque one is stored and the mixed ones before it are
    laid over, so hidden layers cost nothing. A tile whose part of a layer is still pays nothing
    for motion elsewhere.

    Parameters
    ----------
    colour : (K, H, W) uint32 premultiplied RGBA
    blocks : (K, 2, rows + 1, columns + 1) int32 summed areas: blocks of ``block`` x ``block``
        pixels that are empty, and that are opaque
    nodes : (K, 2, rows, columns) float32 from ``solve``; ``pitch`` a multiple of 4
    flow : flat float32, the planes of all flows
    sizes : (K, 5) int32: where a layer's planes begin in ``flow``; how many, 0 = still, 2 =
        (dx, dy), 9 = and gain, (dx, dy) and gain of a second sample, bias of red, green, blue;
        their rows and columns; the longest displacement in pixels, rounded up
    busy : (K, rows + 1, columns + 1) int32 summed areas of the blocks where a layer's flow moves;
        block (j, i) speaks for the scene pixels from (j, i) * ``block`` on
    step : (K,) float32 scene pixels per node of the flows
    out : (h, w) uint32
    cubic, linear : None, or anything else for Catmull-Rom sampling and for blending in linear
        light (gamma 2; ``colour`` then holds sqrt(alpha) * colour)
    card : None, or (h, w) uint32 premultiplied RGBA that stands in the picture, not in linear light
    stand : (3,) int32: its left and top in output pixels, and how many layers pass before it
    shown : its opacity, 0..1
    """
    count, height, width = colour.shape
    tiles = nodes.shape[3] - 1
    area = pitch * pitch
    flat = colour.reshape(colour.size)
    below = np.empty((4, area), np.float32)
    sample = np.empty((4, area), np.float32)
    second = np.empty((4, area), np.float32)
    fields = np.empty((9, area), np.float32)
    packed = np.empty(area, np.uint32)
    side = pitch // 4 + 1
    points = (side * side + 15) // 16 * 16
    fine = np.zeros((count, 9, points), np.float32)  # finite: _carry multiplies what it replaces
    places = np.empty(points, np.int32)
    weights = np.empty((4, points), np.float32)
    hats = np.zeros((5, pitch), np.float32)
    for i in range(pitch):
        hats[i // 4, i] = np.float32(1 - i % 4 * 0.25)
        hats[i // 4 + 1, i] = np.float32(i % 4 * 0.25)
    moves = np.empty(count, np.int64)  # 0 still, else what _carry returns
    draw = np.empty(count, np.int64)
    reach = 1 if cubic is not None else 0
    top = 65025.0 if linear is not None else 255.0
    for j in range(row0 // pitch, (row1 + pitch - 1) // pitch):
        rows = min(pitch, row1 - j * pitch)
        for i in range(tiles):
            drawn, opaque = 0, False
            for k in range(count):
                xs, ys, table = nodes[k, 0], nodes[k, 1], blocks[k]
                x0, x1, x2, x3 = xs[j, i], xs[j, i + 1], xs[j + 1, i], xs[j + 1, i + 1]
                y0, y1, y2, y3 = ys[j, i], ys[j, i + 1], ys[j + 1, i], ys[j + 1, i + 1]
                xa, xb = min(x0, x1, x2, x3), max(x0, x1, x2, x3)
                ya, yb = min(y0, y1, y2, y3), max(y0, y1, y2, y3)
                channels, far = sizes[k, 1], sizes[k, 4]
                moves[k] = 0
                if channels > 0:
                    left = min(max(int(xa) - far - reach, 0), width - 1) // block
                    upper = min(max(int(ya) - far - reach, 0), height - 1) // block
                    right = min(max(int(xb) + 1 + far + reach, 0), width - 1) // block + 1
                    lower = min(max(int(yb) + 1 + far + reach, 0), height - 1) // block + 1
                    whole = (right - left) * (lower - upper)
                    if _count(table[0], left, upper, right, lower) == whole:
                        continue
                    left = min(max(int(xa), 0), width - 1) // block
                    upper = min(max(int(ya), 0), height - 1) // block
                    right = min(max(int(xb) + 1, 0), width - 1) // block + 1
                    lower = min(max(int(yb) + 1, 0), height - 1) // block + 1
                    moves[k] = _count(busy[k], left, upper, right, lower)
                if moves[k] > 0:
                    moves[k] = _carry(
                        flow, sizes[k, 0], channels, sizes[k, 2], sizes[k, 3],
                        np.float32(1) / step[k], nodes[k], j, i, side, places, weights, fine[k],
                    )  # fmt: skip
                    xa, ya = fine[k, 0, 0], fine[k, 1, 0]
                    xb, yb = xa, ya
                    for c in range(0, 6 if moves[k] == 3 else 3, 3):
                        for n in range(side * side):
                            x, y = fine[k, c, n], fine[k, c + 1, n]
                            xa, xb, ya, yb = min(xa, x), max(xb, x), min(ya, y), max(yb, y)
                left = min(max(int(xa) - reach, 0), width - 1) // block
                upper = min(max(int(ya) - reach, 0), height - 1) // block
                right = min(max(int(xb) + 1 + reach, 0), width - 1) // block + 1
                lower = min(max(int(yb) + 1 + reach, 0), height - 1) // block + 1
                whole = (right - left) * (lower - upper)
                if _count(table[0], left, upper, right, lower) == whole:
                    continue
                draw[drawn] = k
                drawn += 1
                if _count(table[1], left, upper, right, lower) == whole:
                    opaque = True
                    break
            if not opaque:
                below[:] = 0
            laid = card is None
            if card is not None:
                left, upper = i * pitch, j * pitch
                laid = (
                    left + pitch <= stand[0] or left >= stand[0] + card.shape[1]
                    or upper + pitch <= stand[1] or upper >= stand[1] + card.shape[0]
                )  # fmt: skip
            for n in range(drawn - 1, -1, -1):
                k = draw[n]
                if card is not None and not laid and k < stand[2]:
                    laid = True  # behind an opaque layer it is overwritten, as it should be
                    _stand(card, stand, np.float32(shown), j * pitch, i * pitch, pitch, below)
                base = k * height * width
                into = below if opaque and n == drawn - 1 else sample
                if moves[k] == 0:
                    _ramp(nodes[k], j, i, pitch, fields)
                else:
                    for c in range(9):
                        if c < 2 or moves[k] == 3 or (moves[k] == 2 and (c == 2 or c > 5)):
                            _bend(fine[k, c], side, hats, pitch, fields[c])
                for m in range(2 if moves[k] == 3 else 1):  # one call each: they are large inlined
                    xs, ys = fields[3 * m], fields[3 * m + 1]
                    target = second if m == 1 else into
                    if linear is not None:
                        if moves[k] > 1:  # flows speak of levels: light only after them
                            if cubic is not None:
                                _cubic(flat, base, width, height, xs, ys, target, None)
                            else:
                                _bilinear(flat, base, width, height, xs, ys, target, None)
                        elif cubic is not None:
                            _cubic(flat, base, width, height, xs, ys, target, linear)
                        else:
                            _bilinear(flat, base, width, height, xs, ys, target, linear)
                    elif cubic is not None:
                        _cubic(flat, base, width, height, xs, ys, target, None)
                    else:
                        _bilinear(flat, base, width, height, xs, ys, target, None)
                if moves[k] > 1:
                    _combine(into, second, fields, moves[k] == 3, linear)
                if not (opaque and n == drawn - 1):
                    _over(sample, below, top)
            if card is not None and not laid:
                _stand(card, stand, np.float32(shown), j * pitch, i * pitch, pitch, below)
            _pack(below, packed, linear)
            columns = min(pitch, out.shape[1] - i * pitch)
            for r in range(rows):
                line, at = out[j * pitch + r], r * pitch
                for n in range(columns):
                    _poke(line, i * pitch + n, _peek(packed, at + n))


@kernel
def exposed(
    colour: Words, nodes: Floats, pitch: int, width: int, height: int, border_only: bool
) -> int:
    """Count output pixels that see a layer continued beyond its border.

    Parameters
    ----------
    colour : (K, H, W) uint32 premultiplied RGBA
    nodes : (K, 2, rows, columns) float32 from ``solve``
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
                n = nodes[k, 0]
                a = n[j, i] + (n[j, i + 1] - n[j, i]) * fx
                b = n[j + 1, i] + (n[j + 1, i + 1] - n[j + 1, i]) * fx
                u = a + (b - a) * fy
                n = nodes[k, 1]
                a = n[j, i] + (n[j, i + 1] - n[j, i]) * fx
                b = n[j + 1, i] + (n[j + 1, i + 1] - n[j + 1, i]) * fx
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


@kernel
def activity(planes: Floats, step: float, block: int, rows: int, columns: int, busy: Ints) -> Any:
    """Fill summed areas of the blocks of the scene where a flow moves; return its longest reach.

    Parameters
    ----------
    planes : (2 or 9, h, w) float32, as ``compose`` takes them
    step : scene pixels per node
    block : scene pixels per block
    busy : (>= rows + 1, >= columns + 1) int32, overwritten
    """
    channels, h, w = planes.shape
    one, slight = np.float32(1), np.float32(1 / 256)
    busy[: rows + 1, : columns + 1] = 0
    longest = np.float32(0)
    for j in range(h):
        # a node is felt one step to all sides of it
        y0 = max(int((j - 1) * step) // block, 0)
        y1 = min(int((j + 1) * step) // block, rows - 1)
        for i in range(w):
            reach = max(abs(planes[0, j, i]), abs(planes[1, j, i]))
            felt = reach > slight
            if channels > 2:
                if planes[5, j, i] != 0:
                    reach = max(reach, abs(planes[3, j, i]), abs(planes[4, j, i]))
                    felt = True
                felt = felt or abs(planes[2, j, i] - one) > slight
                bias = abs(planes[6, j, i]) + abs(planes[7, j, i]) + abs(planes[8, j, i])
                felt = felt or bias > slight
            longest = max(longest, reach)
            if felt:
                x0 = max(int((i - 1) * step) // block, 0)
                x1 = min(int((i + 1) * step) // block, columns - 1)
                for y in range(y0, y1 + 1):
                    for x in range(x0, x1 + 1):
                        busy[y + 1, x + 1] = 1
    for y in range(1, rows + 1):
        total = np.int32(0)
        for x in range(1, columns + 1):
            total += busy[y, x]
            busy[y, x] = busy[y - 1, x] + total
    return longest
