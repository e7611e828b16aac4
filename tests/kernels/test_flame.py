"""Heat pushed up and down."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from twins import agree

RNG = np.random.default_rng(4)


def fields(twice):
    box = (11, 13)
    none = (0, 0)
    return (
        RNG.normal(0, 8, (*box, 2)), RNG.random(box) * (RNG.random(box) > 0.2),
        RNG.normal(0, 8, (*(box if twice else none), 2)), RNG.random(box if twice else none),
        RNG.normal(0, 9, (*box, 3)), 2, 3,
    )  # fmt: skip


@pytest.mark.parametrize("twice", [False, True])
def test_heat_is_coloured_anew(twice):
    tone = np.dstack([RNG.uniform(0, 255, (11, 13, 3)), RNG.random((11, 13))])
    ramp = np.sort(RNG.uniform(0, 255, (256, 4)), axis=0)
    ramp[:, 3] /= 255
    push = RNG.uniform(-0.6, 0.6, (6, 9)) * (RNG.random((6, 9)) > 0.2)
    agree(
        "flame.burn", tone=tone, behind=RNG.uniform(0, 90, (6, 9, 3)), push=push, ramp=ramp,
        step=4.0, flow=fields(twice), share=6, atol=0.02,
    )  # fmt: skip


def test_what_is_not_pushed_stays():
    given = fields(True)
    found = agree(
        "flame.burn", tone=np.ones((11, 13, 4)), behind=np.zeros((6, 9, 3)), push=np.zeros((6, 9)),
        ramp=np.ones((256, 4)), step=4.0, flow=given, share=6,
    )  # fmt: skip
    np.testing.assert_array_equal(found["flow"].bias, given[4].astype(np.float32))
