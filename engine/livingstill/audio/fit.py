"""A recording fitted to a clip: repeated if it is short, cut if it is long, joined or faded."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import SAMPLE_RATE, Float32Array


def repeat(sound: Float32Array, count: int, fade: int) -> Float32Array:
    """Return (count, 2) of a sound repeated, each end cross-faded into the start.

    ``fade`` is in samples, at most half the sound.
    """
    if len(sound) >= count:
        return sound[:count]
    loop = join_ends(sound, len(sound) - min(fade, len(sound) // 2))
    times = -(-count // len(loop))
    return np.ascontiguousarray(np.tile(loop, (times, 1))[:count])


def join_ends(sound: Float32Array, count: int) -> Float32Array:
    """Return (count, 2) whose end continues into its start, without a step.

    What the sound has beyond ``count`` is faded out over the start as that is faded in, at equal
    power: the first sample is the one that followed the last.
    """
    overlap = min(len(sound) - count, count)
    out = sound[:count].copy()
    if overlap > 0:
        angle = (
            np.arange(overlap, dtype=np.float32) / np.float32(overlap) * np.float32(np.pi / 2)
        )[:, None]
        out[:overlap] = sound[:overlap] * np.sin(angle) + sound[count : count + overlap] * np.cos(
            angle
        )
    return out


def fade_ends(sound: Float32Array, fade: int) -> Float32Array:
    """Return the sound faded in and out over ``fade`` samples each."""
    fade = min(fade, len(sound) // 2)
    if fade == 0:
        return sound
    ramp = np.sin(np.arange(fade, dtype=np.float32) / np.float32(fade) * np.float32(np.pi / 2))
    out = sound.copy()
    out[:fade] *= ramp[:, None]
    out[-fade:] *= ramp[::-1, None]
    return out


def fit(
    sound: Float32Array, count: int, *, periodic: bool, fade: float, level: float
) -> Float32Array:
    """Return (count, 2) float32 of a recording, for a clip of ``count`` samples.

    Parameters
    ----------
    sound : (n, 2) float32, n > 0; what follows the first sample that is wanted
    periodic : the clip loops, so the sound's end is cross-faded into its start; else both ends fade
    fade : seconds of each
    level : dB added; where that would exceed full scale the whole is lowered
    """
    samples = round(fade * SAMPLE_RATE)
    if periodic:
        overlap = min(samples, count // 2)
        fitted = join_ends(repeat(sound, count + overlap, samples), count)
    else:
        fitted = fade_ends(repeat(sound, count, samples), samples)
    return limit_peak(fitted * np.float32(10 ** (level / 20)))


def limit_peak(sound: Float32Array) -> Float32Array:
    """Return the sound scaled down if any sample lies beyond full scale."""
    peak = float(np.abs(sound).max(initial=0))
    return sound / np.float32(peak) if peak > 1 else sound


def fade_out(sound: Float32Array, fade: int, attack: int = 240) -> Float32Array:
    """Return the sound faded out over its last ``fade`` samples, without a click at its start."""
    out = sound.copy()
    for length, part in ((attack, out), (fade, out[::-1])):
        count = min(length, len(out) // 2)
        angle = (
            np.arange(count, dtype=np.float32) / np.float32(max(count, 1)) * np.float32(np.pi / 2)
        )
        part[:count] *= np.sin(angle)[:, None]
    return out
