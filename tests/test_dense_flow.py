"""Optical flow: strips narrower than a patch of DIS, which reads beyond the border of such."""

from __future__ import annotations

import cv2
import faults
import numpy as np
import pytest
from livingstill.imaging.dense_flow import flow_between

FAST, MEDIUM = cv2.DISOPTICAL_FLOW_PRESET_FAST, cv2.DISOPTICAL_FLOW_PRESET_MEDIUM


@pytest.mark.parametrize("preset", [FAST, MEDIUM])
@pytest.mark.parametrize("height", [2, 8, 12, 24])
def test_a_strip_is_followed_along_it(preset, height):
    picture = cv2.GaussianBlur(faults.texture(height, 132, 1)[..., 1], (0, 0), 2.0)
    before, after = (np.ascontiguousarray(picture[:, x : x + 128]) for x in (2, 0))
    for axes in ((0, 1), (1, 0)):
        dis = cv2.DISOpticalFlow.create(preset)
        a, b = (np.ascontiguousarray(p.transpose(axes)) for p in (before, after))
        flow = flow_between(dis, a, b)
        assert flow.shape == (*a.shape, 2)
        assert np.median(flow[..., axes[0]]) == pytest.approx(2.0, abs=0.5)


def test_a_guess_is_where_the_search_begins_and_is_left_as_it_was():
    picture = cv2.GaussianBlur(faults.texture(12, 160, 2)[..., 1], (0, 0), 2.0)
    before, after = (np.ascontiguousarray(picture[:, x : x + 128]) for x in (24, 0))
    guess = np.zeros((12, 128, 2), np.float32)
    guess[..., 0] = 24
    kept = guess.copy()
    flow = flow_between(cv2.DISOpticalFlow.create(MEDIUM), before, after, guess)
    assert np.median(flow[..., 0]) == pytest.approx(24, abs=0.5)
    np.testing.assert_array_equal(guess, kept)
