"""Stereo pairs mixed into one picture for coloured glasses."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array
from livingstill.kernels.compile import kernel


@kernel("u4:2! u4:2! f4:1! f4:2! u1:1! u4:2 i8 i8")
def anaglyph(
    left: PackedRGBA,
    right: PackedRGBA,
    light: Float32Array,
    matrix: Float32Array,
    levels: UInt8Array,
    out: PackedRGBA,
    row0: int,
    row1: int,
) -> None:
    """Fill rows ``row0..row1`` of ``out`` with the least-squares anaglyph of two views.

    Parameters
    ----------
    left, right : (h, w) uint32, bytes R, G, B, X
    light : (256,) float32, the linear light 0..1 of a level
    matrix : (3, 6) float32, light of R, G, B from that of the left's and the right's R, G, B
    levels : (n,) uint8, the level of light i / (n - 1)
    out : (h, w) uint32, bytes R, G, B, 255
    """
    low, eight, sixteen = np.uint32(255), np.uint32(8), np.uint32(16)
    top = np.float32(levels.size - 1)
    zero, half = np.float32(0), np.float32(0.5)
    for y in range(row0, row1):
        for x in range(out.shape[1]):
            p, q = left[y, x], right[y, x]
            a, b, c = light[p & low], light[(p >> eight) & low], light[(p >> sixteen) & low]
            d, e, f = light[q & low], light[(q >> eight) & low], light[(q >> sixteen) & low]
            word = np.uint32(0xFF000000)
            for k in range(3):
                m = matrix[k]
                v = m[0] * a + m[1] * b + m[2] * c
                v += m[3] * d + m[4] * e + m[5] * f
                place = np.int32(min(max(v * top, zero), top) + half)
                word |= np.uint32(levels[place]) << np.uint32(8 * k)
            out[y, x] = word
