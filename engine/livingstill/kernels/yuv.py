"""Packed pixels to the formats of encoders."""

from __future__ import annotations

import numpy as np

from livingstill.kernels.compile import kernel
from livingstill.model import Bytes, Words


@kernel
def to_yuv420(packed: Words, y: Bytes, u: Bytes, v: Bytes) -> None:
    """Fill the planes of a BT.709 limited-range 4:2:0 picture.

    Chroma is the mean of 2 x 2 pixels. Q16 integers: every machine gives the same bytes.

    Parameters
    ----------
    packed : (h, w) uint32, h and w even
    y : (>= h, >= w) uint8 view of the luma plane, rows as far apart as the encoder wants
    u, v : (>= h / 2, >= w / 2) uint8
    """
    low, eight, sixteen = np.uint32(255), np.uint32(8), np.uint32(16)
    for j in range(packed.shape[0] // 2):
        above, below = packed[2 * j], packed[2 * j + 1]
        luma0, luma1, cb, cr = y[2 * j], y[2 * j + 1], u[j], v[j]
        for i in range(packed.shape[1]):
            p = above[i]
            r, g, b = (
                np.int32(p & low),
                np.int32((p >> eight) & low),
                np.int32((p >> sixteen) & low),
            )
            # 219/255 * (0.2126, 0.7152, 0.0722) * 2^16, rounded so that white is 235 exactly
            luma0[i] = np.uint8((11966 * r + 40254 * g + 4064 * b + 1081344) >> 16)
            p = below[i]
            r, g, b = (
                np.int32(p & low),
                np.int32((p >> eight) & low),
                np.int32((p >> sixteen) & low),
            )
            luma1[i] = np.uint8((11966 * r + 40254 * g + 4064 * b + 1081344) >> 16)
        for i in range(packed.shape[1] // 2):
            p0, p1, p2, p3 = above[2 * i], above[2 * i + 1], below[2 * i], below[2 * i + 1]
            # two channels at a time, each sum of four fits its 16 bits
            odd = np.uint32(0x00FF00FF)
            rb = (p0 & odd) + (p1 & odd) + (p2 & odd) + (p3 & odd)
            r, b = np.int32(rb & np.uint32(0xFFFF)), np.int32(rb >> sixteen)
            g = (
                np.int32((p0 >> eight) & low)
                + np.int32((p1 >> eight) & low)
                + np.int32((p2 >> eight) & low)
                + np.int32((p3 >> eight) & low)
            )
            # 224/255 * 2^14 on sums of four; 128.5 * 2^16 rounds
            cb[i] = np.uint8((-1649 * r - 5547 * g + 7196 * b + 8421376) >> 16)
            cr[i] = np.uint8((7196 * r - 6536 * g - 660 * b + 8421376) >> 16)


@kernel
def to_rgb24(packed: Words, out: Bytes) -> None:
    """Fill (h, >= 3 w) uint8 rows with R, G, B of packed pixels."""
    for j in range(packed.shape[0]):
        line, into = packed[j], out[j]
        for i in range(packed.shape[1]):
            p = line[i]
            into[3 * i] = np.uint8(p & np.uint32(255))
            into[3 * i + 1] = np.uint8((p >> np.uint32(8)) & np.uint32(255))
            into[3 * i + 2] = np.uint8((p >> np.uint32(16)) & np.uint32(255))
