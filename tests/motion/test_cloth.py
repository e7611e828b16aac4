"""Cloth hangs from its upper edge; its folds run down it and with the wind, evenly."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from livingstill.core.model import Region
from livingstill.motion.builder import compose
from livingstill.settings.wind import Wind


@pytest.fixture(scope="module")
def curtain():
    """A curtain in upright folds, 320 px wide, and its mask."""
    x = np.arange(480, dtype=np.float32)[None]
    grey = np.broadcast_to(140 + 40 * np.sin(x / 9) + 20 * np.sin(x / 4), (300, 480))
    mask = np.zeros((300, 480), np.uint8)
    mask[30:270, 80:400] = 255
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8), mask


def moved(curtain, wind, count):
    rgb, mask = curtain
    depth = np.full(mask.shape, 0.5, np.float32)
    motion = compose(rgb, depth, (Region("cloth", mask),), wind=wind, seconds=4.0)
    return [motion.at(i / count)[0] for i in range(count)]


def test_cloth_hangs_from_its_upper_edge(curtain):
    flows = moved(curtain, Wind(), 12)
    size = np.sqrt(np.mean([(np.asarray(f.first) ** 2).sum(2) for f in flows], axis=0))
    assert size[10:14, 30:90].mean() < 0.2 * size[50:60, 30:90].mean()


@pytest.mark.parametrize("degrees", [0, 180])
def test_light_runs_over_folds_with_the_wind(curtain, degrees):
    flows = moved(curtain, Wind(direction=degrees, gust=0), 80)
    light = np.stack([np.asarray(f.first_gain)[50, 30:90] for f in flows])
    ahead = [float((light[:, :-2] * np.roll(light[:, 2:], lag, 0)).mean()) for lag in range(-8, 9)]
    later = 8 - int(np.argmax(ahead))  # frames until what was here is 8 px to the right
    assert 0 < later * (1 if degrees == 0 else -1) < 8


def test_cloth_moves_evenly_and_does_not_repeat_itself(curtain):
    rgb, mask = curtain
    flows = moved(curtain, Wind(), 60)
    clip = np.stack([naive.apply_flow(rgb, f) for f in flows])[:, mask > 200, 0].astype(float)
    steps = np.abs(clip - np.roll(clip, 1, 0)).mean(1)
    assert steps.std() < 0.25 * steps.mean()
    assert clip.mean(1).std() < 0.6
    clip -= clip.mean(0)
    alike = [float((clip * np.roll(clip, lag, 0)).mean()) for lag in range(5, 31)]
    assert max(alike) < 0.35 * float((clip**2).mean())
