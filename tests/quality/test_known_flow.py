"""Exact figures agree with cases known by heart."""

from __future__ import annotations

import faults
import numpy as np
import pytest
from livingstill.core.model import Flow
from livingstill.quality import known_flow, no_reference, stream


def linear(a, b, c, d, step=4, size=12):
    """A displacement with gradient ((a, b), (c, d))."""
    y, x = np.mgrid[:size, :size].astype(np.float32) * step
    return np.dstack([a * x + b * y, c * x + d * y]).astype(np.float32)


@pytest.mark.parametrize(
    ("gradient", "norm", "determinant"),
    [
        ((0.3, 0, 0, 0.1), 0.3, 1.43),
        ((0, 0.2, -0.2, 0), 0.2, 1.04),
        ((-1.5, 0, 0, 0), 1.5, -0.5),
        ((0.3, 0.4, 0, 0), 0.5, 1.3),
    ],
)
def test_folds_of_a_linear_flow_are_those_of_its_matrix(gradient, norm, determinant):
    fold = known_flow.measure_fold(Flow(linear(*gradient)))
    assert fold.gradient == pytest.approx(norm, abs=1e-4)
    assert fold.determinant == pytest.approx(determinant, abs=1e-4)


def test_a_fold_that_nobody_sees_is_none():
    flow = Flow(linear(0, 0, 0, 0), None, linear(-2, 0, 0, 0), np.zeros((12, 12), np.float32))
    assert known_flow.measure_fold(flow).determinant == 1


def test_leak_counts_beyond_the_distance_only():
    rest = np.zeros((60, 80, 3), np.uint8)
    masks = np.zeros((60, 80), np.uint8)
    masks[20:40, 20:30] = 255
    near, far = rest.copy(), rest.copy()
    near[30, 38] = 9
    far[30, 50] = 7
    assert known_flow.max_leak(near, rest, masks) == 0
    assert known_flow.max_leak(far, rest, masks) == 7


def test_warp_error_of_a_true_shift_is_zero():
    picture = faults.texture(50, 70)
    flow = np.zeros((50, 70, 2), np.float32)
    flow[..., 0] = 3
    seen = np.ones((50, 70), np.uint8)
    seen[:, -3:] = 0
    assert known_flow.warp_error(picture, np.roll(picture, 3, 1), flow, seen) == 0
    assert known_flow.warp_error(picture, np.roll(picture, 5, 1), flow, seen) > 1e-3


def test_determinant_of_a_rotation_field_is_that_of_its_matrix():
    field = linear(0.1, 0.2, -0.2, 0.1, step=1, size=9)
    assert no_reference.determinant(field)[1:-1, 1:-1] == pytest.approx(1.1**2 + 0.2**2, abs=1e-5)


def test_self_repeat_is_one_for_a_signal_with_half_the_period():
    t = np.arange(60)[:, None]
    once, twice = np.sin(2 * np.pi * t / 60), np.sin(4 * np.pi * t / 60)
    assert known_flow.max_autocorrelation(twice.astype(np.float32), 30.0) == pytest.approx(
        1, abs=1e-5
    )
    assert known_flow.max_autocorrelation(once.astype(np.float32), 30.0) < 0.7


def test_steadiness_is_the_second_difference():
    track = np.array([[0, 0], [1, 0], [2, 0], [3, 4]], np.float32)
    assert known_flow.max_acceleration(track) == pytest.approx(4)
    assert known_flow.max_acceleration(track[:3]) == 0


def test_rest_and_sharpness_of_the_photo_itself_are_perfect():
    photo = faults.texture(40, 60)
    full = np.full((40, 60), 255, np.uint8)
    assert known_flow.rest_fidelity(photo, photo) == (np.inf, 0)
    assert known_flow.sharpness(photo, photo, full) == pytest.approx(1)
    import cv2

    assert known_flow.sharpness(cv2.GaussianBlur(photo, (0, 0), 1.5), photo, full) < 0.5


class TestStream:
    def run(self, clip, mask, static=True):
        guard = stream.StreamFigures({"water": mask}, static=static)
        for frame in clip:
            guard.add(faults.packed(frame))
        return guard.figures()

    def mask(self, shape):
        y, x = np.mgrid[: shape[0], : shape[1]]
        far = np.hypot((x / shape[1] - 0.5) / 0.2, (y / shape[0] - 0.5) / 0.2)
        return np.where(far < 3.0, 255, 0).astype(np.uint8)

    def test_a_clean_loop_passes(self):
        photo = faults.texture(240, 320, 2)
        still = self.mask((240, 320)) == 0
        clip = faults.swaying(photo, 48)
        for frame in clip:
            frame[still] = photo[still]
        found = self.run(clip, self.mask((240, 320)))
        assert found["leak"] == 0
        assert 0.5 < found["seam"] < 2

    def test_leak_and_pulsing_are_seen(self):
        photo = faults.texture(240, 320, 2)
        clip = faults.swaying(photo, 48)
        calm = self.run(clip, self.mask((240, 320)))
        for t, frame in enumerate(clip):
            frame[...] = np.clip(frame * (1 + 0.1 * np.sin(t / 3)), 0, 255)
        found = self.run(clip, self.mask((240, 320)))
        assert found["leak"] > 5
        assert found["water.luminance"] > 4 * calm["water.luminance"]

    def test_what_it_saw_beyond_the_bars_becomes_faults(self):
        seen = {"seam": 3.0, "leak": 0.0, "water.luminance": 2.0, "fire.luminance": 9.0}
        told = stream.judge_stream(seen, 30, 30.0, (640, 360), loop=True)
        assert {f.kind for f in told} == {"seam", "pulsing"}
        assert (
            stream.judge_stream(seen | {"leak": 9.0}, 30, 30.0, (640, 360), loop=False)[0].kind
            == "leak"
        )
        assert stream.judge_stream({"foliage.change": 0.2}, 30, 30.0, (640, 360), loop=True) == ()
