"""Grass and crops: waves run over them as gusts pass, and light with them; near blades sway singly.

Stiffer and smaller than trees: resonances 1.0 and 2.2 Hz, so the gust's lag dominates and fronts
are seen to travel; what bends with the wind shows its bright side. Seen at a slant, what sways as
one is wide and low; a blade is narrow and tall, and moves like its neighbours .02 frame widths away
only in part. Roots are hidden by the blades before them, so nothing is held: a warp cannot bend a
blade over the next. Far blades are too fine to be moved without blur: amplitude grows with the square
of their size. Physics, not fitted to a clip.
"""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.motion import oscillators
from livingstill.motion.canvas import Effect
from livingstill.motion.context import Site

LIMBS = (
    oscillators.Limb(1.0, 0.25, 0.08, 1.0, common=0.7, tall=0.5),
    oscillators.Limb(2.2, 0.20, 0.018, 0.4, tall=4.0),
)
LIGHT = 0.03


def build(site: Site) -> tuple[Effect, ...]:
    """Return the waves of a region of grass."""
    rms = min(0.0008 * site.breeze.speed, 0.006) * site.amount * site.width
    light = min(LIGHT * site.amount, 0.1)
    return oscillators.sway(site, rms, nearness(site), LIMBS, cross=0.25, gust=0.55, light=light)


def nearness(site: Site) -> Float32Array:
    """Return (h, w) float32: how far blades sway, by their row: 1 at the region's near end."""
    rows = np.flatnonzero((site.mask >= 0.5).any(1))
    if rows.size == 0:
        return np.zeros(site.mask.shape, np.float32)
    top, bottom = int(rows[0]), int(rows[-1])
    span = max(bottom - top, 1)
    y = np.arange(site.mask.shape[0], dtype=np.float64)
    size = np.clip((y - top + 0.1 * span) / (1.1 * span), 0, 1)
    return np.repeat((size * size).astype(np.float32)[:, None], site.mask.shape[1], axis=1)
