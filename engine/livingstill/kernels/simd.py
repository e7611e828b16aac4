"""Vectors within kernels: what LLVM is told or given by hand where Numba's loops fall short.

Numba cannot prove that what a loop reads is not what it writes, and so does not vectorise it.
``peek`` and ``poke`` tell LLVM by alias scopes, which changes no result. Where numbers that belong
together lie side by side, a vector runs over them, four at a time: a quad. Where Numba is switched
off, the same is computed by ``scalar``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import config, types
from numba.core.cgutils import pack_array, unpack_tuple
from numba.extending import intrinsic

from livingstill.kernels import scalar


def _in_python(plain: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator of LLVM builders; where Numba is off it returns ``plain`` instead."""
    return lambda build: plain if config.DISABLE_JIT else intrinsic(build)


def _scope(builder: Any) -> Any:
    """Return the list of alias scopes that holds what ``peek`` reads."""
    module = builder.module
    domain = module.add_metadata([ir.MetaDataString(module, "livingstill")])
    scope = module.add_metadata([ir.MetaDataString(module, "livingstill: read only"), domain])
    return module.add_metadata([scope])


def _field(context: Any, builder: Any, kind: Any, array: Any, name: str) -> Any:
    return context.data_model_manager[kind].get(builder, array, name)


def _element(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    return builder.gep(_field(context, builder, kind, array, "data"), [index], inbounds=True)


def _view(
    context: Any, builder: Any, kind: Any, data: Any, itemsize: Any, shape: Sequence[Any]
) -> Any:
    """Return a C-ordered array of type ``kind`` over ``data``; it counts no references."""
    model = context.data_model_manager[kind]
    nothing = ir.Constant(ir.IntType(8).as_pointer(), None)
    strides, count = [itemsize], shape[-1]
    for length, outer in zip(shape[:0:-1], shape[-2::-1], strict=True):
        strides.insert(0, builder.mul(strides[0], length))
        count = builder.mul(count, outer)
    view = ir.Constant(model.get_value_type(), ir.Undefined)
    for name, value in (
        ("meminfo", nothing),
        ("parent", nothing),
        ("nitems", count),
        ("itemsize", itemsize),
        ("data", data),
        ("shape", pack_array(builder, shape)),
        ("strides", pack_array(builder, strides)),
    ):
        view = model.set(builder, view, value, name)
    return view


@_in_python(scalar.peek)
def peek(typing_context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001
    """Read ``array[index]``, 1-D, unchecked; nothing the loop writes overlaps it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _element(context, builder, signature.args[0], arguments[0], arguments[1])
        value = builder.load(place)
        value.set_metadata("alias.scope", _scope(builder))
        return value

    return array.dtype(array, index), generate


@_in_python(scalar.poke)
def poke(typing_context: Any, array: Any, index: Any, value: Any) -> Any:  # noqa: ARG001
    """Write ``array[index] = value``, 1-D, unchecked; ``peek`` never reads there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        place = _element(context, builder, kind, arguments[0], arguments[1])
        item = context.cast(builder, arguments[2], signature.args[2], kind.dtype)
        builder.store(item, place).set_metadata("noalias", _scope(builder))
        return context.get_dummy_value()

    return types.void(array, index, value), generate


@_in_python(scalar.borrow)
def borrow(typing_context: Any, array: Any) -> Any:  # noqa: ARG001
    """Return the same array, its references not counted: whoever owns it must outlive the loops.

    Counting is atomic, and a tile takes tens of slices: it cost more than the pixels.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        view.meminfo = ir.Constant(view.meminfo.type, None)
        return view._getvalue()

    return array(array), generate


def _inner(context: Any, builder: Any, signature: Any, arguments: Any) -> tuple[Any, Any, Any]:
    """Return where a C-ordered array's item of an index is, the array's shape and its itemsize."""
    kind, array = signature.args[0], arguments[0]
    position = context.cast(builder, arguments[1], signature.args[1], types.int64)
    shape = unpack_tuple(builder, _field(context, builder, kind, array, "shape"))
    for length in shape[1:]:
        position = builder.mul(position, length)
    place = _element(context, builder, kind, array, position)
    return place, shape, _field(context, builder, kind, array, "itemsize")


@_in_python(scalar.view_at)
def view_at(typing_context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001
    """Return ``array[index]`` of a C-ordered array, unchecked, as a view whose owner must outlive it.

    Numba's own slices are ten times the code, most of it for negative indices and reference counts.
    """
    result = array.copy(ndim=array.ndim - 1)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, shape, size = _inner(context, builder, signature, arguments)
        return _view(context, builder, signature.return_type, place, size, shape[1:])

    return result(array, index), generate


@_in_python(scalar.view_from)
def view_from(typing_context: Any, array: Any, first: Any) -> Any:  # noqa: ARG001
    """Return ``array[first:]`` of a C-ordered array, unchecked, as a `view_at`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, shape, size = _inner(context, builder, signature, arguments)
        start = context.cast(builder, arguments[1], signature.args[1], types.int64)
        shape = [builder.sub(shape[0], start), *shape[1:]]
        return _view(context, builder, signature.return_type, place, size, shape)

    return array(array, first), generate


@_in_python(scalar.view_grid)
def view_grid(typing_context: Any, array: Any, first: Any, rows: Any, columns: Any) -> Any:  # noqa: ARG001
    """Return (rows, columns) of a flat array from ``first`` on, unchecked, as a `view_at`."""
    result = array.copy(ndim=2)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        position, *shape = (
            context.cast(builder, arguments[n], signature.args[n], types.int64) for n in (1, 2, 3)
        )
        place = _element(context, builder, kind, arguments[0], position)
        size = _field(context, builder, kind, arguments[0], "itemsize")
        return _view(context, builder, signature.return_type, place, size, shape)

    return result(array, first, rows, columns), generate


@_in_python(scalar.view_blocks)
def view_blocks(
    typing_context: Any, array: Any, first: Any, count: Any, rows: Any, columns: Any  # noqa: ARG001
) -> Any:  # fmt: skip
    """Return (count, rows, columns) of a flat array from ``first`` on, unchecked, as a `view_at`."""
    result = array.copy(ndim=3)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        position, *shape = (
            context.cast(builder, arguments[n], signature.args[n], types.int64) for n in range(1, 5)
        )
        place = _element(context, builder, kind, arguments[0], position)
        size = _field(context, builder, kind, arguments[0], "itemsize")
        return _view(context, builder, signature.return_type, place, size, shape)

    return result(array, first, count, rows, columns), generate


@_in_python(scalar.view_flat)
def view_flat(typing_context: Any, array: Any) -> Any:  # noqa: ARG001
    """Return a C-ordered array's items in one row, as a `view_at`."""
    result = array.copy(ndim=1)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        data, size, count = (
            _field(context, builder, kind, arguments[0], name)
            for name in ("data", "itemsize", "nitems")
        )
        return _view(context, builder, signature.return_type, data, size, [count])

    return result(array), generate


def _splat(builder: Any, scalar: Any, lanes: int) -> Any:
    kind = ir.VectorType(scalar.type, lanes)
    alone = builder.insert_element(
        ir.Constant(kind, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
    )
    return _shuffle(builder, alone, alone, [0] * lanes)


def _vector_of(builder: Any, scalars: Sequence[Any]) -> Any:
    """Return a vector of scalars, of which equal ones follow each other."""
    distinct = list(dict.fromkeys(scalars))
    vector = ir.Constant(ir.VectorType(scalars[0].type, len(distinct)), ir.Undefined)
    for n, one in enumerate(distinct):
        vector = builder.insert_element(vector, one, ir.Constant(ir.IntType(32), n))
    return _shuffle(builder, vector, vector, [distinct.index(one) for one in scalars])


def _joined(builder: Any, vectors: Sequence[Any]) -> Any:
    """Return two, four, eight... vectors one after the other."""
    if len(vectors) == 1:
        return vectors[0]
    half = len(vectors) // 2
    first, last = _joined(builder, vectors[:half]), _joined(builder, vectors[half:])
    return _shuffle(builder, first, last, range(2 * first.type.count))


def _shuffle(builder: Any, a: Any, b: Any, lanes: Sequence[int]) -> Any:
    return builder.shuffle_vector(
        a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes))
    )


def _add(builder: Any, terms: Sequence[Any]) -> Any:
    """Return the sum of two or four terms, pair by pair: every machine adds in the same order."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return builder.fadd(_add(builder, terms[:half]), _add(builder, terms[half:]))


def _vector(builder: Any, data: Any, index: Any, lanes: int = 4) -> Any:
    """Load the floats that begin at an index."""
    kind = ir.VectorType(ir.FloatType(), lanes).as_pointer()
    return builder.load(builder.bitcast(builder.gep(data, [index]), kind), align=4)


def _keep(builder: Any, data: Any, index: Any, value: Any) -> None:
    """Store a vector from an index on."""
    here = builder.bitcast(builder.gep(data, [index]), value.type.as_pointer())
    builder.store(value, here, align=4)


def _turn(builder: Any, pixels: Sequence[Any]) -> list[Any]:
    """Return four pixels of four channels as the channels, each of four pixels.

    Pixels of several quads of channels give the first channel of each quad, then the second...
    """
    lanes = pixels[0].type.count

    def quads(*order: int) -> list[int]:
        """Return places in two vectors, 0 to 3 of the first and 4 to 7 of the second, for all quads."""
        return [n % 4 + n // 4 * lanes + q for q in range(0, lanes, 4) for n in order]

    channels = []
    for c in (0, 2):
        pairs = quads(c, c + 4, c + 1, c + 5)
        low = _shuffle(builder, pixels[0], pixels[1], pairs)
        high = _shuffle(builder, pixels[2], pixels[3], pairs)
        channels += [
            _shuffle(builder, low, high, turn) for turn in (quads(0, 1, 4, 5), quads(2, 3, 6, 7))
        ]
    return channels


def sampler(taps: int) -> Any:
    """Return an intrinsic that samples the squares of four pixels' colours, and their alpha.

    Each goes through ``taps`` x ``taps`` points. Those of a row lie side by side, so that one load
    fetches them all: vectors run over channels and points, never over pixels, and no gather is needed.
    """
    floats, wide = ir.FloatType(), 4 * taps

    @_in_python(scalar.sampler(taps))
    def sample(
        typing_context: Any, colour: Any, width: Any, places: Any, weights: Any, i: Any, out: Any  # noqa: ARG001
    ) -> Any:  # fmt: skip
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            long = ir.IntType(64)

            def data(n: int) -> Any:
                return context.make_array(signature.args[n])(context, builder, arguments[n])

            def integer(n: int) -> Any:
                return context.cast(builder, arguments[n], signature.args[n], types.int64)

            line, first = integer(1), integer(4)
            into, given = data(5), data(3)
            area = builder.extract_value(into.shape, 1)
            span = builder.extract_value(given.shape, 1)

            def weight(c: int, n: int, lanes: int) -> Any:
                at = builder.add(builder.mul(span, long(c)), builder.add(first, long(n)))
                return _splat(builder, builder.load(builder.gep(given.data, [at])), lanes)

            pixels = []
            for n in range(4):
                place = builder.gep(data(2).data, [builder.add(first, long(n))])
                at = builder.sext(builder.load(place), long)
                rows = []
                for r in range(taps):
                    here = builder.gep(data(0).data, [at])
                    kind = ir.VectorType(ir.IntType(8), wide).as_pointer()
                    row = builder.load(builder.bitcast(here, kind), align=4)
                    row = builder.uitofp(row, ir.VectorType(floats, wide))
                    light = [c % 4 != 3 for c in range(wide)]
                    lanes = ir.Constant(ir.VectorType(ir.IntType(1), wide), light)
                    row = builder.select(lanes, builder.fmul(row, row), row)
                    rows.append(builder.fmul(row, weight(taps + r, n, wide)))
                    at = builder.add(at, line)
                row = _add(builder, rows)
                points = [_shuffle(builder, row, row, range(4 * c, 4 * c + 4)) for c in range(taps)]
                points = [builder.fmul(p, weight(c, n, 4)) for c, p in enumerate(points)]
                pixels.append(_add(builder, points))
            for c, channel in enumerate(_turn(builder, pixels)):
                _keep(builder, into.data, builder.add(builder.mul(area, long(c)), first), channel)
            return context.get_dummy_value()

        return types.void(colour, width, places, weights, i, out), generate

    return sample


def _pair_sums(builder: Any, a: Any, b: Any) -> Any:
    """Return a[0] * b[0] + a[1] * b[1], a[2] * b[2] + a[3] * b[3]... of int16 lanes, as int32."""
    count = a.type.count
    wide = ir.VectorType(ir.IntType(32), count)
    products = builder.mul(builder.sext(a, wide), builder.sext(b, wide))
    even, odd = (_shuffle(builder, products, products, range(n, count, 2)) for n in (0, 1))
    return builder.add(even, odd)


def fixed_sampler(taps: int) -> Any:
    """Return an intrinsic that samples four pixels through ``taps`` x ``taps`` points, in integers.

    Weights are in 1/16384, two to a word; sums across two points are kept to 1/64 of a level, all
    others are exact. That takes half the instructions of floats, and is the same on every machine.
    """

    @_in_python(scalar.fixed_sampler(taps))
    def sample(
        typing_context: Any, colour: Any, width: Any, positions: Any, weights: Any, i: Any, out: Any  # noqa: ARG001
    ) -> Any:  # fmt: skip
        """Fill ``out[:4, i:i + 4]`` from the points that begin at ``positions[0, i:i + 4]``.

        ``positions[2:, i:i + 4]`` are the weights across and down: of two points themselves, in a
        word, of four their row of ``weights`` (n, 2).
        """

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            long, half = ir.IntType(64), ir.IntType(16)
            lanes, pairs, group = 4 * taps, taps // 2, 8 // taps

            def data(n: int) -> Any:
                return context.make_array(signature.args[n])(context, builder, arguments[n])

            def integer(n: int) -> Any:
                return context.cast(builder, arguments[n], signature.args[n], types.int64)

            line, first = integer(1), integer(4)
            into, given = data(5), data(3)
            area, taken = builder.extract_value(into.shape, 1), data(2)
            span = builder.extract_value(taken.shape, 1)

            def position(c: int, n: int) -> Any:
                at = builder.add(builder.mul(span, long(c)), builder.add(first, long(n)))
                return builder.sext(builder.load(builder.gep(taken.data, [at])), long)

            def words(c: int, pixels: Sequence[int]) -> Any:
                """Return the weights of pixels across (2) or down (3), one pixel's after another's."""
                if taps == 2:
                    at = builder.add(
                        builder.mul(span, long(c)), builder.add(first, long(pixels[0]))
                    )
                    kind = ir.VectorType(ir.IntType(32), len(pixels)).as_pointer()
                    here = builder.bitcast(builder.gep(taken.data, [at]), kind)
                    return builder.load(here, align=4)
                kind = ir.VectorType(ir.IntType(32), pairs).as_pointer()
                rows = [builder.mul(position(c, n), long(pairs)) for n in pixels]
                places = [builder.bitcast(builder.gep(given.data, [row]), kind) for row in rows]
                return _joined(builder, [builder.load(place, align=4) for place in places])

            def as_halves(vector: Any) -> Any:
                return builder.bitcast(vector, ir.VectorType(half, 2 * vector.type.count))

            def row_of(place: Any) -> Any:
                here = builder.gep(data(0).data, [place])
                kind = ir.VectorType(ir.IntType(8), lanes).as_pointer()
                return builder.load(builder.bitcast(here, kind), align=4)

            def constant(word: int) -> Any:
                return ir.Constant(ir.VectorType(ir.IntType(32), 16), [word] * 16)

            # some pixels side by side, of each its channels, of each the points of a row
            order = [
                lanes * m + 4 * p + c for m in range(group) for c in range(4) for p in range(taps)
            ]
            totals = []
            for n in range(0, 4, group):
                places = [position(0, m) for m in range(n, n + group)]
                across, heights = (words(c, range(n, n + group)) for c in (2, 3))
                each = [taps * m + p for m in range(group) for _ in range(4) for p in range(taps)]
                shares = _shuffle(builder, as_halves(across), as_halves(across), each)
                rows = []
                for _ in range(taps):
                    levels = _joined(builder, list(map(row_of, places)))
                    levels = _shuffle(builder, levels, levels, order)
                    levels = builder.zext(levels, ir.VectorType(half, group * lanes))
                    rows.append(_pair_sums(builder, levels, shares))
                    places = [builder.add(at, line) for at in places]
                sums = []
                for r in range(pairs):
                    both = builder.or_(
                        builder.and_(builder.lshr(rows[2 * r], constant(8)), constant(0xFFFF)),
                        builder.and_(
                            builder.shl(rows[2 * r + 1], constant(8)), constant(0xFFFF0000)
                        ),
                    )
                    each = [pairs * m + r for m in range(group) for _ in range(4 * pairs)]
                    shares = _shuffle(builder, heights, heights, each)
                    sums.append(_pair_sums(builder, as_halves(both), as_halves(shares)))
                totals.append(_sum(builder, sums))
            found = _joined(builder, totals)
            turned = [
                [(4 * n + c) * pairs + q for c in range(4) for n in range(4)] for q in range(pairs)
            ]
            total = _sum(builder, [_shuffle(builder, found, found, lane) for lane in turned])
            total = builder.sitofp(total, ir.VectorType(ir.FloatType(), 16))
            total = builder.fmul(total, ir.Constant(total.type, [2.0**-20] * 16))
            for c in range(4):
                channel = _shuffle(builder, total, total, range(4 * c, 4 * c + 4))
                row = builder.add(builder.mul(area, long(c)), first)
                _keep(builder, into.data, row, channel)
            return context.get_dummy_value()

        return types.void(colour, width, positions, weights, i, out), generate

    return sample


@_in_python(scalar.copy_four)
def copy_four(typing_context: Any, source: Any, at: Any, out: Any, to: Any) -> Any:  # noqa: ARG001
    """Copy ``source[at:at + 4]`` to ``out[to:to + 4]``, words of 32 bits."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.VectorType(ir.IntType(32), 4).as_pointer()
        here, there = (
            builder.bitcast(
                _element(context, builder, signature.args[n], arguments[n], place), kind
            )
            for n, place in (
                (m, context.cast(builder, arguments[m + 1], signature.args[m + 1], types.int64))
                for m in (0, 2)
            )
        )
        builder.store(builder.load(here, align=4), there, align=4)
        return context.get_dummy_value()

    return types.void(source, at, out, to), generate


@_in_python(scalar.mix)
def mix(
    typing_context: Any, flow: Any, at: Any, line: Any, node: Any, weights: Any, n: Any, out: Any, to: Any  # noqa: ARG001
) -> Any:  # fmt: skip
    """Fill ``out[to:to + 4]`` from the quads of four nodes around a point, by column n of ``weights``.

    ``node`` and ``line`` are the distances in ``flow`` to the next node and to the next row of them.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = {
            c: context.make_array(signature.args[c])(context, builder, arguments[c])
            for c in (0, 4, 6)
        }
        at, line, node, column, to = (
            context.cast(builder, arguments[c], signature.args[c], types.int64)
            for c in (1, 2, 3, 5, 7)
        )
        data, given = arrays[0].data, arrays[4]
        span = builder.extract_value(given.shape, 1)
        terms = []
        for c in range(4):
            place = builder.add(builder.mul(span, ir.IntType(64)(c)), column)
            weight = _splat(builder, builder.load(builder.gep(given.data, [place])), 4)
            here = builder.add(at, line) if c > 1 else at
            here = builder.add(here, node) if c % 2 else here
            terms.append(builder.fmul(weight, _vector(builder, data, here)))
        _keep(builder, arrays[6].data, to, _add(builder, terms))
        return context.get_dummy_value()

    return types.void(flow, at, line, node, weights, n, out, to), generate


def mixer(quads: int) -> Any:
    """Return an intrinsic that brings so many quads of a flow's nodes to four points."""

    @_in_python(scalar.mixer(quads))
    def mix_four(
        typing_context: Any, flow: Any, first: Any, places: Any, node: Any, columns: Any,  # noqa: ARG001
        weights: Any, n: Any, out: Any,
    ) -> Any:  # fmt: skip
        """Fill ``out[c, n:n + 4]``, channel by channel, from the four nodes around each point.

        The upper left ones are nodes ``places[n:n + 4]`` of those that begin at ``first`` in ``flow``,
        each of ``node`` floats, ``columns`` to a row; ``weights`` is (4, >= n + 4).
        """

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            long = ir.IntType(64)
            flow, places, weights, out = (
                context.make_array(signature.args[c])(context, builder, arguments[c])
                for c in (0, 2, 5, 7)
            )
            begin, node, columns, first = (
                context.cast(builder, arguments[c], signature.args[c], types.int64)
                for c in (1, 3, 4, 6)
            )
            line = builder.mul(columns, node)
            span = builder.extract_value(weights.shape, 1)
            starts, shares = [], []
            for n in range(4):
                column = builder.add(first, long(n))
                at = builder.load(builder.gep(places.data, [column]))
                at = builder.mul(builder.sext(at, long), node)
                starts.append(builder.add(begin, at))
                rows = [builder.add(builder.mul(span, long(c)), column) for c in range(4)]
                values = [builder.load(builder.gep(weights.data, [row])) for row in rows]
                shares.append(values)
            area = builder.extract_value(out.shape, 1)
            for q in range(0, quads, 2):  # two quads in a vector, as long as there are two
                lanes, pixels = 4 * min(2, quads - q), []
                for start, share in zip(starts, shares):
                    at, terms = builder.add(start, long(4 * q)), []
                    for c in range(4):
                        here = builder.add(at, line) if c > 1 else at
                        here = builder.add(here, node) if c % 2 else here
                        values = _vector(builder, flow.data, here, lanes)
                        terms.append(builder.fmul(_splat(builder, share[c], lanes), values))
                    pixels.append(_add(builder, terms))
                for c, channel in enumerate(_turn(builder, pixels)):
                    for part in range(lanes // 4):
                        quad = _shuffle(builder, channel, channel, range(4 * part, 4 * part + 4))
                        row = builder.mul(area, long(4 * (q + part) + c))
                        _keep(builder, out.data, builder.add(row, first), quad)
            return context.get_dummy_value()

        return types.void(flow, first, places, node, columns, weights, n, out), generate

    return mix_four


def spreader(pixels: int) -> Any:
    """Return an intrinsic that brings a row of nodes, one every four pixels, to 4, 8 or 16 pixels."""
    lanes = scalar.nodes_read(pixels)

    @_in_python(scalar.spreader(pixels))
    def spread(
        typing_context: Any, nodes: Any, at: Any, line: Any, t: Any, out: Any, to: Any  # noqa: ARG001
    ) -> Any:  # fmt: skip
        """Fill ``out[to:to + pixels]`` from a node on, ``t`` of the way to the next row of nodes.

        That is ``line`` further on in ``nodes``, of which four, or eight, are read from each row.
        """

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data, into = (
                context.make_array(signature.args[n])(context, builder, arguments[n]).data
                for n in (0, 4)
            )
            at, line, to = (
                context.cast(builder, arguments[n], signature.args[n], types.int64)
                for n in (1, 2, 5)
            )
            floats = ir.FloatType()
            down = _splat(
                builder,
                context.cast(builder, arguments[3], signature.args[3], types.float32),
                lanes,
            )
            upper = _vector(builder, data, at, lanes)
            lower = _vector(builder, data, builder.add(at, line), lanes)
            row = builder.fadd(upper, builder.fmul(builder.fsub(lower, upper), down))
            left, right = (
                _shuffle(builder, row, row, [n // 4 + side for n in range(pixels)])
                for side in (0, 1)
            )
            vector = ir.VectorType(floats, pixels)
            slope = builder.fmul(builder.fsub(right, left), ir.Constant(vector, [0.25] * pixels))
            steps = ir.Constant(vector, [float(n % 4) for n in range(pixels)])
            _keep(builder, into, to, builder.fadd(left, builder.fmul(slope, steps)))
            return context.get_dummy_value()

        return types.void(nodes, at, line, t, out, to), generate

    return spread


@_in_python(scalar.biweight)
def biweight(
    typing_context: Any, before2: Any, before1: Any, centre: Any, after1: Any, after2: Any,  # noqa: ARG001
    out: Any, gate: Any, i: Any,
) -> Any:  # fmt: skip
    """Fill ``out[i:i + 16]`` with the bytes of ``centre`` pulled towards those of its neighbours.

    ``gate`` holds the four weights, neighbours in turn, in 1/65536; 32767 over the square of the
    radius, times 65536 and over 2 to the power of a shift; that shift; and the radius rounded up,
    whose square fits 16 bits when shifted.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        half, full = (ir.VectorType(ir.IntType(n), 16) for n in (16, 32))
        index = context.cast(builder, arguments[7], signature.args[7], types.int64)

        def data(n: int) -> Any:
            return context.make_array(signature.args[n])(context, builder, arguments[n]).data

        def place(n: int) -> Any:
            kind = ir.VectorType(ir.IntType(8), 16).as_pointer()
            return builder.bitcast(builder.gep(data(n), [index]), kind)

        def constant(value: int) -> Any:
            return ir.Constant(half, [value] * 16)

        def given(n: int) -> Any:
            number = builder.load(builder.gep(data(6), [ir.IntType(64)(n)]))
            return _splat(builder, builder.trunc(number, ir.IntType(16)), 16)

        def high(a: Any, b: Any) -> Any:
            """Return the upper halves of unsigned products."""
            product = builder.mul(builder.zext(a, full), builder.zext(b, full))
            return builder.trunc(builder.lshr(product, ir.Constant(full, [16] * 16)), half)

        def pick(sign: str, a: Any, b: Any) -> Any:
            return builder.select(builder.icmp_signed(sign, a, b), a, b)

        levels = [builder.zext(builder.load(place(n), align=1), half) for n in range(5)]
        inverse, shift, most = given(4), given(5), given(6)
        least = builder.sub(constant(0), most)
        pulls = []
        for n, level in ((0, levels[0]), (1, levels[1]), (2, levels[3]), (3, levels[4])):
            d = pick("<", pick(">", builder.sub(level, levels[2]), least), most)
            squared = high(builder.shl(builder.mul(d, d), shift), inverse)
            inside = builder.icmp_unsigned("<", squared, constant(32767))
            share = builder.select(inside, builder.sub(constant(32767), squared), constant(0))
            share = high(builder.shl(share, constant(1)), share)
            share = high(builder.shl(share, constant(1)), given(n))
            product = builder.mul(
                builder.sext(builder.shl(d, constant(8)), full), builder.sext(share, full)
            )
            product = builder.add(product, ir.Constant(full, [1 << 14] * 16))
            pulls.append(builder.trunc(builder.ashr(product, ir.Constant(full, [15] * 16)), half))
        total = builder.add(_sum(builder, pulls), constant(256))
        moved = builder.add(levels[2], builder.ashr(total, constant(9)))
        builder.store(builder.trunc(moved, ir.VectorType(ir.IntType(8), 16)), place(5), align=1)
        return context.get_dummy_value()

    return types.void(before2, before1, centre, after1, after2, out, gate, i), generate


def _sum(builder: Any, terms: Sequence[Any]) -> Any:
    """Return the sum of integers."""
    total = terms[0]
    for term in terms[1:]:
        total = builder.add(total, term)
    return total
