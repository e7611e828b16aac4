"""Tempo of a recording: the period at which its onset strength repeats."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from livingstill.audio.onset import RATE
from livingstill.core.model import Float32Array

SLOWEST, FASTEST = 50.0, 210.0
"""Range of tempi, beats per minute."""

_USUAL, _OCTAVES = 115.0, 0.85
"""Tempo that listeners tap most readily, and how far from it in octaves they follow (Moelants, 2002)."""

_REPEATS = 4
"""Multiples of a period that count for it: its later ones tell it more finely."""

_SEARCH = 0.04
"""How far around a period its multiples refine it, of the period."""


class Tempo(NamedTuple):
    """Seconds from beat to beat, and how periodic the recording is, 0..1."""

    period: float
    clarity: float

    @property
    def per_minute(self) -> float:
        """Beats per minute."""
        return 60 / self.period


def estimate(strength: Float32Array) -> Tempo:
    """Return the tempo of an onset strength (n,) float32 by its autocorrelation.

    Each lag is weighted by how readily its tempo is tapped: a log-normal around 115 per minute
    (Ellis, Beat tracking by dynamic programming, 2007). The best one is refined by its multiples.
    """
    correlation = _autocorrelation(strength)
    lags = np.arange(round(60 * RATE / FASTEST), round(60 * RATE / SLOWEST) + 1)
    lags = lags[lags < len(correlation)]
    if len(lags) == 0 or correlation[0] <= 0:
        return Tempo(60 / _USUAL, 0.0)
    octaves = np.log2(60 * RATE / lags / _USUAL)
    scores = _smoothed(correlation)[lags] * np.exp(-0.5 * (octaves / _OCTAVES) ** 2)
    best = int(lags[np.argmax(np.round(scores / correlation[0], 6))])
    clarity = float(np.clip(_smoothed(correlation)[best] / _smoothed(correlation)[0], 0, 1))
    return Tempo(_refined(correlation, best) / RATE, clarity)


def _autocorrelation(strength: Float32Array) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the unbiased autocorrelation at every lag up to half the recording."""
    signal = strength.astype(np.float64) - float(strength.mean())
    size = 1 << (2 * len(signal) - 1).bit_length()
    spectrum = np.fft.rfft(signal, size)
    raw = np.fft.irfft(spectrum * spectrum.conj(), size)[: max(1, len(signal) // 2)]
    return np.asarray(raw / (len(signal) - np.arange(len(raw))), np.float64)


def _smoothed(
    correlation: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a correlation under a triangle of 5 lags: attacks are never exactly a period apart."""
    padded = np.pad(correlation, 2, "reflect") if len(correlation) > 2 else np.pad(correlation, 2)
    return np.convolve(padded, np.array([1, 2, 3, 2, 1]) / 9, "valid")


def _refined(correlation: np.ndarray[tuple[int], np.dtype[np.float64]], lag: int) -> float:
    """Return the period near ``lag``, in fractions of a frame, whose multiples correlate most."""
    periods = lag * np.linspace(1 - _SEARCH, 1 + _SEARCH, 161)
    smooth, places = _smoothed(correlation), np.arange(len(correlation))
    total = np.zeros(len(periods))
    for k in range(1, _REPEATS + 1):
        if k * periods[-1] < len(correlation) - 1:
            total += np.interp(k * periods, places, smooth)
    return float(periods[np.argmax(np.round(total / max(total.max(), 1e-12), 6))])
