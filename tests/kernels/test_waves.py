"""Waves on the water's surface."""

from __future__ import annotations

import math

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (30, 41)])
def test_waves_add_up_to_their_amplitudes_times_their_phases(shape):
    rng, count = np.random.default_rng(0), 6
    agree(
        "waves.add_waves",
        share=shape[0],
        atol=2e-6,
        x=rng.uniform(-20, 20, shape),
        along=rng.uniform(-9, 9, (count, shape[0])),
        across=rng.uniform(-2, 2, count),
        real=rng.normal(0, 0.1, (count, 2, shape[0])),
        imaginary=rng.normal(0, 0.1, (count, 2, shape[0])),
        out=rng.normal(0, 0.1, (2, 2, *shape)),
    )


def test_a_wave_is_exact_to_float_at_every_part_of_its_turn():
    turns = np.linspace(-1.5, 1.5, 1001)
    found = agree(
        "waves.add_waves",
        share=turns.size,
        atol=1e-7,
        x=np.zeros((turns.size, 1)),
        along=turns[None],
        across=[0.0],
        real=np.ones((1, 2, turns.size)),
        imaginary=np.zeros((1, 2, turns.size)),
        out=np.zeros((2, 2, turns.size, 1)),
    )
    np.testing.assert_allclose(found["out"][0, 1, :, 0], np.sin(2 * math.pi * turns), atol=1e-7)
