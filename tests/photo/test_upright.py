"""Verticals: made vertical where they are clear, and nothing else is touched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.core.model import Photo
from livingstill.jobs import provenance
from livingstill.photo import read, upright
from livingstill.photo.lines import detect_lines
from livingstill.settings.shot import Shot

FOCAL, SIZE = 0.9, (960, 640)


def facade():
    """A grey wall with windows: plenty of verticals and levels."""
    picture = np.full((SIZE[1] + 400, SIZE[0] + 400, 3), 170, np.uint8)
    for x in range(60, picture.shape[1] - 120, 150):
        for y in range(40, picture.shape[0] - 200, 260):
            cv2.rectangle(picture, (x, y), (x + 80, y + 200), (60, 70, 90), -1)
    return picture


def photo(pitch=0.0, roll=0.0):
    """The wall seen by a camera that is pitched and rolled by so many degrees."""
    a, b = np.radians([pitch, roll])
    turn = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    lean = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    scale = FOCAL * SIZE[0]
    to = np.array([[scale, 0, SIZE[0] / 2], [0, scale, SIZE[1] / 2], [0, 0, 1]])
    wall = np.array([[scale, 0, SIZE[0] / 2 + 200], [0, scale, SIZE[1] / 2 + 200], [0, 0, 1]])
    matrix = to @ turn @ lean @ np.linalg.inv(wall)
    rgb = cv2.warpPerspective(facade(), matrix, SIZE, flags=cv2.INTER_AREA)
    return Photo(np.ascontiguousarray(rgb), focal=FOCAL)


def leans(rgb):
    """Return degrees from vertical of the steep lines of a picture."""
    lines = detect_lines(rgb) * np.array([*rgb.shape[1::-1]] * 2)
    span = lines[:, 2:] - lines[:, :2]
    span = span[np.abs(span[:, 0]) < 0.4 * np.abs(span[:, 1])]
    return np.degrees(np.arctan(span[:, 0] / span[:, 1]))


@pytest.mark.parametrize(("pitch", "roll"), [(6, 0), (-5, 2), (0, 3), (8, -2)])
def test_verticals_become_vertical_and_the_crop_is_said(pitch, roll):
    tilted = photo(pitch, roll)
    made = upright.correct(tilted)
    assert np.abs(leans(tilted.rgb)).max() > 1.5
    assert np.abs(leans(made.rgb)).max() < 0.35 and len(leans(made.rgb)) >= 6
    width, height = made.size
    assert width / height == pytest.approx(1.5, abs=0.01) and made.rgb.min() > 40  # no border
    kept = float(made.notes[-1].split("; ")[1].split("%")[0]) / 100
    assert 0.5 < kept < 0.99 and kept == pytest.approx(width * height / (960 * 640), abs=0.12)
    assert made.perspective_corrected and made.focal == pytest.approx(FOCAL * 960 / width)
    vertical = upright.find_vertical(detect_lines(tilted.rgb), SIZE, FOCAL)
    assert vertical.tilt == pytest.approx(np.hypot(pitch, roll), abs=0.4)


@pytest.mark.parametrize(
    ("tilted", "words"),
    [(photo(), "upright already"), (photo(16), "more than is corrected")],
)
def test_a_photo_that_needs_none_or_was_tilted_stays(tilted, words):
    made = upright.correct(tilted)
    assert made.rgb is tilted.rgb and words in made.notes[-1] and not made.perspective_corrected


def test_without_clear_verticals_nothing_is_done_and_that_is_said(samples):
    for name in ("lake", "meadow", "river"):
        made = read.read_photo(samples / f"{name}.jpg", upright=True)
        assert "no clear verticals" in made.notes[-1] and not made.perspective_corrected
    rng = np.random.default_rng(3)
    lines = np.float32(
        [[*(a := rng.random(2)), *(a + rng.uniform(-0.1, 0.1, 2))] for _ in range(60)]
    )
    assert upright.find_vertical(lines, SIZE, FOCAL) is None


def test_a_correction_is_an_edit_by_hand():
    made = upright.correct(photo(5))
    said = provenance.metadata(Shot(upright=True), made)
    assert said["edits"] == "corrected: verticals" and said["source_type"].endswith("humanEdits")
    assert "edits" not in provenance.metadata(Shot(upright=True), photo())
