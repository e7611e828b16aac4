"""Symmetric filters and the smoother that stops at edges."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree

RNG = np.random.default_rng(7)


@pytest.mark.parametrize("radii", [(0, 0), (1, 2), (4, 3)])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_filter_is_the_sum_over_its_window(radii, channels):
    (m, n), (h, w) = radii, (7, 9)
    agree(
        "smooth.gaussian", src=RNG.random((h, w * channels)), channels=channels,
        rows=np.pad(np.arange(h), m, mode="reflect"),
        columns=np.pad(np.arange(w), n, mode="symmetric"), weights_y=RNG.random(m + 1),
        weights_x=RNG.random(n + 1), out=np.zeros((h, w * channels)), share=h, atol=1e-4,
    )  # fmt: skip


@pytest.mark.parametrize("shape", [(5, 7), (1, 4), (3, 1)])
def test_neighbours_are_as_alike_as_their_colours(shape):
    guide = RNG.integers(0, 256, (*shape, 3))
    out = np.ones(shape)
    agree(
        "smooth.similarities", guide=guide, table=RNG.random(3 * 255**2 + 1), right=out, below=out,
        share=shape[0],
    )  # fmt: skip


@pytest.mark.parametrize("shape", [(5, 7), (1, 4), (3, 1), (70, 3), (3, 70)])
@pytest.mark.parametrize("strength", [0.5, 300.0])
@pytest.mark.parametrize("planes", [1, 3])
def test_lines_are_smoothed_along_themselves(shape, strength, planes):
    *values, alike = RNG.random((planes + 1, *shape))
    values = np.array(values)
    alike[:, -1] = 0
    agree(
        "smooth.smooth_across", values=values, right=alike, strength=strength, share=shape[0],
        atol=2e-5,
    )  # fmt: skip
    alike[-1] = 0
    agree(
        "smooth.smooth_down", values=values.ravel(), below=alike.ravel(), width=shape[1],
        strength=strength, share=shape[1], atol=2e-5,
    )  # fmt: skip


def test_a_line_smoothed_hard_becomes_its_mean_between_edges():
    found = agree(
        "smooth.smooth_across", values=[[[1, 2, 3, 8, 10]]], right=[[1, 1, 0, 1, 0]], strength=1e3,
        share=1, atol=5e-3,
    )["values"]  # fmt: skip
    np.testing.assert_allclose(found, [[[2, 2, 2, 9, 9]]], atol=5e-3)
