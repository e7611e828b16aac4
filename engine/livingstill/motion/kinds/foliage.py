"""Foliage: trees, bushes and flowers sway in the wind.

Defaults: rms .17 %W per m/s of wind, at most 1.2 %W, before the guards, which leave .24-.29 of .5 at
3 m/s (published loops of trees .4; real trees 1.1 in strong wind and .1 in calm); resonances .6
(crown), 1.5 (branch) and 3 Hz (leaf).
"""

from __future__ import annotations

from livingstill.motion import oscillators
from livingstill.motion.canvas import Effect
from livingstill.motion.context import Site


def limbs(speed: float) -> tuple[oscillators.Limb, ...]:
    """Return crown, branch and leaf; leaves flutter more in stronger wind."""
    return (
        oscillators.Limb(0.6, 0.20, 0.30, 1.0, common=0.8),
        oscillators.Limb(1.5, 0.15, 0.12, 0.8),
        oscillators.Limb(3.0, 0.20, 0.02, 0.12 * (speed / 3) ** 0.5),
    )


def build(site: Site) -> tuple[Effect, ...]:
    """Return the sway of a region of foliage."""
    speed = site.breeze.speed
    rms = min(0.0017 * speed, 0.012) * site.amount * site.width
    return oscillators.sway(
        site, rms, oscillators.from_roots(site) * oscillators.nearness(site), limbs(speed)
    )
