"""Harmonics, their way onto finer grids, and the displacements they become."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree, flow_box

RNG = np.random.default_rng(8)
BOX = (9, 11)


def test_harmonics_are_added():
    angles = RNG.uniform(0, 7, 5)
    agree(
        "spectral.evaluate", maps=RNG.integers(-9, 9, (3, 5, 4, 7)), cosines=np.cos(angles),
        sines=np.sin(angles), out=np.ones((3, 2, 7)), share=3, atol=1e-5,
    )  # fmt: skip


@pytest.mark.parametrize("factor", [1, 3, 4])
def test_a_coarse_field_meets_a_fine_one_bilinearly(factor):
    out, coarse = RNG.normal(size=(9, 2, 14)), (8 // factor + 2, 13 // factor + 2)
    field = RNG.normal(size=(coarse[0], 2, coarse[1]))
    agree("spectral.spread", field=field, factor=factor, out=out, share=9, atol=1e-5)
    agree(
        "spectral.swell", field=field[:, :1], factor=factor, least=0.15, out=out, share=9, atol=1e-5
    )


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("shaded", [False, True])
def test_maps_are_displaced_within_a_limit_and_shaded(second, shaded):
    agree(
        "spectral.displace", field=RNG.normal(0, 4, (5, 3, 7)), weight=RNG.random((5, 7)),
        limit=RNG.uniform(0.5, 3, (5, 7)), shade=RNG.random((5, 7) if shaded else (0, 0)),
        flow=flow_box(BOX, row=2, column=3, first_gain=shaded, second=second, bias=False),
        share=5, atol=1e-5,
    )  # fmt: skip


def test_a_displacement_as_long_as_its_limit_is_shortened_by_the_root_of_two():
    to = agree(
        "spectral.displace", field=[[[3.0], [4.0]]], weight=[[1]], limit=[[5]],
        shade=np.zeros((0, 0)),
        flow=(
            np.zeros((1, 1, 2)), np.zeros((0, 0)), np.zeros((0, 0, 2)), np.zeros((0, 0)),
            np.zeros((0, 0, 3)), 0, 0,
        ),
        share=1, atol=1e-6,
    )["flow"].first  # fmt: skip
    np.testing.assert_allclose(to[0, 0] * np.sqrt(2), (-3, -4), rtol=1e-6)


@pytest.mark.parametrize("clear", [False, True])
@pytest.mark.parametrize("second", [False, True])
def test_motion_is_mirrored_upside_down(clear, second):
    gains = RNG.random((*BOX, 2)) * (RNG.random((*BOX, 2)) > 0.5)
    agree(
        "spectral.reflect", source=RNG.integers(0, 5, (4, 6)),
        weight=RNG.random((4, 6)) * (RNG.random((4, 6)) > 0.3), before=RNG.normal(size=(*BOX, 2)),
        second_before=RNG.normal(size=(*BOX, 2) if second else (0, 0, 2)),
        gains=gains if second else np.zeros((0, 0, 2)), clear=clear,
        flow=flow_box(BOX, row=5, column=2, first_gain=second, second=second, bias=False),
        share=4, atol=1e-5,
    )  # fmt: skip


def test_the_norm_of_a_gradient_is_taken_after_weighting():
    agree(
        "spectral.gradient_norms", fields=RNG.normal(size=(2, 6, 2, 7)), weight=RNG.random((6, 7)),
        step=4.0, out=np.ones((2, 6, 7)), share=6, atol=1e-5,
    )  # fmt: skip
