"""A picture through a homography."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree

RNG = np.random.default_rng(8)
TURNED = [0.9, 0.1, 0.5, -0.08, 1.1, -0.7, 0.004, -0.006, 1.0]


@pytest.mark.parametrize(("channels", "shape"), [(1, (7, 9)), (3, (5, 11)), (3, (1, 4))])
def test_a_picture_is_sampled_bicubically_at_the_homographys_places(channels, shape):
    src = RNG.integers(0, 256, (shape[0], shape[1] * channels))
    out = np.zeros((6, 8 * channels))
    agree(
        "perspective.warp", src=src, channels=channels, matrix=TURNED, out=out, share=6, atol=0.51
    )


def test_the_identity_copies():
    src = RNG.integers(0, 256, (4, 5 * 3))
    out = agree(
        "perspective.warp", src=src, channels=3, matrix=np.eye(3).ravel(), out=np.zeros((4, 15)),
        share=4, atol=0.51,
    )["out"]  # fmt: skip
    np.testing.assert_array_equal(out, src)
