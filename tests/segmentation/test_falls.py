"""Where water falls, and which way."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.segmentation.flow_field import velocity_from_terrain
from livingstill.segmentation.water import fall_streaks, is_running


def water(slant, level=190.0):
    """A dark picture whose middle is streaked along a direction ``slant`` degrees off the vertical."""
    rng = np.random.default_rng(5)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (300, 480)).astype(np.float32), (0, 0), 1.2)
    kernel = np.zeros((61, 61), np.float32)
    lean = np.deg2rad(slant)
    reach = np.array([np.sin(lean), np.cos(lean)]) * 30
    ends = [tuple(round(30 + sign * part) for part in reach) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    noise = cv2.filter2D(noise, -1, kernel)
    noise *= 30 / noise.std()
    rgb = np.full((300, 480, 3), 40, np.float32)
    rgb[40:260, 150:330] = level + noise[40:260, 150:330, None]
    mask = np.zeros((300, 480), bool)
    mask[40:260, 150:330] = True
    return np.clip(rgb, 0, 255).astype(np.uint8), mask


@pytest.mark.parametrize("slant", [0, 20, -30])
def test_water_falls_along_its_streaks(slant):
    rgb, mask = water(slant)
    falls, along = fall_streaks(rgb, mask)
    assert falls.sum() > 0.5 * mask.sum()
    assert not falls[~mask].any()
    found = np.rad2deg(np.arctan2(*along[falls].mean(0)))
    assert found == pytest.approx(slant, abs=4)
    assert is_running(rgb, mask, np.zeros_like(mask), falls)


@pytest.mark.parametrize(("slant", "level"), [(90, 190.0), (70, 190.0), (0, 10.0)])
def test_level_and_dark_water_does_not_fall(slant, level):
    assert not fall_streaks(*water(slant, level))[0].any()


def test_velocity_follows_the_streaks():
    rgb, mask = water(25)
    small = cv2.resize(mask.astype(np.uint8), (112, 70), interpolation=cv2.INTER_NEAREST) > 0
    velocity = velocity_from_terrain(small, rgb, np.full(mask.shape, 0.5, np.float32))
    middle = velocity[25:45, 45:65].mean((0, 1))
    assert np.rad2deg(np.arctan2(*middle)) == pytest.approx(25, abs=6)


def test_white_water_runs_more_slowly_in_the_pool_than_where_it_falls():
    fast, slow = (
        np.hypot(
            *np.moveaxis(
                velocity_from_terrain(small, rgb, np.full(mask.shape, 0.5, np.float32)), -1, 0
            )
        )
        for rgb, mask in (water(0, 235.0), water(90, 235.0))
        for small in [cv2.resize(mask.astype(np.uint8), (112, 70)) > 0]
    )
    assert 0.2 < fast[30:40, 50:62].mean() < 0.3
    assert 0.02 < slow[30:40, 50:62].mean() < 0.13


@pytest.mark.parametrize(("wide", "tall", "runs"), [(6.0, 1.0, False), (1.5, 1.5, True)])
def test_foam_is_isotropic_and_crests_of_waves_are_not(wide, tall, runs):
    noise = np.random.default_rng(6).normal(0, 1, (300, 480)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=wide, sigmaY=tall)
    grey = np.where(np.arange(300)[:, None] > 150, 150 + 35 * noise / noise.std(), 60)
    rgb = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, 2)
    mask = np.zeros((300, 480), bool)
    mask[155:] = True
    steep, _ = fall_streaks(rgb, mask)
    assert is_running(rgb, mask, np.zeros_like(mask), steep) == runs
