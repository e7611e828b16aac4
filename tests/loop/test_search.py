"""The search for the best pair finds loops that are known, by appearance and by motion."""

from __future__ import annotations

import faults
import loop_clips as clips
import numpy as np
import pytest
from livingstill.jobs.loop import descriptors, search, travel


def described(frames):
    collector = descriptors.Collector()
    for frame in frames:
        collector.add(frame)
    return collector.descriptors()


def limits(frames, shortest, fade=8):
    return search.Limits(shortest, len(frames) - 1, fade)


def test_inner_products_are_exact():
    vectors = np.random.default_rng(1).integers(-510, 511, (300, 37))
    found = descriptors.inner_products(vectors.astype(np.float64))
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, vectors @ vectors.T)


def test_distances_are_those_of_frames_and_of_their_steps():
    found = described(clips.circling(9, 20))
    vectors = np.stack([found.vector(i) for i in range(9)])
    products = descriptors.inner_products(found.vectors())
    pairs = vectors[:, None] - vectors[None, :]
    np.testing.assert_array_equal(descriptors.squared_distances(products), (pairs**2).sum(-1))
    steps = np.diff(vectors, axis=0)
    apart = steps[:, None] - steps[None, :]
    np.testing.assert_array_equal(descriptors.motion_distances(products), (apart**2).sum(-1))


@pytest.mark.parametrize("make", [clips.circling, clips.swinging])
def test_the_longest_whole_number_of_periods_is_found(make):
    frames = make(58, 18)
    join = search.find(described(frames), limits(frames, 10))
    assert join.length == 54
    assert join.mismatch < 0.1
    assert join.fade <= join.start <= len(frames) - join.length


def test_a_swing_is_not_joined_where_it_goes_the_other_way():
    frames = clips.swinging(40, 24)
    join = search.find(described(frames), limits(frames, 6))
    assert join.length == 24


def test_one_pair_among_unlike_frames_is_found():
    rng = np.random.default_rng(2)
    x, y = np.cumsum(rng.uniform(1, 4, 40)), np.cumsum(rng.uniform(-3, 3, 40))
    frames = [clips.scene(a - 60, b) for a, b in zip(x, y)]
    for k in range(-4, 5):  # 8 runs on to 32 as 32 does
        frames[30 + k] = frames[10 + k]
    join = search.find(described(frames), limits(frames, 12))
    assert join.length == 20
    assert 6 <= join.start - join.fade // 2 <= 14


def test_long_clips_are_searched_coarsely_then_finely(monkeypatch):
    frames = clips.circling(110, 31)
    whole = search.find(described(frames), limits(frames, 25))
    monkeypatch.setattr(search, "_MOST_COMPARED", 40)
    coarse = search.find(described(frames), limits(frames, 25))
    assert coarse.length % 31 == whole.length % 31 == 0
    assert coarse.mismatch < 0.1


def test_a_whole_turn_is_a_loop_and_what_is_not_is_none():
    assert search.is_loop(described(clips.circling(24, 24)))
    assert search.is_loop(described(clips.swinging(48, 24)))
    assert search.is_loop(described([clips.scene(0)] * 9))
    assert not search.is_loop(described(clips.circling(25, 24)))  # the first frame once more
    assert not search.is_loop(described(clips.circling(20, 24)))
    assert not search.is_loop(described(clips.panning(20, 3)))


def test_a_jump_over_the_end_is_no_loop_though_the_clip_itself_jumps():
    frames = clips.circling(40, 40)
    for index in (10, 20, 30):
        frames[index:] = [255 - frame for frame in frames[index:]]
    assert not search.is_loop(described(frames))


def test_held_frames_do_not_make_the_typical_step():
    frames = [frame for frame in clips.circling(12, 12) for _ in range(3)]
    steps = search.step_energies(described(frames))
    every = search.step_energies(described(clips.circling(12, 12)))
    assert search.typical_step(steps, 1) == pytest.approx(np.median(every), rel=0.2)


@pytest.mark.parametrize(("pixels", "zoom"), [(2.0, 0.0), (-1.0, 0.0), (0.0, 0.01)])
def test_a_camera_that_travels_is_measured(pixels, zoom):
    frames = clips.panning(24, pixels, zoom)
    path = travel.track(described(frames).luma, 24)
    moved = path.between(0, 20)
    assert moved.x == pytest.approx(-20 * pixels / 160, abs=0.02)
    assert moved.zoom == pytest.approx(20 * zoom, abs=0.04)


def test_what_moves_before_a_still_camera_is_no_travel():
    path = travel.track(described(clips.circling(30, 24)).luma, 24)
    assert max(shift.size for shift in path.shifts) < 0.01


def test_pictures_without_anything_in_common_have_no_displacement():
    first, second = (described([faults.texture(96, 160, seed)]).luma[0] for seed in (1, 77))
    assert travel.displacement(first, second) is None
