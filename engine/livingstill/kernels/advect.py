"""Transport along the streamlines of a stationary velocity field."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.kernels.compile import kernel, part, record
from livingstill.kernels.flow_box import FlowBox
from livingstill.kernels.simd import mix, peek, poke, view_at, view_flat, view_from

Ints = NDArray[np.int32]

_REST = 0.1
"""Share of a half life before and after a cross-fade, when one generation shows alone.

Where it does, one sample is all a frame has to take; that it is not fading then is not seen.
"""


@part
def _at(field: Float32Array, y: Any, x: Any) -> tuple[Any, Any]:
    """Sample an (h, w, 2) field bilinearly; beyond the border the edge repeats."""
    y = min(max(y, np.float32(0)), np.float32(field.shape[0] - 1))
    x = min(max(x, np.float32(0)), np.float32(field.shape[1] - 1))
    top, left = int(y), int(x)
    bottom, right = min(top + 1, field.shape[0] - 1), min(left + 1, field.shape[1] - 1)
    fy, fx = y - np.float32(top), x - np.float32(left)
    a = field[top, left, 0] + (field[top, right, 0] - field[top, left, 0]) * fx
    b = field[bottom, left, 0] + (field[bottom, right, 0] - field[bottom, left, 0]) * fx
    c = field[top, left, 1] + (field[top, right, 1] - field[top, left, 1]) * fx
    d = field[bottom, left, 1] + (field[bottom, right, 1] - field[bottom, left, 1]) * fx
    return a + (b - a) * fy, c + (d - c) * fy


@kernel("f4:3 f4:3 f8 i8 f4:3 i8 i8")
def trace(
    velocity: Float32Array,
    start: Float32Array,
    seconds: float,
    steps: int,
    out: Float32Array,
    first: int,
    last: int,
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
                u, v = _at(velocity, y, x)
                xm, ym = x + half * u, y + half * v
                u, v = _at(velocity, ym, xm)
                x, y = x + step * u, y + step * v
            out[j, i, 0] = x - np.float32(i)
            out[j, i, 1] = y - np.float32(j)


@record("f4:4 f8 f8")
class Paths(NamedTuple):
    """Where matter comes from, by its age.

    Attributes
    ----------
    places : (A, h, w, 2) float32 displacement (dx, dy) in nodes after ``oldest + a * spacing``
        seconds
    oldest, spacing : seconds
    """

    places: Float32Array
    oldest: float
    spacing: float


@record("f4:2 f4:1 f4:3 f8 f8 f4:2 f8 f8 f8")
class Matter(NamedTuple):
    """What flows in a box of (h, w) nodes, and how its generations take turns.

    Attributes
    ----------
    shift : (h, w) float32 seconds of age at which a generation is at its clearest
    offsets : (G,) float32 seconds added to the age of each generation in turn; loop = G half lives
    base : (h, w, 4) float32: the smooth base colour in levels, and the local contrast
    structure : share of base and contrast that stays in place, 0..1
    reach : distance in nodes at which detail has lost its likeness to itself
    gains : (h, w) float32 correction of the detail's gain; nodes where it is 0 are left alone
    right, bottom : last node of the picture, fractional; paths are mirrored there
    step : pixels per node
    """

    shift: Float32Array
    offsets: Float32Array
    base: Float32Array
    structure: float
    reach: float
    gains: Float32Array
    right: float
    bottom: float
    step: float


@kernel("Paths Matter f8 f8 FlowBox i8 i8")
def crossfade(
    paths: Paths, matter: Matter, now: float, half_life: float, flow: FlowBox, first: int, last: int
) -> None:
    """Fill two samples, their gains and a bias for flowing matter at one instant.

    Generations of matter are born every ``half_life`` seconds and live twice as long, so each
    node sees two of them, weighted by a window that is centred at ``matter.shift`` seconds of age.
    The age of a generation is the same everywhere, so it is carried without being sheared; only the
    moment of the cross-fade varies (see motion.advection).

    Parameters
    ----------
    now : seconds since the loop began, in 0..loop
    flow : displacements are added to, gains and bias overwritten, in rows ``first..last`` of the
        box; the second gain is above 0 where matter flows
    """
    places, oldest, spacing = paths
    shift, offsets, base_look, structure, reach, gains, right_end, bottom_end, step = matter
    first_to, first_gain, second_to, second_gain, bias, row, column = flow
    births, per = 1.0 / half_life, 1.0 / spacing
    h, w = shift.shape
    # all nodes see a few generations: how far each has come is asked once
    earliest = latest = shift[0, 0]
    for j in range(h):
        for i in range(w):
            earliest, latest = min(earliest, shift[j, i]), max(latest, shift[j, i])
    eldest = int(np.floor((now - latest) * births))
    many = int(np.floor((now - earliest) * births)) + 2 - eldest
    begin, along = np.empty(many, np.int32), np.empty(many, np.float32)
    for n in range(many):
        age = now - (eldest + n) * half_life + offsets[(eldest + n) % offsets.shape[0]]
        a = (-age - oldest) * per
        low = min(max(int(a), 0), places.shape[0] - 2)
        begin[n], along[n] = low * h * w * 2, np.float32(a - low)
    steps, looks = view_flat(places), view_flat(base_look)
    keep, inv = np.float32(structure), np.float32(1.0 / (reach * reach))
    pixels, least = np.float32(step), np.float32(1e-6)
    born, rise = np.empty(w, np.int32), np.empty(w, np.float32)
    corner, corners = np.empty(w, np.int32), np.empty((4, w), np.float32)
    to, weight = np.empty((2, 2, w), np.float32), np.empty((2, w), np.float32)
    base, gain = np.empty((2, 4 * w), np.float32), np.empty((2, w), np.float32)
    for j in range(first, last):
        y, left, right = row + j, 0, w
        while left < w and gains[j, left] == 0:
            left += 1
        while right > left and gains[j, right - 1] == 0:
            right -= 1
        if left == right:
            continue
        _turns(view_at(shift, j), left, right, now, births, eldest, born, rise)
        for n in range(2):
            _travel(
                steps, begin, along, born, rise, (eldest + n) & 1, left, right, h, w, j, row,
                column, np.float32(right_end), np.float32(bottom_end), view_at(to, n), view_at(weight, n),
                corner, corners,
            )  # fmt: skip
            for i in range(left, right):
                if gains[j, i] != 0:
                    mix(looks, corner[i], 4 * w, 4, corners, i, view_at(base, n), 4 * i)
        _weigh(
            to, weight, base, view_from(looks, 4 * w * j), view_at(gains, j), left, right, inv, keep, gain,
        )  # fmt: skip
        for i in range(left, right):
            if gains[j, i] == 0:
                continue
            x = column + i
            first_to[y, x, 0] += to[0, 0, i] * pixels
            first_to[y, x, 1] += to[0, 1, i] * pixels
            second_to[y, x, 0] += to[1, 0, i] * pixels
            second_to[y, x, 1] += to[1, 1, i] * pixels
            g0, g1, w0, w1 = gain[0, i], gain[1, i], weight[0, i], weight[1, i]
            first_gain[y, x], second_gain[y, x] = g0, max(g1, least)
            for c in range(3):
                b0, b1 = base[0, 4 * i + c], base[1, 4 * i + c]
                carried = w0 * b0 + w1 * b1
                wanted = carried + keep * (base_look[j, i, c] - carried)
                bias[y, x, c] = wanted - g0 * b0 - g1 * b1


@part
def _turns(
    shift: Float32Array, left: int, right: int, now: float, births: float, eldest: int,
    born: Ints, rise: Float32Array,
) -> None:  # fmt: skip
    """Fill which generation fades at each node of a row, from the eldest, and the next one's share."""
    zero, one, rest = np.float32(0), np.float32(1), np.float32(_REST)
    over = np.float32(1 / (1 - 2 * _REST))
    for i in range(left, right):
        u = (now - peek(shift, i)) * births
        k = np.floor(u)
        v = min(max((np.float32(u - k) - rest) * over, zero), one)
        poke(born, i, np.int32(k) - np.int32(eldest))
        poke(rise, i, v * v * (np.float32(3) - np.float32(2) * v))


@part
def _travel(
    paths: Float32Array, begin: Ints, along: Float32Array, born: Ints, rise: Float32Array, odd: int,
    left: int, right: int, h: int, w: int, j: int, row: int, column: int, end_x: Any, end_y: Any,
    to: Float32Array, weight: Float32Array, places: Ints, corners: Float32Array,
) -> None:  # fmt: skip
    """Fill where a sample's matter comes from, in nodes, its share, and where its look is found.

    The samples take turns: the one shows the fading generation where that is an ``odd`` one from
    the eldest (1) or not (0), the other the coming one.
    """
    one, two, zero = np.float32(1), np.float32(2), np.float32(0)
    wide, high = np.float32(w - 1), np.float32(h - 1)
    x0, y0, top = np.float32(column), np.float32(row), np.float32(row + j)
    xs, ys = view_at(to, 0), view_at(to, 1)
    wa, wb = view_at(corners, 0), view_at(corners, 1)
    wc, wd = view_at(corners, 2), view_at(corners, 3)
    apart, line = np.int32(2 * h * w), np.int32(2 * j * w)
    for i in range(left, right):
        n = peek(born, i)
        fading = n & np.int32(1) == odd
        n = n if fading else n + np.int32(1)
        at, f = peek(begin, n) + line + np.int32(2 * i), peek(along, n)
        dx, dy = peek(paths, at), peek(paths, at + np.int32(1))
        dx += (peek(paths, at + apart) - dx) * f
        dy += (peek(paths, at + apart + np.int32(1)) - dy) * f
        here = x0 + np.float32(i)
        x, y = abs(np.float32(column + i) + dx), abs(top + dy)
        x, y = two * end_x - x if x > end_x else x, two * end_y - y if y > end_y else y
        poke(xs, i, x - here)
        poke(ys, i, y - top)
        poke(weight, i, one - peek(rise, i) if fading else peek(rise, i))
        x, y = min(max(x - x0, zero), wide), min(max(y - y0, zero), high)
        m, r = min(np.int32(x), np.int32(w - 2)), min(np.int32(y), np.int32(h - 2))
        fx, fy = x - np.float32(m), y - np.float32(r)
        both = fy * fx
        poke(places, i, (r * np.int32(w) + m) * np.int32(4))
        poke(wd, i, both)
        poke(wc, i, fy - both)
        poke(wb, i, fx - both)
        poke(wa, i, (one - fx) - (fy - both))


@part
def _weigh(
    to: Float32Array, weight: Float32Array, base: Float32Array, look: Float32Array, gains: Float32Array, left: int, right: int,
    inv: Any, keep: Any, gain: Float32Array,
) -> None:  # fmt: skip
    """Fill the gains (2, n) of both samples' detail."""
    one, two, low, high = np.float32(1), np.float32(2), np.float32(0.5), np.float32(1.6)
    one_to, other_to = view_at(to, 0), view_at(to, 1)
    x0, y0 = view_at(one_to, 0), view_at(one_to, 1)
    x1, y1 = view_at(other_to, 0), view_at(other_to, 1)
    w0, w1, b0 = view_at(weight, 0), view_at(weight, 1), view_at(base, 0)
    b1, g0, g1 = view_at(base, 1), view_at(gain, 0), view_at(gain, 1)
    for i in range(left, right):
        ex, ey = peek(x0, i) - peek(x1, i), peek(y0, i) - peek(y1, i)
        like = one / (one + (ex * ex + ey * ey) * inv)
        like *= like
        a, b = peek(w0, i), peek(w1, i)
        power = a * a + b * b + two * like * a * b
        lift, here = peek(gains, i) / np.sqrt(power), peek(look, 4 * i + 3)
        ratio = min(max(here / peek(b0, 4 * i + 3), low), high)
        poke(g0, i, a * lift * (one + keep * (ratio - one)))
        ratio = min(max(here / peek(b1, 4 * i + 3), low), high)
        poke(g1, i, b * lift * (one + keep * (ratio - one)))
