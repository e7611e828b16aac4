"""Connected parts as runs of pixels, and pairs of things near each other."""

from __future__ import annotations

import cv2
import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree

RNG = np.random.default_rng(5)
SPIRAL = np.array([[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 1, 1], [1, 0, 0, 0]])


def runs_of(picture, level):
    """Return room for the runs and the parts of a picture, filled by the kernel."""
    count = agree_count(picture, level)
    return agree(
        "runs.label",
        picture=picture,
        level=level,
        runs=np.zeros((4, count)),
        boxes=np.zeros((count, 5)),
    )


def agree_count(picture, level):
    agree("runs.count", picture=picture, level=level)
    ink = np.pad(picture >= level, ((0, 0), (1, 0)))
    return int((ink[:, 1:] & ~ink[:, :-1]).sum())


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((3, 4)), np.full((3, 4), 9), 9 * SPIRAL, 9 * SPIRAL[::-1], 9 * SPIRAL.T,
        RNG.integers(0, 10, (23, 31)), RNG.integers(0, 10, (1, 9)), RNG.integers(0, 10, (9, 1)),
        np.where(np.indices((12, 12)).sum(0) % 2, 9, 0),
    ],
)  # fmt: skip
def test_parts_are_connected_by_sides(picture):
    for level in (1, 5):
        found = runs_of(picture, level)
        ink = (picture >= level).astype(np.uint8)
        stats = cv2.connectedComponentsWithStats(ink, connectivity=4)[2][1:]
        np.testing.assert_array_equal(found["boxes"][: len(stats)], stats)


def test_parts_are_drawn_and_measured():
    picture = RNG.integers(0, 10, (23, 31))
    found = runs_of(picture, 4)
    parts = found["runs"][3].max() + 1
    agree(
        "runs.measure",
        runs=found["runs"],
        numbers=np.arange(parts) % 4,
        picture=picture,
        depth=RNG.uniform(1, 3, picture.shape),
        drawn=np.zeros(picture.shape),
        sums=np.zeros((3, 3)),
        deepest=np.zeros(3),
    )


@pytest.mark.parametrize("room", [3, 5000])
def test_pairs_near_each_other_are_found(room):
    agree(
        "runs.near_pairs",
        x=np.sort(RNG.integers(0, 400, 90)),
        y=RNG.integers(0, 300, 90),
        size=RNG.integers(6, 34, 90),
        reach=1.9,
        pairs=np.zeros((2, room)),
    )
