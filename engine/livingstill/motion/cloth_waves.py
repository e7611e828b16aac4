"""Waves over cloth: harmonics whose phases, gradients and shading are bounded together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.motion import phases
from livingstill.motion.canvas import Placement
from livingstill.motion.context import Box, MotionContext, luma
from livingstill.motion.harmonics import (
    DISPLACEMENT,
    HarmonicDisplacement,
    Spectrum,
    limit_gradient,
    limit_to_frame,
)

Maps = NDArray[np.complex128]

MAX_GRADIENT = 0.45
"""Largest gradient of the displacement: foreshortened waves are squeezed more than leaves."""

MAX_GRADIENT_99 = 0.33
"""99th percentile of its gradients, at most."""


def wave_displacement(
    context: MotionContext,
    box: Box,
    harmonics: NDArray[np.int64],
    maps: Maps,
    factor: int,
    weight: Float32Array,
    max_displacement: float,
    gust: Spectrum | None = None,
    placement: Placement = DISPLACEMENT,
) -> HarmonicDisplacement:
    """Return the displacement by waves with chosen phases, limited gradient and steady brightness.

    Parameters
    ----------
    harmonics : (M,) int
    maps : (M, 3, h, w), on every ``factor``-th node of the box: displacement in pixels, and the
        light of folds, which is added to a gain of 1
    weight : (H, W) float32 in 0..1 on the nodes of the box; of the light, too, inside the region
    max_displacement : pixels
    gust : modulates displacement and light alike
    """
    image = CoarseImage.of(context, box, weight, factor)
    rates = harmonics[:, None] * image.brightness_change(maps, weight)[:, image.inside >= 0.5]
    turns = np.exp(1j * phases.choose_phases(rates, harmonics, context.generator("even")))
    maps = maps * turns[:, None, None, None]
    waves = HarmonicDisplacement(
        box,
        context.step,
        (Spectrum.of(harmonics, maps, factor),),
        weight,
        np.full(weight.shape, max_displacement, np.float32),
        gust,
        np.ascontiguousarray(np.clip(context.mask, 0, 1)[box.slices] * weight),
        placement,
    )
    waves = limit_gradient(waves, max_gradient=MAX_GRADIENT, max_gradient_99=MAX_GRADIENT_99)
    maps[:, 2] -= image.mean_share(image.brightness_change(maps, waves.weight))
    waves = replace(waves, parts=(Spectrum.of(harmonics, maps, factor),))
    return limit_to_frame(waves, context.mask.shape)


@dataclass(frozen=True, slots=True, eq=False)
class CoarseImage:
    """Luma of cloth at every ``factor``-th node of its box, and its gradients: (h, w) float64.

    ``grey`` in levels, ``right`` and ``down`` its derivatives per pixel, ``inside`` the share of
    each node that is lit cloth.
    """

    grey: NDArray[np.float64]
    right: NDArray[np.float64]
    down: NDArray[np.float64]
    inside: NDArray[np.float64]
    factor: int

    @classmethod
    def of(cls, context: MotionContext, box: Box, weight: Float32Array, factor: int) -> CoarseImage:
        """Return the image of a box of a region."""
        grey = luma(context.colour[box.slices].astype(np.float64))
        down, right = np.gradient(grey, context.step)
        inside = np.clip(context.mask[box.slices], 0, 1).astype(np.float64) * weight
        grey, right, down, inside = (
            np.asarray(part)[::factor, ::factor] for part in (grey, right, down, inside)
        )
        return cls(grey, right, down, inside, factor)

    def brightness_change(self, maps: Maps, weight: Float32Array) -> Maps:
        """Return (M, h, w): levels by which each harmonic brightens each node, to first order."""
        rows, columns = self.grey.shape
        dx, dy, light = (maps[:, c, :rows, :columns] for c in range(3))
        moved = weight[:: self.factor, :: self.factor] * (self.right * dx + self.down * dy)
        return np.asarray(self.inside * (self.grey * light - moved))

    def mean_share(self, change: Maps) -> Maps:
        """Return (M, 1, 1): a change (M, h, w) summed over the cloth, over its brightness."""
        total = max(float((self.grey * self.inside).sum()), 1e-6)
        return np.asarray(change.sum((1, 2), keepdims=True) / total)
