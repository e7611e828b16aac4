"""Periodic noise that scrolls: long strips, each passed a whole number of times per loop.

A strip is as long as the distance it scrolls in the loop, up to a limit, so that nothing passes
twice. Octaves of strips at different speeds look like billows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.imaging import exact

_MAX_ROWS = 4096
"""Rows of a strip at most; what scrolls further passes more than once."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Noise (rows + 1, columns) float32 of unit variance, its last row the first; see ``strip``."""

    noise: Float32Array
    turns: int

    def at(self, phase: float, rise: Float32Array, across: Float32Array) -> Float32Array:
        """Return the noise (h, w) float32 at ``phase``, scrolled towards larger ``rise``.

        ``rise`` (h, w), or (h, 1), is in rows; ``across`` (h, w) in 0..1 of the strip's width.
        """
        rows, columns = self.noise.shape[0] - 1, self.noise.shape[1]
        y = np.mod((self.turns * (phase % 1.0)) % 1.0 * rows - rise, rows).astype(np.float32)
        x = np.asarray(np.clip(across, 0, 1) * np.float32(columns - 1), np.float32)
        return exact.sample(self.noise, x, y)


def strip(
    rng: np.random.Generator, columns: int, sigma_across: float, sigma_along: float, scroll: float
) -> Strip:
    """Return Gaussian noise of two correlation lengths, as standard deviations of its low-pass in nodes.

    ``scroll`` is how many rows it passes in the loop. At a point its frequencies are spread as a
    Gaussian of travel / (loop * 2 pi tall).
    """
    turns = max(1, math.ceil(scroll / _MAX_ROWS))
    rows = max(8, round(scroll / turns))
    margins = math.ceil(4 * sigma_along), math.ceil(4 * sigma_across)
    white = rng.standard_normal((rows, columns + 2 * margins[1])).astype(np.float32)
    white = np.pad(white, ((margins[0], margins[0]), (0, 0)), mode="wrap")
    soft = exact.gaussian_blur(white, sigma_across, sigma_along)
    cut = soft[margins[0] : margins[0] + rows, margins[1] : margins[1] + columns]
    noise = cut.astype(np.float64) - cut.mean(dtype=np.float64)
    noise /= max(float(noise.std()), 1e-9)
    return Strip(np.concatenate([noise, noise[:1]]).astype(np.float32), turns)
