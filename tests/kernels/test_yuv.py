"""Packed pixels as the encoders take them."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree


@pytest.mark.parametrize("shape", [(2, 2), (34, 50), (64, 66)])
def test_yuv_is_bt709_limited(shape):
    packed = np.random.default_rng(0).integers(0, 2**32, shape, np.uint32)
    y = np.zeros((shape[0], shape[1] + 14))
    u = np.zeros((shape[0] // 2, shape[1] // 2 + 7))
    agree("yuv.to_yuv420", packed=packed, y=y, u=u, v=u, atol=0.52)


@pytest.mark.parametrize(
    ("colour", "wanted"),
    [(0x000000, (16, 128, 128)), (0xFFFFFF, (235, 128, 128)), (0x0000FF, (63, 102, 240))],
)
def test_black_white_and_red_have_the_values_of_the_standard(colour, wanted):
    packed = np.full((2, 2), colour | 0xFF000000)
    found = agree("yuv.to_yuv420", packed=packed, y=np.zeros((2, 2)), u=[[0]], v=[[0]], atol=0.52)
    assert tuple(int(found[name][0, 0]) for name in "yuv") == wanted


def test_rgb_is_what_is_packed_in_rows_that_may_be_longer():
    packed = np.random.default_rng(1).integers(0, 2**32, (3, 7), np.uint32)
    agree("yuv.to_rgb24", packed=packed, out=np.zeros((3, 25)))


def test_a_share_of_a_difference_is_added_within_the_range_of_bytes():
    rng = np.random.default_rng(2)
    plane, target, origin = (rng.integers(0, 256, (5, n)) for n in (30, 32, 23))
    for share in (0, 9000, 32768):
        agree(
            "yuv.add_difference",
            plane=plane, target=target, origin=origin, share_q15=share, atol=0.51,
        )  # fmt: skip
