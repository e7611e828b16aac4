"""What is decided of a photo does not depend on the size of the frame."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill import Shot, animate
from livingstill.imaging import exact
from livingstill.jobs.analyse import ANALYSIS_SIDE, analyse
from livingstill.photo.source import photo_of
from livingstill.segmentation import mask_size


@pytest.mark.parametrize("name", ["lake", "meadow"])
def test_a_small_clip_has_the_move_regions_and_amounts_of_a_large_one(samples, name):
    small, large = (
        animate(samples / f"{name}.jpg", size=size, duration=0.2) for size in ("320x", "1200x")
    )
    assert max(large.scene.size) > ANALYSIS_SIDE > max(small.scene.size)
    assert small.shot.camera == large.shot.camera and small.cost == large.cost
    assert small.findings == large.findings and small.subject == large.subject
    assert [r.label for r in small.regions] == [r.label for r in large.regions]
    for mine, other in zip(small.regions, large.regions):
        shrunk = exact.resize_area(other.mask, mine.mask.shape[::-1])
        assert np.abs(mine.mask.astype(int) - shrunk).mean() < 3


def test_depth_is_the_same_but_for_its_detail(samples):
    photo, shot = photo_of(samples / "lake.jpg"), Shot()
    small, large = (analyse(photo, shot, scale=s, eager=False).depth().values for s in (0.2, 1.0))
    shrunk = exact.resize_area(large, small.shape[::-1])
    assert np.abs(small - shrunk).mean() < 0.01


def test_a_mask_keeps_the_detail_of_the_photo_where_it_grows():
    rgb = np.zeros((40, 60, 3), np.uint8)
    rgb[:, 31:] = 200  # not between two pixels of the small picture
    small = np.asarray(exact.resize_area(rgb, (30, 20)), np.uint8)
    truth = (rgb[..., 0] > 100).astype(np.float32)
    mask = np.asarray(exact.resize_area(truth, (30, 20)), np.float32)

    (large,) = mask_size.resize([mask], small, rgb)
    linear = exact.resize_linear(mask, (60, 40))
    assert np.abs(large - truth).max() < 0.1 < np.abs(linear - truth).max()
    (back,) = mask_size.resize([truth], rgb, small)
    np.testing.assert_array_equal(back, mask)
