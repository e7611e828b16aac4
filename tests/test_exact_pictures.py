"""Our picture operations are OpenCV's to within rounding, and the same bits on any threads."""

from __future__ import annotations

import cv2
import naive
import numpy as np
import pytest
from livingstill.core import threads
from livingstill.imaging import exact

SIZES = [(31, 17), (90, 64), (7, 5), (200, 3), (64, 150), (1, 1)]
INTERPOLATIONS = {
    "resize_area": cv2.INTER_AREA,
    "resize_linear": cv2.INTER_LINEAR,
    "resize_cubic": cv2.INTER_CUBIC,
}


def picture(kind, channels, shape=(64, 90)):
    rng = np.random.default_rng(1)
    shape = shape if channels == 0 else (*shape, channels)
    values = rng.integers(0, 256, shape, np.uint8)
    return values if kind == "uint8" else (values / 255).astype(np.float32)


def growing(a, size):
    return size[0] > a.shape[1] or size[1] > a.shape[0]


@pytest.mark.parametrize("channels", [0, 1, 3, 4])
@pytest.mark.parametrize("kind", ["uint8", "float32"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", INTERPOLATIONS)
def test_resizing_is_that_of_opencv(name, size, kind, channels):
    a = picture(kind, channels)
    found = getattr(exact, name)(a, size)
    assert (found.dtype, found.shape[:2]) == (a.dtype, size[::-1])
    if name == "resize_area" and growing(a, size):
        return  # OpenCV's is another there: it repeats pixels
    wide = a.astype(np.float64)  # whose coefficients OpenCV keeps at float32
    want = cv2.resize(wide, size, interpolation=INTERPOLATIONS[name])
    bound = np.clip(want.reshape(found.shape), 0, 255 if kind == "uint8" else np.inf)
    clipped = found if kind == "uint8" else np.maximum(found, 0)
    np.testing.assert_allclose(clipped, bound, atol=1.1 if kind == "uint8" else 3e-5)


@pytest.mark.parametrize("name", INTERPOLATIONS)
@pytest.mark.parametrize("size", SIZES)
def test_what_is_one_everywhere_stays_one(name, size):
    resize = getattr(exact, name)
    assert (resize(np.ones((64, 90), np.float32), size) == 1).all()
    assert (resize(np.full((64, 90, 3), 255, np.uint8), size) == 255).all()


@pytest.mark.parametrize("border", ["reflect", "symmetric", "edge"])
@pytest.mark.parametrize("sigma", [0.3, 1.5, 20.0])
@pytest.mark.parametrize("channels", [0, 1, 3])
def test_a_blur_is_the_naive_sum(channels, sigma, border):
    a = picture("float32", channels, (13, 19))
    found = exact.gaussian_blur(a, sigma, 0.7 * sigma, border)
    np.testing.assert_allclose(found, naive.gaussian(a, sigma, 0.7 * sigma, border), atol=3e-6)


def test_slopes_of_some_rows_are_those_of_the_whole():
    a = picture("float32", 0)
    for some, whole in zip(exact.sobel(a, 20, 33), exact.sobel(a)):
        np.testing.assert_array_equal(some, whole[20:33])


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
@pytest.mark.parametrize(("shape", "nodes"), [((41, 57, 3), (15, 11)), ((3, 1), (2, 2))])
def test_what_is_blurred_at_some_pixels_alone_is_the_blur_there(shape, nodes, kind):
    a = np.random.default_rng(8).integers(0, 256, shape).astype(kind)
    found = exact.blur_every(a, 4, nodes, 1.8)
    over = [max(0, 4 * (n - 1) + 1 - side) for n, side in zip(nodes[::-1], shape)]
    padded = np.pad(a, [(0, over[0]), (0, over[1])] + [(0, 0)] * (a.ndim - 2), mode="edge")
    blurred = exact.gaussian_blur(padded.astype(np.float32), 1.8, border="edge")
    np.testing.assert_allclose(found, blurred[::4, ::4], atol=1e-3)


@pytest.mark.parametrize("sigma", [2.0, 7.0, 20.0])
def test_a_wide_blur_is_one_but_for_little(sigma):
    a = (np.random.default_rng(8).normal(0, 1, (203, 301)) * 40).cumsum(1).astype(np.float32)
    error = exact.wide_blur(a, sigma) - exact.gaussian_blur(a, sigma)
    lost = a - exact.gaussian_blur(a, sigma)
    assert np.sqrt((error**2).mean()) < 0.06 * np.sqrt((lost**2).mean())


def test_a_wide_blur_is_subtracted_band_by_band_to_the_bit():
    a = np.random.default_rng(3).random((67, 41), np.float32)
    wanted = a - exact.wide_blur(a, 7.0)
    exact.subtract_wide_blur(a, 7.0, band=10)
    assert np.array_equal(a, wanted)


def test_a_blur_of_bytes_is_opencv_s():
    a = picture("uint8", 3)
    np.testing.assert_array_equal(exact.gaussian_blur(a, 2.0), cv2.GaussianBlur(a, (0, 0), 2.0))


def test_places_between_pixels_and_beyond_the_border():
    a = picture("float32", 0, (5, 7))
    rng = np.random.default_rng(2)
    x, y = rng.uniform(-3, 9, (2, 4, 6)).astype(np.float32)
    for got, u, v in zip(exact.sample(a, x, y).ravel(), x.ravel(), y.ravel()):
        want = naive.sample(a[..., None], float(np.clip(u, 0, 6)), float(np.clip(v, 0, 4)), False)
        assert got == pytest.approx(float(want[0]), abs=1e-6)


@pytest.mark.parametrize("shape", [(40, 70), (1, 33), (65, 1)])
def test_the_smoother_is_opencv_s_fast_global_smoother(shape):
    rng = np.random.default_rng(3)
    guide = rng.integers(90, 130, (*shape, 3), np.uint8)
    guide[:, shape[1] // 2 :] = 220
    values = rng.random(shape, dtype=np.float32)
    found = exact.edge_preserving_smoother(guide, 50.0, 8.0)(values.copy())
    want = cv2.ximgproc.createFastGlobalSmootherFilter(guide, 50.0, 8.0).filter(values)
    np.testing.assert_allclose(found, want, atol=2e-5)


@pytest.mark.parametrize("shape", [(31, 44), (1, 9), (8, 1), (2, 2)])
def test_slopes_are_opencv_s(shape):
    a = picture("float32", 0, shape)
    x, y = (cv2.Sobel(a, cv2.CV_32F, *d) for d in ((1, 0), (0, 1)))
    np.testing.assert_allclose(exact.sobel(a)[0], x, atol=1e-6)
    np.testing.assert_allclose(exact.sobel(a)[1], y, atol=1e-6)
    np.testing.assert_allclose(exact.gradient_magnitude(a), np.hypot(x, y) / 8, atol=1e-6)


def test_a_distance_is_opencv_s_without_ipp():
    mask = (picture("uint8", 0) > 8).astype(np.uint8)
    before = cv2.ipp.useIPP()
    found = exact.distance_transform(mask)
    assert cv2.ipp.useIPP() == before
    np.testing.assert_allclose(found, cv2.distanceTransform(mask, cv2.DIST_L2, 5), atol=1e-5)


def test_a_grid_of_places_is_sampled_bicubically():
    a = picture("float32", 2, (12, 15))
    x, y = np.arange(9) * 0.7 + 2.1, np.arange(5) * 1.3 + 2.4
    at = [np.ascontiguousarray(g, np.float32) for g in np.meshgrid(x, y)]
    want = cv2.remap(a, *at, cv2.INTER_CUBIC)
    np.testing.assert_allclose(exact.sample_grid(a, x, y), want, atol=0.02)
    whole = np.ix_([3, 7, 2], [11, 0])
    found = exact.sample_grid(a, np.array([11.0, 0.0]), np.array([3.0, 7.0, 2.0]))
    np.testing.assert_allclose(found, a[whole], atol=1e-6)


def test_segments_end_on_thirty_seconds_of_a_pixel():
    grey = np.zeros((120, 160), np.uint8)
    cv2.line(grey, (11, 20), (140, 97), 255, 3)
    ends = exact.line_segments(grey)
    assert len(ends)
    np.testing.assert_array_equal(ends * 32, np.round(ends * 32))
    assert exact.line_segments(np.zeros((40, 40), np.uint8)).shape == (0, 4)


def test_no_operation_depends_on_the_number_of_threads():
    small, large = picture("float32", 3, (300, 401)), picture("uint8", 3, (900, 1203))
    flat = np.ascontiguousarray(small[..., 0])
    found = []
    try:
        for count in (1, 2, 3):
            threads.limit(count)
            guided = exact.edge_preserving_smoother(large[:300, :401], 400.0, 12.0)
            made = (
                exact.resize_area(large, (200, 151)), exact.resize_linear(small, (900, 700)),
                exact.resize_cubic(small, (90, 701)), exact.gaussian_blur(small, 3.0), guided(flat.copy()),
            )  # fmt: skip
            found.append([a.tobytes() for a in made])
    finally:
        threads.limit(None)
    assert found[0] == found[1] == found[2]
