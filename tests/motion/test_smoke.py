"""Smoke: what is dense is carried, what is seen through it stays."""

from __future__ import annotations

import cv2
import naive
import numpy as np
from livingstill.core.model import Region
from livingstill.motion.builder import compose
from livingstill.settings.wind import Wind

SIZE = (160, 280)


def test_smoke_drifts_and_what_is_seen_through_it_stays():
    noise = np.random.default_rng(1).standard_normal(SIZE).astype(np.float32)
    noise_octaves = cv2.GaussianBlur(noise, (0, 0), 7)
    dense = 150 + 25 * noise_octaves / noise_octaves.std()
    fence = np.where(np.arange(SIZE[1]) // 3 % 2, 90, 150)[None] + np.zeros(SIZE)
    grey = np.where(np.arange(SIZE[1])[None] < 140, dense, fence)  # to the right it is thin
    rgb = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, 2)
    mask = np.zeros(SIZE, np.uint8)
    mask[20:140, 20:260] = 255
    depth = np.full(SIZE, 0.5, np.float32)
    motion = compose(rgb, depth, (Region("smoke", mask),), wind=Wind(), seconds=4.0)
    flow = motion.at(0.3)[0]
    rows = slice(12, 28)
    assert np.abs(flow.first[rows, 10:30]).max() > 2
    assert np.abs(flow.first[rows, 42:60]).max() < 0.1
    shown = np.stack([naive.apply_flow(rgb, motion.at(i / 20)[0]) for i in range(20)])[..., 0]
    seen = shown[:, 48:112, 168:240].astype(float)
    assert seen.std(0).mean() > 2  # billows pass before the fence
    assert seen.mean((1, 2)).std() < 0.6
    still = rgb[48:112, 168:240, 0].astype(float)
    for frame in seen:
        assert np.corrcoef(frame.ravel(), still.ravel())[0, 1] > 0.9


def test_smoke_that_may_not_move_leaves_the_photo_as_it_is():
    fence = np.where(np.arange(SIZE[1]) // 3 % 2, np.uint8(90), np.uint8(150))
    rgb = np.repeat(np.broadcast_to(fence, SIZE)[..., None], 3, 2)
    mask = np.zeros(SIZE, np.uint8)
    mask[20:140, 20:260] = 255
    depth, still = np.full(SIZE, 0.5, np.float32), {"smoke": 1e-9}
    motion = compose(rgb, depth, (Region("smoke", mask),), wind=Wind(), seconds=4.0, amount=still)
    np.testing.assert_array_equal(naive.apply_flow(rgb, motion.at(0.3)[0]), rgb)
