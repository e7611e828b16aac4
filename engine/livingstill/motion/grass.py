"""Grass and crops: waves run over them as gusts pass.

Stiffer and smaller than trees: resonances 1.0 and 2.2 Hz, so the gust's lag dominates and fronts
are seen to travel. Blades are longer, in pixels, near the camera: amplitude follows the row's
distance from the horizon. Physics, not fitted to a clip.
"""

from __future__ import annotations

import numpy as np

from livingstill.model import Floats
from livingstill.motion import plants
from livingstill.motion.canvas import Effect
from livingstill.motion.site import Site

LIMBS = (plants.Limb(1.0, 0.25, 0.07, 1.0, common=0.7), plants.Limb(2.2, 0.2, 0.03, 0.4))


def build(site: Site) -> tuple[Effect, ...]:
    """Return the waves of a region of grass."""
    rms = min(0.0008 * site.breeze.speed, 0.006) * site.amount * site.width
    return plants.sway(site, rms, nearness(site), LIMBS, cross=0.25, gust=0.7)


def nearness(site: Site) -> Floats:
    """Return (h, w) float32: local size of things on the ground, 1 at the region's near end."""
    rows = np.flatnonzero((site.mask >= 0.5).any(1))
    if rows.size == 0:
        return np.zeros(site.mask.shape, np.float32)
    top, bottom = int(rows[0]), int(rows[-1])
    span = max(bottom - top, 1)
    y = np.arange(site.mask.shape[0], dtype=np.float32)
    size = np.clip((y - top + 0.1 * span) / (1.1 * span), 0, 1)
    return np.repeat(size[:, None], site.mask.shape[1], axis=1)
