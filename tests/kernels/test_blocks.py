"""Which blocks of a layer are empty or opaque, and which a flow moves."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree, pack

RNG = np.random.default_rng(12)


@pytest.mark.parametrize("shape", [(13, 21), (16, 8), (3, 30)])
def test_blocks_are_surveyed(shape):
    colour = pack(RNG.integers(0, 256, (3, *shape, 4)))
    colour[:, :8, :6], colour[1:, 6:, 4:] = 0, 0xFF102030
    blocks = np.ones((3, -(-shape[0] // 4) + 1, -(-shape[1] // 4) + 1))
    agree("blocks.survey", colour=colour, shift=2, blocks=blocks)


@pytest.mark.parametrize("shape", [(13, 21), (16, 8), (3, 30)])
def test_blocks_without_detail_are_found(shape):
    levels = RNG.integers(100, 102, (2, shape[0], 4 * shape[1]))
    levels[:, ::9, ::37] += 9
    blocks = np.ones((2, -(-shape[0] // 4) + 1, -(-shape[1] // 4) + 1))
    agree("blocks.smooth", levels=levels, shift=2, most=6, blocks=blocks)


@pytest.mark.parametrize("quads", [1, 2, 3])
def test_a_flow_is_laid_out(quads):
    shape = (5, 7)
    still = RNG.random(shape) > 0.5

    def field(*more, rest=0.0, there=True):
        moving = rest + RNG.normal(size=(*shape, *more))
        moving[still] = rest
        return moving if there else np.zeros((0, 0, *more))

    second_gain = field(there=quads > 2)
    agree(
        "blocks.lay_out", first=field(2), first_gain=field(rest=1.0, there=quads > 1),
        second=field(2, there=quads > 2), second_gain=second_gain, bias=field(3, there=quads > 1),
        nodes=np.ones((*shape, 4 * quads)), felt=np.full(shape, 9), reach=np.ones(5), share=5,
    )  # fmt: skip


@pytest.mark.parametrize("step", [4.0, 2.7])
def test_a_flow_is_felt_one_node_around(step):
    felt = RNG.choice([0, 1, 3], (6, 9), p=[0.8, 0.1, 0.1])
    felt[3, 4] = 3
    busy = RNG.integers(0, 99, (2, 4, 5))
    agree("blocks.activity", felt=felt, step=step, shift=3, busy=busy)
