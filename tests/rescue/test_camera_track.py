"""The camera of a clip is told from its flow."""

from __future__ import annotations

import cv2
import faults
import numpy as np
import pytest
from livingstill.jobs.rescue import camera_track
from livingstill.quality import no_reference


def moved(photo, zooms, shifts):
    """A camera over a flat picture: per frame a magnification and a shift of the picture, px."""
    height, width = photo.shape[:2]
    clip = []
    for zoom, (dx, dy) in zip(zooms, shifts):
        scale = 1.15 * zoom
        matrix = np.float32(
            [
                [scale, 0, (1 - scale) * (width - 1) / 2 + dx],
                [0, scale, (1 - scale) * (height - 1) / 2 + dy],
            ]
        )
        clip.append(cv2.warpAffine(photo, matrix, (width, height), flags=cv2.INTER_CUBIC))
    return clip


def told(zooms, shifts):
    photo = cv2.GaussianBlur(faults.texture(180, 320, 8), (0, 0), 1.0)
    return camera_track.track(no_reference.observe(moved(photo, zooms, shifts), 24.0))


N = 20
PHASE = np.linspace(0, 1, N)
STILL = [(0.0, 0.0)] * N


@pytest.mark.parametrize(
    ("zooms", "shifts", "name", "size"),
    [
        (np.ones(N), STILL, "static", 0),
        (1 + 0.1 * PHASE, STILL, "push-in", 0.1),
        (1.1 - 0.1 * PHASE, STILL, "pull-out", 1 - 1 / 1.1),
        (np.ones(N), [(-16 * p, 0) for p in PHASE], "truck-right", 0.05),
        (np.ones(N), [(0, 16 * p) for p in PHASE], "pedestal-up", 0.05),
        (np.ones(N), [(8 * np.sin(2 * np.pi * p), 0) for p in PHASE], "sway", 0.025),
    ],
)
def test_moves_are_named_and_measured(zooms, shifts, name, size):
    move = camera_track.name(told(zooms, shifts))
    assert move.name == name
    assert move.size == pytest.approx(size, abs=0.006)


def test_an_oblique_move_keeps_its_direction():
    move = camera_track.name(told(np.ones(N), [(12 * p, 16 * p) for p in PHASE]))
    assert move.name == camera_track.OBLIQUE and move.size == pytest.approx(20 / 320, abs=0.006)
    assert move.direction == pytest.approx((0.6, 0.8), abs=0.05)


def test_before_a_travelling_camera_near_things_may_go_further_than_far_ones():
    far, near = (cv2.GaussianBlur(faults.texture(180, 480, i), (0, 0), 1.0) for i in (8, 9))
    clip = []
    for t in range(N):
        frame = far[:, 2 * t : 2 * t + 320].copy()
        frame[80:] = near[80:, 6 * t : 6 * t + 320]
        clip.append(frame)
    assert camera_track.name(camera_track.track(no_reference.observe(clip, 24.0))).name == (
        "truck-right"
    )


def test_something_that_moves_in_the_picture_is_no_camera():
    clip = faults.swaying(faults.texture(180, 320, 8), 24, pixels=5)
    assert camera_track.name(camera_track.track(no_reference.observe(clip, 24.0))).name == "static"


def test_bad_frames_do_not_break_the_track():
    photo = cv2.GaussianBlur(faults.texture(180, 320, 8), (0, 0), 1.0)
    clip = moved(photo, 1 + 0.1 * PHASE, STILL)
    clip[9] = clip[9] * 0
    good = np.arange(N) != 9
    found = camera_track.track(no_reference.observe(clip, 24.0), good)
    assert found.zoom[-1] == pytest.approx(1.1, abs=0.005)


def test_small_orbits_sways_and_pushes_that_come_back_have_their_names():
    turn = 2 * np.pi * np.arange(N) / N
    circle = [(0.9 * np.sin(a), -0.6 * np.cos(a)) for a in turn]
    assert camera_track.name(told(np.ones(N), circle)).name == "orbit"
    assert camera_track.name(told(np.ones(N), [(0.9 * np.sin(a), 0) for a in turn])).name == "sway"
    push = camera_track.name(told(1 + 0.03 * (1 - np.cos(turn)), STILL))
    assert push.name == "push-in" and push.size == pytest.approx(0.06, abs=0.006)


def test_a_camera_stands_if_a_good_part_of_the_picture_does():
    photo = cv2.GaussianBlur(faults.texture(180, 320, 8), (0, 0), 1.0)
    slid = moved(photo, np.ones(N), [(-16 * p, 0) for p in PHASE])
    clip = [np.concatenate([slid[0][:, :130], frame[:, 130:]], 1) for frame in slid]
    assert camera_track.name(camera_track.track(no_reference.observe(clip, 24.0))).name == "static"
