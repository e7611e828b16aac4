"""Rebuilt frames come close to the truth; good frames are not touched."""

from __future__ import annotations

import faults
import numpy as np
import pytest
from livingstill.jobs.rescue import interpolation
from livingstill.quality import registration


def decibels(a, b):
    error = np.mean(np.subtract(a, b, dtype=np.float32) ** 2)
    return 10 * np.log10(255**2 / max(error, 1e-6))


@pytest.fixture(scope="module")
def photo():
    import cv2

    return cv2.GaussianBlur(faults.texture(180, 260, 3), (0, 0), 1.0)


@pytest.mark.parametrize("missing", [1, 2, 3])
@pytest.mark.parametrize("make", [faults.swaying, faults.pushing])
def test_one_to_three_missing_frames_are_rebuilt_to_30_decibels(photo, make, missing):
    clip = make(photo, 24)
    bad = [10 <= i < 10 + missing for i in range(24)]
    mended = list(
        interpolation.rebuild(
            interpolation.DamagedFrame(None if b else f) for f, b in zip(clip, bad)
        )
    )
    assert len(mended) == 24
    for i, flag in enumerate(bad):
        if flag:
            assert decibels(mended[i], clip[i]) >= 30
            assert decibels(mended[i], clip[i]) > decibels(clip[9], clip[i]) + 3
        else:
            assert mended[i] is clip[i]


def test_a_disc_that_passes_over_a_wall_leaves_no_ghost():
    import cv2

    wall = faults.texture(120, 200, 9)
    # textured, or the flow cannot follow it
    clip = []
    for i in range(3):
        frame = wall.copy()
        disc = np.zeros(wall.shape[:2], np.uint8)
        cv2.circle(disc, (90 + 6 * i, 60), 22, 255, -1)
        frame[disc > 0] = np.roll(255 - wall, 6 * i, 1)[disc > 0]
        clip.append(frame)
    (middle,) = interpolation.interpolate(clip[0], clip[2], [0.5])
    assert decibels(middle, clip[1]) > decibels(clip[0] / 2 + clip[2] / 2, clip[1]) + 2


def test_bad_ends_and_long_gaps_show_the_nearest_good_frame():
    clip = [np.full((64, 64, 3), 10 * i, np.uint8) for i in range(20)]
    bad = [i < 2 or 5 <= i < 16 or i == 19 for i in range(20)]
    pieces = [interpolation.DamagedFrame(None if b else f) for f, b in zip(clip, bad)]
    values = [int(f[0, 0, 0]) for f in interpolation.rebuild(pieces)]
    assert values[:2] == [20, 20] and values[19] == 180
    assert values[5:16] == [40] * 5 + [160] * 6


def test_a_frame_bad_in_one_place_keeps_the_rest(photo):
    rng = np.random.default_rng(4)
    noisy = np.clip(photo + rng.normal(0, 8, photo.shape), 0, 255).astype(np.uint8)
    clip = [noisy, np.roll(noisy, 1, 1), np.roll(noisy, 2, 1)]
    spoiled = clip[1].copy()
    spoiled[60:90, 100:140] = 0
    mask = interpolation.soft_box_mask((100, 60, 40, 30), photo.shape)
    _, mended, _ = interpolation.rebuild(
        [
            interpolation.DamagedFrame(clip[0]),
            interpolation.DamagedFrame(spoiled, mask),
            interpolation.DamagedFrame(clip[2]),
        ]
    )
    assert (mended[:, :60] == clip[1][:, :60]).all() and (mended[:, 180:] == clip[1][:, 180:]).all()
    assert decibels(mended[60:90, 100:140], clip[1][60:90, 100:140]) > 25


@pytest.fixture(scope="module")
def still(samples):
    import cv2

    photo = cv2.cvtColor(cv2.imread(str(samples / "house.jpg")), cv2.COLOR_BGR2RGB)
    return cv2.resize(photo, (880, 600), interpolation=cv2.INTER_AREA)


class TestRegister:
    def test_the_whole_still_is_known_as_such(self, still):
        import cv2

        crop = registration.locate(
            still, cv2.resize(still, (440, 300), interpolation=cv2.INTER_AREA)
        )
        assert (crop.x, crop.y, crop.width, crop.height) == pytest.approx((0, 0, 880, 600))
        assert crop.likeness > 0.99

    def test_a_centre_crop_is_known_as_such(self, still):
        import cv2

        frame = cv2.resize(still[:, 140:740], (300, 300), interpolation=cv2.INTER_AREA)
        crop = registration.locate(still, frame)
        assert (crop.x, crop.y, crop.width, crop.height) == pytest.approx((140, 0, 600, 600))

    def test_any_other_crop_is_found_to_a_pixel(self, still):
        import cv2

        frame = cv2.resize(still[60:460, 230:830], (450, 300), interpolation=cv2.INTER_AREA)
        crop = registration.locate(still, frame)
        assert (crop.x, crop.y, crop.width, crop.height) == pytest.approx(
            (230, 60, 600, 400), abs=1.5
        )
        assert decibels(registration.crop_like(still, frame), frame) > 30

    def test_a_still_in_other_light_and_drawn_on_is_recognised(self, still):
        import cv2

        drawn = (255 - still[..., ::-1] * 0.6).astype(np.uint8)
        frame = cv2.resize(still, (440, 300), interpolation=cv2.INTER_AREA)
        assert registration.locate(still // 3, frame).recognised
        assert not registration.locate(drawn, faults.texture(300, 440, 99)).recognised
        shaded = still.copy()
        shaded[:, :300] = 255 - shaded[:, :300]
        crop = registration.locate(shaded, frame)
        assert crop.likeness < registration.MIN_LIKENESS and crop.recognised

    def test_another_picture_is_not_alike(self, still):
        assert (
            registration.locate(still, faults.texture(200, 300, 99)).likeness
            < registration.MIN_LIKENESS
        )


def test_a_logo_stands_exactly_in_rebuilt_frames_of_a_pan_and_nothing_else_does():
    import cv2
    from livingstill.imaging.dense_flow import dis_flow

    wide = cv2.GaussianBlur(faults.texture(180, 400, 3), (0, 0), 1.5)
    logo = np.zeros((180, 260), np.uint8)
    cv2.putText(logo, "A LOGO", (60, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2)
    bare = [np.ascontiguousarray(wide[:, 10 * i : 10 * i + 260]) for i in range(3)]
    marked = [np.where(logo[..., None] > 0, np.uint8((255, 220, 0)), frame) for frame in bare]
    (middle,) = interpolation.interpolate(marked[0], marked[2], [0.5])
    near = cv2.dilate(logo, np.ones((25, 25))) > 0
    assert decibels(middle[logo > 0], marked[1][logo > 0]) > 36
    assert decibels(middle[near], marked[1][near]) > 33
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (bare[0], bare[2])]
    assert interpolation.overlay_weights(bare[0], bare[2], *dis_flow(*greys)).mean() < 0.002
