"""Light that flickers without anything moving: a periodic gain times a map in space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.motion.canvas import Canvas, Placement, Stage
from livingstill.motion.context import MotionContext
from livingstill.motion.wind import choose_harmonics

GOLDEN_SECTION = 0.5 * (5**0.5 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class GainFlicker:
    """A gain of 1 + ``strength`` (h, w) * level(t), with a level of rms 1.

    ``harmonics`` (M,) and ``amplitudes`` (N, M) complex give N levels; ``index`` (h, w) is the row
    of each node's level, None when there is one.
    """

    strength: Float32Array
    harmonics: np.ndarray
    amplitudes: np.ndarray
    index: np.ndarray | None = None
    placement: ClassVar[Placement] = Placement(Stage.LIGHT)

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Scale the gains and the bias."""
        level = levels(self.harmonics, self.amplitudes, phase)
        gain = 1 + self.strength * (level[0] if self.index is None else level[self.index])
        first = canvas.gain()
        first *= gain
        if canvas.second_gain is not None:
            canvas.second_gain *= gain
        if canvas.bias is not None:
            canvas.bias *= gain[..., None]


def levels(harmonics: np.ndarray, amplitudes: np.ndarray, phase: float) -> Float32Array:
    """Return (N,) float32 in -2..2: the sums of ``harmonics`` (M,) of amplitudes (N, M)."""
    turns = 2 * np.pi * np.mod(harmonics * (phase % 1.0), 1.0)
    value = (amplitudes * np.exp(1j * turns)).real.sum(1)
    return np.asarray(np.clip(value, -2, 2), np.float32)


def flicker_spectrum(
    context: MotionContext, lowest: float, highest: float, count: int = 1, slope: float = 0.3
) -> tuple[np.ndarray, np.ndarray]:
    """Return harmonics (M,) and complex amplitudes (N, M) of ``count`` flickers of rms 1.

    Frequencies lie between ``lowest`` and ``highest`` Hz, amplitudes fall with their power
    ``slope``. All are the same flicker, each delayed by the golden section of the loop against the
    one before: delays of any run of neighbours are spread evenly, so as many rise as fall at any
    moment and the whole does not pulse.
    """
    rng = context.generator("flicker")
    harmonics = choose_harmonics(context.seconds, lowest, highest, 20, rng)
    size = harmonics**-slope
    size = size / np.sqrt((size**2).sum() / 2)
    lags = np.arange(count)[:, None] * GOLDEN_SECTION
    phases = rng.random(len(harmonics)) + harmonics * lags
    return harmonics, size * np.exp(2j * np.pi * phases)
