import numpy as np
import pytest
from livingstill.depth.harmonic import fill_harmonic
from livingstill.depth.holes import close_holes

HEIGHT, WIDTH = 144, 192


def sea_with_hole() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a plane's inverse depth, the same with a far hole, and where the hole is."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    plane = 0.3 + 0.6 * y / HEIGHT + 0.05 * x / WIDTH
    hole = np.hypot(x - 60, y - 90) < 18
    return plane, np.where(hole, np.float32(0.05), plane), hole


def photo(hole: np.ndarray, contrast: int) -> np.ndarray:
    smooth = np.linspace(40, 60, 2 * HEIGHT)[:, None, None] * np.ones((1, 2 * WIDTH, 3))
    large = np.kron(hole, np.ones((2, 2)))
    return (smooth + contrast * large[..., None]).astype(np.uint8)


def test_a_hole_without_an_edge_in_the_photo_goes_on_as_the_plane_around_it():
    plane, depth, hole = sea_with_hole()
    np.testing.assert_allclose(close_holes(depth, photo(hole, 0)), plane, atol=1e-4)


def test_a_hole_with_an_edge_in_the_photo_is_a_gap_and_stays():
    _, depth, hole = sea_with_hole()
    assert close_holes(depth, photo(hole, 40)) is depth


def test_what_touches_infinity_stays():
    _, depth, hole = sea_with_hole()
    depth[70:76, 55:60] = 0
    assert close_holes(depth, photo(hole, 0)) is depth


def test_a_slope_without_a_step_is_no_hole():
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    corridor = 0.1 + 0.9 * np.maximum(abs(x / WIDTH - 0.5), abs(y / HEIGHT - 0.5))
    assert close_holes(corridor, photo(np.zeros((HEIGHT, WIDTH)), 0)) is corridor


@pytest.mark.parametrize("at", [(0, 0), (10, 20)])
def test_the_harmonic_surface_through_a_plane_is_the_plane(at):
    y, x = np.mgrid[:30, :40].astype(np.float32)
    plane = 0.2 + 0.01 * y - 0.002 * x
    unknown = np.zeros(plane.shape, bool)
    unknown[10 + at[0] // 5 : 18, 12:25] = True
    found = fill_harmonic(np.where(unknown, 9, plane), unknown)
    np.testing.assert_allclose(found, plane, atol=1e-5)
