import cv2
import numpy as np
import pytest
from livingstill.core.model import Perception
from livingstill.segmentation.semantic import segment

NAMES = ("other", "sky", "water", "foliage", "grass", "person")


def perceive(winner, sure=0.9):
    chance = np.full((len(NAMES), *winner.shape), (1 - sure) / (len(NAMES) - 1), np.float32)
    for i in range(len(NAMES)):
        chance[i][winner == i] = sure
    depth = np.full(winner.shape, 0.5, np.float32)
    return Perception(depth, NAMES, np.round(chance * 255).astype(np.uint8))


def masks(perception, rgb):
    return {r.label: r.mask for r in segment(perception, rgb)}


@pytest.fixture
def roof():
    """A grey gable against a blue sky, and what a coarse network makes of it."""
    rgb = np.zeros((270, 400, 3), np.uint8)
    rgb[:] = (110, 160, 220)
    house = np.array([[60, 269], [60, 170], [200, 70], [340, 170], [340, 269]])
    cv2.fillPoly(rgb, [house], (120, 110, 100))
    solid = (rgb[..., 0] == 120).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 3, rgb.shape)
    rgb = np.clip(rgb + noise, 0, 255).astype(np.uint8)
    move = np.array([[1, 0, -4], [0, 1, 5]], np.float32)
    shifted = cv2.warpAffine(solid, move, (400, 270), borderMode=cv2.BORDER_REPLICATE)
    coarse = cv2.resize(
        cv2.GaussianBlur(shifted, (0, 0), 4), (64, 43), interpolation=cv2.INTER_AREA
    )
    return rgb, solid > 0, perceive(np.where(coarse > 0.5, 0, 1))


def test_the_mask_follows_the_roof(roof):
    rgb, solid, perception = roof
    sky = masks(perception, rgb)["sky"]
    assert sky.shape == solid.shape
    assert sky.dtype == np.uint8
    wrong = np.abs(sky / 255 - ~solid).mean()
    size = (400, 270)
    plain = cv2.resize((perception.probabilities[1] > 127).astype(np.float32), size)
    assert wrong < 0.012
    assert wrong < 0.45 * np.abs(plain - ~solid).mean()


def test_inside_a_region_the_mask_is_full_and_far_outside_it_is_empty(roof):
    rgb, solid, perception = roof
    sky = masks(perception, rgb)["sky"]
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (41, 41))
    deep = cv2.erode(solid.astype(np.uint8), disk) > 0
    open_air = cv2.erode((~solid).astype(np.uint8), disk) > 0
    assert sky[open_air].min() > 245
    assert sky[deep].max() < 10


def test_gaps_between_leaves_belong_to_the_sky():
    rng = np.random.default_rng(4)
    leaves = cv2.GaussianBlur(rng.random((300, 400)).astype(np.float32), (0, 0), 2.5)
    leaves = leaves > np.quantile(leaves, 0.4)
    leaves[:100] = False
    rgb = np.where(leaves[..., None], (50, 80, 30), (190, 215, 245)).astype(np.uint8)
    winner = np.full((48, 64), 3)
    winner[:16] = 1
    sky = masks(perceive(winner), rgb)["sky"] / 255
    near = slice(100, 125)  # leaves close to open sky, which the coarse map calls foliage
    assert sky[near][~leaves[near]].mean() > 0.5
    assert sky[near][leaves[near]].mean() < 0.2


def test_only_classes_that_are_there_are_returned():
    winner = np.zeros((32, 48), int)
    rgb = np.full((64, 96, 3), 90, np.uint8)
    assert segment(perceive(winner), rgb) == ()
    winner[20:] = 2
    found = segment(perceive(winner), rgb)
    assert [r.label for r in found] == ["water"]
    assert 0.3 < found[0].share < 0.45


def test_masks_share_a_pixel_fairly(roof):
    rgb, _, _ = roof
    rng = np.random.default_rng(1)
    winner = cv2.resize(rng.integers(0, 6, (6, 9)).astype(np.uint8), (72, 48), interpolation=0)
    total = sum(m.astype(int) for m in masks(perceive(winner), rgb).values())
    assert np.quantile(total, 0.99) <= 275


def test_the_same_on_any_number_of_threads(roof):
    rgb, _, perception = roof
    before = cv2.getNumThreads()
    try:
        found = []
        for threads in (1, 2, 4):
            cv2.setNumThreads(threads)
            found.append(masks(perception, rgb)["sky"])
    finally:
        cv2.setNumThreads(before)
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


@pytest.mark.parametrize("shape", [(40, 60), (1500, 2000)])
def test_any_photo_size(shape):
    winner = np.zeros((48, 64), int)
    winner[:24] = 1
    rgb = np.zeros((*shape, 3), np.uint8)
    rgb[: shape[0] // 2] = 200
    sky = masks(perceive(winner), rgb)["sky"]
    assert sky.shape == shape
    assert sky[: shape[0] // 2 - 3].min() > 200
    assert sky[shape[0] // 2 + 3 :].max() < 55
