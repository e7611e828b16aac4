"""Clouds drift behind what stands before the sky, and take nothing of it along."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.core.model import Layer, Pose, Region, Scene
from livingstill.motion.builder import compose
from livingstill.render import frames
from livingstill.scene import background
from livingstill.segmentation import silhouettes
from livingstill.settings.wind import Wind

HEIGHT, WIDTH, GROUND, WALL = 240, 400, 180, 340


@pytest.fixture(scope="module")
def photo():
    """Soft pale clouds above dark ground, a mast with an arm on it, a wall at the right, a bird."""
    noise = np.random.default_rng(5).standard_normal((HEIGHT, WIDTH)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 5)
    grey = 200 + 20 * noise / noise.std()
    rgb = np.clip(grey[..., None] + (-30, 0, 20), 120, 255).astype(np.uint8)
    rgb[GROUND:] = 40
    rgb[30:, WALL:] = 40
    standing = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.line(standing, (200, 60), (200, GROUND), 255, 2)
    cv2.line(standing, (200, 70), (240, 66), 255, 1)
    cv2.ellipse(standing, (90, 80), (4, 2), 20, 0, 360, 255, -1)
    rgb[standing > 0] = 20
    return rgb, standing > 0


@pytest.fixture(scope="module")
def sky(photo):
    """What the network says of it: everything above ground and wall."""
    out = np.zeros((HEIGHT, WIDTH), np.uint8)
    out[:GROUND] = 255
    out[30:, WALL:] = 0
    return np.round(out * (1 - silhouettes.before_sky(photo[0], out))).astype(np.uint8)


@pytest.fixture(scope="module")
def scene(photo, sky):
    rgba = np.dstack([photo[0], np.full(sky.shape, 255, np.uint8)]).view(np.uint32)[..., 0]
    depth = np.repeat(np.linspace(0, 0.5, HEIGHT, dtype=np.float32)[:, None], WIDTH, 1)
    return background.split_background(Scene((Layer(rgba, depth),)), sky)


@pytest.fixture(scope="module")
def clip(photo, sky, scene):
    motion = compose(
        photo[0], np.zeros(sky.shape, np.float32), (Region("cloud", sky),),
        wind=Wind(speed=6), seconds=5, scene=scene,
    )  # fmt: skip
    renderer = frames.Renderer(scene, frames.full_window(scene.size, scene.size), scene.size)
    return np.stack(
        [frames.unpack(renderer.frame(Pose(), motion.at(k / 12))).copy() for k in range(12)]
    )


def test_at_rest_the_parted_scene_shows_the_photo(photo, scene):
    assert len(scene.layers) == 2
    renderer = frames.Renderer(scene, frames.full_window(scene.size, scene.size), scene.size)
    np.testing.assert_array_equal(frames.unpack(renderer.frame(Pose())), photo[0])
    assert background.split_background(scene, np.zeros((HEIGHT, WIDTH), np.uint8)) is scene


def test_a_mast_and_a_bird_stay_bit_for_bit_and_so_do_ground_and_wall(photo, clip):
    rgb, standing = photo
    standing = standing.copy()
    standing[GROUND + 2 :] = True
    standing[32:, WALL + 2 :] = True
    for frame in clip:
        np.testing.assert_array_equal(frame[standing], rgb[standing])


def test_nothing_of_their_colour_appears_anywhere_else(photo, clip):
    rgb, standing = photo
    near = cv2.dilate(standing.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    air = ~near
    air[GROUND - 3 :] = False
    air[27:, WALL - 3 :] = False
    assert clip[:, air].min() > rgb[air].min() - 8


def test_the_sky_drifts_right_up_to_them_and_to_the_wall(photo, clip):
    standing = photo[1].astype(np.uint8)
    rim = cv2.dilate(standing, np.ones((13, 13), np.uint8)) > cv2.dilate(standing, np.ones((9, 9)))
    span = np.ptp(clip.astype(int), axis=0).max(2)
    free = np.zeros_like(rim)
    rim[110:], free[60:110, :WALL] = False, True  # slower towards the horizon
    usual = span[free & ~rim].mean()
    assert span[rim].mean() > 0.8 * usual > 3
    assert span[60:110, WALL - 8 : WALL - 4].mean() > 0.7 * usual
