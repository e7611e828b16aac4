"""Which layers pass before a title."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.core.model import Layer, Scene
from livingstill.render.frames import full_window
from livingstill.render.title_occlusion import layer_occlusion, place_card

SIZE = (200, 100)


def scene(*boxes):
    """Layers opaque in their boxes (x0, x1, y0, y1), nearest first, before a background."""
    layers = []
    for k, (x0, x1, y0, y1) in enumerate([*boxes, (0, 200, 0, 100)]):
        colour = np.zeros((100, 200), np.uint32)
        colour[y0:y1, x0:x1] = 0xFF808080
        depth = np.full(colour.shape, 0.9 / 3**k, np.float32)
        layers.append(Layer(colour, depth))
    return Scene(tuple(layers))


def card():
    return np.full((20, 100), 0xFFFFFFFF, np.uint32)


def test_what_covers_a_card_is_measured_at_rest():
    there = scene((0, 75, 0, 100), (100, 110, 0, 100))
    found = layer_occlusion(there, full_window(SIZE, SIZE), SIZE, card(), (50, 40))
    assert [one.share for one in found] == pytest.approx([0, 0.25, 0.35], abs=0.01)
    assert [one.line for one in found] == pytest.approx([0, 0.25, 0.35], abs=0.01)
    assert [one.at_depth_edge for one in found] == [1, 1, 1]


@pytest.mark.parametrize(("depth", "behind"), [("1", 0), ("0.7", 1), ("0.2", 2), ("0", 2)])
def test_nearer_layers_pass_before_a_card(depth, behind):
    there = scene((0, 75, 0, 100), (100, 110, 0, 100))
    found, note = place_card(there, full_window(SIZE, SIZE), SIZE, card(), (50, 40), depth)
    assert found.behind == behind
    assert (found.left, found.top) == (50, 40)
    assert ("pass" in note) == (behind > 0)


def test_auto_leaves_the_text_readable():
    window = full_window(SIZE, SIZE)
    trunk = scene((60, 80, 0, 100), (0, 200, 30, 100))  # a tree, and a hill that hides all
    found, note = place_card(trunk, window, SIZE, card(), (50, 40), "auto")
    assert found.behind == 1
    assert "cover 20% of it" in note
    ground = scene((0, 200, 54, 100))  # less than a third, but of the lowest rows all
    assert place_card(ground, window, SIZE, card(), (50, 40), "auto")[0].behind == 0
    assert "larger --title-depth" in place_card(trunk, window, SIZE, card(), (50, 40), "0")[1]


def test_auto_cuts_through_no_surface():
    """A wall in two layers that meet at one depth: behind neither, or behind both."""
    slope = np.tile(np.linspace(0.9, 0.4, 200, dtype=np.float32), (100, 1))
    near, far, back = (np.zeros((100, 200), np.uint32) for _ in range(3))
    near[:, :60], far[:, :75], back[:] = 0xFF808080, 0xFF808080, 0xFF808080
    flat = np.zeros_like(slope)
    wall = Scene((Layer(near, slope), Layer(far, slope), Layer(back, flat)))
    found = layer_occlusion(wall, full_window(SIZE, SIZE), SIZE, card(), (50, 40))
    assert found[1].at_depth_edge < 0.1 < 0.9 < found[2].at_depth_edge
    assert place_card(wall, full_window(SIZE, SIZE), SIZE, card(), (50, 40), "auto")[0].behind == 2
    assert (
        "cut through"
        in place_card(wall, full_window(SIZE, SIZE), SIZE, card(), (50, 40), "0.82")[1]
    )
