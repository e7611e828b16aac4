"""Push and pull: what is unknown is filled from a pyramid of what is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array
from livingstill.kernels.compile import kernel, part


@kernel("u4:2! f4:2! u1:2! f4:3 f4:2 i8 i8")
def pull_packed(
    colour: PackedRGBA,
    depth: Float32Array,
    unknown: UInt8Array,
    out: Float32Array,
    known: Float32Array,
    row0: int,
    row1: int,
) -> None:
    """Average the known ones of every 2 x 2 pixels.

    Parameters
    ----------
    colour, depth, unknown : (h, w) packed pixels, inverse depth, and 0 where both are known
    out : (ceil(h / 2), ceil(w / 2), 4) float32: red, green, blue in levels, and depth; rows
        ``row0..row1`` overwritten
    known : the same without channels: how many pixels were known
    """
    h, w = colour.shape
    low, eight, sixteen = np.uint32(255), np.uint32(8), np.uint32(16)
    for j in range(row0, row1):
        for i in range(out.shape[1]):
            r, g, b, n = np.int32(0), np.int32(0), np.int32(0), np.int32(0)
            e = np.float32(0)
            for y in range(2 * j, min(2 * j + 2, h)):
                for x in range(2 * i, min(2 * i + 2, w)):
                    if unknown[y, x] == 0:
                        p = colour[y, x]
                        r += np.int32(p & low)
                        g += np.int32((p >> eight) & low)
                        b += np.int32((p >> sixteen) & low)
                        e += depth[y, x]
                        n += np.int32(1)
            f = np.float32(1) / np.float32(max(n, np.int32(1)))
            out[j, i, 0] = np.float32(r) * f
            out[j, i, 1] = np.float32(g) * f
            out[j, i, 2] = np.float32(b) * f
            out[j, i, 3] = e * f
            known[j, i] = np.float32(n)


@kernel("f4:3 f4:2 f4:3 f4:2")
def pull(
    fine: Float32Array, fine_known: Float32Array, out: Float32Array, known: Float32Array
) -> None:
    """Average 2 x 2 pixels by how much of each is known; shapes as in ``pull_packed``."""
    h, w, channels = fine.shape
    for j in range(out.shape[0]):
        for i in range(out.shape[1]):
            total = np.float32(0)
            for c in range(channels):
                out[j, i, c] = 0
            for y in range(2 * j, min(2 * j + 2, h)):
                for x in range(2 * i, min(2 * i + 2, w)):
                    a = fine_known[y, x]
                    total += a
                    for c in range(channels):
                        out[j, i, c] += a * fine[y, x, c]
            f = np.float32(1) / max(total, np.float32(1e-6))
            for c in range(channels):
                out[j, i, c] *= f
            known[j, i] = total


@kernel("f4:3 f4:3 f4:2")
def push(coarse: Float32Array, fine: Float32Array, known: Float32Array) -> None:
    """Fill ``fine`` where nothing of it is known from the next coarser level, bilinearly."""
    h, w, channels = fine.shape
    last_y, last_x = coarse.shape[0] - 1, coarse.shape[1] - 1
    for y in range(h):
        top, bottom = max((y - 1) // 2, 0), min((y + 1) // 2, last_y)
        fy = np.float32(0.75) if y % 2 == 0 else np.float32(0.25)
        for x in range(w):
            if known[y, x] > 0:
                continue
            left, right = max((x - 1) // 2, 0), min((x + 1) // 2, last_x)
            fx = np.float32(0.75) if x % 2 == 0 else np.float32(0.25)
            for c in range(channels):
                p, q = coarse[top, left, c], coarse[bottom, left, c]
                p += (coarse[top, right, c] - p) * fx
                q += (coarse[bottom, right, c] - q) * fx
                fine[y, x, c] = p + (q - p) * fy


@kernel("f4:3 i8:1 i8 f8")
def relax(picture: Float32Array, places: NDArray[np.int64], sweeps: int, over: float) -> None:
    """Take the unknown pixels towards the harmonic surface, by over-relaxed Gauss-Seidel.

    Parameters
    ----------
    picture : (h, w, C) float32, changed in place; its border counts as mirrored
    places : (n,) flat indices of the unknown pixels, ascending; swept up and down in turn
    sweeps : how often
    over : relaxation factor, 1..2
    """
    h, w, channels = picture.shape
    step = np.float32(0.25 * over)
    stay = np.float32(1 - over)
    flat = picture.reshape(h * w, channels)
    for sweep in range(sweeps):
        for m in range(places.size):
            at = places[m] if sweep % 2 == 0 else places[places.size - 1 - m]
            y = at // w
            x = at - y * w
            up, down = at - w if y > 0 else at, at + w if y < h - 1 else at
            left, right = at - 1 if x > 0 else at, at + 1 if x < w - 1 else at
            for c in range(channels):
                around = (flat[up, c] + flat[down, c]) + (flat[left, c] + flat[right, c])
                flat[at, c] = stay * flat[at, c] + step * around


@kernel("f4:3 u1:2! f8 u4:2 f4:2 i8 i8")
def push_packed(
    coarse: Float32Array,
    unknown: UInt8Array,
    farthest: float,
    colour: PackedRGBA,
    depth: Float32Array,
    row0: int,
    row1: int,
) -> None:
    """Fill the unknown pixels of ``colour`` and ``depth`` from half their size, bilinearly.

    Depth up to ``farthest`` is kept: the soft border of what hides has a colour that is not the
    hidden one's, but its depth is. What is filled is bounded by it from above.
    """
    w = colour.shape[1]
    last_y, last_x = coarse.shape[0] - 1, coarse.shape[1] - 1
    half, most = np.float32(0.5), np.float32(farthest)
    opaque = np.uint32(0xFF000000)
    for y in range(row0, row1):
        top, bottom = max((y - 1) // 2, 0), min((y + 1) // 2, last_y)
        fy = np.float32(0.75) if y % 2 == 0 else np.float32(0.25)
        for x in range(w):
            if unknown[y, x] == 0:
                continue
            left, right = max((x - 1) // 2, 0), min((x + 1) // 2, last_x)
            fx = np.float32(0.75) if x % 2 == 0 else np.float32(0.25)
            packed = opaque
            for c in range(4):
                p, q = coarse[top, left, c], coarse[bottom, left, c]
                p += (coarse[top, right, c] - p) * fx
                q += (coarse[bottom, right, c] - q) * fx
                v = p + (q - p) * fy
                if c < 3:
                    level = np.uint32(min(max(v + half, np.float32(0)), np.float32(255)))
                    packed |= level << np.uint32(8 * c)
                elif depth[y, x] > most:
                    depth[y, x] = min(v, most)
            colour[y, x] = packed


@part
def _floor_divide(a: Any, b: Any) -> Any:
    """Return ``a // b`` of a whole number up to 2**16 by one up to 255.

    The quotient of floats, properly rounded, never reaches the next whole number, and takes a third
    of the time.
    """
    return np.int32(np.float32(a) / np.float32(b))


@kernel("u4:2! u4:2! u1:2! u1:2! u4:2 i8 i8")
def residual(
    colour: PackedRGBA,
    behind: PackedRGBA,
    alpha: UInt8Array,
    ring: UInt8Array,
    out: PackedRGBA,
    row0: int,
    row1: int,
) -> None:
    """Fill rows of ``out`` with the premultiplied layer that over ``behind`` gives ``colour``.

    P = C - (1 - a) B, so that the layers at rest add up to the photo again. Where no P in
    0..255 a does, ``a`` is raised to the smallest for which one exists; so too in the ``ring``
    around the layer, where ``behind`` is not the photo either.
    """
    low = np.uint32(255)
    for y in range(row0, row1):
        for x in range(colour.shape[1]):
            a: Any = np.int32(alpha[y, x])
            if a == 0 and ring[y, x] == 0:
                if out[y, x] != 0:  # what is zero takes no memory until it is written to
                    out[y, x] = 0
                continue
            if a == 255:
                out[y, x] = colour[y, x] | np.uint32(0xFF000000)
                continue
            c, b = colour[y, x], behind[y, x]
            for n in range(3):
                shift = np.uint32(8 * n)
                front, back = np.int32((c >> shift) & low), np.int32((b >> shift) & low)
                if front < back:
                    a = max(a, 255 - _floor_divide(255 * front, back))
                elif front > back:
                    a = max(a, 255 - _floor_divide(255 * (255 - front), 255 - back))
            packed = np.uint32(a) << np.uint32(24)
            for n in range(3):
                shift = np.uint32(8 * n)
                front, back = np.int32((c >> shift) & low), np.int32((b >> shift) & low)
                v = front - _floor_divide((255 - a) * back + 127, 255)
                packed |= np.uint32(min(max(v, 0), a)) << shift
            out[y, x] = packed
