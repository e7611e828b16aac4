"""Flames as they burn: rising noise changes their heat, and the photo's own colours follow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.core.threads import over_field
from livingstill.motion.canvas import Canvas, Placement, Stage
from livingstill.motion.context import Box, MotionContext
from livingstill.motion.light import levels
from livingstill.motion.rolling_noise import Strip, strip

GRAINS = ((0.22, 1.6, 1.0), (0.10, 4.0, 0.7), (0.045, 9.0, 0.5))
"""Sizes of tongues in heights of the fire, their median frequencies in Hz, their shares."""

LEAN = 0.25
"""How far tongues lean to a side, in heights of the fire."""

FlickerSpectrum = tuple[np.ndarray, np.ndarray]
"""Harmonics (M,) int and complex amplitudes (M,) or (N, M)."""


@dataclass(frozen=True, slots=True, eq=False)
class RisingNoise:
    """Tongues of flames: noise of three grains that rises, leaning to and fro; see ``GRAINS``.

    ``rise`` (h, 1) float32 is each node's height in a box ``width`` nodes wide, ``height`` the
    height of the fire in nodes; ``meander`` is the spectrum of the lean.
    """

    rise: Float32Array
    width: int
    height: float
    strips: tuple[Strip, ...]
    meander: FlickerSpectrum

    @classmethod
    def of(cls, context: MotionContext, box: Box, height: float) -> RisingNoise:
        """Return the tongues of a fire that is ``height`` nodes high."""
        y = np.arange(box.shape[0], dtype=np.float32)[::-1, None]
        columns = box.shape[1] + 2 * math.ceil(LEAN * height)
        strips = []
        for k, (size, hertz, _) in enumerate(GRAINS):
            long = max(1.0, size * height)
            speed = hertz / 0.67 * 2 * np.pi * long
            rng = context.generator("tongues", k)
            strips.append(strip(rng, columns, max(0.8, 0.45 * long), long, speed * context.seconds))
        harmonics = np.array([1, 2, 3]) * max(1, round(context.seconds / 4))
        sizes = np.exp(2j * np.pi * context.generator("meander").random(3)) * (0.5, 0.3, 0.2)
        return cls(y, box.shape[1], height, tuple(strips), (harmonics, sizes))

    def at(self, phase: float) -> Float32Array:
        """Return (h, w) float32 noise of unit variance at ``phase``."""
        harmonics, sizes = self.meander
        turn = 2 * np.pi * np.mod(harmonics * (phase % 1.0), 1.0)
        high = self.rise.astype(np.float64) / self.height
        bend = (np.abs(sizes) * np.cos(np.angle(sizes) + turn - 3.0 * high)).sum(1)
        bend *= LEAN * self.height * np.minimum(high[:, 0], 1.0)
        margin = math.ceil(LEAN * self.height)
        across = np.arange(self.width)[None] + bend[:, None] + margin
        across = (across / (self.width + 2 * margin - 1)).astype(np.float32)
        total = np.zeros(across.shape, np.float32)
        for (_, _, share), layer in zip(GRAINS, self.strips):
            total += np.float32(share) * layer.at(phase, self.rise, across)
        total *= np.float32(1 / np.sqrt(sum(share**2 for _, _, share in GRAINS)))
        return total


@dataclass(frozen=True, slots=True, eq=False)
class HeatedFlames:
    """Heat changed by tongues and flicker, and the colours that follow it (``kernels.flame.burn``).

    ``tone`` (H, W, 4), ``background`` (h, w, 3) and ``ramp`` (256, 4) are the kernel's; ``heat``
    (h, w) is the photo's; ``weight`` and ``flicker`` (h, w) are the standard deviations of its
    change by tongues and by the flicker of a whole flame, ``flame_index`` (h, w) the row of
    ``spectrum`` that a flame follows.
    """

    box: Box
    tone: Float32Array
    background: Float32Array
    ramp: Float32Array
    heat: Float32Array
    weight: Float32Array
    flicker: Float32Array
    flame_index: NDArray[np.intp]
    spectrum: FlickerSpectrum
    tongues: RisingNoise | None
    placement: ClassVar[Placement] = Placement(Stage.COMPOSITE, travels=True)

    def heat_change(self, phase: float) -> Float32Array:
        """Return (h, w) float32, the change of heat at ``phase``, of 1 from black to white.

        Tongues leave the region's mean heat unchanged: a fire must not flash as a whole.
        """
        flicker = self.flicker * levels(*self.spectrum, phase)[self.flame_index]
        if self.tongues is None:
            return np.asarray(flicker, np.float32)
        out = self.weight * self.tongues.at(phase)
        total_weight = max(float(self.weight.sum(dtype=np.float64)), 1e-6)
        for _ in range(2):  # clipping at black and white shifts the mean
            clipped_gain = np.clip(self.heat + out, 0, 1) - self.heat
            out -= (
                np.float32(float(clipped_gain.sum(dtype=np.float64)) / total_weight) * self.weight
            )
        return np.asarray(out + flicker, np.float32)

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Change gains and bias inside the box."""
        from livingstill.kernels.flame import burn

        heat_change = self.heat_change(phase)
        canvas.gain(), canvas.ensure_bias()
        flow = canvas.box(self.box)
        over_field(
            lambda a, b: burn(
                self.tone, self.background, heat_change, self.ramp, float(canvas.step), flow, a, b
            ),
            self.box.shape[0],
        )
