"""The plan: which part of a photo moves, and how."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.core.model import Region
from livingstill.segmentation import plan, reflections
from livingstill.segmentation.evidence import gather
from livingstill.segmentation.overlay import draw_overlay
from livingstill.settings.values import Stroke

HEIGHT, WIDTH = 120, 180


def mask(top, bottom, value=255):
    out = np.zeros((HEIGHT, WIDTH), np.uint8)
    out[top:bottom] = value
    return out


@pytest.fixture
def rgb():
    rng = np.random.default_rng(0)
    noise = cv2.GaussianBlur(rng.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32), (0, 0), 3)
    return np.clip(120 + 60 * noise / noise.std(), 0, 255).astype(np.uint8)


@pytest.fixture
def depth():
    return np.repeat(np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None], WIDTH, 1)


def planned(rgb, depth, *classes, **given):
    return {r.label: r.mask for r in plan.plan(rgb, depth, classes, **given)}


def corrected(rgb, depth, classes):
    """Return the class masks as all rules leave them."""
    evidence = gather(rgb, depth, classes)
    for rule in plan.RULES:
        evidence = rule(evidence)
    return evidence.masks


def test_sky_with_clouds_drifts_and_a_plain_sky_stays(rgb, depth):
    sky = Region("sky", mask(0, 50))
    assert "cloud" in planned(rgb, depth, sky)
    assert "cloud" not in planned(np.full_like(rgb, 180), depth, sky)


def test_no_motion_means_no_regions(rgb, depth):
    assert planned(rgb, depth, Region("foliage", mask(0, 99)), motion=("none",)) == {}


def test_only_what_is_named_moves(rgb, depth):
    classes = Region("sky", mask(0, 50)), Region("foliage", mask(60, 110))
    assert set(planned(rgb, depth, *classes, motion=("foliage",))) == {"foliage"}


def test_a_kind_that_is_not_there_is_an_error_that_helps(rgb, depth):
    with pytest.raises(InputError, match="no foliage was found in the photo"):
        planned(rgb, depth, motion=("foliage",))
    with pytest.raises(InputError, match="did you mean 'foliage'"):
        planned(rgb, depth, motion=("foliag",))


def test_a_given_mask_wins_over_what_was_seen(rgb, depth):
    found = planned(rgb, depth, Region("foliage", mask(0, 120)), masks={"flag": mask(20, 60)})
    assert found["flag"][40, 90] == 255
    assert found["foliage"][40, 90] == 0
    assert found["foliage"][100, 90] == 255


def test_a_mask_of_another_size_is_refused(rgb, depth):
    with pytest.raises(InputError, match="mask of flag is 5x4; it must be 180x120"):
        planned(rgb, depth, masks={"flag": np.zeros((4, 5), np.uint8)})


def test_regions_never_overlap(rgb, depth):
    soft = Region("foliage", mask(0, 90, 200)), Region("grass", mask(40, 120, 160))
    total = sum(m.astype(int) for m in planned(rgb, depth, *soft).values())
    assert total.max() <= 256


def test_people_and_what_is_held_stay_still(rgb, depth):
    classes = Region("foliage", mask(0, 120)), Region("person", mask(50, 80))
    found = planned(rgb, depth, *classes, hold=mask(100, 120))
    assert not found["foliage"][52:78].any()
    assert not found["foliage"][102:].any()
    assert np.median(found["foliage"][:48]) == 255
    free = planned(rgb, depth, *classes, hold_faces=False)
    assert np.median(free["foliage"][50:80]) == 255


def test_sky_below_the_ground_is_water(rgb, depth):
    sky = mask(0, 30)
    sky[70:110, 40:140] = 255
    found = planned(rgb, depth, Region("sky", sky))
    assert found["water"][90, 90] == 255
    assert found["cloud"][90, 90] == 0


def test_a_picture_that_mirrors_itself_has_a_waterline(rgb):
    mirrored = np.concatenate([rgb[:60], rgb[:60][::-1]])
    assert abs(reflections.waterline(mirrored) - 60) <= 2
    assert reflections.waterline(rgb) is None


@pytest.mark.parametrize("shape", [(20, 800), (32, 2560), (40, 1600)])
def test_the_waterline_of_a_long_strip_lies_within_it(shape):
    rows, columns = shape
    half = np.random.default_rng(1).integers(0, 256, (rows // 2, columns, 3), np.uint8)
    half = cv2.GaussianBlur(half, (0, 0), rows / 8)
    half = cv2.normalize(half, None, 0, 255, cv2.NORM_MINMAX)
    line = reflections.waterline(np.concatenate([half, half[::-1]]))
    assert line is not None and abs(line - rows / 2) <= rows / 8


def test_a_stroke_makes_water_flow(rgb, depth):
    stroke = Stroke.parse("flow:0.1,0.9,0.9,0.9")
    assert "flow" in planned(rgb, depth, Region("water", mask(60, 120)), strokes=(stroke,))


def test_the_overlay_has_the_size_of_the_photo_and_shows_regions(rgb, depth):
    regions = plan.plan(rgb, depth, (Region("foliage", mask(60, 120)),))
    field = {"foliage": np.full((12, 18, 2), 0.1, np.float32)}
    shown = draw_overlay(rgb, regions, field)
    assert shown.shape == rgb.shape
    assert np.abs(shown[90:].astype(int) - rgb[90:]).mean() > 10


def test_a_mask_that_was_given_moves_even_on_a_person(rgb, depth):
    person = Region("person", mask(0, 120))
    assert planned(rgb, depth, person, masks={"hair": mask(10, 40)})["hair"][20, 90] == 255


def test_steam_rises_where_a_stroke_shows_it(rgb, depth):
    stroke = Stroke.parse("steam:0.5,0.8,0.5,0.3")
    found = planned(rgb, depth, motion=("steam",), strokes=(stroke,))["steam"]
    assert found[60, 90] == 255
    assert found[60, 10] == 0
    assert (found[45] > 0).sum() > (found[90] > 0).sum()


def test_lamps_twinkle_and_flames_burn_only_when_named(depth):
    night = np.full((HEIGHT, WIDTH, 3), 12, np.uint8)
    for x in range(10, 170, 15):
        night[40:42, x : x + 2] = 255
    for size, colour in ((12, (150, 45, 8)), (9, (240, 140, 40)), (5, (255, 240, 190))):
        cv2.ellipse(night, (90, 85), (size, 2 * size), 0, 0, 360, colour, -1)
    assert planned(night, depth) == {}
    assert planned(night, depth, motion=("twinkle",))["twinkle"][41, 10] > 200
    assert planned(night, depth, motion=("fire",))["fire"][85, 90] > 200


def test_flames_may_look_like_people_but_lettering_before_them_stays(depth, monkeypatch):
    night = np.full((HEIGHT, WIDTH, 3), 12, np.uint8)
    for size, colour in ((12, (150, 45, 8)), (9, (240, 140, 40)), (5, (255, 240, 190))):
        cv2.ellipse(night, (90, 85), (size, 2 * size), 0, 0, 360, colour, -1)
    letters = mask(92, 120, 1).astype(np.float32)
    monkeypatch.setattr(plan, "_lettering", lambda picture, perceive: letters)
    person = Region("person", mask(0, 120))
    found = planned(night, depth, person, motion=("fire",), hold=mask(0, 78))["fire"]
    assert found[85, 90] > 200
    assert not found[95:].any()
    assert not found[:75].any()
    free = planned(night, depth, person, motion=("fire",), hold_faces=False)["fire"]
    assert free[96, 90] > 200


def test_what_hangs_in_the_sky_is_cloud_if_it_is_smooth_or_has_its_colours_else_leaf(depth):
    noise = np.random.default_rng(1).standard_normal((HEIGHT, WIDTH)).astype(np.float32)
    sky = mask(0, 80)
    sky[30:50, 40:80] = sky[30:50, 110:150] = sky[30:50, 8:28] = 0
    leaves = 255 - sky
    leaves[80:] = 0
    grey = 150 + 6 * noise
    grey[30:50, 40:80] = 140
    grey[30:50, 110:150] = 110 + 25 * noise[30:50, 110:150]
    rgb = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, 2)
    found = corrected(rgb, depth, {"sky": sky, "foliage": leaves})
    assert (found["sky"][30:50, 40:80] == 255).all()
    assert (found["sky"][30:50, 8:28] == 255).all()
    assert not found["foliage"][30:50, 40:80].any()
    assert (found["foliage"][30:50, 110:150] == 255).all()


def test_a_backdrop_out_of_focus_is_neither_water_nor_leaves_nor_sky(depth):
    noise = np.random.default_rng(1).standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32)
    backdrop = cv2.GaussianBlur(noise, (0, 0), 12)
    rgb = np.clip(110 + 40 * backdrop / backdrop.std(), 0, 255).astype(np.uint8)
    rgb[40:90, 70:110] = np.clip(130 + 60 * noise, 0, 255)[40:90, 70:110].astype(np.uint8)
    classes = [Region(kind, mask(a, b)) for kind, a, b in (("sky", 0, 38), ("water", 92, 120))]
    assert planned(rgb, depth, *classes) == {}
    rgb[92:] = np.clip(110 + 40 * noise, 0, 255)[92:].astype(np.uint8)
    assert set(planned(rgb, depth, *classes)) == {"cloud", "water"}


def test_smoke_that_is_named_may_be_drawn(rgb, depth):
    stroke = Stroke.parse("smoke:0.5,0.8,0.5,0.3")
    assert set(planned(rgb, depth, motion=("smoke",), strokes=(stroke,))) == {"steam"}
