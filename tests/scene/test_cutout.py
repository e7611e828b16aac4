"""What is cut out of a photo leaves the photo whole and its place filled."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.scene.cutout import cut_out


@pytest.fixture(scope="module")
def hung():
    """A red flag before a wall that darkens downwards; its depth has a hole."""
    rgb = np.zeros((90, 141, 3), np.uint8)
    rgb[:] = np.linspace(200, 120, 90)[:, None, None]
    mask = np.zeros((90, 141), np.uint8)
    mask[30:60, 40:100] = 255
    mask = cv2.GaussianBlur(mask, (0, 0), 1.2)
    soft = mask[..., None] / 255
    rgb = np.round(rgb * (1 - soft) + np.array([220, 30, 40]) * soft).astype(np.uint8)
    depth = np.full((90, 141), 0.2, np.float32)
    depth[mask > 128] = 0.7
    depth[40:50, 60:70] = 0
    return rgb, depth, mask, cut_out(rgb, depth, mask)


def test_what_is_cut_out_over_the_rest_is_the_photo(hung):
    rgb, _, _, (front, rest, _) = hung
    rgba = front.colour.view(np.uint8).reshape(*front.colour.shape, 4).astype(float)
    over = rgba[..., :3] + rest * (1 - rgba[..., 3:] / 255)
    assert np.abs(over - rgb).max() <= 1.01


def test_nothing_of_it_is_left_behind(hung):
    rgb, _, mask, (front, rest, depth_behind) = hung
    wall = np.linspace(200, 120, 90)[:, None, None]
    assert np.abs(rest - wall).max() < 25  # a red of 30 green would be off by 100
    np.testing.assert_allclose(depth_behind, 0.2, atol=1e-3)
    far = cv2.dilate(mask, np.ones((15, 15), np.uint8)) == 0
    assert np.array_equal(rest[far], rgb[far])
    assert not front.colour[far].any()


def test_it_hangs_at_one_depth(hung):
    _, _, _, (front, _, _) = hung
    np.testing.assert_allclose(front.inverse_depth, 0.7, atol=1e-6)
