"""A long step is made up for by a short one, and by no usual one."""

from __future__ import annotations

import numpy as np
from livingstill.quality.faults.pace import compensated


def late(steps: list[float], tolerance: float = 1.3) -> list[int]:
    """Return the steps that are made up for."""
    return list(np.flatnonzero(compensated(np.array(steps)[:, None], tolerance)))


def test_a_frame_that_came_late_is_missing_nothing():
    assert 20 in late([2.0] * 20 + [3.0, 1.0] + [2.0] * 20)


def test_a_usual_step_beside_a_skip_makes_up_for_nothing_though_a_long_one_comes_in_every_few():
    beat = [2.2, 2.3, 4.0] * 6
    assert late([*beat[:-1], 3.9, 5.9, 2.2, 2.3, 4.0, *beat]) == []
