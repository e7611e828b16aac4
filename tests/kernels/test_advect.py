"""Streamlines and the cross-fade of generations that travel along them."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree, flow_box

RNG = np.random.default_rng(2)


def test_paths_follow_the_flow():
    velocity, start = RNG.normal(0, 2, (2, 7, 11, 2))
    out = np.zeros((7, 11, 2))
    agree(
        "advect.trace", velocity=velocity, start=start, seconds=-0.7, steps=5, out=out, share=7,
        atol=1e-4,
    )  # fmt: skip


def test_a_steady_flow_goes_speed_by_time():
    velocity = np.broadcast_to(np.float32((3, -1)), (4, 5, 2))
    out = agree(
        "advect.trace", velocity=velocity, start=np.ones((4, 5, 2)), seconds=2.0, steps=3,
        out=np.zeros((4, 5, 2)), share=4, atol=1e-5,
    )["out"]  # fmt: skip
    np.testing.assert_allclose(out, np.broadcast_to((7, -1), (4, 5, 2)), atol=1e-5)


@pytest.mark.parametrize("now", [0.0, 0.31, 1.7])
@pytest.mark.parametrize("structure", [0.0, 0.6])
def test_two_generations_are_crossfaded(now, structure):
    shape, box = (6, 9), (11, 13)
    ages = np.linspace(-1.5, 1.5, 7)[:, None, None, None]
    paths = ages * RNG.normal(0, 2, (1, *shape, 2))
    gains = RNG.uniform(0.5, 1.5, shape) * (RNG.random(shape) > 0.2)
    gains[2] = 0
    look = RNG.uniform(5, 200, (*shape, 4))
    agree(
        "advect.crossfade", paths=(paths, -1.5, 0.5),
        matter=(
            RNG.uniform(-0.25, 0.25, shape), [0.0, 0.1, -0.05, 0.02], look, structure, 1.3, gains,
            12.0, 9.5, 4.0,
        ),
        now=now, half_life=0.6, flow=flow_box(box, row=2, column=3), share=shape[0], atol=2e-3,
    )  # fmt: skip
