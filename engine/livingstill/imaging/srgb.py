"""The transfer function of sRGB, between levels and linear light (IEC 61966-2-1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def decode_srgb(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sRGB levels, 0..1, as linear light."""
    return np.asarray(
        np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    )


def encode_srgb(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear light as sRGB levels; what is brighter than white is white."""
    light = np.clip(light, 0, 1)
    encoded_power = 1.055 * light ** (1 / 2.4) - 0.055
    return np.asarray(np.where(light <= 0.0031308, light * 12.92, encoded_power))
