"""The camera of a clip is told from its corners."""

from __future__ import annotations

import dataclasses

import cv2
import faults
import numpy as np
import pytest
import synthetic
from livingstill.core.model import DEFAULT_FOCAL, Pose
from livingstill.jobs.rescue.camera_track import Track, track
from livingstill.jobs.rescue.first_frame import FirstFrame
from livingstill.jobs.rescue.smooth_track import smooth
from livingstill.render import frames
from livingstill.scene.layers import build_layers


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
    return track(moved(photo, zooms, shifts))


N = 20
PHASE = np.linspace(0, 1, N)
TURN = 2 * np.pi * np.arange(N) / N
STILL = [(0.0, 0.0)] * N


@pytest.mark.parametrize(
    ("zooms", "shifts"),
    [
        (np.ones(N), STILL),
        (1 + 0.1 * PHASE, STILL),
        (1 / (1 + 0.1 * PHASE), STILL),
        (np.ones(N), [(-16 * p, 0) for p in PHASE]),
        (np.ones(N), [(12 * p, 16 * p) for p in PHASE]),
        (np.ones(N), [(8 * np.sin(a), 4 * np.cos(a) - 4) for a in TURN]),
        (1 + 0.05 * PHASE, [(10 * p, -6 * p) for p in PHASE]),
    ],
)
def test_the_track_is_the_way_of_the_picture(zooms, shifts):
    found = told(zooms, shifts)
    assert found.static == (max(abs(zooms - 1)) == 0 and shifts == STILL)
    assert np.abs(found.zoom - zooms).max() < 0.003
    assert np.abs(np.stack([found.x, found.y], 1) * 320 - shifts).max() < 0.6
    assert np.abs(found.roll).max() < 0.1


def test_something_that_moves_in_the_picture_is_no_camera():
    assert track(faults.swaying(faults.texture(180, 320, 8), 24, pixels=5)).static


def test_what_moves_by_its_nature_is_left_out():
    photo = cv2.GaussianBlur(faults.texture(180, 320, 8), (0, 0), 1.0)
    clouds = moved(photo, np.ones(N), [(-16 * p, 0) for p in PHASE])
    clip = [np.concatenate([frame[:150], photo[150:]]) for frame in clouds]
    sky = np.zeros((18, 32), np.uint8)
    sky[:15] = 255
    assert not track(clip).static
    assert track(clip, first=FirstFrame.flat(sky)).static
    assert track(clip, first=FirstFrame.flat(np.full((18, 32), 255, np.uint8))).static


def test_bad_frames_do_not_break_the_track():
    photo = cv2.GaussianBlur(faults.texture(180, 320, 8), (0, 0), 1.0)
    clip = moved(photo, 1 + 0.1 * PHASE, STILL)
    clip[9] = clip[9] * 0
    found = track(clip, np.arange(N) != 9)
    assert np.abs(found.zoom - 1 - 0.1 * PHASE).max() < 0.004


def test_smoothing_takes_tremor_and_keeps_the_way():
    tremor = np.random.default_rng(3).normal(0, 1.0, N)
    shaken = told(np.ones(N), [(30 * p + d, 0) for p, d in zip(PHASE, tremor)])
    calm = smooth(shaken, 24.0, periodic=False)
    assert calm.x[0] == 0 and calm.x[-1] == pytest.approx(shaken.x[-1] - shaken.x[0])
    assert np.abs(np.diff(calm.x, 2)).mean() < 0.15 * np.abs(np.diff(shaken.x, 2)).mean()
    around = smooth(shaken, 24.0, periodic=True)
    assert around.x[-1] == pytest.approx(0, abs=1e-12)


def test_smoothing_keeps_the_amount_of_a_way_out_and_back():
    out = 0.02 * np.sin(np.pi * PHASE)  # in 20 frames, as generators make them
    calm = smooth(Track.of(out, 0 * out, np.ones(N)), 8.0, periodic=True)
    assert calm.x.max() == pytest.approx(0.02, rel=0.01)


@pytest.mark.parametrize(
    ("shift", "agreed", "kept"), [(0.02, 1.0, True), (0.02, 0.0, False), (0.1, 1.0, False)]
)
def test_a_slight_roll_counts_on_a_short_way_that_the_picture_agrees_on(shift, agreed, kept):
    roll = 1.4 * PHASE
    way = Track.of(shift * PHASE, 0 * PHASE, np.ones(N), roll)
    picture = Track.of(shift * PHASE, 0 * PHASE, np.ones(N), agreed * roll)
    calm = smooth(dataclasses.replace(way, picture=picture), 24.0, periodic=False)
    assert calm.roll[-1] == pytest.approx(1.4 if kept else 0.0)


def test_a_frame_that_shows_nothing_of_the_others_moves_no_picture():
    photo = cv2.GaussianBlur(faults.texture(180, 320, 8), (0, 0), 1.0)
    clip = moved(photo, np.ones(N), [(20 * p, 0) for p in PHASE])
    clip[9] = faults.texture(180, 320, 3)
    picture = track(clip).picture
    assert picture.x[-1] * 320 == pytest.approx(20, abs=3)
    assert picture.zoom[-1] == pytest.approx(1, abs=0.01)


def test_a_camera_stands_if_a_good_part_of_the_picture_does():
    photo = cv2.GaussianBlur(faults.texture(180, 320, 8), (0, 0), 1.0)
    slid = moved(photo, np.ones(N), [(-16 * p, 0) for p in PHASE])
    clip = [np.concatenate([slid[0][:, :150], frame[:, 150:]], 1) for frame in slid]
    assert track(clip).static


@pytest.fixture(scope="module")
def scene():
    """A scene of known inverse depth, its render, and what is known of its first frame."""
    rgb, distance = synthetic.cast(320, 200)
    inverse = (distance.min() / distance).astype(np.float32)
    renderer = frames.Renderer(
        build_layers(rgb, inverse), frames.Window(159.5, 99.5, 1.0), (320, 200), "draft"
    )
    middle = float(np.median(inverse))
    return renderer, FirstFrame(inverse, middle, np.zeros((2, 2), np.uint8))


@pytest.mark.parametrize("pose", [Pose(z=0.25), Pose(x=0.06), Pose(y=-0.05), Pose(z=0.2, x=0.04)])
def test_a_camera_that_travels_is_told_from_one_that_turns(scene, pose):
    renderer, first = scene
    poses = [Pose(x=pose.x * p, y=pose.y * p, z=pose.z * p) for p in PHASE]
    found = track((frames.unpack(renderer.frame(one)) for one in poses), first=first)
    closer = 1 - pose.z * first.middle
    approach = pose.z / closer
    shift = -DEFAULT_FOCAL * np.array([pose.x, pose.y])
    assert found.zoom[-1] == pytest.approx(1 / closer, abs=0.03)
    assert found.approach[-1] == pytest.approx(approach, abs=0.12)
    parallax = found.parallax_x[-1], found.parallax_y[-1]
    assert parallax == pytest.approx(tuple(shift / closer), abs=0.025)
    assert (found.x[-1], found.y[-1]) == pytest.approx(
        tuple(shift / closer * first.middle), abs=0.015
    )


def test_a_turn_has_no_parallax(scene):
    renderer, first = scene
    poses = [Pose(pan=-4 * p) for p in PHASE]
    found = track((frames.unpack(renderer.frame(one)) for one in poses), first=first)
    assert found.x[-1] == pytest.approx(DEFAULT_FOCAL * np.tan(np.radians(4)), rel=0.05)
    assert np.abs([found.parallax_x, found.parallax_y, found.approach]).max() < 0.02


def test_a_large_subject_that_moves_is_no_camera():
    photo = cv2.GaussianBlur(faults.texture(180, 320, 8), (0, 0), 1.0)
    slid = moved(photo, np.ones(N), [(14 * p, 5 * p) for p in PHASE])
    clip = [photo.copy() for _ in slid]
    for frame, other in zip(clip, slid):
        frame[40:, 70:250] = other[40:, 70:250]
    assert track(clip).static


def test_a_way_told_of_another_depth_is_the_same():
    one = np.ones(1)
    way = Track(0.1 * one, 0.02 * one, 1.3 * one, 0 * one, 0.2 * one, -0.1 * one, 0.5 * one)
    other, place, nearer = way.about(0.3), np.array([0.2, -0.1]), 0.15

    def seen(track: Track, depth: float) -> list[float]:
        shift = np.array([track.x[0], track.y[0]])
        parallax = np.array([track.parallax_x[0], track.parallax_y[0]])
        moved = shift + track.zoom[0] * place + depth * parallax
        return list(moved / (1 - depth * track.approach[0]))

    assert seen(other, nearer) == pytest.approx(seen(way, nearer + 0.3))


def two_things_go(share: float) -> list[np.ndarray]:
    """A texture that goes 1 px left per frame, and in a ``share`` of the width another 3 px right."""
    back, front = faults.texture(160, 400, 4), faults.texture(160, 400, 9)
    width = int(256 * share)
    clip = []
    for t in range(24):
        frame = back[:, 40 + t : 296 + t].copy()
        frame[:, :width] = front[:, 100 - 3 * t : 100 - 3 * t + width]
        clip.append(frame)
    return clip


def test_the_picture_goes_as_most_of_it_does():
    for share in (0.0, 0.4):
        picture = track(two_things_go(share)).picture
        assert picture.x[-1] * 256 == pytest.approx(-23, abs=1.5)
        assert picture.zoom[-1] == pytest.approx(1, abs=0.02)


def test_a_few_points_that_go_another_way_than_the_picture_are_no_camera():
    moving = np.zeros((160, 256), np.uint8)
    moving[:, int(256 * 0.4) + 4 :] = 255  # as of a sea around a fish
    first = FirstFrame(np.zeros((2, 2), np.float32), 0.0, moving)
    assert track(two_things_go(0.4), None, first).x[-1] * 256 == pytest.approx(-23, abs=1.5)
