"""The eyes of a stereo picture: where they stand, what they see, and that they agree."""

from __future__ import annotations

from dataclasses import replace

import cv2
import livingstill
import numpy as np
import pytest
import synthetic
from livingstill.camera.projection import project
from livingstill.camera.stereo import EyePath, plan_rig
from livingstill.core.model import Pose
from livingstill.jobs import stereo
from livingstill.render.frames import Renderer, Window, unpack
from livingstill.render.projection import Projection
from livingstill.render.stereo_layout import StereoLayout
from livingstill.scene.layers import build_layers, extend_photo
from livingstill.settings.shot import Shot

SIZE = (480, 320)
FOCAL, CONVERGENCE = 0.95, 0.5
POSES = {
    "rest": Pose(),
    "turned": Pose(pan=4, tilt=-3, roll=5),
    "moved": Pose(x=0.02, y=-0.03, z=0.1, pivot=0.4, zoom=1.1),
    "shifted": Pose(x=2e-5, y=1e-5, zoom=1.2, pivot=1024),
    "all": Pose(x=0.02, y=0.01, z=-0.1, pan=3, tilt=2, roll=-4, zoom=1.05, pivot=0.3),
}


class Still:
    def __init__(self, pose=None):
        self.pose = pose or Pose()

    def at(self, time):
        return self.pose


@pytest.fixture(scope="module")
def view():
    """A ray-cast picture with its inverse depth, and the distance of the nearest point."""
    rgb, distance = synthetic.cast(*SIZE)
    near = float(distance.min())
    return rgb, (near / distance).astype(np.float32), near


@pytest.fixture(scope="module")
def scene(view):
    rgb, depth, _ = view
    wide, wide_depth = extend_photo(rgb, depth, (24, 2))
    focal = FOCAL * SIZE[0] / wide.shape[1]
    return build_layers(wide, wide_depth, focal=focal, parallax=0.04 * SIZE[0], edge_error=0.0)


def middle(scene):
    return Window((scene.size[0] - 1) / 2, (scene.size[1] - 1) / 2)


def psnr(a, b):
    inner = np.s_[:, 12:-12]
    return 10 * np.log10(255**2 / np.square(a[inner].astype(float) - b[inner]).mean())


@pytest.mark.parametrize("side", [-1, 1])
def test_each_eye_sees_what_a_ray_tracer_sees_from_its_place(view, scene, side):
    rgb, depth, near = view
    offset = side * 0.02 / FOCAL  # from near to far 4 % of the width between both eyes
    pose = Pose(eye=offset, convergence=CONVERGENCE)
    seen = unpack(Renderer(scene, middle(scene), SIZE).frame(pose))
    truth, _ = synthetic.cast(*SIZE, (offset * near, 0, 0))
    shear = np.float64([[1, 0, FOCAL * SIZE[0] * offset * CONVERGENCE], [0, 1, 0]])
    sheared = cv2.warpAffine(truth, shear, SIZE, flags=cv2.INTER_CUBIC)
    plain = livingstill.novel_view(rgb, FOCAL * SIZE[0] * abs(offset) * depth, (side, 0))
    assert psnr(seen, sheared) > max(36.5, psnr(plain, truth) - 0.3)


def test_near_things_cross_and_the_plane_stays():
    left, right = (Pose(eye=eye, convergence=CONVERGENCE) for eye in (-0.01, 0.01))
    for depth, sign in ((1.0, -1), (0.75, -1), (CONVERGENCE, 0), (0.25, 1), (0.0, 1)):
        shift = np.subtract(*(project(0.2, 0.1, depth, pose, FOCAL) for pose in (right, left)))
        assert np.sign(np.round(shift[0], 12)) == sign
        assert abs(shift[0]) == pytest.approx(0.02 * FOCAL * abs(depth - CONVERGENCE), abs=1e-12)


@pytest.mark.parametrize("name", POSES)
def test_there_is_no_vertical_parallax_whatever_the_camera_does(name):
    x, y, w = np.meshgrid((-0.5, 0.1, 0.5), (-0.3, 0.2), (0.0, 0.4, 1.0))
    eyes = (EyePath(Still(POSES[name]), eye, 0.6).at(0) for eye in (-0.03, 0.03))
    left, right = (project(x, y, w, pose, FOCAL) for pose in eyes)
    np.testing.assert_allclose(left[1], right[1], atol=1e-12)
    assert np.abs(left[0] - right[0]).max() > 0.01


@pytest.mark.parametrize("name", POSES)
def test_the_renderer_looks_where_the_projection_says(name, view):
    rgb, depth, _ = view
    plane = build_layers(rgb, np.full_like(depth, 0.7), focal=FOCAL)
    pose, window = replace(POSES[name], eye=0.03, convergence=0.6), middle(plane)
    across, down = Projection(plane, window, SIZE, 8).solve(pose)[0].astype(float)
    x, y = ((across - window.x) / SIZE[0], (down - window.y) / SIZE[0])
    found = np.stack(project(x, y, 0.7, pose, FOCAL)) * SIZE[0]
    found += np.reshape([(n - 1) / 2 for n in SIZE], (2, 1, 1))
    np.testing.assert_allclose(found, np.indices(x.shape)[::-1] * 8, atol=2e-3)


def rig(eyes="2%", layout="sbs", converge="auto", pose=None, overlay=False):
    depth = np.tile(np.linspace(0, 1, 60, dtype=np.float32)[:, None], (1, 90))
    shot = Shot(stereo=layout, eyes=eyes, converge=converge)
    return plan_rig(layout, shot, depth, [Pose(), pose or Pose()], FOCAL, 0.4, overlay)


def test_near_and_far_are_as_far_apart_as_the_eyes_say():
    assert FOCAL * rig("2%").baseline == pytest.approx(0.02)
    assert FOCAL * rig("12mm@600mm").baseline == pytest.approx(0.02)
    closer = rig("2%", pose=Pose(z=0.2))  # where the camera is nearest, not at rest
    assert FOCAL * closer.baseline / (1 - 0.2) == pytest.approx(0.02)
    many = rig("6%", "quilt:5x9")
    assert len(many.offsets) == 45 and FOCAL * many.baseline == pytest.approx(0.06)
    np.testing.assert_allclose(np.diff(many.offsets), many.baseline / 44)


def test_the_plane_is_the_subject_but_behind_what_the_sides_cut_off():
    assert rig(converge="0.3").convergence == 0.3
    assert rig().convergence == pytest.approx(0.9, abs=0.02)  # the floor runs out at the sides
    assert rig(overlay=True).convergence == 1.0  # nothing before a title


def test_the_plane_stays_in_the_scene_when_the_camera_comes_nearer():
    for z in (0.0, 0.15, -0.2):
        poses = (EyePath(Still(Pose(z=z)), eye, 0.6).at(0) for eye in (-0.02, 0.02))
        left, right = (project(0.1, 0.1, 0.6, pose, FOCAL) for pose in poses)
        np.testing.assert_allclose(left, right, atol=1e-12)


def test_layouts_put_the_left_eye_left_above_and_below():
    frames = [np.full((2, 4), n, np.uint32) for n in range(6)]
    compose = lambda name, n: StereoLayout(name, (4, 2)).compose(frames[:n])  # noqa: E731
    assert compose("sbs", 2).tolist() == [[0] * 4 + [1] * 4] * 2
    assert compose("top-bottom", 2).tolist() == [[0] * 4] * 2 + [[1] * 4] * 2
    assert compose("half-sbs", 2).tolist() == [[0, 0, 1, 1]] * 2
    quilt = compose("quilt:3x2", 6)  # from the lower left, upwards
    assert quilt[::2, ::4].tolist() == [[3, 4, 5], [0, 1, 2]]


def test_comfort_is_measured_on_what_both_eyes_see(view, tmp_path):
    rgb, depth, _ = view
    cv2.imwrite(str(tmp_path / "d.png"), np.round(depth * 65535).astype(np.uint16))
    settings = {
        "size": "480x320", "motion": "none", "camera": "orbit:amount=0.3", "duration": 0.5,
        "fps": 10, "depth": str(tmp_path / "d.png"), "stereo": "sbs",
    }  # fmt: skip
    clip = livingstill.animate(rgb, **settings, converge="0.5")
    comfort = stereo.measure(clip, clip.rig)
    assert 1.9 < comfort.widest <= 2.001
    assert comfort.nearest < -0.2 and comfort.farthest > 0.2
    assert comfort.rivalry < 0.01
    assert 2 < comfort.recommended <= 8
    front = livingstill.animate(rgb, **settings, converge="0")
    assert stereo.measure(front, front.rig).window_violations > 50
    behind = livingstill.animate(rgb, **settings, converge="1")
    assert stereo.measure(behind, behind.rig).window_violations == 0
