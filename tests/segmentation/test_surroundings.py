"""What is no part of a scene: borders of prints, bars of films, the view from a room's windows."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.core.model import Region
from livingstill.segmentation import borders, plan

HEIGHT, WIDTH = 240, 360


def scene():
    noise = np.random.default_rng(2).integers(90, 170, (HEIGHT, WIDTH, 1)).astype(np.uint8)
    return np.repeat(noise, 3, 2)


@pytest.mark.parametrize("colour", [0, 250])
@pytest.mark.parametrize("turn", range(4))
def test_a_border_has_one_colour_and_ends_in_a_step(colour, turn):
    framed = scene()
    framed[:30] = colour
    widths = [0, 0, 0, 0]
    widths[(4 - turn) % 4] = 30
    found = borders.border_widths(np.ascontiguousarray(np.rot90(framed, turn)))
    assert np.abs(np.subtract(found, widths)).max() <= 1


def test_a_plain_sky_is_no_border():
    plain = scene()
    plain[:120] = np.linspace(200, 225, 120).astype(np.uint8)[:, None, None]
    assert borders.border_widths(plain) == (0, 0, 0, 0)


def test_bars_of_a_film_do_not_move():
    letterbox = scene()
    letterbox[:30], letterbox[-30:] = 0, 0
    water = np.zeros((HEIGHT, WIDTH), np.uint8)
    water[100:] = 255
    depth = np.full((HEIGHT, WIDTH), 0.3, np.float32)
    moving = plan.plan(letterbox, depth, (Region("water", water),), hold_faces=False)
    (found,) = (region.mask for region in moving)
    assert not found[-29:].any() and found[110:200].mean() > 200


@pytest.mark.parametrize("room", [True, False])
def test_the_view_from_a_window_stays_still_and_a_plant_in_the_room_does_not(room):
    depth = np.full((HEIGHT, WIDTH), 0.5, np.float32)
    view, plant = np.s_[40:120, 60:160], np.s_[100:220, 220:300]
    depth[view] = 0.1
    leaves = np.zeros((HEIGHT, WIDTH), np.uint8)
    leaves[view], leaves[plant] = 255, 255
    found = plan.detect_kinds(
        scene(), depth, (Region("foliage", leaves),), room=depth if room else None, hold_faces=False
    ).kinds["foliage"]
    assert found[plant].mean() > 0.8
    assert (found[50:110, 70:150].mean() > 0.8) != room
