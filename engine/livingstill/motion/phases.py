"""Phases of harmonics for which the rate of change of their sum is constant over the loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEVELS = 16
SWEEPS = 4
INSTANTS = 96


def choose_phases(
    rates: NDArray[np.complex128], harmonics: NDArray[np.integer], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return (M,) radians to add to each harmonic's phase, so that their power is constant in time.

    The power of a sum of harmonics varies; over a region it does so as a whole, which shows as
    pulsing. From a random start each phase in turn takes the level for which the mean square of the
    rates varies least over the loop: a few sweeps of coordinate descent on (M, M) matrices. The
    loop begins where the power is at its median.

    Parameters
    ----------
    rates : (M, N) complex, the rate of change at each of N points by each harmonic alone
    harmonics : (M,) int, in turns per loop
    """
    count = len(harmonics)
    phases = 2 * np.pi * rng.integers(0, LEVELS, count) / LEVELS
    scale = max(float((np.abs(rates) ** 2).sum()), 1e-30)
    direct, conjugate = rates @ rates.conj().T / scale, rates @ rates.T / scale
    turning = np.exp(2j * np.pi * np.outer(harmonics, np.arange(INSTANTS)) / INSTANTS)
    levels = np.exp(2j * np.pi * np.arange(LEVELS) / LEVELS)[:, None]
    waves = turning * np.exp(1j * phases)[:, None]
    for _ in range(SWEEPS):
        for k in range(count):
            waves[k] = 0
            rest = (waves * (direct @ waves.conj() + conjugate @ waves)).sum(0).real
            cross_term = turning[k] * (direct[k] @ waves.conj() + conjugate[k] @ waves)
            self_term = conjugate[k, k] * turning[k] ** 2
            power = rest + 2 * (levels * cross_term).real + (levels**2 * self_term).real
            best = int(np.round(power.var(1), 12).argmin())
            phases[k] = 2 * np.pi * best / LEVELS
            waves[k] = turning[k] * levels[best]
    power = (waves * (direct @ waves.conj() + conjugate @ waves)).sum(0).real
    deviation = np.abs(power - np.median(power))
    deviation = np.max([np.roll(deviation, n) for n in (-1, 0, 1)], axis=0)
    start = int(np.round(deviation, 12).argmin())
    return np.asarray(phases + 2 * np.pi * harmonics * start / INSTANTS)
