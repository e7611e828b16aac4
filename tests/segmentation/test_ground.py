"""Leaves on level ground are grass; trees and hedges are not."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.imaging import image
from livingstill.segmentation.evidence import COARSE
from livingstill.segmentation.ground import level

HEIGHT, WIDTH, HORIZON = 160, 240, 80


@pytest.fixture
def meadow():
    """A photo of green, where its leaves are, and the inverse depth of level ground below them."""
    rgb = np.full((HEIGHT, WIDTH, 3), (90, 120, 50), np.uint8)
    leaves = np.zeros((HEIGHT, WIDTH), np.uint8)
    leaves[40:] = 255
    y = np.arange(HEIGHT, dtype=np.float32)[:, None]
    ground = np.clip((y - HORIZON) / (HEIGHT - HORIZON), 0.01, 1)
    return rgb, leaves, np.repeat(ground, WIDTH, axis=1).astype(np.float32)


def test_a_meadow_is_level_and_a_tree_on_it_is_not(meadow):
    rgb, leaves, depth = meadow
    depth[40:130, 100:140] = depth[130, 0]  # as near all the way up as where it is rooted
    found = level(image.downscale(rgb, COARSE), leaves, depth)
    assert found[110:, :90].min() == 255 and found[140:].min() == 255
    assert found[40:120, 105:135].max() == 0
    assert found[:HORIZON].max() == 0


def test_a_hedge_is_not_level(meadow):
    rgb, leaves, depth = meadow
    depth[:] = 0.6 + 0.1 * np.sin(np.arange(WIDTH) / 9)[None]
    assert not level(image.downscale(rgb, COARSE), leaves, depth).any()


def test_neither_dark_blue_nor_a_bush_in_a_corner_is_a_meadow(meadow):
    rgb, leaves, depth = meadow
    blue = np.full_like(rgb, (20, 30, 50))
    assert not level(image.downscale(blue, COARSE), leaves, depth).any()
    leaves[:, 100:] = 0
    assert not level(image.downscale(rgb, COARSE), leaves, depth).any()
