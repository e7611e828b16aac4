"""Flames, and what has only some of their colours."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.core.model import Region
from livingstill.segmentation import plan
from livingstill.segmentation.fire import flames

SIZE = (360, 480)
BLACK_BODY = ((22, (120, 34, 6)), (17, (235, 120, 30)), (12, (252, 190, 80)), (8, (255, 246, 215)))


def ground(level=40):
    noise = np.random.default_rng(2).standard_normal((*SIZE, 3)).astype(np.float32)
    return np.clip(level + 6 * cv2.GaussianBlur(noise, (0, 0), 1), 0, 255).astype(np.uint8)


def fire(rgb, x, y, size=1.0, tall=2.5):
    for radius, colour in BLACK_BODY:
        axes = (round(size * radius), round(size * tall * radius))
        cv2.ellipse(rgb, (x, y), axes, 0, 0, 360, colour, -1)
    return cv2.GaussianBlur(rgb, (0, 0), 1.5)


def share(rgb, elsewhere=False):
    return flames(rgb, np.full(SIZE, elsewhere)).mean() / 255


def test_a_fire_is_found_from_its_core_to_its_flanks():
    found = flames(fire(ground(), 240, 180), np.zeros(SIZE, bool))
    assert min(found[180, 240], found[180, 254], found[205, 240]) > 240
    assert not found[:, :200].any()
    assert not found[:60].any()


def lamp():
    return fire(ground(), 240, 100, 0.5, 1.0)


def sunset():
    return fire(ground(170), 240, 100, 1.5, 1.0)


def orange_coat():
    rgb = ground()
    cv2.ellipse(rgb, (240, 200), (60, 110), 0, 0, 360, (235, 120, 30), -1)
    return rgb


def white_shirt_and_orange_coat():
    rgb = orange_coat()
    cv2.rectangle(rgb, (300, 120), (360, 260), (245, 244, 240), -1)
    return rgb


def autumn():
    noise = cv2.GaussianBlur(np.random.default_rng(3).standard_normal(SIZE), (0, 0), 3)
    bright = np.clip(120 + 60 * noise / noise.std(), 0, 230)[..., None]
    return (bright * (1.0, 0.65, 0.2)).astype(np.uint8)


@pytest.mark.parametrize(
    "picture", [lamp, sunset, orange_coat, white_shirt_and_orange_coat, autumn]
)
def test_some_of_the_colours_of_fire_are_no_fire(picture):
    assert share(picture()) == 0


def test_a_fire_in_the_sky_is_the_sun():
    rgb = fire(ground(), 240, 120)
    assert share(rgb) > 0
    assert share(rgb, elsewhere=True) == 0


def test_fire_is_found_where_the_network_sees_a_person():
    rgb = fire(ground(), 240, 180)
    person = np.zeros(SIZE, np.uint8)
    person[100:300, 180:300] = 255
    depth = np.full(SIZE, 0.5, np.float32)
    (region,) = plan.plan(rgb, depth, (Region("person", person),), motion=("fire",))
    assert region.label == "fire"
    assert region.mask[180, 240] == 255
