"""The camera's own choice: safe where a photo is delicate, flat where there is no depth."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from livingstill.camera import auto
from livingstill.camera.subject import find_subject, head_boxes, saliency
from livingstill.camera.view import CameraView
from livingstill.core.model import PhotoStatistics
from livingstill.settings.values import MoveSpec

PLAIN = PhotoStatistics(
    blur=0.5,
    noise=0.2,
    black_share=0.0,
    clipped_share=0.0,
    contrast=200.0,
    edge_density=0.2,
    thin_share=0.0,
    flat_share=0.1,
    dominant_colour_share=0.1,
    line_length=0.0,
    vertical_line_length=0.0,
    lines=np.zeros((0, 4), np.float32),
)
RAMP = np.tile(np.linspace(0.05, 1, 80, dtype=np.float32)[:, None], (1, 120))


def stepped(near=1.0, far=0.2):
    """A near post before a far wall."""
    depth = np.full((80, 120), far, np.float32)
    depth[:, 50:70] = near
    return depth


def costs(name, depth, lines=None):
    view = CameraView.of(depth)
    rows = np.zeros((0, 4), np.float32) if lines is None else np.asarray(lines, np.float32)
    return auto.cost(
        auto.sample_poses(MoveSpec(name=name), view), view, auto.lines_in_frame(rows, view)
    )


def test_a_smooth_slope_uncovers_nothing_and_a_step_as_much_as_theory_says():
    assert costs("truck-right", RAMP).disocclusion == 0
    # 3.5 % parallax, half of it to each side: the post uncovers 1.75 % of the width all along
    assert costs("truck-right", stepped()).disocclusion == pytest.approx(1.75, rel=0.1)


def test_a_pan_shows_little_depth_uncovers_nothing_and_bends_nothing():
    line = [(0.1, 0.2, 0.9, 0.7)]
    found = costs("pan-right", stepped(), line)
    assert found.parallax_rms < 0.3 and found.disocclusion == 0 and found.line_bend < 1e-6


def test_lines_on_a_plane_stay_straight_and_lines_on_a_bulge_bend():
    bulge = np.tile(0.5 + 0.4 * np.hanning(120).astype(np.float32), (80, 1))
    line = [(0.1, 0.3, 0.9, 0.7)]
    assert costs("truck-right", RAMP, line).line_bend < 0.5
    assert costs("pedestal-up", bulge, line).line_bend > 3


def test_a_truck_loses_what_its_near_border_moves():
    assert costs("truck-right", np.where(RAMP > 0, RAMP, 0)).crop_loss == pytest.approx(
        3.5, rel=0.1
    )
    assert costs("push-in", RAMP).crop_loss == 0


def test_a_photo_with_depth_gets_a_move_in_depth_within_its_limits():
    view = CameraView.of(RAMP)
    advice = auto.choose(view, PLAIN)
    assert advice.choice.name in auto.PREFERENCE
    found = auto.cost(
        auto.sample_poses(advice.choice, view), view, auto.lines_in_frame(PLAIN.lines, view)
    )
    assert found.disocclusion <= auto.LIMITS.disocclusion * 1.02
    assert found.crop_loss <= auto.LIMITS.crop_loss * 1.02


@pytest.mark.parametrize(
    ("depth", "traits", "word"),
    [
        (np.full((80, 120), 0.5, np.float32), PLAIN, "hardly any depth"),
        (RAMP, replace(PLAIN, is_drawing=True), "drawing"),
    ],
)
def test_flat_scenes_and_drawings_get_a_flat_move_and_the_reason_is_said(depth, traits, word):
    advice = auto.choose(CameraView.of(depth), traits)
    assert advice.choice.name == "ken-burns" and word in advice.reason


def test_a_room_gets_a_move_that_keeps_upright_lines_upright_and_straight():
    rng = np.random.default_rng(2)
    lumpy = cv2.GaussianBlur(rng.random((80, 120), dtype=np.float32), (0, 0), 6)
    depth = (0.4 + 0.6 * (lumpy - lumpy.min()) / np.ptp(lumpy)).astype(np.float32)
    lines = np.array([(x, 0.05, x, 0.95) for x in np.linspace(0.1, 0.9, 9)], np.float32)
    view = CameraView.of(depth)
    room = replace(PLAIN, lines=lines, line_length=9.0, vertical_line_length=9.0, is_room=True)
    advice = auto.choose(view, room)
    assert advice.choice.name in (*auto.INDOOR_MOVES, "ken-burns") and "room" in advice.reason
    assert advice.parallax < auto.choose(view, PLAIN).parallax
    found = auto.cost(
        auto.sample_poses(advice.choice, view), view, auto.lines_in_frame(lines, view)
    )
    assert found.line_bend <= 1.05


def test_thin_structures_people_and_mirrors_lower_the_amount():
    assert auto.amount_factor(PLAIN) == 1
    assert auto.amount_factor(replace(PLAIN, thin_share=0.03)) < 0.7
    assert auto.amount_factor(replace(PLAIN, shares=(("person", 0.2),))) < 1
    assert auto.amount_factor(replace(PLAIN, is_room=True, shares=(("water", 0.1),))) < 1


def test_the_subject_is_the_thing_that_stands_out():
    rgb = np.full((300, 450, 3), 90, np.uint8)
    cv2.circle(rgb, (330, 180), 30, (220, 40, 30), -1)
    found = find_subject(rgb, np.full((80, 120), 0.5, np.float32))
    assert found.point == pytest.approx((330 / 450, 180 / 300), abs=0.04)
    assert found.confidence > 0.6
    left, top, right, bottom = found.box
    assert left < found.x < right and top < found.y < bottom


def test_faces_come_first_and_nothing_at_all_is_the_middle():
    grey = np.full((60, 90, 3), 128, np.uint8)
    flat = np.full((60, 90), 0.5, np.float32)
    assert find_subject(grey, flat).point == pytest.approx((0.5, 0.5))
    face = find_subject(grey, flat, faces=[(0.1, 0.1, 0.3, 0.5), (0.8, 0.8, 0.82, 0.82)])
    assert face.point == pytest.approx((0.2, 0.3)) and face.kind == "face"


def test_the_subject_of_people_is_where_their_heads_are():
    people = np.zeros((300, 450), np.uint8)
    cv2.ellipse(people, (300, 220), (60, 120), 0, 0, 360, 255, -1)
    people[10:14, 10:14] = 255  # too small to be anybody
    (head,) = head_boxes(people)
    assert head[1] == pytest.approx(1 / 3, abs=0.02) and head[3] < 0.7
    assert (head[0] + head[2]) / 2 == pytest.approx(2 / 3, abs=0.02)
    assert head_boxes(None) == []


def test_the_sky_is_seldom_the_subject():
    rgb = np.full((300, 450, 3), 60, np.uint8)
    cv2.circle(rgb, (300, 60), 25, (250, 250, 250), -1)
    cv2.circle(rgb, (150, 220), 25, (240, 240, 240), -1)
    sky = np.zeros((300, 450), np.uint8)
    sky[:130] = 255
    assert find_subject(rgb, np.full((30, 45), 0.5, np.float32), sky).y > 0.5
    assert saliency(rgb, np.full((30, 45), 0.5, np.float32), sky).max() <= 1
