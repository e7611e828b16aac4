"""Graded colours, shading, grain and overlays."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree, pack

RNG = np.random.default_rng(3)
IDENTITY = np.tile(np.arange(256) / 255, (3, 1))


def picture(*shape):
    return RNG.integers(0, 2**32, shape, np.uint32)


@pytest.mark.parametrize("size", [None, 2, 5])
def test_all_colours_are_graded(size):
    lattice = None if size is None else RNG.uniform(-0.1, 1.1, (size,) * 3 + (3,))
    curves = RNG.random((3, 256))
    curves[2, 0] = 0.5  # all the blue there is in these rows
    agree(
        "colour.tabulate", curves=curves, lattice=lattice, low=(0, 0.1, 0),
        high=(1, 0.8, 1.2), strength=0.7, saturation=1.3, out=np.zeros(2560), share=10, atol=0.51,
    )  # fmt: skip


def test_a_table_of_nothing_changes_nothing():
    corners = np.stack(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij"), axis=-1)[..., ::-1]
    out = agree(
        "colour.tabulate", curves=IDENTITY, lattice=corners, low=(0, 0, 0), high=(1, 1, 1),
        strength=1.0, saturation=1.0, out=np.zeros(512), share=2, atol=0.51,
    )["out"]  # fmt: skip
    np.testing.assert_array_equal(out, np.arange(512) | 0xFF000000)


def test_colours_are_looked_up():
    src = RNG.integers(0, 4096, (5, 7)) | RNG.integers(0, 256, (5, 7)) << 24
    agree("colour.look_up", src=src, table=picture(4096), out=np.zeros((5, 7)), share=5)


def test_shading_multiplies_colours_and_keeps_alpha():
    gains = RNG.integers(0, 32769, (5, 7))
    gains[0, 0] = 32768
    out = picture(5, 7)
    found = agree("colour.shade", gains=gains, out=out, share=5)["out"]
    assert found[0, 0] == out[0, 0]


def test_grain_is_strongest_in_the_middle_tones():
    tile, out = RNG.integers(-4000, 4000, (4, 20)), picture(9, 7)
    out[0, 0], out[0, 1] = 0xFF000000, 0xFFFFFFFF
    found = agree("colour.grain", tile=tile, down=3, across=11, out=out, share=9)["out"]
    assert (found[0, :2] == out[0, :2]).all()


@pytest.mark.parametrize(("left", "top"), [(1, 2), (-2, -1), (5, 4), (30, 0)])
@pytest.mark.parametrize("opacity", [0, 100, 256])
def test_a_picture_is_laid_over(left, top, opacity):
    alpha = RNG.integers(0, 256, (4, 5, 1))
    sprite = pack(np.concatenate([RNG.integers(0, alpha + 1, (4, 5, 3)), alpha], axis=2))
    agree(
        "colour.lay", sprite=sprite, left=left, top=top, opacity=opacity, out=picture(6, 7),
        share=6, atol=0.51,
    )  # fmt: skip
