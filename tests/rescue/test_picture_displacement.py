"""The benchmark's measure of how far a clip's picture goes returns what is known."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import faults
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from picture_displacement import amount, displacements, farthest, likeness, stands

N, WIDTH, HEIGHT = 24, 320, 180
PHASE = np.linspace(0, 1, N)
CENTRE = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
SPREAD = np.sqrt((1 + (HEIGHT / WIDTH) ** 2) * (1 - 1 / 81) / 12)
"""Root mean square distance of the 9 x 9 grid from the centre, frame widths."""


def clip(x, y, zoom, roll):
    """A flat picture that shifts by frame widths, grows and rolls by degrees about the centre."""
    photo = cv2.GaussianBlur(faults.texture(2 * HEIGHT, 2 * WIDTH, 8), (0, 0), 1.0)
    frames = []
    for dx, dy, m, angle in zip(x, y, zoom, roll):
        turn = np.radians(angle)
        matrix = m * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        shift = CENTRE + WIDTH * np.array([dx, dy]) - matrix @ (2 * CENTRE)
        both = np.column_stack([matrix, shift])
        frames.append(cv2.warpAffine(photo, both, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC))
    return frames


NONE, ONE = np.zeros(N), np.ones(N)


@pytest.mark.parametrize(
    ("x", "y", "zoom", "roll", "known"),
    [
        (0.2, 0.0, 1.0, 0.0, 0.2),
        (-0.03, 0.04, 1.0, 0.0, 0.05),
        (0.0, 0.0, 1.2, 0.0, 0.2 * SPREAD),
        (0.0, 0.0, 1 / 1.2, 0.0, (1 - 1 / 1.2) * SPREAD),
        (0.03, 0.0, 1.1, 0.0, np.hypot(0.03, 0.1 * SPREAD)),
        (0.0, 0.0, 1.0, 5.0, 2 * np.sin(np.radians(2.5)) * SPREAD),
    ],
)
def test_the_amount_is_that_of_the_known_way(x, y, zoom, roll, known):
    way = displacements(clip(x * PHASE, y * PHASE, 1 + (zoom - 1) * PHASE, roll * PHASE))
    assert amount(way[-1]) == pytest.approx(known, rel=0.02)
    assert amount(way) == pytest.approx(known * np.sqrt((PHASE**2).mean()), rel=0.03)
    assert farthest(way) == N - 1


def test_a_zoom_about_a_point_off_the_middle_is_a_zoom_and_a_shift():
    off = 0.2  # frame widths to the right of the middle: what is there stays
    zoom = 1 + 0.1 * PHASE
    way = displacements(clip(off * (1 - zoom), NONE, zoom, NONE))
    assert amount(way[-1]) == pytest.approx(0.1 * np.hypot(off, SPREAD), rel=0.02)
    middle = displacements(clip(NONE, NONE, zoom, NONE))
    like = likeness(way, middle)
    assert like.ratio == pytest.approx(SPREAD / np.hypot(off, SPREAD), rel=0.03)
    assert like.angle == pytest.approx(np.degrees(np.arctan(off / SPREAD)), abs=2)


def test_half_the_way_is_half_the_amount_and_the_way_back_is_opposite():
    way, half, back = (displacements(clip(x * PHASE, NONE, ONE, NONE)) for x in (0.1, 0.05, -0.1))
    assert likeness(way, half).ratio == pytest.approx(0.5, rel=0.03)
    assert likeness(way, half).angle < 3
    assert likeness(way, back).angle > 177


def test_a_way_out_and_back_has_an_amount():
    out = 0.05 * np.sin(np.pi * PHASE)
    way = displacements(clip(out, NONE, ONE, NONE))
    assert amount(way) == pytest.approx(np.sqrt((out**2).mean()), rel=0.03)
    assert amount(way[-1]) < 0.001


def test_a_flash_is_passed_over():
    frames = clip(0.1 * PHASE, NONE, ONE, NONE)
    frames[10] = np.full_like(frames[10], 250)
    assert amount(displacements(frames)[-1]) == pytest.approx(0.1, rel=0.02)


def test_what_moves_before_a_camera_that_stands_is_no_camera():
    moved = clip(0.05 * PHASE, NONE, ONE, NONE)
    frames = [frame.copy() for frame in moved]
    for frame in frames:
        frame[:, 190:] = moved[0][:, 190:]
    assert stands(frames, displacements(frames))
    assert not stands(moved, displacements(moved))
