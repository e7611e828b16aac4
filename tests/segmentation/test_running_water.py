"""The outline of running water, by its appearance against the land around it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.core.model import Region
from livingstill.segmentation import plan, water

HEIGHT, WIDTH = 300, 480


def grain(seed, sigma, contrast, tall=1.0):
    noise = np.random.default_rng(seed).normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=sigma, sigmaY=sigma * tall)
    return noise * contrast / noise.std()


def scene(pool):
    """A pale fall between two rocks that runs into a pool; where each of both is."""
    rgb = np.stack([level + grain(1, 2.0, 18) for level in (70, 60, 45)], axis=-1)
    fall, basin = np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH), np.uint8)
    fall[60:200, 200:260] = 255
    basin[200:] = 255
    rgb[fall > 0] = (205 + grain(2, 1.2, 28, 12.0))[fall > 0][:, None]
    rgb[basin > 0] = (pool + grain(3, 1.0, 20 if pool > 150 else 6))[basin > 0][:, None]
    return np.clip(rgb, 0, 255).astype(np.uint8), fall, basin


def test_the_outline_of_a_fall_loses_rock_and_gains_its_upper_half():
    rgb, fall, basin = scene(pool=200)
    outline = basin.copy()
    outline[130:, 160:330] = 255  # rock on both sides, and half the fall
    found = water.segment_running_water(rgb, outline, np.zeros_like(fall)) > 128
    truth = (fall | basin) > 0
    assert (found & truth).sum() > 0.95 * truth.sum()
    assert (found & ~truth).sum() < 0.03 * truth.sum()


def test_a_fall_is_flow_and_the_dark_pool_below_it_is_water():
    rgb, fall, basin = scene(pool=60)
    network = Region("water", fall | basin)
    depth = np.repeat(np.linspace(0.1, 1, HEIGHT, dtype=np.float32)[:, None], WIDTH, 1)
    found = {region.label: region.mask > 128 for region in plan.plan(rgb, depth, (network,))}
    assert (found["flow"] & (fall > 0)).sum() > 0.9 * (fall > 0).sum()
    assert (found["water"] & (basin > 0)).sum() > 0.9 * (basin > 0).sum()


def test_water_that_looks_like_the_land_keeps_its_outline():
    rgb = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    outline = np.zeros((HEIGHT, WIDTH), np.uint8)
    outline[100:200] = 255
    assert (water.segment_running_water(rgb, outline, np.zeros_like(outline)) == outline).all()


@pytest.mark.parametrize(("wide", "tall", "trims"), [(6.0, 1.0, True), (1.0, 6.0, False)])
def test_a_beach_is_no_lake_with_waves_but_may_be_a_mirror(wide, tall, trims):
    noise = np.random.default_rng(4).normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    waves = cv2.GaussianBlur(noise, (0, 0), sigmaX=wide, sigmaY=tall)
    rgb = np.stack([level + grain(1, 2.0, 8) for level in (150, 130, 100)], axis=-1)
    lake = np.stack([level + 12 * waves / waves.std() for level in (60, 80, 110)], axis=-1)
    rgb[120:, 150:] = lake[120:, 150:]
    outline = np.zeros((HEIGHT, WIDTH), np.uint8)
    outline[120:, 110:] = 255  # 40 pixels of beach
    picture = np.clip(rgb, 0, 255).astype(np.uint8)
    found = water.trim_still_water(picture, picture, outline) > 128
    assert found[160:, 170:].mean() > 0.98
    assert found[160:, 115:140].any() != trims
