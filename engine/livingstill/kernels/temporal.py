"""Gated temporal averaging of five frames."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.kernels.compile import kernel


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
    linear filter, differences beyond ``radius`` are motion and count for nothing.

    Parameters
    ----------
    before2, before1, centre, after1, after2 : (H, 4 W) uint8, the bytes of packed frames
    out : (H, 4 W) uint8, rows ``row0`` to ``row1`` overwritten; may be any of the inputs
    weights : (4,) float32 of before2, before1, after1, after2; non-negative, sum at most 1
    radius : levels
    """
    one = np.float32(1)
    zero = np.float32(0)
    half = np.float32(0.5)
    inverse = np.float32(1 / (radius * radius))
    wa, wb, wc, wd = weights[0], weights[1], weights[2], weights[3]
    for y in range(row0, row1):
        for i in range(centre.shape[1]):
            x = np.float32(centre[y, i])
            a = np.float32(before2[y, i]) - x
            b = np.float32(before1[y, i]) - x
            c = np.float32(after1[y, i]) - x
            d = np.float32(after2[y, i]) - x
            ga = max(one - a * a * inverse, zero)
            gb = max(one - b * b * inverse, zero)
            gc = max(one - c * c * inverse, zero)
            gd = max(one - d * d * inverse, zero)
            # no clamp: every pull is shorter than its own d and the weights sum to less than 1
            pulled = (
                x + (wa * a * ga * ga + wd * d * gd * gd) + (wb * b * gb * gb + wc * c * gc * gc)
            )
            out[y, i] = np.uint8(np.int32(pulled + half))
