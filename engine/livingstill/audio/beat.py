"""Beats of a recording by dynamic programming over its onset strength."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livingstill.audio import onset, tempo
from livingstill.audio.onset import RATE
from livingstill.core.model import SAMPLE_RATE, Float32Array

MIN_CLARITY = 0.15
"""Below this periodicity a recording has no beat that one could cut on."""

_TIGHTNESS = 60.0
"""Weight of an even tempo against strong onsets."""

_REACH = 0.05
"""How far from its place a beat's attack is looked for, seconds."""

_HEARD = 0.5
"""Onset strength, in deviations, from which a beat is heard; others lie between those that are."""

_QUICK = 0.5
"""Seconds from beat to beat below which every second one may be no beat but what falls between."""

_ACCENT = 1.7
"""How much louder one half of the beats then is than the other, in amplitude."""

_ATTACK = 0.06
"""Seconds before and after a beat that are compared for its accent."""


class Beats(NamedTuple):
    """Beats of a recording: ``times`` in seconds from its start, (n,) float64, rising; ``strengths``
    (n,) float64, how much of an onset each is; ``tempo`` as estimated."""

    times: NDArray[np.float64]
    strengths: NDArray[np.float64]
    tempo: tempo.Tempo


def track(sound: Float32Array) -> Beats:
    """Return the beats of a recording (n, 2) float32 at 48 kHz; none where it has no clear tempo.

    After Ellis (Beat tracking by dynamic programming, 2007): the sequence of instants that has the
    strongest onsets at the evenest distances. Beats that are not heard, as in a soft intro, are
    then placed evenly between and beyond those that are.
    """
    strength = onset.strength(sound)
    found = tempo.estimate(strength)
    if found.clarity < MIN_CLARITY:
        return Beats(np.zeros(0), np.zeros(0), found)
    frames = _best_sequence(strength, found.period * RATE)
    at, heard, attacks = _attacks(strength, frames)
    if heard.sum() < 2:
        return Beats(np.zeros(0), np.zeros(0), found)
    times, index = _evened(at, heard, found.period, len(sound) / SAMPLE_RATE)
    known = (index >= 0) & (index < len(at))
    strengths = np.where(known, attacks[np.clip(index, 0, len(at) - 1)], 0.0)
    if found.period < _QUICK:
        half = _accented_half(_accents(sound, times), strengths > _HEARD)
        times, strengths = times[half], strengths[half]
        found = found._replace(period=found.period * (half.step or 1))
    return Beats(times, strengths, found)


def _best_sequence(strength: Float32Array, period: float) -> NDArray[np.int64]:
    """Return the frames of the sequence of the best score; ``period`` is in frames."""
    width = period / 16
    x = np.arange(-round(3 * width) - 1, round(3 * width) + 2)
    bell = np.exp(-0.5 * (x / max(width, 0.8)) ** 2)
    local = np.convolve(strength.astype(np.float64), bell, "same")
    local = np.round(local / max(float(local.std()), 1e-9), 5)
    back = np.arange(-round(2 * period), -round(period / 2) + 1)
    penalty = -_TIGHTNESS * np.log(-back / period) ** 2
    score, previous = local.copy(), np.full(len(local), -1, np.int64)
    for i in range(len(local)):
        first = max(0, len(back) - max(0, i + int(back[-1]) + 1))
        candidates = i + back[first:]
        if len(candidates) == 0:
            continue
        values = score[candidates] + penalty[first:]
        best = int(np.argmax(values))
        if values[best] > 0:
            score[i] += values[best]
            previous[i] = candidates[best]
    last = max(0, len(score) - round(period))
    i, frames = last + int(np.argmax(score[last:])), []
    while i >= 0:
        frames.append(i)
        i = int(previous[i])
    return np.array(frames[::-1], np.int64)


def _attacks(
    strength: Float32Array, frames: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Return the instant of the attack nearest each frame, between frames, whether it is heard, and how much."""
    reach = round(_REACH * RATE)
    padded = np.pad(strength.astype(np.float64), reach + 1)
    times = np.empty(len(frames))
    strengths = np.empty(len(frames))
    for k, frame in enumerate(frames):
        near = padded[frame : frame + 2 * reach + 3]
        weighted = near[1:-1] * np.hanning(2 * reach + 3)[1:-1]
        peak = int(np.argmax(weighted))
        left, top, right = near[peak : peak + 3]
        bend = left - 2 * top + right
        offset = 0.5 * (left - right) / bend if bend < 0 else 0.0
        times[k] = (frame + peak - reach + float(np.clip(offset, -0.5, 0.5))) / RATE
        strengths[k] = top
    return times, strengths > _HEARD, strengths


def _evened(
    times: NDArray[np.float64], heard: NDArray[np.bool_], period: float, seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the beats of a recording of ``seconds``, and the index of each in ``times``, or beyond it.

    What is not heard is placed evenly between its neighbours that are; before the first and after
    the last of those the beats go on at the period of the sixteen nearest.
    """
    index = np.flatnonzero(heard)
    slopes = [_slope(ends, times[ends], period) for ends in (index[:16], index[-16:])]
    before = np.arange(-int(times[index[0]] / slopes[0]), 0) + index[0]
    after = np.arange(1, 1 + int((seconds - times[index[-1]]) / slopes[1])) + index[-1]
    between = np.arange(index[0], index[-1] + 1)
    parts = (
        times[index[0]] + slopes[0] * (before - index[0]),
        np.interp(between, index, times[index]),
        times[index[-1]] + slopes[1] * (after - index[-1]),
    )
    return np.concatenate(parts), np.concatenate([before, between, after])


def _slope(index: NDArray[np.int64], times: NDArray[np.float64], period: float) -> float:
    """Return the seconds from beat to beat by least squares, ``period`` of too few."""
    if len(index) < 4:
        return period
    x = index - index.mean()
    return float((x * times).sum() / (x * x).sum())


def _accents(sound: Float32Array, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much louder a recording is just after each instant than just before, in amplitude."""
    energy = np.cumsum(np.pad(np.square(sound.mean(axis=1, dtype=np.float64)), (1, 0)))

    def loudness(first: NDArray[np.float64]) -> NDArray[np.float64]:
        places = np.rint((first[:, None] + [0, _ATTACK]) * SAMPLE_RATE).astype(np.int64)
        edges = energy[np.clip(places, 0, len(energy) - 1)]
        return np.asarray(np.sqrt(np.maximum(edges[:, 1] - edges[:, 0], 0)))

    return np.asarray(np.maximum(loudness(times) - loudness(times - _ATTACK), 0))


def _accented_half(accents: NDArray[np.float64], heard: NDArray[np.bool_]) -> slice:
    """Return the even or the odd beats if these alone are accented, else all."""
    means = [float(accents[k::2][heard[k::2]].mean()) if heard[k::2].any() else 0.0 for k in (0, 1)]
    if max(means) < _ACCENT * min(means) or max(means) == 0:
        return slice(None)
    return slice(int(np.argmax(means)), None, 2)
