"""Falls are told from the pools below them."""

from __future__ import annotations

import cv2
import numpy as np
from livingstill.core.model import Region
from livingstill.segmentation import plan

HEIGHT, WIDTH = 300, 480


def grain(seed, sigma, contrast, tall=1.0):
    noise = np.random.default_rng(seed).normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=sigma, sigmaY=sigma * tall)
    return noise * contrast / noise.std()


def scene(pool):
    """A pale fall between two rocks that runs into a pool; where each of both is."""
    rgb = np.stack([level + grain(1, 2.0, 18) for level in (70, 60, 45)], axis=-1)
    fall, basin = np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH), np.uint8)
    fall[60:200, 200:260] = 255
    basin[200:] = 255
    rgb[fall > 0] = (205 + grain(2, 1.2, 28, 12.0))[fall > 0][:, None]
    rgb[basin > 0] = (pool + grain(3, 1.0, 20 if pool > 150 else 6))[basin > 0][:, None]
    return np.clip(rgb, 0, 255).astype(np.uint8), fall, basin


def test_a_fall_is_flow_and_the_dark_pool_below_it_is_water():
    rgb, fall, basin = scene(pool=60)
    network = Region("water", fall | basin)
    depth = np.repeat(np.linspace(0.1, 1, HEIGHT, dtype=np.float32)[:, None], WIDTH, 1)
    found = {region.label: region.mask > 128 for region in plan.plan(rgb, depth, (network,))}
    assert (found["flow"] & (fall > 0)).sum() > 0.9 * (fall > 0).sum()
    assert (found["water"] & (basin > 0)).sum() > 0.9 * (basin > 0).sum()
