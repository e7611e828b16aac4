"""What is done to finished pixels: a look-up per colour, shading, grain, pictures laid over."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.kernels.compile import kernel, part

Shorts = NDArray[np.int16]


@part
def _tetrahedral(
    lattice: Float32Array, r: Any, g: Any, b: Any, edges: tuple[int, int, int], c: int
) -> Any:
    """Return channel ``c`` of a flat lattice at (r, g, b) in its own steps, all inside it.

    The cell is cut into six tetrahedra along its grey diagonal; the value is the barycentric
    mean of the four corners of the one the colour lies in (Sakamoto and Itasaki, 1981).
    """
    across, up, deep = edges
    one = np.float32(1)
    i, j, k = np.int32(r), np.int32(g), np.int32(b)
    x, y, z = r - np.float32(i), g - np.float32(j), b - np.float32(k)
    if x >= y:
        if y >= z:
            first, second, high, middle, low = across, across + up, x, y, z
        elif x >= z:
            first, second, high, middle, low = across, across + deep, x, z, y
        else:
            first, second, high, middle, low = deep, across + deep, z, x, y
    elif x >= z:
        first, second, high, middle, low = up, across + up, y, x, z
    elif y >= z:
        first, second, high, middle, low = up, up + deep, y, z, x
    else:
        first, second, high, middle, low = deep, up + deep, z, y, x
    at = i * across + j * up + k * deep + c
    return (
        (one - high) * lattice[at]
        + (high - middle) * lattice[at + first]
        + (middle - low) * lattice[at + second]
        + low * lattice[at + across + up + deep]
    )


@kernel("f4:2 none f4:1 f4:1 f8 f8 u4:1 i8 i8", "f4:2 f4:4 f4:1 f4:1 f8 f8 u4:1 i8 i8")
def tabulate(
    curves: Float32Array,
    lattice: Any,
    low: Float32Array,
    high: Float32Array,
    strength: float,
    saturation: float,
    out: PackedRGBA,
    row0: int,
    row1: int,
) -> None:
    """Fill entries ``256 * row0 .. 256 * row1`` of the table of all graded colours.

    Entry r + 256 g + 65536 b is the packed colour that (r, g, b) becomes: through the curves,
    then the lattice, then saturation about the luma of BT.709.

    Parameters
    ----------
    curves : (3, 256) float32, what the levels of red, green, blue become, 0..1
    lattice : None, or (n, n, n, 3) float32: blue slowest, red fastest, values 0..1
    low, high : (3,) float32, the colours that its first and last corner stand for
    strength : share of the lattice's colour in the result, the curves' being the rest
    saturation : 0 = grey, 1 = as it is
    out : (2^24,) uint32
    """
    zero, one, full, half = np.float32(0), np.float32(1), np.float32(255), np.float32(0.5)
    mixed, more = np.float32(strength), np.float32(saturation)
    v = np.empty(3, np.float32)
    at = np.empty(3, np.float32)
    for row in range(row0, row1):
        for red in range(256):
            v[0], v[1], v[2] = curves[0, red], curves[1, row % 256], curves[2, row // 256]
            if lattice is not None:
                n = lattice.shape[0]
                flat = lattice.reshape(lattice.size)
                edges = (3, 3 * n, 3 * n * n)
                # the last cell is closed: its far corner is reached with a share of one
                inner = np.float32(n - 1) - np.float32(n - 1) * np.float32(1e-7)
                for c in range(3):
                    share = (v[c] - low[c]) / (high[c] - low[c])
                    at[c] = min(max(share * np.float32(n - 1), zero), inner)
                for c in range(3):
                    found = _tetrahedral(flat, at[0], at[1], at[2], edges, c)
                    v[c] += (found - v[c]) * mixed
            luma = np.float32(0.2126) * v[0] + np.float32(0.7152) * v[1] + np.float32(0.0722) * v[2]
            word = np.uint32(0xFF000000)
            for c in range(3):
                level = luma + (v[c] - luma) * more
                level = min(max(level, zero), one) * full + half
                word |= np.uint32(np.int32(level)) << np.uint32(8 * c)
            out[256 * row + red] = word


@kernel("u4:2 u4:1 u4:2 i8 i8")
def look_up(src: PackedRGBA, table: PackedRGBA, out: PackedRGBA, row0: int, row1: int) -> None:
    """Fill rows of ``out`` with what ``table`` (2^24,) says of the colours of ``src``."""
    for y in range(row0, row1):
        line, into = src[y], out[y]
        for x in range(line.size):
            into[x] = table[np.int32(line[x] & np.uint32(0xFFFFFF))]


@kernel("u2:2 u4:2 i8 i8")
def shade(gains: NDArray[np.uint16], out: PackedRGBA, row0: int, row1: int) -> None:
    """Multiply rows of packed pixels by ``gains`` (h, w) in 1/32768, rounded."""
    low, half = np.uint32(255), np.uint32(16384)
    for y in range(row0, row1):
        line, gain = out[y], gains[y]
        for x in range(line.size):
            p, g = line[x], np.uint32(gain[x])
            red = ((p & low) * g + half) >> np.uint32(15)
            green = (((p >> np.uint32(8)) & low) * g + half) >> np.uint32(15)
            blue = (((p >> np.uint32(16)) & low) * g + half) >> np.uint32(15)
            line[x] = (
                red
                | (green << np.uint32(8))
                | (blue << np.uint32(16))
                | (p & np.uint32(0xFF000000))
            )


@kernel("i2:2 i8 i8 u4:2 i8 i8")
def grain(tile: Shorts, down: int, across: int, out: PackedRGBA, row0: int, row1: int) -> None:
    """Add noise to rows of packed pixels: most in the middle tones, none in black and white.

    A level c becomes c + noise * (c (255 - c) / 64) / 65536, the same noise in all channels.

    Parameters
    ----------
    tile : (n, >= across + w) int16; row y of the picture takes row (y + down) mod n from column
        ``across`` on
    """
    low, none, full, half = np.uint32(255), np.int32(0), np.int32(255), np.int32(32768)
    for y in range(row0, row1):
        line, noise = out[y], tile[(y + down) % tile.shape[0]]
        for x in range(line.size):
            p, n = line[x], np.int32(noise[x + across])
            r = np.int32(p & low)
            g = np.int32((p >> np.uint32(8)) & low)
            b = np.int32((p >> np.uint32(16)) & low)
            r += (n * ((r * (full - r)) >> np.int32(6)) + half) >> np.int32(16)
            g += (n * ((g * (full - g)) >> np.int32(6)) + half) >> np.int32(16)
            b += (n * ((b * (full - b)) >> np.int32(6)) + half) >> np.int32(16)
            r, g, b = min(max(r, none), full), min(max(g, none), full), min(max(b, none), full)
            line[x] = (
                np.uint32(r)
                | (np.uint32(g) << np.uint32(8))
                | (np.uint32(b) << np.uint32(16))
                | (p & np.uint32(0xFF000000))
            )


@kernel("u4:2 i8 i8 i8 u4:2 i8 i8")
def lay(
    sprite: PackedRGBA, left: int, top: int, opacity: int, out: PackedRGBA, row0: int, row1: int
) -> None:
    """Lay a premultiplied picture over rows of packed pixels, which keep their alpha.

    Parameters
    ----------
    sprite : (h, w) uint32; its first pixel lies at (``left``, ``top``); what is outside is cut off
    opacity : 0..256
    """
    low, full, half = np.uint32(255), np.uint32(65280), np.uint32(32640)
    shown = np.uint32(opacity)
    first, last = max(0, left), min(out.shape[1], left + sprite.shape[1])
    for y in range(max(row0, top), min(row1, top + sprite.shape[0])):
        line, over = out[y], sprite[y - top]
        for x in range(first, last):
            s, p = over[x - left], line[x]
            rest = full - (s >> np.uint32(24)) * shown
            word = p & np.uint32(0xFF000000)
            for c in range(3):
                shift = np.uint32(8 * c)
                v = ((s >> shift) & low) * shown * low + ((p >> shift) & low) * rest
                word |= min((v + half) // full, low) << shift
            line[x] = word
