"""Grass sways in narrow blades, and light runs over it without its growing brighter as a whole."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.core.model import Region
from livingstill.motion import oscillators
from livingstill.motion.builder import compose
from livingstill.motion.context import Box, MotionContext
from livingstill.motion.kinds import grass
from livingstill.motion.wind import wind_field
from livingstill.settings.wind import Wind

HEIGHT, WIDTH = 240, 400


@pytest.fixture(scope="module")
def meadow():
    rng = np.random.default_rng(2)
    rgb = np.clip(rng.normal((110, 140, 60), 25, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[80:] = 255
    return rgb, mask


def test_light_runs_over_grass_that_is_as_bright_at_all_times(meadow):
    rgb, mask = meadow
    depth = np.full(mask.shape, 0.5, np.float32)
    wind = Wind(gust=0)
    motion = compose(rgb, depth, (Region("grass", mask),), wind=wind, seconds=4.0)
    light = np.stack([np.asarray(motion.at(i / 24)[0].first_gain)[24:58, 4:96] for i in range(24)])
    assert 0.01 < light.std() < 0.1
    assert light.mean((1, 2)).std() < 0.003


def test_blades_are_taller_than_wide(meadow):
    rgb, _ = meadow
    air = wind_field(Wind(gust=0), 4.0, 0)
    none = np.zeros((60, 100), np.float32)
    colour = np.zeros((60, 100, 3), np.float32)
    context = MotionContext("grass", rgb, colour, none + 1, none, air, 4.0, 1.0, 0, 0)
    blades = oscillators.driven_response(context, Box(0, 0, 60, 100), grass.MODES)[1].at(0.3)[:, 0]
    sideways = np.corrcoef(blades[:, :-4].ravel(), blades[:, 4:].ravel())[0, 1]
    down = np.corrcoef(blades[:-4].ravel(), blades[4:].ravel())[0, 1]
    assert down > 0.75 > 0.5 > sideways


def test_nothing_sways_at_the_frame_s_border(meadow):
    rgb, _ = meadow
    everywhere = np.full((HEIGHT, WIDTH), 255, np.uint8)
    depth = np.full(everywhere.shape, 0.5, np.float32)
    motion = compose(rgb, depth, (Region("grass", everywhere),), wind=Wind(speed=8), seconds=4.0)
    for phase in (0.0, 0.3, 0.7):
        flow = np.asarray(motion.at(phase)[0].first)
        rows, columns = (4 * np.minimum(np.arange(n), np.arange(n)[::-1]) for n in flow.shape[:2])
        assert (np.abs(flow[..., 0]) <= np.maximum(columns, 0.5)).all()
        assert (np.abs(flow[..., 1]) <= np.maximum(rows, 0.5)[:, None]).all()
