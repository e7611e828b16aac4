"""The pyramid that fills what is hidden, and the layer that is left over."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree, pack

RNG = np.random.default_rng(5)
SHAPES = [(5, 7), (1, 1), (4, 9), (6, 2)]


def holes(shape):
    return RNG.random(shape) < 0.4


def half(shape):
    return tuple(-(-n // 2) for n in shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_known_pixels_are_averaged(shape):
    small = half(shape)
    agree(
        "inpaint.pull_packed", colour=RNG.integers(0, 2**32, shape, np.uint32),
        depth=RNG.random(shape), unknown=255 * holes(shape), out=np.zeros((*small, 4)),
        known=np.zeros(small), share=small[0], atol=1e-4,
    )  # fmt: skip
    agree(
        "inpaint.pull", fine=RNG.random((*shape, 3)), fine_known=4 * RNG.random(shape) * ~holes(shape),
        out=np.zeros((*small, 3)), known=np.zeros(small), atol=1e-5,
    )  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_unknown_pixels_are_filled_from_the_coarser_level(shape):
    coarse = RNG.random((*half(shape), 4))
    agree("inpaint.push", coarse=coarse, fine=np.ones((*shape, 4)), known=~holes(shape), atol=1e-6)
    coarse[..., :3] *= 255
    agree(
        "inpaint.push_packed", coarse=coarse, unknown=holes(shape), farthest=0.5,
        colour=RNG.integers(0, 2**32, shape, np.uint32), depth=RNG.random(shape), share=shape[0],
        atol=1e-6,
    )  # fmt: skip


@pytest.mark.parametrize("shape", [(6, 7), (1, 9)])
def test_relaxation_reaches_the_harmonic_surface(shape):
    picture, unknown = RNG.random((*shape, 2)), holes(shape)
    unknown[0, :2] = unknown[:, -1] = True
    unknown[-1, 0] = False
    agree(
        "inpaint.relax", picture=picture, places=np.flatnonzero(unknown), sweeps=400, over=1.4,
        atol=1e-4,
    )  # fmt: skip


def test_one_unknown_pixel_becomes_the_mean_of_its_four_neighbours():
    picture = np.arange(9).reshape(3, 3, 1) ** 2
    found = agree("inpaint.relax", picture=picture, places=[4], sweeps=1, over=1.0, atol=1e-5)
    assert found["picture"][1, 1, 0] == (1 + 9 + 25 + 49) / 4


def test_the_layer_over_what_is_behind_is_the_photo():
    shape = (7, 9)
    colour, behind = RNG.integers(0, 256, (2, *shape, 4))
    behind[0], colour[1], behind[1] = colour[0], 255, 0
    alpha = RNG.choice([0, 1, 90, 254, 255], shape)
    out = agree(
        "inpaint.residual", colour=pack(colour), behind=pack(behind), alpha=alpha,
        ring=holes(shape), out=np.ones(shape), share=shape[0],
    )["out"]  # fmt: skip
    layer = out.view(np.uint8).reshape(*shape, 4).astype(float)
    together = layer[..., :3] + (1 - layer[..., 3:] / 255) * behind[..., :3]
    there = layer[..., 3] > 0
    assert np.abs(together - colour[..., :3])[there].max() <= 0.5
