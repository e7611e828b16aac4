"""Beats: five made tracks of known tempo, and what has no beat."""

from __future__ import annotations

import made_tracks
import numpy as np
import pytest
from livingstill.audio.beat import track
from livingstill.core.model import SAMPLE_RATE


@pytest.mark.parametrize(("kind", "tempo"), made_tracks.TRACKS)
def test_every_beat_found_is_a_beat_of_the_track(kind, tempo):
    sound, beats = made_tracks.track(kind, tempo)
    found = track(sound)
    off = np.abs(found.times[:, None] - beats[None]).min(axis=1)
    # beyond the track's first and last beat there is nothing to be compared with
    off = off[(found.times > beats[0] - 0.04) & (found.times < beats[-1] + 0.04)]
    assert off.max() < 0.012
    assert len(off) > 0.45 * len(beats)  # every one, or every second one


def test_noise_a_held_chord_and_silence_have_no_beat_to_cut_on():
    rng = np.random.default_rng(4)
    noise = 0.2 * rng.standard_normal((24 * SAMPLE_RATE, 2))
    held = made_tracks.chord(24, 0.3)
    for sound in (noise, np.stack([held, held], axis=1), np.zeros((SAMPLE_RATE, 2))):
        assert len(track(sound.astype(np.float32)).times) == 0
