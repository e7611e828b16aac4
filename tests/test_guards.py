"""What is watched while clips are made."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill import guards
from livingstill.model import Flow, Region
from livingstill.render.frames import Window


class Bent:
    """A displacement that folds the picture over itself beyond amount 1."""

    def __init__(self, amount: float) -> None:
        x = np.arange(64, dtype=np.float32)
        field = np.zeros((64, 64, 2), np.float32)
        field[..., 0] = amount * 4 * np.sin(np.pi * x / 2)  # steepest: amount
        self.flow = Flow(field)

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        return (self.flow, None)


def test_motion_that_does_not_fold_keeps_its_amount():
    motion, note = guards.tamed(Bent, 0.5)
    assert note == ""
    np.testing.assert_array_equal(motion.at(0.0)[0].first, Bent(0.5).flow.first)


def test_motion_that_folds_is_lowered_and_said():
    motion, note = guards.tamed(Bent, 2.0)
    assert "lowered to 0.98" in note
    np.testing.assert_array_equal(motion.at(0.0)[0].first, Bent(2.0 * 0.7**2).flow.first)


@pytest.mark.parametrize("static", [True, False])
def test_a_leak_is_seen_only_where_the_camera_stands(static):
    mask = np.zeros((120, 160), np.uint8)
    mask[:, :40] = 255
    guard = guards.watch((Region("water", mask),), Window(79.5, 59.5), (160, 120), static)
    frame = np.full((120, 160), 0x404040, np.uint32)
    for step in range(4):
        moved = frame.copy()
        moved[:, 100:] += np.uint32(step * 256)
        guard.feed(moved)
    assert guard.figures().get("leak", 0) == (3 if static else 0)
