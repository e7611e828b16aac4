import cv2
import numpy as np
import pytest
from livingstill.core.model import Perception
from livingstill.depth.embedded import from_perception
from livingstill.jobs.analyse import perceive

NAMES = ("other", "sky")


def test_the_sky_is_exactly_infinitely_far_and_nothing_else_is():
    rgb = np.zeros((200, 300, 3), np.uint8)
    rgb[:100] = (130, 170, 230)
    depth = np.full((40, 60), 0.3, np.float32)
    depth[:20] = 0.02
    chance = np.zeros((2, 40, 60), np.uint8)
    chance[1, :20], chance[0, 20:] = 255, 255
    found = from_perception(Perception(depth, NAMES, chance), rgb)
    assert found.shape == (200, 300)
    assert found.dtype == np.float32
    assert (found[:96] == 0).all()
    np.testing.assert_allclose(found[104:], 0.3, atol=0.01)


def test_a_network_without_a_sky_class_will_do():
    depth = np.linspace(0, 1, 40, dtype=np.float32)[:, None].repeat(60, 1)
    chance = np.full((1, 40, 60), 255, np.uint8)
    rgb = np.full((80, 120, 3), 80, np.uint8)
    found = from_perception(Perception(depth, ("other",), chance), rgb)
    assert (np.diff(found.mean(1)) > -1e-3).all()


@pytest.mark.parametrize("name", ["lake", "house", "living-room"])
def test_our_own_renders_are_understood(samples, name):
    photo, truth = samples / f"{name}.jpg", samples / "truth" / f"{name}-depth.png"
    if not truth.exists():
        truth = samples.parent / "tests" / "truth" / f"{name}-depth.png"
    if not photo.exists() or not truth.exists():
        pytest.skip("no sample with truth here")
    rgb = np.ascontiguousarray(cv2.imread(str(photo))[..., ::-1])
    found = from_perception(perceive(rgb, "standard"), rgb)
    real = cv2.imread(str(truth), cv2.IMREAD_UNCHANGED).astype(np.float32)
    found = cv2.resize(found, real.shape[::-1], interpolation=cv2.INTER_AREA)
    rng = np.random.default_rng(0)
    a, b = rng.integers(real.size, size=(2, 40_000))
    real, found = real.ravel(), found.ravel()
    big = np.maximum(real[a], real[b]) > 1.1 * np.minimum(real[a], real[b]) + 1
    right = (np.sign(found[a] - found[b]) == np.sign(real[a] - real[b]))[big].mean()
    assert right > 0.8
