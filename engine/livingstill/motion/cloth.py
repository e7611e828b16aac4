"""Curtains and laundry: cloth that hangs from its upper edge and breathes.

Rms .25 %W at 3 m/s, f50 .8, f90 1.4 Hz, as in a published loop of hanging cloth.
"""

from __future__ import annotations

from livingstill.motion import plants
from livingstill.motion.canvas import Effect
from livingstill.motion.site import Site

LIMBS = (plants.Limb(0.6, 0.25, 0.16, 1.0, common=0.5), plants.Limb(1.1, 0.2, 0.06, 0.45))


def build(site: Site) -> tuple[Effect, ...]:
    """Return the movement of cloth held at its upper edge."""
    rms = min(0.0008 * site.breeze.speed, 0.005) * site.amount * site.width
    return plants.sway(site, rms, plants.from_top(site), LIMBS, cross=0.2, gust=0.6)
