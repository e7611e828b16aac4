"""How loud a sound is over a clip: root mean square in short windows, with attack and release."""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array

_LAPS = 20
"""Turns of a loop after which its follower has forgotten how it began."""


def window_power(sound: Float32Array, windows: int, length: float) -> NDArray[np.float64]:
    """Return (windows,) float64, the mean square in each window of ``length`` samples.

    ``sound`` (n, 2) is taken in the steps of 16 bits, and sums are of integers, so that they do not
    depend on the processor. Windows beyond its end are left out.
    """
    steps = np.rint(np.clip(sound, -1, 1) * np.float32(32767)).astype(np.int64)
    total = np.concatenate([[0], np.add.accumulate((steps * steps).sum(1))])
    edges = np.rint(np.arange(windows + 1) * length).astype(np.int64)
    edges = edges[edges <= len(sound)]
    means = np.diff(total[edges]) / np.maximum(2 * np.diff(edges), 1)
    return np.asarray(means / 32767.0**2, np.float64)


def fit_power(
    power: NDArray[np.float64], count: int, fade: int, periodic: bool
) -> NDArray[np.float64]:
    """Return (count,) of a recording's power as ``fit`` lays the recording under a clip.

    One that is short is repeated, each time less ``fade`` windows; if the clip is ``periodic``, what
    follows its end is faded out over its start.
    """
    overlap = min(fade, count // 2) if periodic else 0
    needed = count + overlap
    if len(power) < needed:
        power = np.resize(power[: max(1, len(power) - min(fade, len(power) // 2))], needed)
    out = power[:count].copy()
    if overlap:
        rising = np.arange(overlap) / overlap
        out[:overlap] = power[:overlap] * rising + power[count : count + overlap] * (1 - rising)
    return out


def follow(
    power: NDArray[np.float64], attack: float, release: float, periodic: bool
) -> NDArray[np.float64]:
    """Return (n,) float64 the loudness that follows a power (n,), 1 at its loudest.

    A one-pole low-pass of the root with time constants in windows: ``attack`` where the sound is
    louder than the follower, ``release`` where it is softer; then a mean over a triangle of twice
    the attack either way, so that nothing sets in with a jerk, of what comes an attack later, so
    that a beat is met. The follower has gone round a ``periodic`` sound until its end is its start.
    All 0 for silence.
    """
    level = np.sqrt(power / max(float(power.max()), 1e-30))
    if not level.any():
        return level
    # the last bit of exponentials depends on the library, of rounded ones it does not
    rise, fall = (round(1 - exp(-1 / t), 9) if t > 0 else 1.0 for t in (attack, release))
    out, state = np.empty_like(level), float(level[0])
    for _ in range(_LAPS if periodic else 1):
        start = state
        for index, target in enumerate(level.tolist()):
            state += (rise if target > state else fall) * (target - state)
            out[index] = state
        if abs(state - start) < 1e-9:
            break
    ahead = round(attack)
    out = np.roll(out, -ahead) if periodic else np.pad(out, (0, ahead), mode="edge")[ahead:]
    for _ in range(2):
        out = _moving_mean(out, ahead, periodic)
    return out / float(out.max())


def _moving_mean(values: NDArray[np.float64], radius: int, periodic: bool) -> NDArray[np.float64]:
    """Return (n,) the mean of values (n,) over ``radius`` of them on either side."""
    padded = np.pad(values, radius, mode="wrap" if periodic else "edge")
    total = np.concatenate([[0.0], np.add.accumulate(padded)])
    width = 2 * radius + 1
    return np.asarray((total[width:] - total[:-width]) / width, np.float64)
