"""Whether water mirrors or shows its own waves, and when the matter of a stream is seen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.motion import advection
from livingstill.motion.context import Box, MotionContext, grid_shape, nodes
from livingstill.motion.kinds import water
from livingstill.motion.wind import wind_field
from livingstill.settings.wind import Wind


def lake(wide, tall):
    """Water below a plain sky, with a texture of that size."""
    noise = np.random.default_rng(2).normal(0, 1, (240, 320)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=wide, sigmaY=tall)
    grey = np.full((240, 320), 180, np.float32)
    grey[100:] = 110 + (20 * noise / noise.std())[100:]
    rgb = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, 2)
    mask = np.zeros(grid_shape(240, 320), np.float32)
    mask[25:] = 1
    colour = nodes(rgb)
    depth = np.repeat(np.linspace(0, 1, len(mask), dtype=np.float32)[:, None], mask.shape[1], 1)
    return MotionContext(
        "water", rgb, colour, mask, depth, wind_field(Wind(), 2.0, 0), 2.0, 1.0, 0, 0
    )


@pytest.mark.parametrize(("wide", "tall", "calm"), [(4, 1, False), (1, 4, True), (2, 2, True)])
def test_the_facets_of_waves_lie_and_mirror_images_stand(wide, tall, calm):
    surface = lake(wide, tall)
    assert water.is_mirroring(surface, water.surface_anisotropy(surface)) == calm


@pytest.mark.parametrize(  # uneven .71 by chance
    ("by_turns", "near", "most"), [(False, 0.5, 0.6), (True, 0.75, 0.3)]
)
def test_numbers_are_spread_evenly_and_the_ring_of_them_looks_nowhere_like_itself(
    by_turns, near, most
):
    uneven = []
    for seed in range(6):
        drawn = advection._spaced_offsets(16, np.random.default_rng(seed), by_turns)
        np.testing.assert_allclose(np.diff(np.sort(drawn)), 2 / 16)
        assert -1 <= drawn.min() < drawn.max() <= 1
        for turn in range(1, 16):
            assert (np.abs(drawn - np.roll(drawn, turn)) < 0.3).mean() <= near
        steps = np.abs(drawn - np.roll(drawn, 1))
        uneven.append(steps.std() / steps.mean())
    assert np.mean(uneven) < most


def test_as_much_of_what_moves_fades_at_any_time_as_at_any_other():
    rng = np.random.default_rng(3)
    noise = cv2.GaussianBlur(rng.normal(size=(60, 80)).astype(np.float32), (0, 0), 5) + 0.3
    weight = rng.random((60, 80)).astype(np.float32)
    weight[:, :30] = 0
    level = advection._equalized(noise, weight)
    share, _ = np.histogram(level, 8, (-1, 1), weights=weight)
    np.testing.assert_allclose(share / share.sum(), 1 / 8, atol=0.005)
    places = np.argsort(noise, axis=None)
    assert (np.diff(level.ravel()[places]) >= 0).all()


def test_matter_is_seen_old_where_it_leaves_the_frame_and_young_where_it_comes_in():
    box, count, spacing = Box(0, 0, 5, 41), 21, 0.1
    ages = (np.arange(count) - count // 2) * spacing
    paths = np.zeros((count, *box.shape, 2), np.float32)
    paths[..., 0] = (10 * ages)[:, None, None]  # ten nodes a second to the right
    shift = np.zeros(box.shape, np.float32)
    seen = advection._keep_in_frame(shift, paths, spacing, box, (40.0, 4.0), 0.5)
    assert seen[2, 0] == pytest.approx(-0.5, abs=0.2)
    assert seen[2, 40] == pytest.approx(0.5, abs=0.2)
    assert not seen[2, 15:26].any()
