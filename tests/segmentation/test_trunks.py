import cv2
import numpy as np
import pytest
from livingstill.segmentation import trunks

HEIGHT, WIDTH = 320, 480
EVERYWHERE = np.ones((2 * HEIGHT, 2 * WIDTH), np.float32)


def find_trunks(picture: np.ndarray, foliage: np.ndarray, sky: np.ndarray | None = None):
    nowhere = np.zeros(foliage.shape, np.uint8)
    return trunks.find_trunks(picture, foliage, nowhere if sky is None else sky)


def leaves(seed: int = 3) -> np.ndarray:
    """Return a picture of texture that has no direction."""
    noise = np.random.default_rng(seed).normal(size=(HEIGHT, WIDTH)).astype(np.float32)
    return 90 + 200 * cv2.GaussianBlur(noise, (0, 0), 2)


def bark(height: int, width: int) -> np.ndarray:
    """Return furrows that run upwards."""
    noise = np.random.default_rng(5).normal(size=(height, width)).astype(np.float32)
    return 60 + 400 * cv2.GaussianBlur(noise, (0, 0), sigmaX=1.5, sigmaY=12)


def as_photo(grey: np.ndarray) -> np.ndarray:
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, 2)


@pytest.fixture
def wood() -> tuple[np.ndarray, np.ndarray]:
    picture = leaves()
    trunk = np.zeros((HEIGHT, WIDTH), bool)
    trunk[90:280, 200:235] = True
    picture[90:280, 200:235] = bark(190, 35)
    return as_photo(picture), trunk


def test_a_trunk_among_leaves_is_found_and_leaves_are_not(wood):
    photo, trunk = wood
    found = find_trunks(photo, EVERYWHERE)
    assert found.shape == trunk.shape
    assert found.dtype == np.float32
    assert found[trunk].mean() > 0.9
    beside = ~cv2.dilate(trunk.astype(np.uint8), np.ones((25, 25))).astype(bool)
    assert found[beside].mean() < 0.02


def test_outside_of_leaves_nothing_is_looked_for(wood):
    photo, _ = wood
    assert not find_trunks(photo, 0 * EVERYWHERE).any()


def test_a_fallen_trunk_and_a_short_stump_are_left_to_other_rules(wood):
    photo, trunk = wood
    lying = np.ascontiguousarray(photo[:HEIGHT, :HEIGHT].transpose(1, 0, 2))
    fallen = find_trunks(lying, np.ones((HEIGHT, HEIGHT), np.float32))
    assert fallen[trunk[:, :HEIGHT].T].mean() < 0.1
    stump = leaves()
    stump[290:, 200:235] = bark(30, 35)
    assert find_trunks(as_photo(stump), EVERYWHERE)[290:, 200:235].mean() < 0.1


def test_the_outline_of_a_crown_is_no_trunk():
    picture, rows = leaves(), np.arange(HEIGHT)[:, None]
    crown = (rows - 160) ** 2 / 2 + (np.arange(WIDTH) - 240) ** 2 < 80**2
    picture[~crown] = 230
    assert find_trunks(as_photo(picture), crown.astype(np.float32)).mean() < 0.002


def test_large_leaves_are_no_trunks():
    noise = np.random.default_rng(0).normal(size=(HEIGHT, WIDTH)).astype(np.float32)
    large = 120 + 600 * cv2.GaussianBlur(noise, (0, 0), 5)
    assert find_trunks(as_photo(large), EVERYWHERE).mean() < 0.1


def test_a_bare_crown_with_the_sky_between_its_twigs_is_no_trunk():
    picture = leaves()
    picture[:100] = 220  # the sky, which shows between every other stem below
    stems = 60 + 160 * (np.arange(WIDTH) // 6 % 2)
    picture[100:300, 150:300] = stems[150:300]
    sky = np.zeros((HEIGHT, WIDTH), np.uint8)
    sky[:100] = 255
    foliage = 1 - sky.astype(np.float32) / 255
    assert find_trunks(as_photo(picture), foliage).mean() > 0.1
    assert not find_trunks(as_photo(picture), foliage, sky).any()
