"""Gated temporal averaging of five frames."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.kernels.compile import kernel
from livingstill.kernels.simd import biweight, view_flat

_BYTES = 16
"""Bytes that ``biweight`` averages at once."""


@kernel("u1:2 u1:2 u1:2 u1:2 u1:2 u1:2 f4:1 f8 i8 i8")
def smooth_rows(
    before2: UInt8Array,
    before1: UInt8Array,
    centre: UInt8Array,
    after1: UInt8Array,
    after2: UInt8Array,
    out: UInt8Array,
    weights: Float32Array,
    radius: float,
    row0: int,
    row1: int,
) -> None:
    """Fill rows of ``out`` with ``centre`` pulled towards its neighbours in time.

    Per byte, d = neighbour - centre and

        out = centre + sum_k weights[k] * d * max(0, 1 - (d / radius)^2)^2

    which is Tukey's biweight (Beaton and Tukey, 1974): small differences average out as in a
    linear filter, differences beyond ``radius`` are motion and count for nothing. Computed in
    fixed point, each pull to 1/512 of a level.

    Parameters
    ----------
    before2, before1, centre, after1, after2 : (H, 4 W) uint8, the bytes of packed frames
    out : (H, 4 W) uint8, rows ``row0`` to ``row1`` overwritten; may be any of the inputs
    weights : (4,) float32 of before2, before1, after1, after2; below 1/2, sum at most 1
    radius : levels, 1 to 100
    """
    width = centre.shape[1]
    most = int(np.ceil(radius))
    shift = 0
    while (most * most) << (shift + 1) <= 65535:
        shift += 1
    gate = np.empty(7, np.int32)  # as biweight takes it
    for k in range(4):
        gate[k] = np.int32(weights[k] * 65536.0 + 0.5)
    gate[4] = np.int32(65536.0 * 32767.0 / (radius * radius * (1 << shift)))
    gate[5], gate[6] = shift, most
    a, b, x = view_flat(before2), view_flat(before1), view_flat(centre)
    c, d, into = view_flat(after1), view_flat(after2), view_flat(out)
    last = row1 * width
    whole = row0 * width + (last - row0 * width) // _BYTES * _BYTES
    for i in range(row0 * width, whole, _BYTES):
        biweight(a, b, x, c, d, into, gate, i)
    if whole < last:
        ends = np.zeros((6, _BYTES), np.uint8)
        for i in range(whole, last):
            n = i - whole
            ends[0, n], ends[1, n], ends[2, n] = a[i], b[i], x[i]
            ends[3, n], ends[4, n] = c[i], d[i]
        biweight(ends[0], ends[1], ends[2], ends[3], ends[4], ends[5], gate, 0)
        for i in range(whole, last):
            into[i] = ends[5, i - whole]
