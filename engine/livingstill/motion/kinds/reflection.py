"""A mirror shows the motion of what it mirrors: still water, wet streets, polished floors.

Each node of the region copies the motion of its mirror image above the waterline, upside down,
fading with the angle of view. Advected textures are cross-faded; a ruffled mirror does not copy
them: its own ripples would fade along, while what it shows of clouds is too blurred to follow.
"""

from __future__ import annotations

from livingstill.core.kinds import MotionKind
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext
from livingstill.motion.mirror import build_mirror


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the mirror that a region is."""
    return build_mirror(context)


KIND = MotionKind(
    name="reflection",
    help="a mirror moves as what it mirrors",
    build=build,
    nouns=("reflection", "reflections"),
    verbs=(
        "shimmer",
        "ripple",
        "sway",
        "wobble",
        "sparkle",
        "dance",
        "glitter",
        "waver",
        "tremble",
        "shiver",
        "shake",
        "quiver",
        "undulate",
        "glisten",
        "wave",
    ),
    colour=(110, 90, 220),
)
