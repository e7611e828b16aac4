"""The guess from classical cues: no network, but not nonsense."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.depth.cues import coarse, estimate, find_sky
from livingstill.photo.read import read_photo


def ordered(guess: np.ndarray, truth: np.ndarray) -> float:
    """Share of pairs of points, clearly apart in truth, that the guess orders rightly."""
    truth = cv2.resize(truth, guess.shape[::-1], interpolation=cv2.INTER_NEAREST)
    one, other = np.random.default_rng(0).integers(0, guess.size, (2, 4000))
    apart = truth.ravel()[one] - truth.ravel()[other]
    said = guess.ravel()[one] - guess.ravel()[other]
    return float(np.mean((np.sign(apart) == np.sign(said))[np.abs(apart) > 0.05]))


@pytest.mark.parametrize("name", ["lake", "river", "house"])
def test_the_guess_orders_most_points_of_a_landscape(samples, shared_data, name):
    truth = cv2.imread(str(shared_data.parent / f"samples/truth/{name}-depth.png"), -1)
    depth = estimate(read_photo(samples / f"{name}.jpg").rgb)
    assert depth.source == "cues"
    assert ordered(depth.values, truth.astype(np.float32) / 65535) > 0.85


def test_a_blue_sky_is_infinitely_far_and_a_ceiling_is_not():
    picture = np.full((128, 192, 3), (110, 100, 80), np.uint8)
    picture[:60] = (120, 160, 230)
    guess = coarse(picture)
    assert (guess[:50] == 0).all() and (guess[70:] > 0).all()
    picture[:60] = (196, 190, 180)
    assert not find_sky(picture.astype(np.float32) / 255).any()


@pytest.mark.parametrize("shape", [(37, 300, 3), (301, 64, 3), (16, 16, 3)])
def test_any_photo_gives_a_map_of_its_size_in_range(shape):
    picture = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    for rgb in (picture, np.zeros_like(picture), np.full_like(picture, 255)):
        values = estimate(rgb).values
        assert values.shape == shape[:2]
        assert np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1
