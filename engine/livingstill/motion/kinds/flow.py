"""Rivers, waterfalls and fountains: water that goes somewhere, advected along its streamlines.

Speeds 20-30 %W/s for falls, 3-9 for rivers; generations live .5 s where it is fast and twice as
long where it is slow; base and contrast of the photo stay in place. Fitted on three waterfalls and
a rapid: f50 3.2-4.0 and f90 7.8-11.2 Hz in falls (a real one 4.3 and 11.8).
"""

from __future__ import annotations

import numpy as np

from livingstill.core.kinds import MotionKind, SpeedRange
from livingstill.core.model import Float32Array
from livingstill.motion.advection import advect_texture, generation_count
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext, smoothstep
from livingstill.motion.velocity import limit_transverse_strain, local_width

LIFE = 0.5
"""Seconds that a generation lives where water is fast."""

BANK = 0.02
"""Least width in frame widths of the layer in which water slows down towards its bank."""

SHEAR = 0.05
"""Largest width of it: what is fast needs more, or its shear draws detail out along the bank."""


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the flow of a region of water along its direction."""
    velocity = limit_transverse_strain(flow_velocity(context), LIFE, context.step)
    velocity = slow_at_banks(context, velocity)
    speed = float(np.hypot(velocity[..., 0], velocity[..., 1]).max())
    if speed == 0:
        return ()
    travel = 0.25 * context.width
    lifetime = min(2 * LIFE if speed < 0.08 * context.width else LIFE, travel / speed)
    effect = advect_texture(
        context,
        velocity,
        generations=generation_count(context, lifetime),
        jitter=30 * context.scale,
        max_offset=0.25,
        window=0.5,
        structure=0.95,
        blur=12,
    )
    return (effect,) if effect else ()


def flow_velocity(context: MotionContext) -> Float32Array:
    """Return (h, w, 2) float32 velocity in pixels per second, straight down without a direction."""
    if context.direction is not None:
        return context.direction * np.float32(context.width * context.amount)
    out = np.zeros((*context.mask.shape, 2), np.float32)
    out[..., 1] = 0.2 * context.width * context.amount
    return out


def slow_at_banks(context: MotionContext, velocity: Float32Array) -> Float32Array:
    """Return ``velocity`` that falls to 0 at the region's edge; the frame's border is no edge."""
    inside = context.distance_inside()
    speed = np.hypot(velocity[..., 0], velocity[..., 1])
    width = np.clip(LIFE * speed, BANK * context.width, SHEAR * context.width)
    width = np.minimum(width, 0.9 * local_width(inside))
    profile = smoothstep((inside - context.step) / np.maximum(width, 1))
    return (velocity * profile[..., None]).astype(np.float32)


KIND = MotionKind(
    name="flow",
    help="river, waterfall, fountain: water that goes somewhere",
    build=build,
    nouns=(
        "flow",
        "river",
        "stream",
        "brook",
        "waterfall",
        "waterfalls",
        "falls",
        "rapids",
        "fountain",
        "creek",
        "cascade",
        "torrent",
        "weir",
        "geyser",
        "whirlpool",
        "rivulet",
    ),
    nouns_with_verb=("water",),
    verbs=(
        "flow",
        "sparkle",
        "shimmer",
        "glitter",
        "glisten",
        "gleam",
        "run",
        "fall",
        "pour",
        "cascade",
        "rush",
        "gush",
        "stream",
        "trickle",
        "tumble",
        "spill",
        "splash",
        "plunge",
        "meander",
        "swirl",
        "churn",
        "babble",
        "bubble",
        "gurgle",
        "burble",
        "murmur",
        "roar",
        "thunder",
        "drip",
        "foam",
        "sweep",
        "tear",
        "surge",
        "spray",
        "course",
        "glide",
        "snake",
    ),
    classes=("water",),
    colour=(0, 190, 230),
    found_by="auto",
    detector="livingstill.segmentation.water:find_running_water",
    direction="livingstill.segmentation.flow_field:velocity_from_terrain",
    speeds=SpeedRange(0.02, 0.30, prompted=0.09),
    sounds={"stream": 1.0},
    kernels=("advect",),
)
