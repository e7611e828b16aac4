"""Waves over cloth: as fast at any moment as at any other, lit by their folds, and as bright."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.motion import phases
from livingstill.motion.context import STEP, Box, Site, luma
from livingstill.motion.harmonics import Spectrum, Sway, guarded, pack

Maps = NDArray[np.complex128]


STRETCH = 0.45
"""What no gradient of the displacement exceeds: foreshortened waves are squeezed more than leaves."""

USUAL_STRETCH = 0.33
"""What 99 % of them do not exceed."""


def rippling(
    site: Site,
    box: Box,
    harmonics: NDArray[np.int64],
    maps: Maps,
    factor: int,
    weight: Float32Array,
    farthest: float,
    gust: Spectrum | None = None,
    alone: bool = False,
) -> Sway:
    """Return a sway by waves whose phases are chosen, and whose stretch and light are bounded.

    Parameters
    ----------
    harmonics : (M,) int
    maps : (M, 3, h, w), on every ``factor``-th node of the box: displacement in pixels, and the
        light of folds, which is added to a gain of 1
    weight : (H, W) float32 in 0..1 on the nodes of the box; inside the region it is the light's, too
    farthest : what no displacement exceeds, in pixels
    gust : swells displacement and light alike
    """
    seen = Seen.of(site, box, weight, factor)
    rates = harmonics[:, None] * seen.change(maps, weight)[:, seen.inside >= 0.5]
    turned = np.exp(1j * phases.phases(rates, harmonics, site.chance("even")))
    maps = maps * turned[:, None, None, None]
    lit = np.ascontiguousarray(np.clip(site.mask, 0, 1)[box.slices] * weight)
    limit = np.full(weight.shape, farthest, np.float32)
    parts = (Spectrum(harmonics, pack(maps), factor),)
    sway = Sway(box, parts, weight, limit, gust, lit, alone)
    sway = guarded(sway, stretch=STRETCH, usual_stretch=USUAL_STRETCH)
    maps[:, 2] -= seen.excess(seen.change(maps, sway.weight))
    return replace(sway, parts=(Spectrum(harmonics, pack(maps), factor),))


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is seen of cloth at every ``factor``-th node of its box: (h, w) float64.

    ``grey`` levels, their gradients per pixel, and how much of each node is lit ``inside``.
    """

    grey: NDArray[np.float64]
    right: NDArray[np.float64]
    down: NDArray[np.float64]
    inside: NDArray[np.float64]
    factor: int

    @classmethod
    def of(cls, site: Site, box: Box, weight: Float32Array, factor: int) -> Seen:
        """Return what is seen in a box of a site."""
        grey = luma(site.colour[box.slices].astype(np.float64))
        down, right = np.gradient(grey, STEP)
        inside = np.clip(site.mask[box.slices], 0, 1).astype(np.float64) * weight
        grey, right, down, inside = (
            np.asarray(part)[::factor, ::factor] for part in (grey, right, down, inside)
        )
        return cls(grey, right, down, inside, factor)

    def change(self, maps: Maps, weight: Float32Array) -> Maps:
        """Return (M, h, w): by how many levels each harmonic brightens each node, to first order."""
        rows, columns = self.grey.shape
        dx, dy, light = (maps[:, c, :rows, :columns] for c in range(3))
        moved = weight[:: self.factor, :: self.factor] * (self.right * dx + self.down * dy)
        return np.asarray(self.inside * (self.grey * light - moved))

    def excess(self, change: Maps) -> Maps:
        """Return (M, 1, 1): what to take from the light so that the cloth is as bright at all times."""
        whole = max(float((self.grey * self.inside).sum()), 1e-6)
        return np.asarray(change.sum((1, 2), keepdims=True) / whole)
