"""Fitness: each fault of a photo is found, named and lowers the grade."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from livingstill.core.finding import Doubt, Finding
from livingstill.photo.fitness import assess
from livingstill.photo.statistics import measure


def picture(side=600):
    """Blocks of colour with sharp edges and a little texture, no straight line long enough."""
    rng = np.random.default_rng(3)
    small = rng.integers(40, 216, (side // 30, side // 20, 3), dtype=np.uint8)
    rgb = cv2.resize(small, (side * 3 // 2, side), interpolation=cv2.INTER_NEAREST)
    return np.clip(rgb + rng.normal(0, 0.8, rgb.shape), 0, 255).astype(np.uint8)


RAMP = np.tile(np.linspace(0, 1, 60, dtype=np.float32)[:, None], (1, 90))


def fitness(rgb, *, scale=1.0, depth=0.9, parallax=5.0, shares=None, **found):
    traits = measure(rgb, RAMP, shares)
    return assess(
        traits,
        scale=scale,
        depth=depth,
        camera="push-in",
        reason="because",
        parallax=parallax,
        **found,
    )


def kinds(found):
    return {risk.kind for risk in found.risks}


def noisy(rgb):
    return np.clip(rgb + np.random.default_rng(1).normal(0, 8, rgb.shape), 0, 255).astype(np.uint8)


def test_a_good_photo_has_no_risks():
    found = fitness(picture())
    assert (found.grade, found.score, found.risks) == ("A", 100, ())
    assert found.lines()[1] == "- no risks found"


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        ("blur", lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 3)),
        ("noise", noisy),
        ("dark", lambda rgb: np.where(np.arange(rgb.shape[1])[None, :, None] < 500, 0, rgb)),
        ("bright", lambda rgb: np.where(np.arange(rgb.shape[1])[None, :, None] < 500, 255, rgb)),
        ("contrast", lambda rgb: 100 + rgb * 0.15),
    ],
)
def test_every_harm_done_to_the_pixels_is_named_and_lowers_the_score(kind, harm):
    good, bad = fitness(picture()), fitness(harm(picture()).astype(np.uint8))
    assert kind in kinds(bad)
    assert bad.score < good.score


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("resolution", {"scale": 2.5}),
        ("depth", {"depth": 0.1}),
        ("people", {"shares": {"person": 0.3}}),
    ],
)
def test_every_other_harm_is_named(kind, given):
    assert kind in kinds(fitness(picture(), **given))


def test_blur_is_told_in_pixels():
    sharp = np.zeros((600, 900, 3), np.uint8)
    cv2.circle(sharp, (450, 300), 200, (200, 200, 200), -1)
    for sigma in (1.0, 2.0):
        blurred = cv2.GaussianBlur(sharp, (0, 0), sigma)
        assert measure(blurred, RAMP).blur == pytest.approx(sigma, abs=0.35)


def test_noise_is_told_in_levels():
    flat = np.full((600, 900, 3), 128.0)
    flat += np.random.default_rng(0).normal(0, 5, (600, 900, 1))
    assert measure(flat.astype(np.uint8), RAMP).noise == pytest.approx(5, rel=0.15)


def test_a_wall_of_upright_lines_without_sky_is_a_room():
    room = np.full((600, 900, 3), 180, np.uint8)
    for x in range(60, 900, 90):
        cv2.rectangle(room, (x, 40), (x + 45, 560), (90, 90, 80), -1)
    near = np.full((60, 90), 0.6, np.float32)
    traits = measure(room, near)
    assert traits.is_room and traits.vertical_line_length > 4
    assert not measure(room, near, {"sky": 0.4}).is_room
    assert traits.lines.shape[1] == 4 and traits.lines.max() <= 1


def test_wires_before_the_sky_are_thin_structures():
    sky = np.full((600, 900, 3), 210, np.uint8)
    for y in range(100, 500, 60):
        cv2.line(sky, (0, y), (900, y + 30), (40, 40, 40), 3)
    sky = noisy(sky)
    assert "thin" in kinds(fitness(sky))


def test_a_drawing_is_known_by_its_even_areas():
    drawing = np.full((600, 900, 3), 255, np.uint8)
    cv2.putText(drawing, "Plan 1:100", (60, 300), cv2.FONT_HERSHEY_SIMPLEX, 3, (0, 0, 0), 8)
    assert "drawn" in kinds(fitness(drawing))


def test_the_json_is_plain_and_complete():
    found = fitness(noisy(picture()), scale=3.0)
    report = json.loads(json.dumps(found.as_json()))
    assert report["grade"] in "ABCDE" and 0 <= report["score"] <= 100
    assert {risk["kind"] for risk in report["risks"]} == kinds(found)
    assert report["largest_safe_parallax_percent"] == 5.0


def test_the_measure_of_any_shape_is_finite():
    rng = np.random.default_rng(0)
    for shape in ((16, 16), (17, 400), (400, 19)):
        rgb = rng.integers(0, 255, (*shape, 3), dtype=np.uint8)
        found = fitness(rgb)
        assert all(np.isfinite(value) for _, value in found.figures)


def test_a_photo_of_which_a_fifth_is_in_doubt_is_not_of_the_best_grade():
    assert fitness(picture(), doubt=Doubt(0.05, 0.1)).grade == "A"
    doubtful = fitness(picture(), doubt=Doubt(0.2, 0.2))
    assert doubtful.grade == "B"
    assert kinds(doubtful) == {"doubt"}
    assert "20% of the photo, 20% of what may move in it, is in doubt" in doubtful.lines()[1]


def test_the_more_of_what_may_move_is_in_doubt_the_lower_is_the_grade():
    parts = (0.2, 0.3, 0.95)
    found = [fitness(picture(), doubt=Doubt(0.18, part)) for part in parts]
    assert [one.grade for one in found] == ["A", "B", "B"]
    assert fitness(picture(), doubt=Doubt(0.35, 0.95)).grade == "C"
    assert fitness(picture(), doubt=Doubt(0.02, 1.0)).score == 100  # a spot


def test_a_fire_that_is_not_named_keeps_a_photo_from_the_best_grade_and_is_told():
    found = fitness(picture(), moving=(Finding("fire", 0.03, None, moves=False),))
    assert found.grade == "B"
    lines = "\n".join(found.lines())
    assert "what one looks at stays still" in lines
    assert "looks like fire, which moves only when it is named: --motion auto,fire" in lines


def test_what_moves_is_told_with_how_sure_it_is_and_where_to_look():
    moving = (Finding("cloud", 0.3, 0.97), Finding("foliage", 0.2, 0.55))
    found = fitness(picture(), moving=moving, notes=("the photo is a scan",))
    lines = "\n".join(found.lines())
    assert "Moving: cloud 30%, foliage 20% (55% sure)" in lines
    assert "Look at foliage with `livingstill regions`" in lines
    assert "--mask foliage=FILE" in lines
    told = found.as_json()
    assert told["moving"][1] == Finding("foliage", 0.2, 0.55).as_json()
    assert told["notes"] == ["the photo is a scan"]


def test_a_large_part_left_still_for_doubt_keeps_a_photo_from_the_best_grade():
    still = Finding("water", 0.25, 0.6, moves=False)
    found = fitness(picture(), moving=(Finding("cloud", 0.3, 0.97), still))
    assert found.grade == "B"
    lines = "\n".join(found.lines())
    assert "Moving: cloud 30%\n" in lines
    assert "Left still: 25% of the picture may be water (60% sure)" in lines
