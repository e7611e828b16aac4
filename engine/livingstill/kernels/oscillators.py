"""Amplitudes of damped oscillators that the wind drives, node by node."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.kernels.compile import kernel, part, record
from livingstill.kernels.simd import peek, poke, view_at

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@record("f4:2 f8 f8:1 f8:1 f8:2 f4:4 i8:1")
class Oscillators(NamedTuple):
    """Oscillators on (h, w) nodes, and the M harmonics of the wind that drives them.

    Attributes
    ----------
    own : (h, w) float32, the resonance in Hz
    damping : damping ratio
    hertz, drive : (M,) float64, frequency and amplitude of each harmonic
    turn : (M, 2) float64, the harmonic's phase as a complex number
    lags : (S, 2, h, w) float32: by what complex number of 1 a node lags behind, for some steps
        from one harmonic to the next
    steps : (M,) int64, which of them leads from the harmonic before, or from none, to each
    """

    own: Float32Array
    damping: float
    hertz: Floats
    drive: Floats
    turn: Floats
    lags: Float32Array
    steps: Ints


@record("f4:3! i8:1 f4:1 f8 f8 f8 f8 f8 f8")
class Limbs(NamedTuple):
    """How limbs answer to an oscillator's response, each in its own way.

    Attributes
    ----------
    noise : (n, w, 4 * M) float32: real parts along the wind of all harmonics, imaginary ones, and both
        across it
    above, below : (h,) int64 the row of noise above each row of nodes, float32 the share of the next
    coherence, free : what all have in common, and what each has of its own
    share : amplitude along the wind; across it that times ``cross``
    x, y : the wind's direction
    """

    noise: Float32Array
    above: Ints
    below: Float32Array
    coherence: float
    free: float
    share: float
    cross: float
    x: float
    y: float


@part
def _answer(limb: Oscillators, y: int, real: Floats, imaginary: Floats, scratch: Floats) -> None:
    """Fill the responses (M, w) of a row of nodes, of rms 1, turned and lagged; ``scratch`` (3, w)."""
    own, damping, hertz, drive, turn, lags, steps = limb
    line, total = view_at(own, y), view_at(scratch, 0)
    far, near = view_at(scratch, 1), view_at(scratch, 2)
    width = line.size
    for m in range(hertz.size):
        f, size = hertz[m], drive[m]
        square, slow = f * f, 2.0 * damping * f
        re, im = view_at(real, m), view_at(imaginary, m)
        for x in range(width):
            f0 = peek(line, x)
            n = np.float64(f0 * f0)
            a, b = n - square, slow * np.float64(f0)
            # n / (a + b i), divided by the larger part (Smith, 1962)
            swap = abs(a) < abs(b)
            large, small = b if swap else a, a if swap else b
            ratio = small / large
            scale = 1.0 / (large + small * ratio)
            c = (n * ratio) * scale * size if swap else n * scale * size
            d = -n * scale * size if swap else -(n * ratio) * scale * size
            poke(re, x, c)
            poke(im, x, d)
            poke(total, x, (peek(total, x) if m else 0.0) + (c * c + d * d))
    for x in range(width):
        poke(total, x, 1.0 / np.sqrt(peek(total, x) / 2.0))
        far[x], near[x] = 0.0, 1.0
    for m in range(hertz.size):
        re, im, step = view_at(real, m), view_at(imaginary, m), view_at(lags, steps[m])
        p, q = turn[m, 0], turn[m, 1]
        u, v = view_at(view_at(step, 0), y), view_at(view_at(step, 1), y)
        for x in range(width):
            s, t = peek(near, x), peek(far, x)
            k, g = s * peek(u, x) - t * peek(v, x), s * peek(v, x) + t * peek(u, x)
            poke(near, x, k)
            poke(far, x, g)
            a, b = peek(re, x) * peek(total, x), peek(im, x) * peek(total, x)
            c, d = a * p - b * q, a * q + b * p
            poke(re, x, c * k - d * g)
            poke(im, x, c * g + d * k)


@part
def _own_ways(limbs: Limbs, y: int, ways: Float32Array) -> None:
    """Fill the noise (4 * M, w) of a row of nodes, of unit variance for a complex number."""
    noise = limbs.noise
    first = limbs.above[y]
    upper = view_at(noise, first)
    lower = view_at(noise, min(first + 1, noise.shape[0] - 1))
    one, root = np.float32(1), np.float32(np.sqrt(2))
    part_ = limbs.below[y]
    rest = one - part_
    for x in range(ways.shape[1]):
        a, b = view_at(upper, x), view_at(lower, x)
        for c in range(ways.shape[0]):
            ways[c, x] = (a[c] * rest + b[c] * part_) / root


@kernel("Oscillators Limbs f8:2! f8:2 f8:3 f4:4 f8:2 i8 i8")
def respond(
    limb: Oscillators,
    limbs: Limbs,
    bright: Floats,
    mean: Floats,
    sums: Floats,
    out: Float32Array,
    largest: Floats,
    row0: int,
    row1: int,
) -> None:
    """Fill rows of the displacement's complex amplitudes, and of the sums that a third channel needs.

    Parameters
    ----------
    bright : (<= h, <= w) float64, weights of sums, or nothing
    mean : (M, 2) float64, complex numbers that the displacement along the wind is above in the third
        channel
    sums : (h, M, 2) float64, filled with each row's sum of ``bright`` times the displacement along the
        wind
    out : (h, M, 2 * C, w) float32: of two or three channels real and imaginary part by turns; or nothing
    largest : (h, M) float64, the largest of each row
    """
    count, width = limb.hertz.size, limb.own.shape[1]
    real, imaginary = np.empty((count, width)), np.empty((count, width))
    scratch, ways = np.empty((3, width)), np.empty((4 * count, width), np.float32)
    coherence, free = np.float32(limbs.coherence), np.float32(limbs.free)
    share, cross, wx, wy = limbs.share, limbs.share * limbs.cross, limbs.x, limbs.y
    for y in range(row0, row1):
        _answer(limb, y, real, imaginary, scratch)
        _own_ways(limbs, y, ways)
        for m in range(count):
            re, im = view_at(real, m), view_at(imaginary, m)
            p, q = view_at(ways, m), view_at(ways, count + m)
            r, s = view_at(ways, 2 * count + m), view_at(ways, 3 * count + m)
            if y < bright.shape[0]:
                light, a, b = view_at(bright, y), 0.0, 0.0
                for x in range(light.size):
                    c, d = share * re[x], share * im[x]
                    u, v = np.float64(coherence + free * p[x]), np.float64(free * q[x])
                    a += (c * u - d * v) * light[x]
                    b += (c * v + d * u) * light[x]
                sums[y, m, 0], sums[y, m, 1] = a, b
            if out.size == 0:
                continue
            into, tops = view_at(view_at(out, y), m), view_at(scratch, 1)
            xr, xi = view_at(into, 0), view_at(into, 1)
            yr, yi = view_at(into, 2), view_at(into, 3)
            for x in range(width):
                a, b = peek(re, x), peek(im, x)
                u = np.float64(coherence + free * peek(p, x))
                v = np.float64(free * peek(q, x))
                c, d = (share * a) * u - (share * b) * v, (share * a) * v + (share * b) * u
                u = np.float64(coherence + free * peek(r, x))
                v = np.float64(free * peek(s, x))
                e, f = (cross * a) * u - (cross * b) * v, (cross * a) * v + (cross * b) * u
                g, h = c * wx - e * wy, d * wx - f * wy
                k, n = c * wy + e * wx, d * wy + f * wx
                poke(xr, x, np.float32(g))
                poke(xi, x, np.float32(h))
                poke(yr, x, np.float32(k))
                poke(yi, x, np.float32(n))
                poke(tops, x, max(abs(g), abs(h), abs(k), abs(n)))
            if into.shape[0] > 4:
                zr, zi = view_at(into, 4), view_at(into, 5)
                less, lower = mean[m, 0], mean[m, 1]
                for x in range(width):
                    a, b = peek(re, x), peek(im, x)
                    u = np.float64(coherence + free * peek(p, x))
                    v = np.float64(free * peek(q, x))
                    c = (share * a) * u - (share * b) * v - less
                    d = (share * a) * v + (share * b) * u - lower
                    poke(zr, x, np.float32(c))
                    poke(zi, x, np.float32(d))
                    poke(tops, x, max(peek(tops, x), abs(c), abs(d)))
            most = 0.0
            for x in range(width):
                most = max(most, tops[x])
            largest[y, m] = most
