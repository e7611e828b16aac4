import numpy as np
import pytest
from livingstill.depth.water_surface import level_water

HEIGHT, WIDTH, SHORE = 120, 200, 60


@pytest.fixture
def lake():
    """A level lake below a shore, with a tree's mirror told nearer, and what water it is."""
    rows = np.linspace(0.1, 0.9, HEIGHT, dtype=np.float32)[:, None]
    truth = np.repeat(rows, WIDTH, 1)
    told = truth.copy()
    told[SHORE + 10 : SHORE + 50, 60:90] += 0.1
    water = np.zeros((HEIGHT, WIDTH), np.uint8)
    water[SHORE:] = 255
    return truth, told, water


def test_a_mirrored_tree_has_the_depth_of_the_lake(lake):
    truth, told, water = lake
    inside = np.s_[SHORE + 8 : HEIGHT - 8]
    assert np.abs(told - truth)[inside].max() > 0.09
    np.testing.assert_allclose(level_water(told, water)[inside], truth[inside], atol=2e-3)


def test_far_from_water_nothing_changes_and_without_water_nothing_at_all(lake):
    _, told, water = lake
    np.testing.assert_allclose(
        level_water(told, water)[: SHORE - 40], told[: SHORE - 40], atol=1e-4
    )
    np.testing.assert_array_equal(level_water(told, np.zeros_like(water)), told)


def test_the_shore_gets_no_edge_that_it_has_not():
    told = np.repeat(np.linspace(0.9, 0.3, WIDTH, dtype=np.float32)[None], HEIGHT, 0)
    water = np.zeros((HEIGHT, WIDTH), np.uint8)
    water[30:90, 80:] = 255
    levelled = level_water(told, water)
    assert levelled[40:80, 100:].std(1).max() < 1e-3
    steps = np.abs(np.diff(levelled, axis=1))[40:80]
    assert steps.max() < 0.06  # the water goes .18 back there


def test_two_lakes_are_level_each_by_itself():
    told = np.full((HEIGHT, WIDTH), 0.2, np.float32)
    told[:, 100:] = 0.6
    water = np.zeros((HEIGHT, WIDTH), np.uint8)
    water[40:, :90], water[40:, 110:] = 255, 255
    levelled = level_water(told, water)
    np.testing.assert_allclose(levelled[:, :40], 0.2, atol=1e-5)
    np.testing.assert_allclose(levelled[:, 160:], 0.6, atol=1e-5)


def test_lakes_that_touch_at_a_corner_are_not_moved_twice_there():
    told = np.repeat(np.linspace(0.1, 0.9, 80, dtype=np.float32)[None], 60, 0)
    water = np.zeros((60, 80), np.uint8)
    water[10:31, 5:36] = water[10:50, 5:20] = 255
    water[29:50, 34:70] = water[5:50, 60:70] = 255
    levelled = level_water(told, water)
    one, other = levelled[29, 33], levelled[30, 36]
    assert set(levelled[29:31, 34:36].ravel().tolist()) <= {float(one), float(other)}
