"""Distances along paths inside a shape."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree

WALLS = np.array(
    [[1, 1, 1, 1, 1], [1, 0, 0, 0, 1], [1, 0, 1, 0, 1], [1, 0, 1, 1, 1], [0, 0, 0, 0, 0]]
)
RNG = np.random.default_rng(3)


@pytest.mark.parametrize("solid", [WALLS > 0, RNG.random((14, 19)) > 0.4, np.ones((1, 6), bool)])
def test_distances_are_those_of_the_shortest_paths(solid):
    distance = np.where(RNG.random(solid.shape) > 0.9, 0.0, np.inf)
    distance[0, 0] = 0
    agree("geodesic.shorten", solid=solid, distance=distance)
