"""What the intrinsics of ``simd`` compute, in Python: for runs in which Numba is switched off.

Without a compiler, under ``NUMBA_DISABLE_JIT=1``, a debugger and a coverage tool see into kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array

Ints = NDArray[np.int32]


def peek(array: NDArray[Any], index: int) -> Any:
    """Return ``array[index]``."""
    return array[index]


def poke(array: NDArray[Any], index: int, value: Any) -> None:
    """Set ``array[index]``."""
    array[index] = value


def borrow(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array: Python counts its references anyway."""
    return array


def view_at(array: NDArray[Any], index: int) -> NDArray[Any]:
    """Return ``array[index]``."""
    view: NDArray[Any] = array[index]
    return view


def view_from(array: NDArray[Any], first: int) -> NDArray[Any]:
    """Return ``array[first:]``."""
    return array[first:]


def view_grid(array: NDArray[Any], first: int, rows: int, columns: int) -> NDArray[Any]:
    """Return (rows, columns) of a flat array from ``first`` on."""
    return array[first : first + rows * columns].reshape(rows, columns)


def view_blocks(
    array: NDArray[Any], first: int, count: int, rows: int, columns: int
) -> NDArray[Any]:
    """Return (count, rows, columns) of a flat array from ``first`` on."""
    return array[first : first + count * rows * columns].reshape(count, rows, columns)


def view_flat(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array's items in one row."""
    return array.reshape(array.size)


def _add(terms: Sequence[Float32Array]) -> Float32Array:
    """Return the sum of two or four terms, pair by pair."""
    half = len(terms) // 2
    return terms[0] if half == 0 else _add(terms[:half]) + _add(terms[half:])


def sampler(taps: int) -> Callable[..., None]:
    """Return a function that samples the squares of four pixels' colours, and their alpha."""

    def sample(
        colour: PackedRGBA,
        width: int,
        places: Ints,
        weights: Float32Array,
        i: int,
        out: Float32Array,
    ) -> None:
        levels = colour.view(np.uint8).reshape(-1, 4)
        for n in range(i, i + 4):
            rows = []
            for r in range(taps):
                at = int(places[n]) + r * width
                row = levels[at : at + taps].astype(np.float32)
                row[:, :3] *= row[:, :3]
                rows.append(row * weights[taps + r, n])
            out[:4, n] = _add(list(_add(rows) * weights[:taps, n, None]))

    return sample


def fixed_sampler(taps: int) -> Callable[..., None]:
    """Return a function that samples four pixels through ``taps`` x ``taps`` points, in integers."""

    def sample(
        colour: PackedRGBA, width: int, positions: Ints, weights: PackedRGBA, i: int, out: Float32Array
    ) -> None:  # fmt: skip
        levels = colour.view(np.uint8).reshape(-1, 4)
        given = np.ascontiguousarray(positions[2:4, i : i + 4]).T
        pairs = (given[..., None] if taps == 2 else weights[given.astype(int)]).copy()
        across, heights = np.moveaxis(pairs.view(np.int16).astype(np.int64), 1, 0)
        for n in range(i, i + 4):
            at = [int(positions[0, n]) + r * width for r in range(taps)]
            rows = np.array([levels[a : a + taps] for a in at], np.int64)
            products = across[n - i][:, None] * rows
            sums = products.reshape(taps, -1, 2, 4).sum(2) >> 8
            total = heights[n - i] @ sums.sum(1)
            out[:4, n] = total.astype(np.float32) * np.float32(2**-20)

    return sample


def copy_four(source: NDArray[Any], at: int, out: NDArray[Any], to: int) -> None:
    """Copy ``source[at:at + 4]`` to ``out[to:to + 4]``."""
    out[to : to + 4] = source[at : at + 4]


def mix(
    flow: Float32Array,
    at: int,
    line: int,
    node: int,
    weights: Float32Array,
    n: int,
    out: Float32Array,
    to: int,
) -> None:
    """Fill ``out[to:to + 4]`` from four nodes around a point."""
    begins = (at, at + node, at + line, at + line + node)
    out[to : to + 4] = _add([weights[c, n] * flow[b : b + 4] for c, b in enumerate(begins)])


def mixer(quads: int) -> Callable[..., None]:
    """Return a function that brings so many quads of a flow's nodes to four points."""

    def mix_four(
        flow: Float32Array, first: int, places: Ints, node: int, columns: int, weights: Float32Array, n: int,
        out: Float32Array,
    ) -> None:  # fmt: skip
        for m in range(n, n + 4):
            at, line = first + int(places[m]) * node, columns * node
            begins = (at, at + node, at + line, at + line + node)
            terms = [weights[c, m] * flow[b : b + 4 * quads] for c, b in enumerate(begins)]
            out[: 4 * quads, m] = _add(terms)

    return mix_four


def nodes_read(pixels: int) -> int:
    """Return how many nodes of a row a spreader reads: a whole vector."""
    return 4 if pixels < 16 else 8


def spreader(pixels: int) -> Callable[..., None]:
    """Return a function that brings a row of nodes, one every four pixels, to so many pixels."""

    def spread(nodes: Float32Array, at: int, line: int, t: Any, out: Float32Array, to: int) -> None:
        many = nodes_read(pixels)
        upper, lower = nodes[at : at + many], nodes[at + line : at + line + many]
        row = upper + (lower - upper) * np.float32(t)
        for n in range(pixels):
            left, right = row[n // 4], row[n // 4 + 1]
            out[to + n] = left + (right - left) * np.float32(0.25) * np.float32(n % 4)

    return spread


def biweight(
    before2: UInt8Array,
    before1: UInt8Array,
    centre: UInt8Array,
    after1: UInt8Array,
    after2: UInt8Array,
    out: UInt8Array,
    gate: Ints,
    i: int,
) -> None:
    """Fill ``out[i:i + 16]`` with bytes pulled towards those of their neighbours."""
    inverse, shift, most = (int(n) for n in gate[4:])
    x = centre[i : i + 16].astype(np.int64)
    total = np.full(16, 256)
    for weight, other in zip(gate, (before2, before1, after1, after2)):
        d = np.clip(other[i : i + 16] - x, -most, most)
        share = np.maximum(32767 - ((d * d << shift) * inverse >> 16), 0)
        share = (2 * share * share) >> 16
        share = (2 * share * int(weight)) >> 16
        total += ((d << 8) * share + (1 << 14)) >> 15
    out[i : i + 16] = x + (total >> 9)
