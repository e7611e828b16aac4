"""Beats: five made tracks of known tempo, and what has no beat."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.audio.beat import track
from livingstill.core.model import SAMPLE_RATE

SECONDS = 24.0


def _hit(out: np.ndarray, at: float, sound: np.ndarray) -> None:
    first = round(at * SAMPLE_RATE)
    part = sound[: max(0, len(out) - first)]
    out[first : first + len(part)] += part


def _decay(seconds: float, rate: float) -> np.ndarray:
    return np.exp(-rate * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


def _kick() -> np.ndarray:
    t = np.arange(round(0.25 * SAMPLE_RATE)) / SAMPLE_RATE
    return 0.8 * np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-30 * t)))) * _decay(0.25, 14)


def _noise(seconds: float, rate: float, size: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return size * rng.standard_normal(round(seconds * SAMPLE_RATE)) * _decay(seconds, rate)


def _pad(size: float) -> np.ndarray:
    t = np.arange(round(SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 277.2, 329.6))
    return size * chord * (1 + 0.3 * np.sin(2 * np.pi * 0.31 * t))


def made(kind: str, tempo: float, first: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """A track and its beats: click, drums, swung, or drums that follow a soft intro."""
    out = np.zeros(round(SECONDS * SAMPLE_RATE))
    beats = np.arange(first, SECONDS - 0.3, 60 / tempo)
    for i, at in enumerate(beats):
        if kind == "click":
            _hit(out, at, _noise(0.02, 300, 0.5, 1))
            continue
        if kind == "intro" and at < 8:
            continue
        _hit(out, at, _kick() if i % 2 == 0 else _noise(0.18, 25, 0.35, 2))
        offbeat = (2 / 3 if kind == "swung" else 1 / 2) * 60 / tempo
        for hat in (0.0, offbeat):
            _hit(out, at + hat, _noise(0.05, 90, 0.12, 3))
    if kind != "click":
        out += _pad(0.05)
    return np.stack([out, out], axis=1).astype(np.float32), beats


TRACKS = (
    ("click", 120.0),
    ("drums", 70.0),
    ("drums", 170.0),
    ("swung", 96.0),
    ("intro", 128.0),
)


@pytest.mark.parametrize(("kind", "tempo"), TRACKS)
def test_every_beat_found_is_a_beat_of_the_track(kind, tempo):
    sound, beats = made(kind, tempo)
    found = track(sound)
    off = np.abs(found.times[:, None] - beats[None]).min(axis=1)
    # beyond the track's first and last beat there is nothing to be compared with
    off = off[(found.times > beats[0] - 0.04) & (found.times < beats[-1] + 0.04)]
    assert off.max() < 0.040
    assert len(off) > 0.45 * len(beats)  # every one, or every second one


def test_noise_a_held_chord_and_silence_have_no_beat_to_cut_on():
    rng = np.random.default_rng(4)
    noise = 0.2 * rng.standard_normal((round(SECONDS * SAMPLE_RATE), 2))
    assert len(track(noise.astype(np.float32)).times) == 0
    chord = np.stack([_pad(0.3)] * 2, axis=1).astype(np.float32)
    assert len(track(chord).times) == 0
    assert len(track(np.zeros((SAMPLE_RATE, 2), np.float32)).times) == 0
