"""A long photo is looked at in windows that overlap, and their answers are one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from livingstill.network import panorama


@pytest.mark.parametrize("size", [(3000, 1000), (900, 4000), (1500, 1000), (2401, 1000)])
def test_windows_cover_a_photo_and_overlap(size):
    parts = panorama.windows(*size)
    assert parts[0].start == 0 and parts[-1].stop == max(size)
    assert len({part.stop - part.start for part in parts}) == 1
    assert (len(parts) > 1) == (max(size) >= panorama.LONG * min(size))
    for one, other in itertools.pairwise(parts):
        assert one.stop - other.start >= 0.29 * (one.stop - one.start)


@pytest.mark.parametrize("upright", [False, True])
def test_answers_that_agree_are_joined_to_themselves(upright):
    size = (200, 720) if upright else (720, 200)
    x = np.arange(720, dtype=np.float32)
    whole = np.broadcast_to(x[:, None] if upright else x, size[::-1])
    rgb = np.repeat((whole // 3).astype(np.uint8)[..., None], 3, 2)
    parts = panorama.windows(*size)
    answers = [
        np.ascontiguousarray(whole[part] if upright else whole[:, part])[None] for part in parts
    ]
    for part, answer in zip(parts, answers):
        assert panorama.crop(rgb, part).shape[:2] == answer.shape[1:]
    joined = panorama.join(answers, parts, upright=upright)
    np.testing.assert_allclose(joined[0], whole, rtol=1e-5, atol=1e-3)
