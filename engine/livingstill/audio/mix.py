"""Beds mixed for a clip: which ones suit what moves, how loud each, and where the loop begins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from livingstill.audio.beds import BEDS, LONGEST, Air
from livingstill.audio.fit import fade_ends, limit_peak, repeat
from livingstill.core.model import SAMPLE_RATE, Float32Array

_SUITS: Mapping[str, Mapping[str, float]] = {
    "water": {"water": 1.0},
    "flow": {"stream": 1.0},
    "foliage": {"leaves": 1.0, "wind": 0.5},
    "grass": {"leaves": 0.6, "wind": 0.6},
    "cloud": {"wind": 0.4},
    "flag": {"wind": 0.8},
    "cloth": {"wind": 0.3},
    "hair": {"wind": 0.4},
    "smoke": {"wind": 0.3},
    "fire": {"fire": 1.0},
    "rain": {"rain": 1.0},
    "snow": {"wind": 0.4},
}
"""What a kind of motion sounds like; other kinds are silent."""

_LEVEL = -27.0
"""RMS of a mix in dB below full scale: a quiet room tone, under a voice or music."""
_PEAK = 0.7
_ROUGH_SEA = 7.0
"""Wind in m/s from which wide water is heard as waves."""
_SEEK = 0.25
"""Seconds within which the loop's start is moved to where the sound steps least."""


def beds_for(shares: Mapping[str, float], speed: float = 3.0) -> dict[str, float]:
    """Return the beds that suit kinds of motion by their shares of the picture, with weights.

    ``speed`` of the wind in m/s makes wide water a sea. Nothing that moves, no bed.

    >>> beds_for({"water": 0.25, "glint": 0.1})
    {'water': 0.5}
    """
    weights: dict[str, float] = {}
    for kind, share in shares.items():
        for bed, weight in _SUITS.get(kind, {}).items():
            heard = "waves" if bed == "water" and speed >= _ROUGH_SEA and share > 0.1 else bed
            weights[heard] = weights.get(heard, 0.0) + weight * share**0.5
    return {name: round(weight, 4) for name, weight in weights.items() if weight > 0.02}


def mix_beds(
    weights: Mapping[str, float],
    count: int,
    *,
    seed: int = 0,
    air: Air | None = None,
    joins: bool = True,
    fade: float = 0.5,
    level: float = 0.0,
) -> Float32Array:
    """Return (count, 2) float32 of beds by their weights: a loop of exactly ``count`` samples.

    Parameters
    ----------
    weights : bed -> how loud, relative to the others
    seed : of every random choice
    air : the wind that is seen; its gusts are heard too
    joins : the clip loops; otherwise the ends fade, ``fade`` seconds each
    level : dB above -27 dB RMS; peaks stay below -3 dB

    Raises
    ------
    InputError
        If a bed is unknown.
    """
    air = air or Air()
    strength = air.strength(count)
    total = np.zeros((count, 2), np.float32)
    texture = min(count, round(LONGEST * SAMPLE_RATE))
    for name, weight in weights.items():
        rng = np.random.Generator(np.random.Philox(key=[seed, *_key(name)]))
        for made, power in BEDS[name].build(rng, texture, air.speed):
            heard = repeat(np.asarray(made, np.float32), count, SAMPLE_RATE)
            gain = strength ** np.float32(power) if power else np.float32(1)
            total += np.float32(weight) * heard * gain
    ends = round(fade * SAMPLE_RATE)
    total = _roll_to_least_step(total) if joins else fade_ends(total, ends)
    rms, peak = float(np.sqrt(np.mean(total**2))), float(np.abs(total).max())
    scale = min(10 ** (_LEVEL / 20) / max(rms, 1e-9), _PEAK / max(peak, 1e-9))
    return limit_peak(total * np.float32(scale * 10 ** (level / 20)))


def _key(name: str) -> tuple[int]:
    """Return a number of a bed's name that is the same in every process."""
    return (int.from_bytes(name.encode()[:8], "little"),)


def _roll_to_least_step(loop: Float32Array) -> Float32Array:
    """Return the loop turned, a little, so that a player's cut falls between two like samples."""
    reach = min(round(_SEEK * SAMPLE_RATE), len(loop) // 2)
    step = np.abs(loop - np.roll(loop, 1, axis=0)).max(axis=1)
    near = np.concatenate([step[:reach], step[len(step) - reach :]])
    best = int(np.argmin(near))
    return np.roll(loop, -(best if best < reach else best - 2 * reach), axis=0)


def seam(loop: Float32Array) -> float:
    """Return the step from a loop's last sample to its first, in dB of full scale."""
    step = float(np.abs(loop[0] - loop[-1]).max())
    return float(20 * np.log10(max(step, 1e-10)))
