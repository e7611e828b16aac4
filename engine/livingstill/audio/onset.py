"""Onset strength of a recording by spectral flux: how much louder its bands become from frame to frame."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import SAMPLE_RATE, Float32Array

HOP = 480
"""Samples from one frame to the next: 100 frames per second."""

RATE = SAMPLE_RATE // HOP
"""Frames per second."""

_WINDOW = 1024
_BLOCK = 2048
"""Frames whose spectra are held at once."""

_BANDS = 40
_LOWEST, _HIGHEST = 30.0, 11_000.0
"""Range of the bands, Hz."""

_COMPRESSION = 1000.0
"""Factor in log(1 + factor x magnitude), against the recording's loudest: soft passages count too."""

_STEPS = 1024
"""Steps of a log magnitude of 1: sums of integers are the same on every machine."""

_FLOOR = 4.0
"""Flux of a held chord that swells: what rises by less is no attack."""

_LATENCY = 0.5 * _WINDOW / SAMPLE_RATE - 0.0115
"""How much earlier an attack shows in the flux than it is in the middle of its window, seconds."""


def strength(sound: Float32Array) -> Float32Array:
    """Return the onset strength (n,) float32 of a recording (m, 2), ``RATE`` frames per second.

    Frame ``i`` stands for the instant ``i / RATE``. The flux is the half-wave rectified difference
    of log magnitudes in 40 bands of equal width on a logarithmic axis (Bello et al., A tutorial on
    onset detection in music signals, 2005), less its mean over the second around and what a held
    chord has, at unit deviation.
    """
    levels = _band_levels(sound.mean(axis=1, dtype=np.float32))
    rise = np.maximum(levels[1:] - levels[:-1], 0).sum(axis=1, dtype=np.int64)
    flux = np.concatenate([[0], rise]).astype(np.float64) / _STEPS
    around = np.convolve(
        np.pad(flux, RATE // 2, "edge"), np.full(RATE + 1, 1 / (RATE + 1)), "valid"
    )
    lifted = np.maximum(flux - around - _FLOOR, 0)
    deviation = float(lifted.std())
    return (lifted / deviation if deviation > 0 else lifted).astype(np.float32)


def _band_levels(mono: Float32Array) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Return the log magnitudes (n, 40) int32 of a mono recording's bands, in steps of 1/1024."""
    shift = round(_LATENCY * SAMPLE_RATE)
    count = max(2, -(-len(mono) // HOP))
    padded = np.pad(mono, (_WINDOW // 2 - shift, _WINDOW + HOP + shift))
    loudest = max(float(np.abs(mono).max(initial=0)), 1e-6)
    window = (np.hanning(_WINDOW + 1)[:-1] / (0.25 * _WINDOW * loudest)).astype(np.float32)
    edges = _band_edges()
    parts = []
    for first in range(0, count, _BLOCK):
        starts = HOP * np.arange(first, min(count, first + _BLOCK))
        pieces = padded[starts[:, None] + np.arange(_WINDOW)] * window
        magnitudes = np.abs(np.fft.rfft(pieces, axis=1))
        bands = np.add.reduceat(magnitudes, edges[:-1], axis=1)[:, :-1] / np.diff(edges)[:-1]
        parts.append(np.rint(_STEPS * np.log1p(_COMPRESSION * bands)).astype(np.int32))
    return np.concatenate(parts)


def _band_edges() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the first bin of each band and the bin after the last one, and one bin beyond."""
    hertz = np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1)
    bins = np.unique(np.rint(hertz * _WINDOW / SAMPLE_RATE).astype(np.int64))
    return np.append(bins, bins[-1] + 1)
