"""Fire: how heat is coloured, what swings and what must not."""

from __future__ import annotations

from itertools import pairwise

import cv2
import naive
import numpy as np
import pytest
from livingstill.core.model import Region
from livingstill.kernels.flame import burn
from livingstill.kernels.flow_box import FlowBox
from livingstill.motion import context, heat, rolling_noise
from livingstill.motion.builder import compose
from livingstill.settings.wind import Wind

SIZE = (120, 200)
DARK = np.full((*SIZE, 3), (24, 22, 26), np.uint8)


def hot(heats):
    """Return (H, W, 3) uint8 of what glows with ``heats`` (H, W), 0..255, as a camera sees it."""
    body = context.luma(heat.BLACK_BODY)
    planes = [np.interp(heats, body, heat.BLACK_BODY[:, c]) for c in range(3)]
    return np.maximum(np.dstack(planes), DARK).astype(np.uint8)


def torn():
    """Return a photo of tall flames, torn into tongues, and where they are."""
    noise = np.random.default_rng(5).standard_normal(SIZE).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=3, sigmaY=9)
    heats = np.clip(120 + 110 * noise / noise.std(), 0, 250)
    mask = np.zeros(SIZE, np.uint8)
    mask[25:105, 40:160] = 255
    return np.where(mask[..., None] > 0, hot(heats), DARK), mask


def candle():
    """Return a photo of a candle's flame, and a mask with a little of what is around it."""
    heats, mask = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.uint8)
    cv2.ellipse(heats, (100, 60), (14, 34), 0, 0, 360, 250, -1)
    cv2.ellipse(mask, (100, 60), (17, 38), 0, 0, 360, 255, -1)
    return hot(cv2.GaussianBlur(heats, (0, 0), 1.5)), mask


def clip(rgb, mask, count=24):
    depth = np.full(mask.shape, 0.5, np.float32)
    motion = compose(rgb, depth, (Region("fire", mask),), wind=Wind(), seconds=2.0)
    return motion, np.stack([naive.apply_flow(rgb, motion.at(i / count)[0]) for i in range(count)])


def burnt(push, colour=(255, 250, 226), glow=1.0):
    """Return the colour of a plain area after its heat was pushed."""
    shape = (4, 4)
    tone = np.broadcast_to(np.array([*colour, glow], np.float32), (*shape, 4)).copy()
    ramp = heat.colour_by_heat(tone[..., :3], tone[..., 3])
    gain, bias = np.ones(shape, np.float32), np.zeros((*shape, 3), np.float32)
    to, none = np.zeros((*shape, 2), np.float32), np.zeros((0, 0), np.float32)
    behind = np.full((*shape, 3), 20, np.float32)
    much = np.full(shape, push, np.float32)
    flow = FlowBox(to, gain, to[:0, :0], none, bias, 0, 0)
    burn(tone, behind, much, ramp, 4.0, flow, 0, 4)
    return (gain[..., None] * tone[..., :3] + bias)[1, 1]


def test_what_is_white_hot_cools_to_yellow_orange_and_red_never_to_grey():
    colours = [burnt(push) for push in (0.0, -0.2, -0.4, -0.6)]
    for (r, g, b), (r2, g2, b2) in pairwise(colours):
        assert r2 <= r + 1
        assert g2 < g - 10
        assert b2 < b
    for r, g, b in colours[1:]:
        assert r > g > b + 20
    np.testing.assert_allclose(burnt(-1.0), 20, atol=1)  # gone out: what is behind it


def test_what_does_not_glow_is_not_dimmed_but_flames_pass_before_it():
    np.testing.assert_array_equal(burnt(-0.5, (60, 90, 120), 0.0), (60, 90, 120))
    r, g, b = burnt(0.6, (60, 90, 120), 0.0)
    assert r > g + 40 > b


def test_a_large_fire_swings_as_a_whole_it_does_not_flash():
    rgb, mask = torn()
    _, frames = clip(rgb, mask)
    luma = context.luma(frames.astype(np.float64))
    assert np.sqrt(luma.var(0)[mask > 0].mean()) > 30
    mean = luma.mean((1, 2))
    assert np.ptp(mean) < 0.1 * mean.mean()


def test_flames_keep_to_the_colours_of_the_fire():
    rgb, mask = torn()
    _, frames = clip(rgb, mask, 8)
    inner = cv2.erode(mask, np.ones((13, 13), np.uint8)) > 0
    seen = frames[:, inner].astype(int)
    bright = seen[(seen.max(-1) > 90) & (seen.min(-1) < 225)]
    assert (bright[:, 2] > bright[:, 0] + 5).mean() < 0.001
    assert (np.ptp(bright, axis=-1) < 15).mean() < 0.005  # nothing turns grey


def test_a_candle_bends_and_has_no_tongues():
    rgb, mask = candle()
    motion, frames = clip(rgb, mask)
    assert motion.at(0.3)[0].second is None
    assert np.abs(motion.at(0.3)[0].first).max() > 0.5
    core = frames[:, 55:75, 95:106].astype(int)
    assert np.ptp(core, axis=(1, 2)).max() < 30  # plain in every frame


def test_a_candle_bends_as_far_beside_its_flame_in_a_wide_frame():
    flame, mask = candle()
    felt = []
    for size in ((960, 576), (3840, 2304)):
        rgb, where = cv2.resize(flame, size), cv2.resize(mask, size)
        depth = np.full(where.shape, 0.5, np.float32)
        motion = compose(rgb, depth, (Region("fire", where),), wind=Wind(), seconds=2.0)
        field = np.abs([motion.at(i / 8)[0].first for i in range(8)]).max((0, 3))
        felt.append((field > 0).mean())
    assert abs(felt[1] / felt[0] - 1) < 0.03


@pytest.mark.parametrize("travel", [40.0, 1000.0, 10_000.0])
def test_a_strip_of_noise_comes_round(travel):
    strip = rolling_noise.strip(np.random.default_rng(1), 30, 2.0, 4.0, travel)
    rise, across = np.mgrid[:20, :30].astype(np.float32)
    across /= 29
    first = strip.at(0.0, rise, across)
    assert np.array_equal(first, strip.at(1.0, rise, across))
    later = strip.at(3 / travel, rise, across)  # three rows further
    np.testing.assert_allclose(later[3:], first[:-3], atol=2e-2 * travel / 1000 + 1e-3)
    assert 0.9 < strip.noise.std() < 1.1


def test_candles_flicker_each_for_itself_their_light_together():
    rgb, mask = candle()
    two = np.maximum(np.roll(rgb, -50, 1), np.roll(rgb, 50, 1))
    motion, frames = clip(two, np.maximum(np.roll(mask, -50, 1), np.roll(mask, 50, 1)))
    left, right = (frames[:, 50:70, x - 4 : x + 5].mean((1, 2, 3)) for x in (50, 150))
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.9
    wall = motion.at(0.3)[0].first_gain[15, 20:31]  # between them
    assert np.abs(np.diff(wall)).max() < 0.01
