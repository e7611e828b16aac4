"""Where output pixels look, and which look past a layer's border."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree, pack

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("columns", [(0, 4), (1, 3)])
def test_positions_are_the_fixed_point_of_the_projection(columns):
    turned = np.array([[0.98, 0.02, -9], [-0.02, 0.98, -7], [1e-4, -5e-5, 1]])
    camera = [*turned.ravel(), 10.0, 8.0, 1.5, -0.8, 0.1, 0.4]
    y, x = np.mgrid[:7, :9]
    depth = np.array([0.1 + 0.01 * x, 0.5 + 0.02 * np.sin(x + y)])
    agree(
        "projection.solve", depth=depth, step=3.0, middle=depth.mean((1, 2)), camera=camera, pitch=8,
        nodes=np.zeros((2, 2, 3, 4)), column0=columns[0], column1=columns[1], share=3, atol=2e-3,
    )  # fmt: skip


def test_a_still_camera_looks_straight_and_a_shift_is_by_parallax():
    camera = [1, 0, -10, 0, 1, -8, 0, 0, 1, 10.0, 8.0, 6.0, 0.0, 0.0, 0.25]
    nodes = agree(
        "projection.solve", depth=np.full((1, 5, 5), 0.75), step=5.0, middle=[0.75], camera=camera,
        pitch=8, nodes=np.zeros((1, 2, 3, 4)), column0=0, column1=4, share=3, atol=1e-5,
    )["nodes"]  # fmt: skip
    np.testing.assert_allclose(nodes[0, 0, 1], [3, 11, 19, 27], atol=1e-5)
    np.testing.assert_allclose(nodes[0, 1, :, 0], [0, 8, 16], atol=1e-5)


@pytest.mark.parametrize("border_only", [False, True])
def test_pixels_that_see_past_a_border_are_counted(border_only):
    y, x = np.mgrid[:4, :5] * 6.0
    nodes = np.stack([x, y]) + RNG.normal(0, 3, (3, 2, 4, 5)) - 1
    colour = pack(RNG.choice([0, 0, 128, 255], (3, 15, 24, 4)))
    agree(
        "projection.exposed", colour=colour, nodes=nodes, pitch=8, width=29, height=21,
        border_only=border_only,
    )  # fmt: skip
