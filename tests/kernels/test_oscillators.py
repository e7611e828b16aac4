"""Amplitudes of damped oscillators that the wind drives."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import numpy as np
import pytest
from livingstill.kernels.oscillators import Limbs, Oscillators
from twins import agree


def oscillators(shape, count, rng):
    angles = rng.uniform(0, 6, (2, *shape))
    return Oscillators(
        own=rng.uniform(0.5, 3, shape),
        damping=0.1,
        hertz=np.arange(1, count + 1) * 0.6,
        drive=rng.uniform(0.5, 1, count),
        turn=np.stack([np.cos(np.arange(count)), np.sin(np.arange(count))], axis=1),
        lags=np.stack([np.cos(angles), np.sin(angles)], axis=1),
        steps=rng.integers(0, 2, count),
    )


def limbs(rows, above, width, count, rng):
    return Limbs(
        noise=rng.normal(size=(rows, width, 4 * count)),
        above=above,
        below=rng.uniform(0, 1, len(above)),
        coherence=0.3,
        free=0.95,
        share=0.7,
        cross=0.4,
        x=0.8,
        y=0.6,
    )


@pytest.mark.parametrize("channels", [0, 2, 3])
def test_responses_are_those_of_damped_oscillators(channels):
    rng, (h, w), count = np.random.default_rng(1), (13, 21), 5
    agree(
        "oscillators.respond",
        share=h,
        atol=1e-6,
        limb=oscillators((h, w), count, rng),
        limbs=limbs(7, np.arange(h) // 2, w, count, rng),
        bright=rng.uniform(0, 1, (h - 1, w - 2)),
        mean=rng.normal(size=(count, 2)),
        sums=np.full((h, count, 2), 7.0),
        out=np.zeros((h, count, 2 * channels, w) if channels else (0, 0, 0, 0)),
        largest=np.zeros((h, count)),
    )
