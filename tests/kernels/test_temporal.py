"""The average of five frames that leaves motion alone."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
from livingstill.kernels import temporal
from twins import agree

NAMES = ("before2", "before1", "centre", "after1", "after2")


def test_frames_are_averaged_within_the_radius():
    rng = np.random.default_rng(9)
    frames = dict(zip(NAMES, rng.integers(100, 140, (5, 5, 28))))
    agree(
        "temporal.smooth_rows", **frames, out=np.zeros((5, 28)), weights=(0.1, 0.2, 0.3, 0.15),
        radius=12.0, share=5, atol=0.51,
    )  # fmt: skip


def test_equal_frames_and_frames_beyond_the_radius_change_nothing():
    centre, out = np.full((2, 8), 90, np.uint8), np.zeros((2, 8), np.uint8)
    weights, far = np.full(4, 0.25, np.float32), centre + np.uint8(20)
    for other in (centre, far):
        temporal.smooth_rows(other, other, centre, other, other, out, weights, 12.0, 0, 2)
        np.testing.assert_array_equal(out, centre)
