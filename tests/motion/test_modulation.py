"""Motion that follows an envelope: as strong, or as fast, as that says, and back at its start."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.core.envelope import Envelope
from livingstill.core.kinds import KINDS
from livingstill.core.model import Region
from livingstill.motion.builder import compose
from livingstill.settings.wind import Wind

SWAYING = ("foliage", "grass", "flag", "cloth", "hair")
ARRAYS = ("first", "first_gain", "second", "second_gain", "bias")
SECONDS = 2.0
SWELL = Envelope.of(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(100) / 100), periodic=True)
"""0 at the start, 1 half-way."""

HALTED = Envelope.of(np.r_[np.ones(50), np.zeros(50)], periodic=True)


def moved(rgb, depth, mask, kind, envelope=None, seconds=SECONDS):
    regions = (Region(kind, mask),)
    envelopes = {kind: envelope} if envelope else None
    return compose(rgb, depth, regions, wind=Wind(), seconds=seconds, envelopes=envelopes)


def same(a, b):
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ARRAYS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_end_of_the_loop_is_its_start(kind, rgb, depth, mask):
    motion = moved(rgb, depth, mask, kind, SWELL)
    assert same(motion.at(0.0)[0], motion.at(1.0)[0])
    again = moved(rgb, depth, mask, kind, SWELL)
    assert all(same(motion.at(p)[0], again.at(p)[0]) for p in (0.1, 0.6))


@pytest.mark.parametrize("kind", SWAYING)
def test_the_displacement_of_what_sways_follows_the_curve(kind, rgb, depth, mask):
    plain, motion = (moved(rgb, depth, mask, kind, envelope) for envelope in (None, SWELL))
    for phase in np.linspace(0, 1, 9):
        full, share = (m.at(phase)[0].first.astype(float) for m in (plain, motion))
        np.testing.assert_allclose(share, SWELL.at(phase) * full, atol=1e-5 * np.abs(full).max())


@pytest.mark.parametrize("kind", ["cloud", "flow", "smoke", "steam"])
def test_what_travels_stops_where_the_envelope_is_nothing_and_never_turns_back(
    kind, rgb, depth, mask
):
    motion = moved(rgb, depth, mask, kind, HALTED)
    still = [motion.at(p)[0] for p in (0.52, 0.7, 0.95)]
    assert all(same(still[0], flow) for flow in still[1:])
    # at full strength it is as fast as without an envelope: as in a loop of the mean's length
    short = moved(rgb, depth, mask, kind, seconds=SECONDS * HALTED.mean)
    for phase in (0.1, 0.3, 0.45):
        way = HALTED.warp(phase)
        assert way * HALTED.mean == pytest.approx(phase, abs=0.005)
        assert same(motion.at(phase)[0], short.at(way)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_short_beat_in_a_long_silence_moves_too(kind, rgb, depth, mask):
    beat = Envelope.of(np.r_[1.0, np.zeros(199)], periodic=True)
    motion = moved(rgb, depth, mask, kind, beat)
    assert same(motion.at(0.3)[0], motion.at(0.8)[0])
    silent = moved(rgb, depth, mask, kind, Envelope.of(np.zeros(9), periodic=True))
    assert not silent.at(0.2)[0] or not silent.at(0.2)[0].first.any()


def test_a_mirror_moves_as_what_it_mirrors(rgb, depth, mask):
    above = np.zeros_like(mask)
    above[20:60] = 255
    below = np.zeros_like(mask)
    below[60:110] = 255
    regions = (Region("foliage", above), Region("reflection", below))
    quiet = {"foliage": HALTED, "reflection": HALTED}
    motion = compose(rgb, depth, regions, wind=Wind(), seconds=SECONDS, envelopes=quiet)
    assert np.abs(motion.at(0.3)[0].first[20:]).max() > 0.1
    assert not motion.at(0.75)[0].first.any()


def test_an_envelopes_way_is_its_integral():
    rng = np.random.default_rng(0)
    for periodic in (True, False):
        envelope = Envelope.of(rng.random(7), periodic)
        phases = np.linspace(0, 1, 7001)[:-1]
        ways = np.array([envelope.warp(p) for p in phases])
        speeds = np.array([envelope.at(p) for p in phases]) / envelope.mean
        assert ways[0] == 0 and (np.diff(ways) >= 0).all()
        np.testing.assert_allclose(ways[1:], np.cumsum(speeds)[:-1] / 7000, atol=2e-3)
        assert envelope.times(None) is envelope
