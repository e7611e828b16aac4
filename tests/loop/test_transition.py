"""The frames of a transition: carried along flow where it holds, faded at full contrast where not."""

from __future__ import annotations

import cv2
import faults
import numpy as np
import pytest
from clip_scenes import psnr
from livingstill.jobs.loop.transition import Transition, share


def shifted(picture, pixels):
    matrix = np.float32([[1, 0, -pixels], [0, 1, 0]])
    return cv2.warpAffine(
        picture, matrix, (160, 96), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip


def test_the_same_picture_stays_as_it_is():
    picture = faults.texture(96, 160, 4)
    for frame in Transition([picture] * 3, [picture] * 3):
        np.testing.assert_array_equal(frame, picture)


def test_what_is_displaced_is_carried_and_not_seen_twice():
    wide = faults.texture(96, 200, 4)
    leaving, arriving = wide[:, :160].copy(), shifted(wide[:, :160].copy(), -6)
    lead = Transition([leaving] * 5, [arriving] * 5)
    middle = list(lead)[2][20:-20, 20:-20]
    truth = shifted(leaving, -3)[20:-20, 20:-20]
    plain = (leaving / 2 + arriving / 2)[20:-20, 20:-20]
    assert psnr(middle, truth) > psnr(plain, truth) + 6
    assert lead.ghost < 0.02


def test_textures_that_differ_keep_their_contrast():
    rng = np.random.default_rng(3)
    leaving, arriving = (
        (128 + 30 * cv2.GaussianBlur(rng.normal(size=(96, 160, 3)), (0, 0), 1.2) / 0.23)
        .clip(0, 255).astype(np.uint8) for _ in range(2)
    )  # fmt: skip
    middle = list(Transition([leaving] * 3, [arriving] * 3))[1]
    plain = leaving / 2 + arriving / 2
    assert plain.std() < 0.8 * leaving.std()
    assert middle.std() == pytest.approx(leaving.std(), rel=0.1)


def test_a_thing_that_is_only_in_one_picture_is_told():
    plain = np.full((96, 160, 3), 90, np.uint8)
    there = plain.copy()
    there[30:60, 60:100] = 220
    lead = Transition([plain] * 3, [there] * 3)
    frames = list(lead)
    assert lead.ghost == pytest.approx(30 * 40 / (96 * 160), abs=0.03)
    assert [int(frame[45, 80, 0]) for frame in frames] == pytest.approx(
        [90 + 130 * share(k, 3) for k in range(3)], abs=12
    )
