"""Beds of sound mixed for a clip: chosen by what moves, weighted, and rotated to a smooth seam."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from livingstill.audio.beds import BEDS, MAX_TEXTURE_SECONDS, WindGusts
from livingstill.audio.fit import fade_ends, limit_peak, repeat
from livingstill.core.kinds import KINDS
from livingstill.core.model import SAMPLE_RATE, Float32Array

_LEVEL = -27.0
"""RMS of a mix in dB below full scale: a quiet room tone, under a voice or music."""
_PEAK = 0.7
_MIN_SEA_WIND = 7.0
"""Wind in m/s from which a bed of a wide region is heard as it is in rough weather."""
_MAX_ROTATION = 0.25
"""Seconds by which the loop's start is moved at most to where the sound steps least."""


def choose_beds(shares: Mapping[str, float], speed: float = 3.0) -> dict[str, float]:
    """Return the beds that suit kinds of motion by their shares of the picture, with weights.

    ``speed`` of the wind in m/s makes wide water a sea. Nothing that moves, no bed.

    >>> choose_beds({"water": 0.25, "glint": 0.1})
    {'water': 0.5}
    """
    weights: dict[str, float] = {}
    for kind, share in shares.items():
        for bed, weight in KINDS[kind].sounds.items():
            alternative = (
                BEDS[bed].in_strong_wind if speed >= _MIN_SEA_WIND and share > 0.1 else None
            )
            bed_name = alternative or bed
            weights[bed_name] = weights.get(bed_name, 0.0) + weight * share**0.5
    return {name: round(weight, 4) for name, weight in weights.items() if weight > 0.02}


def mix(
    weights: Mapping[str, float],
    count: int,
    *,
    seed: int = 0,
    wind: WindGusts | None = None,
    periodic: bool = True,
    fade: float = 0.5,
    level: float = 0.0,
) -> Float32Array:
    """Return (count, 2) float32 of beds by their weights: a loop of exactly ``count`` samples.

    Parameters
    ----------
    weights : bed -> how loud, relative to the others
    seed : of every random choice
    wind : the gusts of the wind in the picture, which modulate the beds
    periodic : the clip loops; otherwise the ends fade, ``fade`` seconds each
    level : dB above -27 dB RMS; peaks stay below -3 dB

    Raises
    ------
    InputError
        If a bed is unknown.
    """
    wind = wind or WindGusts()
    strength = wind.strength(count)
    total = np.zeros((count, 2), np.float32)
    texture = min(count, round(MAX_TEXTURE_SECONDS * SAMPLE_RATE))
    for name, weight in weights.items():
        rng = np.random.Generator(np.random.Philox(key=[seed, *_key(name)]))
        for layer, power in BEDS[name].build(rng, texture, wind.speed):
            repeated = repeat(np.asarray(layer, np.float32), count, SAMPLE_RATE)
            gain = strength ** np.float32(power) if power else np.float32(1)
            total += np.float32(weight) * repeated * gain
    ends = round(fade * SAMPLE_RATE)
    total = _rotate_to_least_step(total) if periodic else fade_ends(total, ends)
    rms, peak = float(np.sqrt(np.mean(total**2))), float(np.abs(total).max())
    scale = min(10 ** (_LEVEL / 20) / max(rms, 1e-9), _PEAK / max(peak, 1e-9))
    return limit_peak(total * np.float32(scale * 10 ** (level / 20)))


def _key(name: str) -> tuple[int]:
    """Return a random key from a bed's name, the same in every process."""
    return (int.from_bytes(name.encode()[:8], "little"),)


def _rotate_to_least_step(loop: Float32Array) -> Float32Array:
    """Return the loop rotated by .25 s at most, so that its seam is where samples step least."""
    reach = min(round(_MAX_ROTATION * SAMPLE_RATE), len(loop) // 2)
    step = np.abs(loop - np.roll(loop, 1, axis=0)).max(axis=1)
    near = np.concatenate([step[:reach], step[len(step) - reach :]])
    best = int(np.argmin(near))
    return np.roll(loop, -(best if best < reach else best - 2 * reach), axis=0)


def seam_step(loop: Float32Array) -> float:
    """Return the step from a loop's last sample to its first, in dB of full scale."""
    step = float(np.abs(loop[0] - loop[-1]).max())
    return float(20 * np.log10(max(step, 1e-10)))
