"""Pictures as weighted sums of pixels."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree

RNG = np.random.default_rng(6)


@pytest.mark.parametrize("kernel", ["resample.resize_floats", "resample.resize_bytes"])
@pytest.mark.parametrize("taps", [1, 2, 3, 6])
@pytest.mark.parametrize("channels", [1, 3])
def test_resizing_is_a_matrix_to_either_side(kernel, taps, channels):
    src, out = RNG.integers(0, 256, (9, 8 * channels)), np.zeros((5, 11 * channels))
    columns = RNG.integers(0, 9 - taps, 11) * channels
    places = (columns[:, None] + np.arange(channels)).ravel()
    agree(
        kernel, src=src, channels=channels, starts_y=RNG.integers(0, 10 - taps, 5),
        weights_y=RNG.normal(0.3, 0.4, (5, taps)), places=places,
        weights_x=RNG.normal(0.3, 0.4, (taps, out.shape[1])), out=out, share=5,
        atol=0.51 if kernel.endswith("bytes") else 1e-3,
    )  # fmt: skip


def test_one_tap_of_one_copies():
    src = RNG.integers(0, 256, (3, 4))
    out = agree(
        "resample.resize_bytes", src=src, channels=1, starts_y=[2, 0], weights_y=np.ones((2, 1)),
        places=[3, 0, 1], weights_x=np.ones((1, 3)), out=np.zeros((2, 3)), share=2, atol=0.51,
    )["out"]  # fmt: skip
    np.testing.assert_array_equal(out, src[[2, 0]][:, [3, 0, 1]])


@pytest.mark.parametrize("shape", [(5, 7), (1, 4), (3, 1)])
def test_places_between_pixels_are_bilinear(shape):
    xs, ys = RNG.uniform(-3, 9, (2, 50))
    xs[:2], ys[:2] = (0, shape[1] - 1), (0, shape[0] - 1)
    src = RNG.random(shape)
    out = agree(
        "resample.sample_linear", src=src, xs=xs, ys=ys, out=np.zeros(50), share=50, atol=1e-5
    )["out"]
    assert out[0] == np.float32(src[0, 0]) and out[1] == np.float32(src[-1, -1])
