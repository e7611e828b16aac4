"""Gradient anisotropy and mirror correlation of synthetic surfaces."""

from __future__ import annotations

import cv2
import numpy as np
from livingstill.imaging import anisotropy


def _noise(across: float, up: float) -> np.ndarray:
    white = np.random.default_rng(4).standard_normal((160, 240)).astype(np.float32)
    soft = cv2.GaussianBlur(white, (0, 0), sigmaX=across, sigmaY=up)
    return (128 + 30 * soft / soft.std()).astype(np.float32)


def test_gradient_energy_is_vertical_on_waves_and_equal_on_isotropic_texture() -> None:
    everywhere = np.ones((160, 240), bool)
    assert anisotropy.gradient_anisotropy(_noise(6, 1), everywhere) > 4
    assert 0.7 < anisotropy.gradient_anisotropy(_noise(2, 2), everywhere) < 1.4
    assert anisotropy.gradient_anisotropy(_noise(1, 6), everywhere) < 0.25
    assert anisotropy.gradient_anisotropy(_noise(6, 1), np.zeros((160, 240), bool)) == 1


def test_a_mirror_image_correlates_with_the_land_though_its_waterline_is_a_little_off() -> None:
    land = _noise(3, 3)[:90]
    mirrored = np.vstack([land, land[::-1][:70]])
    for off in (0, 6):
        water = np.zeros((160, 240), bool)
        water[90 + off :, 20:220] = True
        assert anisotropy.mirror_correlation(mirrored, water) > 0.85
        assert anisotropy.mirror_correlation(_noise(3, 3), water) < 0.3
