"""Keyframes: through every knot, smooth, loop when they close, clear when wrong."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.camera.keyframes import curve, parse
from livingstill.camera.path import resolve
from livingstill.camera.view import CameraView
from livingstill.core.errors import InputError
from livingstill.settings.values import MoveSpec

VIEW = CameraView.of(np.full((4, 6), 0.5, np.float32))
KNOTS = ((0.0, 0.0), (0.2, 1.0), (0.5, 1.1), (1.0, 0.0))


@pytest.mark.parametrize("kind", ["catmull-rom", "monotone", "linear"])
@pytest.mark.parametrize("closed", [True, False])
def test_a_curve_passes_through_its_knots(kind, closed):
    at = curve(KNOTS, kind, closed)
    assert [at(t) for t, _ in KNOTS] == pytest.approx([v for _, v in KNOTS], abs=1e-12)


def test_a_monotone_curve_never_overshoots():
    at = curve(((0, 0), (0.1, 0), (0.2, 1), (1, 1)), "monotone", False)
    values = [at(t) for t in np.linspace(0, 1, 201)]
    assert (np.diff(values) >= -1e-12).all() and max(values) <= 1 + 1e-12


def test_a_spline_reproduces_a_parabola_between_its_inner_knots():
    times = (0, 0.1, 0.35, 0.6, 1)
    at = curve(tuple((t, t * t) for t in times), "catmull-rom", False)
    inner = np.linspace(0.1, 0.6, 30)
    np.testing.assert_allclose([at(t) for t in inner], inner**2, atol=1e-12)


def test_a_closed_spline_is_smooth_across_its_seam():
    at = curve(KNOTS, "catmull-rom", True)
    assert (at(1e-6) - at(0)) / 1e-6 == pytest.approx((at(1) - at(1 - 1e-6)) / 1e-6, abs=1e-3)


def file(tmp_path, text):
    path = tmp_path / "path.toml"
    path.write_text(text)
    return MoveSpec.parse(f"@{path}")


def test_a_file_is_followed_in_seconds_and_values_may_be_left_out(tmp_path):
    choice = file(
        tmp_path,
        'unit = "seconds"\n[[keyframe]]\ntime = 0\nx = 0\npan = 1\n'
        "[[keyframe]]\ntime = 2\nx = 0.1\n[[keyframe]]\ntime = 4\nx = 0\npan = 3\n",
    )
    path = resolve(choice, VIEW, loop="none", duration=4.0)
    assert path.at(0.5).x == pytest.approx(0.1)
    assert path.at(0.5).pan == pytest.approx(2)


def test_a_path_that_closes_runs_round_and_one_that_does_not_goes_there_and_back(tmp_path):
    ends = "[[keyframe]]\ntime = 0\nx = 0\n[[keyframe]]\ntime = 0.3\nx = 1\n"
    closed = file(tmp_path, ends + "[[keyframe]]\ntime = 1\nx = 0\n")
    path = resolve(closed, VIEW, loop="seamless", duration=4.0)
    assert path.at(0.3).x == pytest.approx(1) and path.at(1) == path.at(0)
    path = resolve(file(tmp_path, ends), VIEW, loop="seamless", duration=4.0)
    assert path.at(0.25).x == pytest.approx(path.at(0.75).x) and path.at(1) == path.at(0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = ", "is no TOML"),
        ("", "there are no keyframes; write [[keyframe]] tables"),
        ("[[keyframe]]\nx = 1", "keyframe 1 has no time; give one"),
        ("[[keyframe]]\ntime = 2", "time of keyframe 1 is 2; it must be 0 to 1, the end of the"),
        ("[[keyframe]]\ntime=0.5\n[[keyframe]]\ntime=0.5", "keyframe 2 is 0.5; it must be later"),
        ("[[keyframe]]\ntime = 0\nzom = 1", "keyframe 1 has 'zom'; did you mean 'zoom'?"),
        ("[[keyframe]]\ntime = 0\nzoom = 0", "zoom of keyframe 1 is 0; it must lie between 0.1"),
        ("[[keyframe]]\ntime = 0\nx = 'a'", "x of keyframe 1 is 'a'; it must be a number"),
        ("[[keyframe]]\ntime = 0\nx = nan", "x of keyframe 1 is nan; it must be a number"),
        ("interpolation = 'spline'\n[[keyframe]]\ntime = 0", "interpolation is 'spline'"),
    ],
)
def test_a_mistake_names_file_key_and_remedy(tmp_path, text, sentence):
    with pytest.raises(InputError) as caught:
        resolve(file(tmp_path, text), VIEW, loop="none", duration=1.0)
    assert sentence in str(caught.value) and "path.toml" in str(caught.value)


def test_one_keyframe_is_a_pose_that_stays():
    assert parse({"keyframe": [{"time": 0, "x": 1}]}).pose(0.3, VIEW).x == 1
