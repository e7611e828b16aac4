"""Clouds on a layer of their own, behind all else."""

from __future__ import annotations

import numpy as np
from livingstill.core.model import Layer, Scene
from livingstill.scene import background

SKY, LAND, FLAG = (np.uint32(0xFF000000 | level * 0x010101) for level in (200, 60, 120))


def test_the_sky_goes_on_behind_what_stands_before_it_in_another_layer():
    last = np.full((96, 128), SKY, np.uint32)
    last[64:] = LAND
    front = np.zeros_like(last)
    front[20:50, 40:90] = FLAG
    last[20:50, 40:90] = SKY + 1  # as filled behind the flag
    drifting = np.where((front == 0) & (last == SKY), 255, 0).astype(np.uint8)
    depth = np.zeros(last.shape, np.float32)
    scene = Scene((Layer(front, depth + 1), Layer(last, depth)))
    parted = background.split_background(scene, drifting)
    assert parted.has_background and not scene.has_background
    kept, rest, sky = parted.layers
    assert np.array_equal(kept.colour, front)
    assert not (rest.colour[:58] >> 24).any()
    assert (rest.colour[70:] == LAND).all()
    assert (sky.colour[:58] >> 24 == 255).all()
    assert (abs((sky.colour[:58] & 255).astype(int) - 200) <= 1).all()


def test_a_scene_with_room_for_it_takes_the_sky_into_its_own_array():
    colours = np.zeros((3, 96, 128), np.uint32)
    colours[0, 20:50, 40:90] = FLAG
    colours[1, :64], colours[1, 64:] = SKY, LAND
    depth = np.zeros(colours.shape[1:], np.float32)
    drifting = np.where(colours[1] == SKY, 255, 0).astype(np.uint8)
    apart = Scene(tuple(Layer(colour.copy(), depth) for colour in colours[:2]))
    wanted = background.split_background(apart, drifting)
    scene = Scene(tuple(Layer(colour, depth) for colour in colours[:2]))
    found = background.split_background(scene, drifting)
    assert np.shares_memory(found.stack(), colours)
    assert np.array_equal(found.stack(), wanted.stack())
