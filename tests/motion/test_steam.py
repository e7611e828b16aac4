"""Steam: as much of it at any moment, never the same."""

from __future__ import annotations

import cv2
import naive
import numpy as np
from livingstill.core.model import Region
from livingstill.motion.builder import compose
from livingstill.settings.wind import Wind


def test_steam_billows_without_making_the_picture_waver():
    rgb = np.full((140, 220, 3), (70, 50, 40), np.uint8)
    rgb[:, 110:] = 120  # the darker side shows it better
    mask = np.zeros(rgb.shape[:2], np.uint8)
    cv2.ellipse(mask, (110, 75), (35, 55), 0, 0, 360, 255, -1)
    depth = np.full(mask.shape, 0.5, np.float32)
    motion = compose(rgb, depth, (Region("steam", mask),), wind=Wind(), seconds=3.0)
    shown = np.stack([naive.apply_flow(rgb, motion.at(i / 30)[0]) for i in range(30)])
    inside = shown[:, mask > 0].astype(float).mean(2)
    assert inside.mean() > rgb[mask > 0].mean() + 3  # it shows
    assert inside.std(0).mean() > 3  # it moves
    assert inside.mean(1).std() < 0.6  # it does not waver
    moved = inside - inside.mean(0)
    again = [(moved * np.roll(moved, k, 0)).mean() / (moved**2).mean() for k in range(8, 16)]
    assert max(again) < 0.5  # it does not repeat itself


def test_steam_over_white_ground_is_as_dense_at_all_times():
    rgb = np.full((140, 220, 3), 255, np.uint8)  # brighter than steam
    rgb[:, 110:] = 246
    mask = np.zeros(rgb.shape[:2], np.uint8)
    cv2.ellipse(mask, (110, 75), (35, 55), 0, 0, 360, 255, -1)
    depth = np.full(mask.shape, 0.5, np.float32)
    motion = compose(rgb, depth, (Region("steam", mask),), wind=Wind(), seconds=3.0)
    (vapour,) = motion.effects
    shown = np.stack([vapour.density(i / 30) for i in range(30)]).astype(float)
    assert np.isfinite(shown).all()
    assert shown.min() >= 0
    whole = shown.sum((1, 2))
    assert whole.min() > 0
    assert np.ptp(whole) < 0.02 * whole.mean()
