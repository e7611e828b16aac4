"""Hair: strands sway from their roots, a little.

As ferns do: rms .2 %W at 3 m/s at the tips, .9 and 2 Hz; gusts modulate it less than leaves, which
keeps it even. Physics, no clip was measured.
"""

from __future__ import annotations

from livingstill.core.kinds import GUSTY, MotionKind
from livingstill.motion import oscillators
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext

MODES = (
    oscillators.Mode(0.9, 0.2, 0.08, 1.0, coherence=0.6),
    oscillators.Mode(2.0, 0.2, 0.03, 0.4),
)


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the sway of hair that grows from the region's upper edge."""
    rms = min(0.0007 * context.wind.speed, 0.004) * context.amount * context.width
    return oscillators.plant_sway(
        context, rms, oscillators.from_top(context), MODES, cross=0.5, gust=0.4
    )


KIND = MotionKind(
    name="hair",
    help="strands of hair sway from their roots",
    build=build,
    nouns=(
        "hair",
        "ponytail",
        "fur",
        "mane",
        "beard",
        "braid",
        "braids",
        "bangs",
        "moustache",
        "tresses",
        "strands",
        "strand",
        "mustache",
        "fringe",
    ),
    verbs=(
        "sway",
        "blow",
        "wave",
        "flutter",
        "fly",
        "flow",
        "drift",
        "stream",
        "lift",
        "ripple",
        "swirl",
        "dance",
        "whip",
        "float",
        "swing",
        "stir",
        "flap",
        "billow",
        "flip",
        "toss",
        "flick",
        "tousle",
        "ruffle",
        "trail",
    ),
    colour=(150, 90, 40),
    sounds={"wind": 0.4},
    quality_bars=GUSTY,
    wind_driven=True,
    kernels=("geodesic", "oscillators"),
)
