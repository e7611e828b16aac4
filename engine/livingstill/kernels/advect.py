"""Transport along the streamlines of a stationary velocity field."""

from __future__ import annotations

import numpy as np

from livingstill.kernels.compile import kernel
from livingstill.model import Floats


@kernel
def _at(field: Floats, y: np.float32, x: np.float32, c: int) -> np.float32:
    """Sample channel ``c`` of an (h, w, C) field bilinearly; beyond the border the edge repeats."""
    y = min(max(y, np.float32(0)), np.float32(field.shape[0] - 1))
    x = min(max(x, np.float32(0)), np.float32(field.shape[1] - 1))
    top, left = int(y), int(x)
    bottom, right = min(top + 1, field.shape[0] - 1), min(left + 1, field.shape[1] - 1)
    fy, fx = y - np.float32(top), x - np.float32(left)
    a = field[top, left, c] + (field[top, right, c] - field[top, left, c]) * fx
    b = field[bottom, left, c] + (field[bottom, right, c] - field[bottom, left, c]) * fx
    value: np.float32 = a + (b - a) * fy
    return value


@kernel
def trace(
    velocity: Floats, start: Floats, seconds: float, steps: int, out: Floats, first: int, last: int
) -> None:
    """Follow the flow for ``seconds`` from displaced nodes (midpoint rule, ``steps`` steps).

    Parameters
    ----------
    velocity : (h, w, 2) float32, (dx, dy) in nodes per second
    start, out : (h, w, 2) float32, (dx, dy) in nodes from each node, before and after
    """
    step = np.float32(seconds / steps)
    half = np.float32(0.5) * step
    for j in range(first, last):
        for i in range(velocity.shape[1]):
            x = np.float32(i) + start[j, i, 0]
            y = np.float32(j) + start[j, i, 1]
            for _ in range(steps):
                u, v = _at(velocity, y, x, 0), _at(velocity, y, x, 1)
                xm, ym = x + half * u, y + half * v
                u, v = _at(velocity, ym, xm, 0), _at(velocity, ym, xm, 1)
                x, y = x + step * u, y + step * v
            out[j, i, 0] = x - np.float32(i)
            out[j, i, 1] = y - np.float32(j)


@kernel
def crossfade(
    paths: Floats,
    oldest: float,
    spacing: float,
    now: float,
    half_life: float,
    shift: Floats,
    jitter: Floats,
    look: Floats,
    structure: float,
    reach: float,
    row: int,
    column: int,
    size_x: float,
    size_y: float,
    step: float,
    gains: Floats,
    first_to: Floats,
    first_gain: Floats,
    second_to: Floats,
    second_gain: Floats,
    bias: Floats,
    first: int,
    last: int,
) -> None:
    """Fill two samples, their gains and a bias for flowing matter at one instant.

    Generations of matter are born every ``half_life`` seconds and live twice as long, so each
    node sees two of them, weighted by a window that is centred at ``shift`` seconds of age. The
    age of a generation is the same everywhere, so it is carried without being sheared; only the
    moment of the cross-fade varies (see motion.advection).

    Parameters
    ----------
    paths : (A, h, w, 2) float32, displacement (dx, dy) in nodes after ``oldest + a * spacing`` s
    now : seconds since the loop began, in 0..loop
    shift : (h, w) float32 seconds
    jitter : (G,) float32 seconds added to the age of each generation; G even, loop = G half lives
    look : (h, w, 4) float32: the smooth base colour in levels, and the local contrast
    structure : share of base and contrast that stays in place, 0..1
    reach : distance in nodes at which detail has lost its likeness to itself
    row, column : where the box begins in the outputs
    size_x, size_y : last node of the picture, fractional; paths are mirrored there
    step : pixels per node
    gains : (h, w) float32 correction of the detail's gain; nodes where it is 0 are left alone
    first_to, second_to : (H, W, 2) float32 in pixels, added to
    first_gain, second_gain : (H, W) float32, overwritten
    bias : (H, W, 3) float32, overwritten
    """
    generations = jitter.shape[0]
    births, per = 1.0 / half_life, 1.0 / spacing
    inv = np.float32(1.0 / (reach * reach))
    keep = np.float32(structure)
    one, zero = np.float32(1), np.float32(0)
    bottom, right = np.float32(look.shape[0] - 1), np.float32(look.shape[1] - 1)
    pixels = np.float32(step)
    to = np.empty((2, 2), np.float32)
    weight = np.empty(2, np.float32)
    gain = np.empty(2, np.float32)
    base = np.empty((2, 4), np.float32)
    for j in range(first, last):
        for i in range(shift.shape[1]):
            if gains[j, i] == 0:
                continue
            u = (now - shift[j, i]) * births
            k = int(np.floor(u))
            v = np.float32(u - k)
            rise = v * v * (np.float32(3) - np.float32(2) * v)
            for n in range(2):  # the generation that fades, the one that comes
                born = k + n
                slot = born & 1
                weight[slot] = rise if n == 1 else one - rise
                age = now - born * half_life + jitter[born % generations]
                a = (-age - oldest) * per
                low = min(max(int(a), 0), paths.shape[0] - 2)
                f = np.float32(a - low)
                dx = paths[low, j, i, 0] + (paths[low + 1, j, i, 0] - paths[low, j, i, 0]) * f
                dy = paths[low, j, i, 1] + (paths[low + 1, j, i, 1] - paths[low, j, i, 1]) * f
                x, y = np.float32(column + i) + dx, np.float32(row + j) + dy
                x, y = abs(x), abs(y)
                if x > size_x:
                    x = np.float32(2 * size_x) - x
                if y > size_y:
                    y = np.float32(2 * size_y) - y
                to[slot, 0] = x - np.float32(column + i)
                to[slot, 1] = y - np.float32(row + j)
                y = min(max(y - np.float32(row), zero), bottom)
                x = min(max(x - np.float32(column), zero), right)
                top, left = min(int(y), look.shape[0] - 2), min(int(x), look.shape[1] - 2)
                fy, fx = y - np.float32(top), x - np.float32(left)
                wd = fy * fx
                wb, wc = fx - wd, fy - wd
                wa = one - fx - wc
                for c in range(4):
                    base[slot, c] = (wa * look[top, left, c] + wb * look[top, left + 1, c]) + (
                        wc * look[top + 1, left, c] + wd * look[top + 1, left + 1, c]
                    )
            ex, ey = to[0, 0] - to[1, 0], to[0, 1] - to[1, 1]
            like = one / (one + (ex * ex + ey * ey) * inv)
            like *= like
            w0, w1 = weight[0], weight[1]
            power = w0 * w0 + w1 * w1 + np.float32(2) * like * w0 * w1
            lift = gains[j, i] / np.sqrt(power)
            here = look[j, i, 3]
            for n in range(2):
                ratio = min(max(here / base[n, 3], np.float32(0.5)), np.float32(1.6))
                gain[n] = weight[n] * lift * (one + keep * (ratio - one))
            y, x = row + j, column + i
            first_to[y, x, 0] += to[0, 0] * pixels
            first_to[y, x, 1] += to[0, 1] * pixels
            second_to[y, x, 0] += to[1, 0] * pixels
            second_to[y, x, 1] += to[1, 1] * pixels
            first_gain[y, x] = gain[0]
            second_gain[y, x] = gain[1]
            for c in range(3):
                carried = w0 * base[0, c] + w1 * base[1, c]
                wanted = carried + keep * (look[j, i, c] - carried)
                bias[y, x, c] = wanted - gain[0] * base[0, c] - gain[1] * base[1, c]
