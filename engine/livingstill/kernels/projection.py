"""Where the pixels of a frame look in the layers of a scene, and which look past its border."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.kernels.compile import kernel
from livingstill.kernels.simd import peek, poke


@kernel("f4:3 f8 f4:1 f8:1 i8 f4:4 i8 i8 i8 i8")
def solve(
    depth: Float32Array,
    step: float,
    middle: Float32Array,
    camera: NDArray[np.float64],
    pitch: int,
    nodes: Float32Array,
    column0: int,
    column1: int,
    row0: int,
    row1: int,
) -> None:
    """Fill ``nodes`` with where each output pixel of a coarse grid looks in every layer.

    A point s of the scene (pixels from the camera's axis) with inverse depth w is seen at

        q = H ((s - f t (w - pivot)) / (1 - z w)),

    so the backward map solves s = (1 - z w(s)) H^-1 q + f t (w(s) - pivot) by fixed-point
    iteration from the middle of a layer's depth; that is smooth, so few steps suffice.

    Parameters
    ----------
    depth : (K, h, w) float32 inverse depth, one sample per ``step`` scene pixels
    middle : (K,) float32 the middle of each layer's depths
    camera : (15,) H^-1 row by row, from output pixels to scene pixels about the axis; the axis
        x, y in scene pixels; f t_x, f t_y in scene pixels; z; and the pivot
    pitch : output pixels per node
    nodes : (K, 2, rows, columns) float32, x and y in scene pixels; filled in rows ``row0..row1``
        and columns ``column0..column1``
    """
    h, w, columns = depth.shape[1], depth.shape[2], column1 - column0
    flat = depth.reshape(depth.size)
    one, zero = np.float32(1), np.float32(0)
    ax, ay = np.float32(camera[9]), np.float32(camera[10])
    tx, ty, tz = np.float32(camera[11]), np.float32(camera[12]), np.float32(camera[13])
    pivot, over = np.float32(camera[14]), np.float32(1 / step)
    right, bottom = np.float32(w - 1), np.float32(h - 1)
    qx, qy = np.empty(columns, np.float32), np.empty(columns, np.float32)
    sx, sy = np.empty(columns, np.float32), np.empty(columns, np.float32)
    for j in range(row0, row1):
        py = float(j * pitch)
        for i in range(columns):
            px = float((column0 + i) * pitch)
            d = 1.0 / (camera[6] * px + camera[7] * py + camera[8])
            qx[i] = (camera[0] * px + camera[1] * py + camera[2]) * d
            qy[i] = (camera[3] * px + camera[4] * py + camera[5]) * d
        for k in range(depth.shape[0]):
            base = np.int32(k * h * w)
            less, more = one - tz * middle[k], middle[k] - pivot
            for i in range(columns):
                sx[i], sy[i] = (less * qx[i] + tx * more) + ax, (less * qy[i] + ty * more) + ay
            for _ in range(3):
                for i in range(columns):
                    u = min(max(peek(sx, i) * over, zero), right)
                    v = min(max(peek(sy, i) * over, zero), bottom)
                    left, top = min(np.int32(u), np.int32(w - 2)), min(np.int32(v), np.int32(h - 2))
                    fx, fy = u - np.float32(left), v - np.float32(top)
                    at = base + top * np.int32(w) + left
                    a, b = peek(flat, at), peek(flat, at + np.int32(1))
                    c, d = peek(flat, at + np.int32(w)), peek(flat, at + np.int32(w + 1))
                    a += (b - a) * fx
                    c += (d - c) * fx
                    e = a + (c - a) * fy
                    less, more = one - tz * e, e - pivot
                    qx_i, qy_i = peek(qx, i), peek(qy, i)
                    poke(sx, i, (less * qx_i + tx * more) + ax)
                    poke(sy, i, (less * qy_i + ty * more) + ay)
            for i in range(columns):
                nodes[k, 0, j, column0 + i], nodes[k, 1, j, column0 + i] = sx[i], sy[i]


@kernel("u4:3 f4:4 i8 i8 i8 b1")
def exposed(
    colour: PackedRGBA, nodes: Float32Array, pitch: int, width: int, height: int, border_only: bool
) -> int:
    """Count output pixels that see a layer continued beyond its border.

    Parameters
    ----------
    colour : (K, H, W) uint32 premultiplied RGBA
    nodes : (K, 2, rows, columns) float32 from ``solve``
    width, height : of the output
    """
    right, bottom = np.float32(colour.shape[2] - 1), np.float32(colour.shape[1] - 1)
    half = np.float32(0.5)
    total = 0
    for y in range(height):
        j = y // pitch
        fy = np.float32(y - j * pitch) / np.float32(pitch)
        inner = border_only and 0 < y < height - 1
        for x in range(0, width, width - 1 if inner else 1):
            i = x // pitch
            fx = np.float32(x - i * pitch) / np.float32(pitch)
            for k in range(colour.shape[0]):
                n = nodes[k, 0]
                a = n[j, i] + (n[j, i + 1] - n[j, i]) * fx
                b = n[j + 1, i] + (n[j + 1, i + 1] - n[j + 1, i]) * fx
                u = a + (b - a) * fy
                n = nodes[k, 1]
                a = n[j, i] + (n[j, i + 1] - n[j, i]) * fx
                b = n[j + 1, i] + (n[j + 1, i + 1] - n[j + 1, i]) * fx
                v = a + (b - a) * fy
                column = int(min(max(u, np.float32(0)), right) + half)
                row = int(min(max(v, np.float32(0)), bottom) + half)
                alpha = colour[k, row, column] >> np.uint32(24)
                if alpha == 0:
                    continue
                if u < -half or v < -half or u > right + half or v > bottom + half:
                    total += 1
                    break
                if alpha == 255:
                    break
    return total
