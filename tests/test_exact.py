"""Exact figures see what is done to our own clips, and find the clips themselves clean."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill import animate
from livingstill.core.model import Photo
from livingstill.jobs.clip import Clip
from livingstill.jobs.exact_figures.figures import ExactFigures

SIZE = (240, 160)


def photo() -> Photo:
    y, x = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32)
    waves = [110 + 60 * np.sin(x / 7 + k) * np.cos(y / 9 - k) for k in range(3)]
    return Photo(np.stack(waves, -1).astype(np.uint8))


def figures(clip: Clip, spoil=lambda index, rgb: rgb) -> dict[str, float]:
    known = ExactFigures(clip)
    for index, rgb in enumerate(clip.frames()):
        known.add(spoil(index, rgb))
    return known.figures()


@pytest.fixture(scope="module")
def still() -> Clip:
    return animate(
        photo(), depth="flat", motion="none", camera="static", size="240x160", duration=0.2
    )


@pytest.fixture(scope="module")
def moving(tmp_path_factory) -> Clip:
    depth = np.full(SIZE[::-1], 0.2, np.float32)
    depth[50:110, 90:150] = 1
    file = tmp_path_factory.mktemp("depth") / "depth.npy"
    np.save(file, depth)
    return animate(
        photo(), depth=str(file), motion="none", camera="truck-right", loop="none",
        size="240x160", duration=0.5,
    )  # fmt: skip


def test_a_still_clip_is_clean(still):
    found = figures(still)
    assert found["exact_leak"] == found["exact_border"] == found["exact_holes"] == 0
    assert found["exact_colour_drift"] < 0.5 and found["exact_warp_error"] < 1e-6
    assert found["exact_rest_psnr"] > 42 and found["exact_rest_off"] <= 0.02


def test_a_leak_and_a_tint_are_seen(still):
    def touched(index, rgb):
        out = rgb.copy()
        out[20, 30] += np.uint8(9) * np.uint8(index == 3)
        return out

    assert figures(still, touched)["exact_leak"] == 9
    tinted = figures(still, lambda index, rgb: rgb + np.array([index, 0, 0], np.uint8))
    assert tinted["exact_colour_drift"] > 0.5


def test_a_truck_uncovers_a_little_and_its_own_flow_explains_it(moving):
    found = figures(moving)
    assert found["exact_border"] == found["exact_holes"] == 0
    assert 0.001 < found["exact_uncovered"] < 0.05
    assert found["exact_camera_step"] < 0.5 and found["exact_colour_drift"] < 0.5
    first = next(iter(moving.frames()))
    frozen = figures(moving, lambda index, rgb: first)
    assert found["exact_warp_error"] < 0.2 * frozen["exact_warp_error"]


def test_every_figure_is_explained(moving):
    from livingstill.quality import report

    assert all(report.help_of(name) for name in figures(moving))
