"""Hair: strands sway from their roots, a little.

As ferns do: rms .2 %W at 3 m/s at the tips, .9 and 2 Hz; gusts are felt less than by leaves, which
keeps it even. Physics, no clip was measured.
"""

from __future__ import annotations

from livingstill.motion import oscillators
from livingstill.motion.canvas import Effect
from livingstill.motion.context import Site

LIMBS = (oscillators.Limb(0.9, 0.2, 0.08, 1.0, common=0.6), oscillators.Limb(2.0, 0.2, 0.03, 0.4))


def build(site: Site) -> tuple[Effect, ...]:
    """Return the sway of hair that grows from the region's upper edge."""
    rms = min(0.0007 * site.breeze.speed, 0.004) * site.amount * site.width
    return oscillators.sway(site, rms, oscillators.from_top(site), LIMBS, cross=0.5, gust=0.4)
