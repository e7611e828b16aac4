"""Beds and recordings: loops without a click, the same every time, in step with the wind."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.audio.beds import BEDS, WindGusts
from livingstill.audio.fit import fade_ends, fit, join_ends, repeat
from livingstill.audio.mix import choose_beds, mix, seam_step
from livingstill.core.errors import InputError
from livingstill.core.model import SAMPLE_RATE

SECOND = SAMPLE_RATE


def tone(hertz: float, count: int, size: float = 0.4) -> np.ndarray:
    wave = size * np.sin(2 * np.pi * hertz * np.arange(count) / SAMPLE_RATE)
    return np.stack([wave, wave], axis=-1).astype(np.float32)


@pytest.mark.parametrize("name", BEDS)
def test_every_bed_loops_without_a_click_and_is_the_same_every_time(name):
    count = 2 * SECOND + 7
    made = mix({name: 1.0}, count, seed=3)
    assert made.shape == (count, 2) and made.dtype == np.float32
    assert seam_step(made) < -60
    # nor is the seam rougher than any other place: a second difference is a click's mark
    bends = np.abs(np.diff(np.concatenate([made, made]), 2, axis=0)).max(axis=1)
    assert bends[count - 3 : count + 1].max() <= np.quantile(bends, 0.999)
    assert np.array_equal(made, mix({name: 1.0}, count, seed=3))
    assert not np.array_equal(made, mix({name: 1.0}, count, seed=4))
    assert -35 < 20 * np.log10(np.sqrt(np.mean(made**2))) < -26.9
    assert np.abs(made).max() <= 0.71


def test_gusts_that_are_seen_are_heard():
    count = 4 * SECOND
    wind = WindGusts(
        4.0, (1,), (0.7 + 0j,), (0.0, 1.0)
    )  # strongest now at the left, a second later right
    loud = mix({"leaves": 1.0}, count, wind=wind) ** 2
    quarters = loud.reshape(16, -1, 2).mean(axis=1)
    first = np.angle((quarters * np.exp(2j * np.pi * (np.arange(16) + 0.5) / 16)[:, None]).sum(0))
    assert abs(first[0]) < 0.5
    assert abs(first[1] - np.pi / 2) < 0.5


def test_what_moves_chooses_the_bed():
    assert set(choose_beds({"flow": 0.2})) == {"stream"}
    assert set(choose_beds({"water": 0.4}, speed=9)) == {"waves"}
    assert choose_beds({"foliage": 0.3})["leaves"] > choose_beds({"foliage": 0.3})["wind"] > 0
    assert choose_beds({"glint": 0.5, "twinkle": 0.1}) == {}
    with pytest.raises(InputError, match="did you mean 'water'"):
        mix({"watr": 1.0}, SECOND)


def test_a_recording_runs_on_over_the_seam():
    sound = tone(331.7, 3 * SECOND)
    made = fit(sound, 2 * SECOND, periodic=True, fade=0.5, level=0.0)
    # what follows the last sample is what followed it in the recording
    np.testing.assert_array_equal(made[-1], sound[2 * SECOND - 1])
    np.testing.assert_allclose(made[0], sound[2 * SECOND], atol=1e-6)
    np.testing.assert_array_equal(made[SECOND], sound[SECOND])


def test_a_short_recording_is_repeated_without_a_click():
    sound = tone(220, SECOND // 2)
    made = fit(sound, 3 * SECOND, periodic=True, fade=0.1, level=0.0)
    assert made.shape == (3 * SECOND, 2)
    usual = np.abs(np.diff(sound, axis=0)).max()
    assert (
        np.abs(np.diff(np.concatenate([made, made[:1]]), axis=0)).max() < 2.1 * usual
    )  # two in phase, twice: a click is 0.4
    assert len(repeat(sound, 10 * SECOND, 0)) == 10 * SECOND


def test_ends_fade_where_the_clip_does_not_loop():
    made = fit(tone(100, SECOND), SECOND, periodic=False, fade=0.25, level=-6.0)
    assert np.abs(made[0]).max() == 0 and np.abs(made[-1]).max() < 1e-3
    assert np.abs(made[SECOND // 2 : SECOND // 2 + 500]).max() == pytest.approx(0.2, rel=0.01)
    assert np.abs(fade_ends(tone(100, 100), 0) - tone(100, 100)).max() == 0


def test_more_level_never_clips():
    assert np.abs(fit(tone(50, SECOND), SECOND, periodic=True, fade=0, level=20)).max() <= 1.0
    assert np.abs(mix({"fire": 1.0}, SECOND, level=30)).max() <= 1.0


def test_joining_keeps_the_power_of_noise():
    rng = np.random.default_rng(0)
    made = join_ends(rng.standard_normal((3000, 2)).astype(np.float32), 2000)
    assert np.mean(made[:1000] ** 2) == pytest.approx(1, abs=0.1)
