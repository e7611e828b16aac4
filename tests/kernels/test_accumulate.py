"""Means over subpixels and instants, and the mix of blurred layers."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from livingstill.kernels import accumulate
from twins import agree, pack

RNG = np.random.default_rng(1)


@pytest.mark.parametrize(("shape", "times"), [((3, 7), 1), ((5, 2), 3)])
def test_blocks_are_added(shape, times):
    packed = RNG.integers(0, 2**32, (shape[0] * times, shape[1] * times), np.uint32)
    sums = RNG.integers(0, 9000, (shape[0], 3, shape[1]))
    agree("accumulate.add", packed=packed, times=times, sums=sums, share=shape[0])


@pytest.mark.parametrize("count", [1, 2, 5, 16])
def test_a_mean_is_rounded_and_its_sums_are_cleared(count):
    sums = RNG.integers(0, 255 * count + 1, (5, 3, 7))
    agree("accumulate.mean", sums=sums, count=count, out=np.zeros((5, 7)), share=5)


def test_the_mean_of_black_and_white_is_grey():
    packed = pack([[(0, 0, 0, 255), (255, 255, 255, 255)], [(0, 0, 0, 255), (255, 255, 255, 255)]])
    sums, out = np.zeros((1, 3, 1), np.uint32), np.zeros((1, 1), np.uint32)
    accumulate.add(packed, 2, sums, 0, 1)
    accumulate.mean(sums, 4, out, 0, 1)
    assert out[0, 0] == 0xFF808080


def test_a_pixel_lies_between_the_blurs_next_to_its_own():
    levels = RNG.integers(0, 2**32, (4, 5, 7), np.uint32)
    depth = RNG.random((5, 7))
    depth[0, 0], depth[0, 1] = 0.5, 9
    out = agree(
        "accumulate.defocus", levels=levels, sigmas=[0, 0.5, 2, 3], depth=depth, focus=0.5,
        strength=7.0, out=np.zeros((5, 7)), share=5, atol=1.01,
    )["out"]  # fmt: skip
    assert out[0, 0] == levels[0, 0, 0]  # in focus
    assert out[0, 1] == levels[3, 0, 1]  # further out than the last blur
