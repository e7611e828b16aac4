"""Packed pixels to the formats of encoders."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import PackedRGBA, UInt8Array
from livingstill.kernels.compile import kernel, part


@part
def _luma(line: PackedRGBA, out: UInt8Array) -> None:
    """Fill one row of luma."""
    low, eight, sixteen = np.uint32(255), np.uint32(8), np.uint32(16)
    for i in range(line.size):
        p = line[i]
        r, g, b = p & low, (p >> eight) & low, (p >> sixteen) & low
        # 219/255 * (0.2126, 0.7152, 0.0722) * 2^16, rounded so that white is 235 exactly
        y = np.uint32(11966) * r + np.uint32(40254) * g + np.uint32(4064) * b
        out[i] = np.uint8((y + np.uint32(1081344)) >> sixteen)


@part
def _chroma(
    above: PackedRGBA, below: PackedRGBA, sums: PackedRGBA, cb: UInt8Array, cr: UInt8Array
) -> None:
    """Fill one row of both chroma planes from two rows of pixels; ``sums`` is scratch (2, w)."""
    even, eight, sixteen = np.uint32(0x00FF00FF), np.uint32(8), np.uint32(16)
    odd, low = np.uint32(0xFF00), np.uint32(0xFFFF)
    both, green = sums[0], sums[1]
    for i in range(above.size):  # red and blue share a word: a sum of four fits 16 bits
        p, q = above[i], below[i]
        both[i] = (p & even) + (q & even)
        green[i] = ((p & odd) >> eight) + ((q & odd) >> eight)
    for i in range(cb.size):
        rb = both[2 * i] + both[2 * i + 1]
        g = np.int32(green[2 * i] + green[2 * i + 1])
        r, b = np.int32(rb & low), np.int32(rb >> sixteen)
        # 224/255 * 2^14 on sums of four; 128.5 * 2^16 rounds
        cb[i] = np.uint8(
            (np.int32(-1649) * r - np.int32(5547) * g + np.int32(7196) * b + np.int32(8421376))
            >> np.int32(16)
        )
        cr[i] = np.uint8(
            (np.int32(7196) * r - np.int32(6536) * g - np.int32(660) * b + np.int32(8421376))
            >> np.int32(16)
        )


@kernel("u4:2 u1:2 u1:2 u1:2")
def to_yuv420(packed: PackedRGBA, y: UInt8Array, u: UInt8Array, v: UInt8Array) -> None:
    """Fill the planes of a BT.709 limited-range 4:2:0 picture.

    Chroma is the mean of 2 x 2 pixels. Q16 integers: every machine gives the same bytes.

    Parameters
    ----------
    packed : (h, w) uint32, h and w even
    y : (>= h, >= w) uint8 view of the luma plane, rows as far apart as the encoder wants
    u, v : (>= h / 2, >= w / 2) uint8
    """
    height, width = packed.shape
    sums = np.empty((2, width), np.uint32)
    for j in range(height // 2):
        above, below = packed[2 * j], packed[2 * j + 1]
        _luma(above, y[2 * j, :width])
        _luma(below, y[2 * j + 1, :width])
        _chroma(above, below, sums, u[j, : width // 2], v[j, : width // 2])


@kernel("u1:2 u1:2 u1:2 i8")
def add_difference(
    plane: UInt8Array, target: UInt8Array, origin: UInt8Array, share_q15: int
) -> None:
    """Add ``share_q15`` / 32768 of ``target - origin`` to a plane, rounded, within 0..255.

    Parameters
    ----------
    plane, target : (h, >= w) uint8, the plane is changed
    origin : (h, w) uint8
    """
    factor, half = np.int32(share_q15), np.int32(16384)
    for j in range(origin.shape[0]):
        line, there, here = plane[j], target[j], origin[j]
        for i in range(here.size):
            part = ((np.int32(there[i]) - np.int32(here[i])) * factor + half) >> np.int32(15)
            level = np.int32(line[i]) + part
            line[i] = np.uint8(min(max(level, np.int32(0)), np.int32(255)))


@kernel("u4:2 u1:2")
def to_rgb24(packed: PackedRGBA, out: UInt8Array) -> None:
    """Fill (h, >= 3 w) uint8 rows with R, G, B of packed pixels."""
    for j in range(packed.shape[0]):
        line, into = packed[j], out[j]
        for i in range(packed.shape[1]):
            p = line[i]
            into[3 * i] = np.uint8(p & np.uint32(255))
            into[3 * i + 1] = np.uint8((p >> np.uint32(8)) & np.uint32(255))
            into[3 * i + 2] = np.uint8((p >> np.uint32(16)) & np.uint32(255))
