"""Two views mixed for coloured glasses."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from livingstill.render.stereo_layout import StereoLayout
from twins import agree, channels, pack

RNG = np.random.default_rng(8)


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (34, 50)])
def test_the_anaglyph_is_the_matrix_product_of_both_views_light(shape):
    left, right = RNG.integers(0, 2**32, (2, *shape), np.uint32)
    agree(
        "anaglyph.anaglyph", share=shape[0], left=left, right=right, light=RNG.random(256),
        matrix=RNG.normal(size=(3, 6)), levels=np.arange(256), out=np.zeros(shape), atol=1,
    )  # fmt: skip


def test_grey_seen_alike_by_both_eyes_stays_grey():
    grey = np.repeat(np.arange(256, dtype=np.uint8), 4).reshape(1, 256, 4)
    frame = pack(grey)
    out = channels(StereoLayout("anaglyph", (256, 1)).compose([frame, frame]))
    np.testing.assert_allclose(out[..., :3].astype(int), grey[..., :3], atol=1)
    assert (out[..., 3] == 255).all()


def test_red_is_the_left_eyes_and_cyan_the_rights():
    white, black = np.full((1, 2), 0xFFFFFFFF, np.uint32), np.full((1, 2), 0xFF000000, np.uint32)
    layout = StereoLayout("anaglyph", (2, 1))
    left_only = channels(layout.compose([white, black]))[0, 0].astype(int)
    right_only = channels(layout.compose([black, white]))[0, 0].astype(int)
    assert left_only[0] > 250 and left_only[1:3].max() == 0
    assert right_only[0] == 0 and right_only[1:3].min() > 250
