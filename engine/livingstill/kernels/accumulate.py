"""Averages of packed pixels: over subpixels, over instants, between degrees of blur."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.kernels.compile import kernel


@kernel("u4:2 i8 u4:3 i8 i8")
def add(packed: PackedRGBA, times: int, sums: PackedRGBA, row0: int, row1: int) -> None:
    """Add blocks of ``times`` x ``times`` pixels to rows ``row0..row1`` of ``sums``.

    Parameters
    ----------
    packed : (h * times, w * times) uint32
    sums : (h, 3, w) uint32 of red, green, blue
    """
    low, eight, sixteen = np.uint32(255), np.uint32(8), np.uint32(16)
    for y in range(row0, row1):
        red, green, blue = sums[y, 0], sums[y, 1], sums[y, 2]
        for v in range(y * times, y * times + times):
            line = packed[v]
            for u in range(times):
                for x in range(red.size):
                    p = line[x * times + u]
                    red[x] += p & low
                    green[x] += (p >> eight) & low
                    blue[x] += (p >> sixteen) & low


@kernel("u4:3 i8 u4:2 i8 i8")
def mean(sums: PackedRGBA, count: int, out: PackedRGBA, row0: int, row1: int) -> None:
    """Fill rows of ``out`` with the rounded means of ``count`` pixels; clear ``sums``."""
    n, half = np.uint32(count), np.uint32(count // 2)
    for y in range(row0, row1):
        for x in range(out.shape[1]):
            r = (sums[y, 0, x] + half) // n
            g = (sums[y, 1, x] + half) // n
            b = (sums[y, 2, x] + half) // n
            out[y, x] = r | (g << np.uint32(8)) | (b << np.uint32(16)) | np.uint32(0xFF000000)
            sums[y, 0, x] = sums[y, 1, x] = sums[y, 2, x] = 0


@kernel("u4:3 f4:1 f4:2! f8 f8 u4:2 i8 i8")
def defocus(
    levels: PackedRGBA,
    sigmas: Float32Array,
    depth: Float32Array,
    focus: float,
    strength: float,
    out: PackedRGBA,
    row0: int,
    row1: int,
) -> None:
    """Take every pixel from the two blurs next to its own.

    Parameters
    ----------
    levels : (L, H, W) uint32, the layer blurred by ``sigmas``
    sigmas : (L,) float32 ascending, the first 0
    depth : (H, W) float32 inverse depth
    focus, strength : a pixel's sigma is ``strength * |depth - focus|``
    out : (H, W) uint32
    """
    low = np.uint32(255)
    last = sigmas.size - 1
    for y in range(row0, row1):
        for x in range(out.shape[1]):
            sigma = min(np.float32(strength * abs(depth[y, x] - focus)), sigmas[last])
            n = 0
            while n < last - 1 and sigmas[n + 1] < sigma:
                n += 1
            t = np.int32(256 * (sigma - sigmas[n]) / (sigmas[n + 1] - sigmas[n]) + np.float32(0.5))
            a, b = levels[n, y, x], levels[n + 1, y, x]
            packed = np.uint32(0)
            for c in range(4):
                shift = np.uint32(8 * c)
                p, q = np.int32((a >> shift) & low), np.int32((b >> shift) & low)
                packed |= np.uint32(p + ((q - p) * t + 128) // 256) << shift
            out[y, x] = packed
