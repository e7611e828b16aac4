"""A stroke renews the part of a mask that it touched, as painting the whole mask would."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("starlette", reason="the extra [studio] is not installed")

from livingstill.core.errors import InputError
from livingstill_cli.studio import painting


@pytest.fixture(scope="module")
def photo(samples):
    with Image.open(samples / "lake.jpg") as image:
        return np.asarray(image.convert("RGB").resize((480, 320), Image.Resampling.BOX))


def disc(x: int, y: int, radius: int) -> np.ndarray:
    rows, columns = np.mgrid[:320, :480]
    return (255 * (np.hypot(rows - y, columns - x) < radius)).astype(np.uint8)


def test_a_stroke_on_edges_is_what_the_whole_mask_would_be(photo):
    before = painting.paint(disc(240, 240, 60), photo)
    after = np.maximum(before.levels, disc(120, 200, 30))
    whole = painting.paint(after, photo)
    part = painting.paint_over(before, after[160:240, 80:160], 80, 160, photo)
    assert np.array_equal(part.levels, after)
    difference = np.abs(part.mask.astype(int) - whole.mask)
    assert difference.mean() < 0.3 and np.quantile(difference, 0.999) < 20
    assert np.abs(before.mask.astype(int) - whole.mask).mean() > 3  # there was something to do
    assert np.array_equal(part.mask[:, 320:], before.mask[:, 320:])  # far from it nothing is done


def test_without_edges_a_stroke_is_taken_as_it_is():
    before = painting.paint(disc(240, 240, 60), None)
    after = painting.paint_over(before, np.full((4, 6), 9, np.uint8), 474, 316, None)
    assert (after.mask[316:, 474:] == 9).all() and np.array_equal(after.mask, after.levels)
    assert np.array_equal(after.mask[:316], before.mask[:316])


@pytest.mark.parametrize(("left", "top"), [(475, 0), (0, 317), (-1, 0), (10**6, 10**6)])
def test_a_stroke_beyond_its_mask_is_refused(left, top):
    before = painting.paint(disc(240, 240, 60), None)
    with pytest.raises(InputError, match="beyond its mask"):
        painting.paint_over(before, np.zeros((4, 6), np.uint8), left, top, None)
