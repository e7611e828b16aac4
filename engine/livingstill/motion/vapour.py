"""Vapour composited over the photo: scrolling noise in a plume that meanders.

Its opacity is scaled, frame by frame, so that the light it adds is constant over the loop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.motion.canvas import Canvas, Placement, Stage
from livingstill.motion.context import Box, MotionContext
from livingstill.motion.rolling_noise import Strip, strip

SHARES = (0.2, 0.17, 0.1)
"""Standard deviation of the opacity by each of the strips, from the coarsest on."""

_INSTANTS = 24
"""Instants of the loop over which the light is averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Vapour:
    """Vapour over a box of nodes, opaque to the degree of ``envelope`` (h, w) times its noise.

    ``rise`` (h, w) is each row's height above the source in nodes, along the plume; ``side``
    (h, w) a node's place across, in 0..1 of the strips' width. ``meander`` holds harmonics, complex
    amplitudes in strip widths and their wave numbers per node of height. ``light`` (h, w), above 0,
    is the difference in levels from what lies below, and ``mean_light`` the light that is added at
    any instant, None where that may vary.
    """

    box: Box
    strips: tuple[Strip, ...]
    rise: Float32Array
    side: Float32Array
    envelope: Float32Array
    colour: tuple[float, float, float]
    meander: tuple[np.ndarray, np.ndarray, np.ndarray]
    light: Float32Array
    mean_light: float | None = None
    placement: ClassVar[Placement] = Placement(Stage.LIGHT, travels=True)

    def density(self, phase: float) -> Float32Array:
        """Return the opacity (h, w) float32 at ``phase``."""
        harmonics, sizes, waves = self.meander
        height = np.maximum(self.rise[:, 0], 0).astype(np.float64)  # cosines of floats differ
        turns = 2 * np.pi * np.mod(harmonics * (phase % 1.0), 1.0) + np.angle(sizes)
        bend = (np.abs(sizes) * np.cos(turns - waves * height[:, None])).sum(1)
        bend *= height / max(float(height.max()), 1.0)
        side = self.side + bend.astype(np.float32)[:, None]
        total: Float32Array = np.full(self.rise.shape, 0.35, np.float32)
        for share, layer in zip(SHARES, self.strips):
            total += np.float32(share) * layer.at(phase, self.rise, side)
        out: Float32Array = np.clip(total, 0, 1) * self.envelope
        if self.mean_light is not None:
            scale = self.mean_light / max(self.added_light(out), 1e-6)
            out = np.minimum(out * np.float32(np.clip(scale, 0.5, 2)), np.float32(0.8))
        return out

    def added_light(self, density: Float32Array) -> float:
        """Return the light that vapour of an opacity (h, w) adds, in levels times nodes."""
        return float((density * self.light).sum(dtype=np.float64))

    def with_constant_light(self) -> Vapour:
        """Return the vapour scaled to add its mean light over the loop at every instant."""
        light = [self.added_light(self.density(k / _INSTANTS)) for k in range(_INSTANTS)]
        return replace(self, mean_light=float(np.mean(light)))

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Composite the vapour over what lies below."""
        colour = np.array(self.colour, np.float32)
        canvas.composite(self.box.slices, self.density(phase), colour)


def noise_octaves(
    context: MotionContext, speed: float, columns: int, coarser: float = 1.0
) -> tuple[Strip, ...]:
    """Return three octaves of noise that rise at ``speed`` nodes per second, finer ones faster.

    ``coarser`` scales their grains.
    """
    out = []
    for k, size in enumerate((12.0, 7.0, 4.2)):
        sigma = max(1.2, coarser * size * context.scale / context.step)
        scroll = speed * (1 + 0.45 * k) * context.seconds
        out.append(strip(context.generator("vapour", k), columns, 0.55 * sigma, sigma, scroll))
    return tuple(out)
