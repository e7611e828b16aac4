"""Periodic noise: of any spectrum, as a slow gain, and as grains at random times.

A period of n samples is synthesised in its spectrum, so that sample n equals sample 0 and no place
in it differs statistically from another: there is no seam.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy  # its parts are imported when they are used
from numpy.typing import NDArray

from livingstill.core.model import SAMPLE_RATE, Float32Array

_SHARED = 0.5
"""Share of the power that both ears hear alike."""


def frequencies(count: int) -> Float32Array:
    """Return the frequency of each bin of a period of ``count`` samples, Hz."""
    return np.asarray(scipy.fft.rfftfreq(count, 1 / SAMPLE_RATE), np.float32)


def band_gain(count: int, low: float, high: float, tilt: float = 0.0) -> Float32Array:
    """Return the gain of each bin: 1 between ``low`` and ``high`` Hz, 12 dB per octave beyond.

    ``tilt`` is in dB per octave around the middle of the band.
    """
    f = np.maximum(frequencies(count), np.float32(1))
    sides = 1 / ((1 + (low / f) ** 2) * (1 + (f / high) ** 2))
    return np.asarray(sides * (f / np.sqrt(low * high)) ** (tilt / 6.02), np.float32)


def coloured_noise(rng: np.random.Generator, count: int, gain: Float32Array) -> Float32Array:
    """Return (count,) float32 periodic Gaussian noise of unit power whose spectrum is ``gain``."""
    white = rng.standard_normal((2, len(gain)), np.float32)
    spectrum = (white[0] + 1j * white[1]) * gain
    spectrum[0] = 0
    noise = scipy.fft.irfft(spectrum.astype(np.complex64), count)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), np.float32)


def stereo_noise(rng: np.random.Generator, count: int, gain: Float32Array) -> Float32Array:
    """Return (count, 2) float32: noise as ``coloured_noise``, partly the same in both ears."""
    shared, *channels = (coloured_noise(rng, count, gain) for _ in range(3))
    shared_gain, own_gain = np.float32(_SHARED**0.5), np.float32((1 - _SHARED) ** 0.5)
    return np.stack([shared_gain * shared + own_gain * channel for channel in channels], axis=-1)


def gain_noise(
    rng: np.random.Generator, count: int, low: float, high: float, depth: float
) -> Float32Array:
    """Return (count,) float32, a random periodic gain about 1 between ``low`` and ``high`` Hz.

    It is exp of noise, so it never falls to silence; ``depth`` is the rms of its logarithm.
    """
    f = frequencies(count)
    inside = (f >= low) & (f <= high)
    if not inside.any():  # slower than the period: its first harmonic
        inside[1] = True
    return np.asarray(
        np.exp(depth * coloured_noise(rng, count, inside.astype(np.float32))), np.float32
    )


def scatter_grains(
    rng: np.random.Generator,
    count: int,
    rate: float,
    grain: Callable[[np.random.Generator], NDArray[np.float64]],
) -> Float32Array:
    """Return (count, 2) float32: grains at random times, ``rate`` a second, from random sides.

    A grain that reaches over the end goes on at the start.
    """
    out = np.zeros((count, 2), np.float32)
    for _ in range(max(1, round(rate * count / SAMPLE_RATE))):
        onset, pan = int(rng.integers(count)), rng.uniform(0.15, 0.85)
        burst = grain(rng)[:count]
        panned = (burst[:, None] * np.sqrt([1 - pan, pan])).astype(np.float32)
        before = min(len(burst), count - onset)
        out[onset : onset + before] += panned[:before]
        out[: len(burst) - before] += panned[before:]
    return out
