"""Lettering is found in any colour, translucency and direction, and nature is no lettering."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.finish import typefaces
from livingstill.imaging import image
from livingstill.network.lettering import lettering_probability
from livingstill.segmentation.lettering import CERTAIN, LIKELY, certain_lines, find_lettering
from PIL import Image, ImageDraw, ImageFont

HEIGHT, WIDTH = 480, 720
FONT = typefaces.load(None).font(40, ImageFont.Layout.BASIC)


def texture(across: float, down: float, seed: int = 4, spread: float = 30) -> np.ndarray:
    """Noise of three colours, stretched, of ``spread`` levels: leaves, ripples, clouds."""
    noise = np.random.default_rng(seed).standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), sigmaX=across, sigmaY=down)
    return np.clip(100 + spread * soft / soft.std(), 0, 255).astype(np.uint8)


def coverage(words: str, layout: str = "across", font: ImageFont.FreeTypeFont = FONT) -> np.ndarray:
    page = Image.new("L", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(page)
    if layout == "stacked":
        for i, letter in enumerate(words):
            draw.text((360, 20 + 52 * i), letter, fill=255, font=font, anchor="ma")
    else:
        draw.text((60, 200), words, fill=255, font=font)
    turn = {"down": 270, "up": 90, "slanted": 25}.get(layout, 0)
    return np.asarray(page.rotate(turn, resample=Image.Resampling.BICUBIC), np.float32) / 255


def written(picture: np.ndarray, share: np.ndarray, colour: tuple[int, int, int], opacity=1.0):
    alpha = (share * opacity)[..., None]
    return np.rint(picture + (np.array(colour) - picture) * alpha).astype(np.uint8)


def found_in(picture: np.ndarray) -> np.ndarray:
    return find_lettering(picture, lettering_probability(picture))


def recall(picture: np.ndarray, share: np.ndarray) -> float:
    return float(found_in(picture)[share > 0.5].mean())


@pytest.mark.parametrize(
    ("paper", "ink"),
    [
        ((255, 255, 255), (255, 255, 0)),
        ((0, 150, 0), (255, 9, 0)),  # of one luma
        ((30, 40, 60), (255, 140, 0)),
        ((128, 128, 128), (160, 128, 110)),
        ((20, 20, 20), (235, 235, 235)),
        ((235, 235, 235), (20, 20, 20)),
    ],
)
def test_lettering_is_found_in_any_colour(paper, ink):
    share = coverage("Grand Hotel Bellevue")
    page = np.full((HEIGHT, WIDTH, 3), paper, np.uint8)
    found = found_in(written(page, share, ink))
    assert found[share > 0.5].mean() > 0.95
    assert found[:150].max() == found[320:].max() == 0
    assert not found_in(page).any()


@pytest.mark.parametrize("layout", ["across", "down", "up", "slanted", "stacked"])
def test_lettering_is_found_in_any_direction(layout):
    share = coverage("LAKESIDE" if layout == "stacked" else "21.07.2019 14:32", layout)
    assert recall(written(texture(6, 1.5), share, (255, 220, 0)), share) > 0.9


@pytest.mark.parametrize("opacity", [0.35, 0.5, 0.8])
@pytest.mark.parametrize("blurs", [(6, 1.5), (12, 12)])
def test_a_translucent_watermark_is_found_over_ripples_and_clouds(opacity, blurs):
    share = coverage("© Photo Agency")
    assert recall(written(texture(*blurs, spread=12), share, (255, 255, 255), opacity), share) > 0.9


@pytest.mark.parametrize(("layout", "grain"), [("across", 2), ("slanted", 1.5)])
def test_a_large_translucent_word_is_found_over_restless_leaves(layout, grain):
    font = typefaces.load(None).font(90, ImageFont.Layout.BASIC)
    share = coverage("PREVIEW", layout, font)
    leaves = texture(grain, grain, spread=30)
    assert recall(written(leaves, share, (255, 255, 255), 0.4), share) > 0.9


@pytest.mark.parametrize("size", [16, 24, 60])
def test_lettering_is_found_in_any_size(size):
    font = typefaces.load(None).font(size, ImageFont.Layout.BASIC)
    share = coverage("Lakeside House", font=font)
    assert recall(written(texture(8, 3), share, (250, 250, 250)), share) > 0.9


@pytest.mark.parametrize("blurs", [(2, 2), (1, 1), (6, 1), (12, 12), (1, 6), (30, 4)])
def test_leaves_ripples_clouds_and_grass_are_no_lettering(blurs):
    for seed in range(3):
        assert not found_in(texture(*blurs, seed)).any()


def test_bricks_windows_and_railings_are_no_lettering():
    wall = np.full((HEIGHT, WIDTH, 3), (150, 80, 60), np.uint8)
    for row, top in enumerate(range(0, HEIGHT, 16)):
        cv2.line(wall, (0, top), (WIDTH, top), (200, 195, 190), 2)
        for left in range(row % 2 * 20, WIDTH, 40):
            cv2.line(wall, (left, top), (left, top + 16), (200, 195, 190), 2)
    house = np.full((HEIGHT, WIDTH, 3), (210, 200, 180), np.uint8)
    for left in range(30, WIDTH - 40, 50):
        for top in range(30, HEIGHT - 40, 70):
            cv2.rectangle(house, (left, top), (left + 22, top + 34), (50, 60, 80), -1)
    rail = np.full((HEIGHT, WIDTH, 3), (90, 120, 60), np.uint8)
    for left in range(10, WIDTH, 14):
        cv2.line(rail, (left, 200), (left, 260), (240, 240, 240), 4)
    for picture in (wall, house, rail):
        assert found_in(picture).mean() < 0.01


@pytest.mark.parametrize("name", ["lake", "river", "meadow", "forest", "house", "kitchen"])
def test_the_samples_have_no_lettering_until_it_is_written_on_them(samples, name):
    with Image.open(samples / f"{name}.jpg") as opened:
        photo = image.downscale(np.asarray(opened.convert("RGB")), 960)
    assert not found_in(photo).any()
    share = cv2.resize(coverage("21.07.2019 14:32"), photo.shape[1::-1])
    stamp = written(photo, np.roll(share, photo.shape[0] // 3, axis=0), (255, 140, 0))
    assert recall(stamp, np.roll(share, photo.shape[0] // 3, axis=0)) > 0.8


def test_a_picture_smaller_than_a_window_has_no_lettering():
    assert not found_in(np.zeros((20, 400, 3), np.uint8)).any()


def test_lettering_is_the_same_on_any_thread_count():
    share = coverage("Preview only")
    picture = written(texture(3, 3), share, (0, 220, 255))
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        once = found_in(picture)
    finally:
        cv2.setNumThreads(before)
    np.testing.assert_array_equal(found_in(picture), once)


def test_a_line_is_what_is_likely_where_enough_of_it_is_certain():
    probability = np.zeros((120, 200), np.uint8)
    probability[20:40, 20:120] = LIKELY
    probability[25:35, 20:50] = CERTAIN
    probability[60:80, 20:120] = LIKELY
    probability[65:70, 30:60] = CERTAIN  # too small a share
    probability[90:110, 20:120] = CERTAIN - 1
    found = certain_lines(probability)
    assert found[20:40, 20:120].all()
    assert found.sum() == 20 * 100


@pytest.mark.parametrize("seed", [1, 2])
def test_a_large_translucent_word_is_found_over_water(samples, seed):
    with Image.open(samples / "river.jpg") as opened:
        photo = image.downscale(np.asarray(opened.convert("RGB")), 960)
    page = Image.new("L", photo.shape[1::-1])
    font = typefaces.load(None).font(100, ImageFont.Layout.BASIC)
    ImageDraw.Draw(page).text((120 * seed, 150 * seed), "SAMPLE", fill=255, font=font)
    share = np.asarray(page, np.float32) / 255
    assert recall(written(photo, share, (255, 255, 255), 0.4), share) > 0.8
