"""What is watched while clips are made."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.core.model import Flow, Layer, Region, Scene
from livingstill.jobs import monitor
from livingstill.render.frames import Window

HEIGHT, WIDTH = 256, 256
LEFT = np.zeros((HEIGHT, WIDTH), np.uint8)
LEFT[:, : WIDTH // 2] = 255
REGIONS = (Region("water", LEFT), Region("foliage", 255 - LEFT))
GREY = np.full((HEIGHT, WIDTH), 0xFF808080, np.uint32)
SCENE = Scene((Layer(GREY, np.full((HEIGHT, WIDTH), 0.5, np.float32)),))


class Bent:
    """A displacement that folds each half of the picture beyond a strength of 1."""

    def __init__(self, left: float, right: float) -> None:
        x = np.arange(64, dtype=np.float32)
        field = np.zeros((64, 64, 2), np.float32)
        field[..., 0] = 4 * np.sin(np.pi * x / 2) * np.where(x < 32, left, right)  # steepest there
        self.flow = Flow(field)

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        return (self.flow,)


def test_motion_that_does_not_fold_keeps_its_amount():
    motion, note = monitor.limit_amounts(
        lambda less: Bent(0.5 * less["water"], 0.7 * less["foliage"]), REGIONS, SCENE
    )
    assert note == ""
    np.testing.assert_array_equal(motion.at(0.0)[0].first, Bent(0.5, 0.7).flow.first)


def test_only_the_kind_that_folds_is_lowered_and_it_is_said():
    motion, note = monitor.limit_amounts(
        lambda less: Bent(0.5 * less["water"], 2.0 * less["foliage"]), REGIONS, SCENE
    )
    assert note == "foliage moves 49% as much as asked for, so that it does not fold over itself"
    np.testing.assert_array_equal(motion.at(0.0)[0].first, Bent(0.5, 2.0 * 0.7**2).flow.first)


def test_a_kind_that_lowering_does_not_help_keeps_its_amount_with_a_warning():
    motion, note = monitor.limit_amounts(lambda less: Bent(3.0, 0.5), REGIONS, SCENE)
    assert note.startswith("water may fold")
    np.testing.assert_array_equal(motion.at(0.0)[0].first, Bent(3.0, 0.5).flow.first)


class Bright:
    """Light that swells on the left half by so many levels."""

    def __init__(self, levels: float) -> None:
        self.levels = levels

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        bias = np.zeros((64, 64, 3), np.float32)
        bias[:, :32] = self.levels * np.sin(2 * np.pi * phase)
        return (Flow(np.zeros((64, 64, 2), np.float32), bias=bias),)


def test_a_region_that_pulses_is_lowered_and_lights_are_exempt():
    motion, note = monitor.limit_amounts(lambda less: Bright(3.0 * less["water"]), REGIONS, SCENE)
    assert note.startswith("water moves ") and "pulse" in note
    assert motion.levels < 1.5
    fire = (Region("fire", LEFT),)
    assert monitor.limit_amounts(lambda less: Bright(3.0 * less["fire"]), fire, SCENE)[1] == ""


@pytest.mark.parametrize("static", [True, False])
def test_a_leak_is_seen_only_where_the_camera_stands(static):
    mask = np.zeros((120, 160), np.uint8)
    mask[:, :40] = 255
    guard = monitor.stream_figures((Region("water", mask),), Window(79.5, 59.5), (160, 120), static)
    frame = np.full((120, 160), 0x404040, np.uint32)
    for step in range(4):
        moved = frame.copy()
        moved[:, 100:] += np.uint32(step * 256)
        guard.add(moved)
    assert guard.figures().get("leak", 0) == (3 if static else 0)


@pytest.mark.parametrize(("pixels", "seen"), [(320, True), (1920, False)])
def test_how_far_from_a_region_motion_leaks_depends_on_the_width(pixels, seen):
    mask = np.zeros((64, pixels), np.uint8)
    mask[:, :40] = 255
    window = Window((pixels - 1) / 2, 31.5)
    guard = monitor.stream_figures((Region("water", mask),), window, (pixels, 64), True)
    for level in range(4):
        frame = np.full((64, pixels), 0x404040, np.uint32)
        frame[:, 40:60] += np.uint32(level * 256)
        guard.add(frame)
    assert bool(guard.figures()["leak"]) is seen
