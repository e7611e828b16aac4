"""What never moves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.segmentation import silhouettes, straight_edges
from livingstill.segmentation.evidence import detect_segments
from livingstill.segmentation.static_mask import static_mask

HEIGHT, WIDTH = 360, 640


def leaves():
    rng = np.random.default_rng(4)
    noise = cv2.GaussianBlur(rng.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32), (0, 0), 2)
    return np.clip(100 + 30 * noise / noise.std(), 0, 255).astype(np.uint8)


def edges(rgb):
    return straight_edges.long_edges(rgb.shape, detect_segments(rgb))


def test_people_are_held_a_little_beyond_their_outline():
    person = np.zeros((HEIGHT, WIDTH), np.float32)
    person[100:200, 200:300] = 1
    held = static_mask((HEIGHT, WIDTH), [person])
    assert held[100:200, 200:300].min() > 0.9
    assert held[150, 300] > 0.3
    assert held[150, 340] == 0
    assert not static_mask((HEIGHT, WIDTH), []).any()


def test_a_mast_is_a_straight_edge_and_leaves_are_not():
    rgb = leaves()
    assert edges(rgb).mean() < 0.01
    cv2.line(rgb, (400, 20), (400, 340), (250, 250, 250), 6)
    assert edges(rgb)[60:300, 398:403].mean() > 0.5
    hidden = leaves()
    for y in range(20, 340, 40):  # leaves hang before it
        cv2.line(hidden, (400, y), (400, y + 34), (10, 10, 10), 4)
    assert edges(hidden)[60:300, 398:403].mean() > 0.8


def test_a_bird_and_the_sun_stay_where_they_are():
    rgb = np.full((HEIGHT, WIDTH, 3), (120, 160, 220), np.uint8)
    cv2.circle(rgb, (150, 100), 14, (255, 255, 255), -1)
    cv2.ellipse(rgb, (420, 120), (4, 2), 20, 0, 360, (10, 10, 10), -1)
    sky = np.full((HEIGHT, WIDTH), 255, np.uint8)
    held = silhouettes.before_sky(rgb, sky)
    assert held[100, 150] == 1
    assert held[120, 420] == 1
    assert held.mean() < 0.02


def test_posts_are_held_in_waves_and_not_on_a_mirror():
    noise = np.random.default_rng(4).normal(0, 1, (240, 320)).astype(np.float32)
    water = np.ones((240, 320), np.float32)

    def ripples(wide, tall):
        soft = cv2.GaussianBlur(noise, (0, 0), sigmaX=wide, sigmaY=tall)
        grey = np.clip(120 + 12 * soft / soft.std(), 0, 255).astype(np.uint8)
        grey[100:150, 158:161] = 20
        return np.repeat(grey[..., None], 3, 2)

    held = silhouettes.before_water(ripples(5, 1), water)
    assert held[105:145, 159].min() > 0.9
    assert (held > 0).mean() < 0.05
    assert not silhouettes.before_water(ripples(1, 5), water).any()


@pytest.mark.filterwarnings("error")
def test_water_of_one_row_or_column_has_no_posts():
    for edge in (np.s_[:1], np.s_[:, :1]):
        water = np.zeros((HEIGHT, WIDTH), np.float32)
        water[edge] = 1
        assert not silhouettes.before_water(leaves(), water).any()


def test_ropes_over_waves_and_jetties_in_them_stay_straight():
    noise = np.random.default_rng(6).normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), sigmaX=6, sigmaY=1.2)
    grey = np.clip(120 + 12 * soft / soft.std(), 0, 255).astype(np.uint8)
    water = np.ones((HEIGHT, WIDTH), np.float32)
    plain = np.repeat(grey[..., None], 3, 2)
    assert (silhouettes.before_water(plain, water) > 0.5).mean() < 0.01
    cv2.line(grey, (300, 20), (420, 340), 70, 1)
    held = silhouettes.before_water(np.repeat(grey[..., None], 3, 2), water)
    assert min(held[y, 300 + (y - 20) * 120 // 320] for y in range(60, 300)) > 0.9
    assert (held > 0.5).mean() < 0.05
    jetty = np.array([[100, 359], [240, 100], [280, 100], [330, 359]], np.int32)
    cv2.fillConvexPoly(plain, jetty, (60, 60, 60))
    cv2.fillConvexPoly(water, jetty, 0)
    held = straight_edges.banks(detect_segments(plain), water, water.shape)
    beside = [held[y, 97 + (359 - y) * 140 // 259] for y in range(140, 330)]
    assert np.mean(beside) > 0.5
    assert held[200, 20] == 0


def test_a_deck_in_water_is_ruled_and_the_water_itself_is_not_taken_for_one():
    deck = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    deck[::12] = 40
    water = np.ones((HEIGHT, WIDTH), np.float32)
    water[:, 190:200] = 0  # its edge
    held = straight_edges.decks(detect_segments(deck), water, deck.shape)
    assert held[:, :190].mean() == 1 and not held[:, 210:].any()
    assert not straight_edges.decks(detect_segments(leaves()), water, deck.shape).any()


def test_wires_lamps_and_stars_stay_and_clouds_and_their_gaps_do_not():
    noise = np.random.default_rng(4).normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 6)
    clouds = np.clip(180 + 25 * soft / soft.std(), 0, 255).astype(np.uint8)
    sky = np.full((HEIGHT, WIDTH), 255, np.uint8)
    sky[300:] = 0
    assert not silhouettes.before_sky(np.repeat(clouds[..., None], 3, 2), sky)[:290].any()
    lamp = clouds.copy()
    cv2.line(lamp, (200, 120), (200, 310), 60, 2)  # its post
    cv2.line(lamp, (200, 122), (250, 118), 60, 1)
    cv2.ellipse(lamp, (262, 118), (12, 5), 0, 0, 360, 50, -1)
    held = silhouettes.before_sky(np.repeat(lamp[..., None], 3, 2), sky)
    assert min(held[130:295, 200].min(), held[118, 255:270].min(), held[120, 225]) > 0.9
    assert (held[:290] > 0).mean() < 0.02
    night = np.full((HEIGHT, WIDTH), 30, np.uint8)
    night[40:300:50, 30::60] = 200
    held = silhouettes.before_sky(np.repeat(night[..., None], 3, 2), sky)
    assert held[40:300:50, 30::60].min() > 0.9
