import cv2
import numpy as np
import pytest
import synthetic
from livingstill.core.errors import InputError
from livingstill.depth.refine import ramp_width, refine


@pytest.fixture(scope="module")
def still():
    rgb, distance = synthetic.cast(481, 321)
    depth = (distance.min() / distance).astype(np.float32)
    depth[distance > 7.9] = 0
    return rgb, depth


def test_sharp_depth_passes_unharmed(still):
    rgb, depth = still
    assert (refine(rgb, depth) == depth).all()


def test_blurred_depth_comes_nearer_to_the_truth(still):
    rgb, depth = still
    small = cv2.GaussianBlur(cv2.resize(depth, (120, 80), interpolation=cv2.INTER_AREA), (0, 0), 1)
    plain = cv2.resize(small, (481, 321))
    for coarse in (small, plain):
        refined = refine(rgb, coarse)
        assert refined.shape == depth.shape and refined.dtype == np.float32
        assert refined.min() >= 0 and refined.max() <= 1
        assert np.abs(refined - depth).mean() < 0.9 * np.abs(plain - depth).mean()
        assert ramp_width(refined) < 1.5 < 3 < ramp_width(plain)


def test_the_sky_stays_at_infinity(still):
    rgb, depth = still
    small = cv2.resize(depth, (120, 80), interpolation=cv2.INTER_NEAREST)
    refined = refine(rgb, small)
    sure = cv2.erode((depth == 0).astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    assert (refined[sure] == 0).all()


def test_a_map_that_is_none_is_an_error(still):
    with pytest.raises(InputError, match="depth map"):
        refine(still[0], np.zeros((3, 4, 1), np.float32))


def test_the_number_of_threads_changes_no_bit(still):
    rgb, depth = still
    small = cv2.resize(depth, (120, 80), interpolation=cv2.INTER_AREA)
    before, found = cv2.getNumThreads(), []
    try:
        for count in (1, 2, 3, 5):
            cv2.setNumThreads(count)
            found.append(refine(rgb, small))
            assert cv2.getNumThreads() == count
    finally:
        cv2.setNumThreads(before)
    assert all((one == found[0]).all() for one in found)
