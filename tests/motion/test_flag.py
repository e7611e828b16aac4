"""A flag waves evenly, in its own light, and no further than the frame allows."""

from __future__ import annotations

import cv2
import naive
import numpy as np
import pytest
from livingstill.core.model import Region
from livingstill.motion import phases
from livingstill.motion.builder import compose
from livingstill.motion.kinds import flag
from livingstill.settings.wind import Wind


@pytest.fixture(scope="module")
def cloth():
    """A striped flag with folds before a plain sky, and its mask."""
    height, width = 240, 400
    y, x = np.mgrid[:height, :width].astype(np.float32)
    folds = 25 * np.sin(x / 17 + y / 60)
    stripes = np.where(y < 100, 170, np.where(y < 140, 90, 130))[..., None]
    rgb = stripes * np.float32([1, 0.9, 0.8]) + folds[..., None]
    mask = np.zeros((height, width), np.uint8)
    mask[60:180, 60:330] = 255
    rgb[mask == 0] = 110, 150, 210
    return cv2.GaussianBlur(np.clip(rgb, 0, 255).astype(np.uint8), (0, 0), 1.2), mask


def waving(rgb, mask, wind=None, **given):
    depth = np.full(mask.shape, 0.5, np.float32)
    return compose(rgb, depth, (Region("flag", mask),), wind=wind or Wind(), seconds=4.0, **given)


def clip(rgb, mask, count=60):
    motion = waving(rgb, mask)
    return np.stack([naive.apply_flow(rgb, motion.at(i / count)[0]) for i in range(count)])


def test_the_light_of_plain_cloth_adds_up_to_none_at_every_instant():
    mask = np.zeros((120, 260), np.uint8)
    mask[20:100, 20:230] = 255
    motion = waving(np.full((120, 260, 3), 120, np.uint8), mask)
    inside = mask[::4, ::4] > 0
    for phase in (0.0, 0.21, 0.5, 0.83):
        light = np.asarray(motion.at(phase)[0].first_gain, float)[: inside.shape[0]] - 1
        light = light[:, : inside.shape[1]][inside]
        assert light.std() > 0.02
        assert abs(light.mean()) < 0.03 * light.std()


def test_a_flag_is_as_bright_at_all_times(cloth):
    level = clip(*cloth)[:, cloth[1] > 200].mean((1, 2))
    assert level.std() < 0.6


def test_a_flag_waves_as_fast_at_all_times(cloth):
    seen = clip(*cloth, count=120)[:, cloth[1] > 200].astype(float)
    steps = np.abs(seen - np.roll(seen, 1, 0)).mean((1, 2))
    assert steps.std() < 0.15 * steps.mean()


def test_waves_run_from_the_pole_to_the_fly_end(cloth):
    rgb, mask = cloth
    motion = waving(rgb, mask)
    down = np.stack([np.asarray(motion.at(i / 240)[0].first)[30, :, 1] for i in range(240)])
    near, far = down[:, 45], down[:, 65]  # 80 px further along
    lags = range(-30, 31)  # in sixtieths of a second
    alike = [float(np.roll(near, lag) @ far) for lag in lags]
    assert 3 < lags[int(np.argmax(alike))] < 30
    assert np.abs(down[:, 15]).max() < 0.15 * np.abs(down).max()  # held at the pole


@pytest.mark.parametrize("amount", [1.0, 4.0])
def test_a_flag_stays_within_twelve_pixels_and_does_not_fold(cloth, amount):
    rgb, mask = cloth
    motion = waving(rgb, mask, amount=amount)
    for i in range(12):
        d = np.asarray(motion.at(i / 12)[0].first, float)
        assert np.hypot(d[..., 0], d[..., 1]).max() < flag.MAX_DISPLACEMENT * rgb.shape[1]
        dy, dx = (np.gradient(d, 4, axis=axis) for axis in (0, 1))
        assert ((1 + dx[..., 0]) * (1 + dy[..., 1]) - dx[..., 1] * dy[..., 0]).min() > 0.3


def test_phases_are_chosen_for_an_even_sum():
    rng = np.random.default_rng(0)
    harmonics = np.arange(4, 20)
    place = np.linspace(0, 0.1, 300)
    rates = np.exp(-2j * np.pi * harmonics[:, None] * place)
    time = np.arange(400) / 400

    def swing(angles):
        waves = np.exp(1j * (2 * np.pi * np.outer(harmonics, time) + angles[:, None]))
        power = ((rates.T @ waves).real ** 2).mean(0)
        return power.std() / power.mean()

    chance = np.mean([swing(2 * np.pi * rng.random(len(harmonics))) for _ in range(20)])
    assert swing(phases.choose_phases(rates, harmonics, rng)) < 0.3 * chance


def test_the_straight_edge_is_at_the_pole():
    y, x = np.mgrid[:60, :100]
    flying = (x >= 20 + 0.1 * y) & (x < 75 + 6 * np.sin(y / 6)) & (y > 10) & (y < 45 + x / 12)
    left, right = flag.edge_straightness(flying.astype(np.float32))
    assert right > flag.MIN_STRAIGHTNESS_RATIO * left
    assert flag.edge_straightness(flying[:, ::-1].astype(np.float32)) == pytest.approx(
        (right, left), abs=0.05
    )


def test_a_flag_flies_from_its_pole_whatever_the_wind():
    y, x = np.mgrid[:240, :400]
    flying = (x >= 60) & (x < 310 + 24 * np.sin(y / 25)) & (y > 40) & (y < 200)
    rgb = np.full((240, 400, 3), 120, np.uint8)
    for mask, free, held in ((flying, 60, 17), (flying[:, ::-1], 39, 82)):
        for direction in (0.0, 90.0, 180.0, 270.0):  # degrees: up and down the pole, too
            motion = waving(rgb, np.where(mask, 255, 0).astype(np.uint8), Wind(direction=direction))
            moved = np.stack([np.asarray(motion.at(i / 60)[0].first)[30] for i in range(60)])
            swing = np.hypot(*moved.std(0).T)
            assert swing[free] > 1.9 * swing[held]
