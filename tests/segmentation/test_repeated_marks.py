"""Marks that are tiled over a photo are found where one of them alone would be lost."""

from __future__ import annotations

import cv2
import numpy as np
from livingstill.segmentation.repeated_marks import correlation, repeated_marks


def tiled(rough: float, opacity: float, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return a photo, calm above and rough below, with a mark in rows, and the share of its ink."""
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.standard_normal((540, 960)).astype(np.float32), (0, 0), 2.5)
    noise *= np.where(np.arange(540) < 150, 1.0, rough)[:, None] / noise.std()
    ink = np.zeros((540, 960), np.uint8)
    for row in range(5):
        for column in range(4):
            place = (30 + 230 * column + 90 * (row % 2), 60 + 110 * row)
            cv2.putText(ink, "(c) studio", place, cv2.FONT_HERSHEY_DUPLEX, 0.8, 255, 2, cv2.LINE_AA)
    ink = ink / np.float32(255)
    grey = 110 + noise
    picture = np.clip(grey + (255 - grey) * ink * opacity, 0, 255).astype(np.uint8)
    return np.repeat(picture[..., None], 3, axis=2), ink


def first_line(ink: np.ndarray) -> np.ndarray:
    """Return the line that is found: the first mark on what is calm, with a margin."""
    lines = np.zeros_like(ink)
    lines[36:70, 24:170] = 1
    return lines


def test_copies_of_a_mark_are_found_on_rough_water():
    picture, ink = tiled(rough=30, opacity=0.4)
    found = repeated_marks(picture, first_line(ink))
    rough = ink[150:] > 0.5
    assert found[150:][rough].mean() > 0.9
    away = cv2.dilate((ink > 0).astype(np.uint8), np.ones((41, 41))) == 0
    assert not found[away].any()


def test_a_mark_without_copies_is_left_as_it_is():
    picture, ink = tiled(rough=30, opacity=0.4)
    alone, _ = tiled(rough=30, opacity=0)
    alone[:100, :200] = picture[:100, :200]
    assert not repeated_marks(alone, first_line(ink)).any()
    assert not repeated_marks(picture, np.zeros_like(ink)).any()


def test_the_correlation_is_that_of_the_definition():
    rng = np.random.default_rng(1)
    picture, template = rng.integers(-24, 25, (23, 31)), rng.integers(-90, 91, (5, 8))
    naive = np.empty((19, 24))
    for y, x in np.ndindex(naive.shape):
        naive[y, x] = np.corrcoef(picture[y : y + 5, x : x + 8].ravel(), template.ravel())[0, 1]
    np.testing.assert_allclose(correlation(picture, template), 1000 * naive, atol=0.51)
