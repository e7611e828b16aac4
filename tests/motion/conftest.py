"""A small photo with a place for every kind of motion."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

HEIGHT, WIDTH = 173, 301


@pytest.fixture(scope="session")
def rgb():
    """Noise of all scales, so that every movement shows."""
    rng = np.random.default_rng(3)
    out = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for sigma, size in ((1, 30), (4, 25), (16, 40)):
        noise = cv2.GaussianBlur(rng.standard_normal(out.shape).astype(np.float32), (0, 0), sigma)
        out += noise / noise.std() * size
    out -= 60
    for y, x in rng.integers((45, 50), (140, 250), (40, 2)):
        out[y : y + 2, x : x + 2] = 255  # lamps
    return np.clip(out + 120, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def depth():
    y = np.linspace(-0.6, 1, HEIGHT, dtype=np.float32)[:, None]
    return np.ascontiguousarray(np.broadcast_to(np.clip(y, 0, 1), (HEIGHT, WIDTH)))


@pytest.fixture(scope="session")
def mask():
    """An oval in the middle: 12 px and more of still picture on every side."""
    out = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(out, (150, 95), (105, 50), 0, 0, 360, 255, -1)
    return out
