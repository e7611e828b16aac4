"""Sums of harmonics, transport along streamlines and the wind, against the obvious."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from livingstill.kernels import advect, spectral
from livingstill.kernels.flow_box import FlowBox
from livingstill.motion import noise as chance
from livingstill.motion import texture
from livingstill.motion.harmonics import Spectrum, coarse
from livingstill.motion.velocity import limit_transverse_strain
from livingstill.motion.wind import choose_harmonics, wind_field
from livingstill.settings.wind import Wind


def test_a_spectrum_is_the_real_part_of_its_harmonics():
    rng = np.random.default_rng(1)
    maps = rng.standard_normal((5, 2, 7, 9)) + 1j * rng.standard_normal((5, 2, 7, 9))
    harmonics = np.array([1, 2, 4, 7, 11])
    phase = 0.23
    turning = np.exp(2j * np.pi * harmonics * phase)
    expected = (maps * turning[:, None, None, None]).sum(0).real.transpose(1, 0, 2)
    found = Spectrum.of(harmonics, maps).at(phase)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_coarse_field_is_spread_bilinearly():
    shape, factor = (11, 14), 4
    rows, columns = coarse(shape, factor)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    plane = np.stack([2 * y - x, 3 * x], axis=1) * factor
    out = np.zeros((shape[0], 2, shape[1]), np.float32)
    spectral.spread(np.ascontiguousarray(plane), factor, out, 0, shape[0])
    y, x = np.mgrid[: shape[0], : shape[1]]
    np.testing.assert_allclose(out[:, 0], 2 * y - x, atol=1e-4)
    np.testing.assert_allclose(out[:, 1], 3 * x, atol=1e-4)


def test_a_gust_swells_a_field_but_never_stills_it():
    shape, factor = (9, 13), 4
    rows, columns = coarse(shape, factor)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    gust = np.ascontiguousarray((0.3 * x - y)[:, None])
    out = np.full((shape[0], 2, shape[1]), 2, np.float32)
    spectral.swell(gust, factor, 0.15, out, 0, shape[0])
    y, x = np.mgrid[: shape[0], : shape[1]]
    wanted = 2 * np.maximum(1 + (0.3 * x - y) / factor, 0.15)
    np.testing.assert_allclose(out, np.stack([wanted, wanted], axis=1), atol=1e-5)


def test_displacements_stay_below_their_limit():
    values = np.full((3, 2, 5), 40, np.float32)
    weight, limit = np.ones((3, 5), np.float32), np.full((3, 5), 2, np.float32)
    out = np.zeros((6, 8, 2), np.float32)
    none, gain = np.zeros((0, 0), np.float32), np.ones((6, 8), np.float32)
    shade = np.full((3, 5), 0.01, np.float32)
    other = out.copy()
    flow = FlowBox(out, gain, other, none, np.zeros((0, 0, 3), np.float32), 1, 2)
    spectral.displace(values, weight, limit, shade, flow, 0, 3)
    length = np.hypot(out[..., 0], out[..., 1])
    np.testing.assert_array_equal(out, other)
    np.testing.assert_allclose(gain[1:4, 2:7], 1.4)
    assert gain.sum() == pytest.approx(48 + 15 * 0.4)
    assert length[1:4, 2:7].min() > 1.9
    assert length.max() < 2
    assert (out[1:4, 2:7] < 0).all()
    assert not out[0].any()
    assert not out[:, :2].any()


def test_paths_of_a_turning_flow_are_circles():
    y, x = np.mgrid[:41, :41].astype(np.float32) - 20
    velocity = np.ascontiguousarray(np.stack([-y, x], axis=-1))
    out = np.empty_like(velocity)
    advect.trace(velocity, np.zeros_like(velocity), np.pi / 2, 60, out, 0, 41)
    node = out[20, 30]  # 10 nodes right of the centre; a quarter turn brings it below
    np.testing.assert_allclose(node, (-10, 10), atol=0.05)


def test_paths_back_undo_paths_forward():
    rng = np.random.default_rng(2)
    velocity = np.moveaxis(chance.smooth_noise(rng, 2, (30, 40), 12), 0, 2).copy()
    forward, back = np.empty_like(velocity), np.empty_like(velocity)
    advect.trace(velocity, np.zeros_like(velocity), 2.0, 40, forward, 0, 30)
    advect.trace(velocity, forward, -2.0, 40, back, 0, 30)
    assert np.abs(back[5:-5, 5:-5]).max() < 0.02


def faded(now, **changes):
    """Return what ``crossfade`` writes for a steady flow to the right over a plain base."""
    shape = (5, 12)
    ages = np.linspace(-2, 2, 9).astype(np.float32)
    paths = np.zeros((9, *shape, 2), np.float32)
    paths[..., 0] = 0.5 * ages[:, None, None]
    look = np.full((*shape, 4), 100, np.float32)
    given = {"structure": 1.0, "reach": 0.5, "shift": np.zeros(shape, np.float32), **changes}
    first, second = np.zeros((*shape, 2), np.float32), np.zeros((*shape, 2), np.float32)
    gain, other = np.ones(shape, np.float32), np.zeros(shape, np.float32)
    bias = np.zeros((*shape, 3), np.float32)
    matter = advect.Matter(
        given["shift"], np.zeros(4, np.float32), look, given["structure"], given["reach"],
        np.ones(shape, np.float32), 11.0, 4.0, 4.0,
    )  # fmt: skip
    flow = FlowBox(first, gain, second, other, bias, 0, 0)
    advect.crossfade(advect.Paths(paths, -2.0, 0.5), matter, now, 0.5, flow, 0, 5)
    return first, gain, second, other, bias


def test_matter_moves_downstream_with_time():
    early, late = faded(0.1), faded(0.2)
    for slot in (0, 2):
        np.testing.assert_allclose((late[slot] - early[slot])[:, 6, 0], -0.5 * 0.1 * 4, atol=1e-4)


@pytest.mark.parametrize("now", [0.0, 0.13, 0.25, 0.4, 0.5, 0.77])
def test_a_plain_base_keeps_its_brightness(now):
    _, gain, _, other, bias = faded(now)
    np.testing.assert_allclose(100 * (gain + other) + bias[..., 0], 100, atol=1e-3)


def test_unlike_detail_keeps_its_power_and_like_detail_its_sum():
    _, gain, _, other, _ = faded(0.25, reach=1e-3)
    np.testing.assert_allclose((gain**2 + other**2)[:, 1:-1], 1, atol=1e-3)
    _, gain, _, other, _ = faded(0.25, reach=1e4)
    np.testing.assert_allclose(gain + other, 1, atol=1e-3)


def test_only_when_not_where_to_varies_with_the_window():
    shift = np.tile(np.linspace(-0.1, 0.1, 12, dtype=np.float32), (5, 1))
    first, gain, second, _, _ = faded(0.23, shift=shift)
    assert np.ptp(gain) > 0.05
    for to in (first, second):
        assert np.ptp(to[:, 1:-1, 0]) < 1e-4


def test_noise_is_unit_and_correlates_over_its_length():
    rng = np.random.default_rng(5)
    noise = chance.smooth_noise(rng, 6, (120, 160), 10)
    assert abs(noise.std() - 1) < 0.15
    likeness = (noise[:, :, 10:] * noise[:, :, :-10]).mean() / (noise**2).mean()
    assert 0.35 < likeness < 0.65


def test_a_front_reaches_everything_along_the_wind_in_turn():
    air = wind_field(Wind(direction=180), 5.0, 0)
    lag = air.lag((4, 9), 0.1)
    assert (np.diff(lag, axis=1) < 0).all()
    assert np.abs(np.diff(lag, axis=0)).max() < 1e-6


def test_a_clip_begins_neither_in_a_gust_nor_in_a_lull():
    for seed in range(6):
        air = wind_field(Wind(), 5.0, seed)
        harmonics, amplitudes = air.gusts()
        lag = np.linspace(0.1, 0.9, 9) / air.front_speed / 5.0
        time = (np.arange(200)[:, None] / 200 - lag)[..., None]
        swell = 1 + (amplitudes * np.exp(2j * np.pi * harmonics * time)).real.sum(2)
        worst = np.abs(np.log(np.maximum(swell, 0.05) / np.median(swell, axis=0))).max(1)
        assert worst[0] < np.percentile(worst, 20)


def test_all_of_the_wind_begins_at_one_time():
    late, early = wind_field(Wind(), 5.0, 0), replace(wind_field(Wind(), 5.0, 0), start=0.0)
    harmonics, amplitudes = late.gusts()
    turned = amplitudes / early.gusts()[1]
    np.testing.assert_allclose(turned, np.exp(2j * np.pi * harmonics * late.start), atol=1e-9)
    turns = late.turns(harmonics) - early.turns(harmonics)
    np.testing.assert_allclose(turns, harmonics * late.start, atol=1e-9)


@pytest.mark.parametrize("seconds", [0.3, 5, 60, 600])
def test_harmonics_are_few_and_within_the_band(seconds):
    found = choose_harmonics(seconds, 0.3, 4.0, 24, np.random.default_rng(0))
    assert 1 <= len(found) <= 24
    assert len(set(found.tolist())) == len(found)
    assert found.max() / seconds <= 4.0 or len(found) == 1


def test_a_stream_from_a_narrow_source_does_not_fan_out_too_fast():
    y, x = np.mgrid[:60, :60].astype(np.float32)
    away = np.stack([x - 30, y + 2], -1)
    away *= (200 / np.hypot(*np.moveaxis(away, -1, 0)))[..., None]  # pixels per second
    seconds = 0.85
    slower = limit_transverse_strain(away, seconds, 4)
    reach = np.hypot(x - 30, y + 2) * 4
    spread = np.hypot(*np.moveaxis(slower, -1, 0)) * seconds / reach  # of neighbours, per life
    assert spread[4:-4, 4:-4].max() < 1.2
    far = reach > 300
    np.testing.assert_allclose(slower[far], away[far], rtol=0.02)


def test_statistics_of_a_texture_do_not_depend_on_bands_of_rows(monkeypatch):
    rng = np.random.default_rng(5)
    context = SimpleNamespace(
        rgb=rng.integers(0, 256, (97, 130, 3), np.uint8),
        mask=rng.random((25, 34), np.float32),
        scale=0.2,
        step=4,
    )
    measured = []
    for rows in (1000, 16):
        monkeypatch.setattr(texture, "_ROWS", rows)
        measured.append((texture.interpolation_gain(context), texture.correlation_length(context)))
    assert measured[0] == measured[1]
