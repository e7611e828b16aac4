"""Grass and crops: waves and shading run over them as gusts pass; near blades sway singly.

Stiffer and smaller than trees: resonances 1.0 and 2.2 Hz, so the gust's lag dominates and fronts
are seen to travel; what bends with the wind shows its bright side. Seen at a slant, the correlation
length of the slow mode is wide and low; a blade's is narrow and tall, .02 frame widths across.
Roots are hidden by the blades before them, so nothing is held: a warp cannot bend a blade over the
next. Far blades are too fine to be displaced without blur: amplitude grows with the square of their
size. Physics, not fitted to a clip.
"""

from __future__ import annotations

import numpy as np

from livingstill.core.kinds import GUSTY, MotionKind
from livingstill.core.model import Float32Array
from livingstill.motion import oscillators
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext

MODES = (
    oscillators.Mode(1.0, 0.25, 0.08, 1.0, coherence=0.7, aspect=0.5),
    oscillators.Mode(2.2, 0.20, 0.018, 0.4, aspect=4.0),
)
LIGHT = 0.03
"""Rms of the gain."""


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the displacement and shading of a region of grass."""
    rms = min(0.0008 * context.wind.speed, 0.006) * context.amount * context.width
    light = min(LIGHT * context.amount, 0.1)
    return oscillators.plant_sway(
        context, rms, nearness(context), MODES, cross=0.25, gust=0.55, light=light
    )


def nearness(context: MotionContext) -> Float32Array:
    """Return (h, w) float32, the envelope of the sway by row: 1 at the region's near end."""
    rows = np.flatnonzero((context.mask >= 0.5).any(1))
    if rows.size == 0:
        return np.zeros(context.mask.shape, np.float32)
    top, bottom = int(rows[0]), int(rows[-1])
    span = max(bottom - top, 1)
    y = np.arange(context.mask.shape[0], dtype=np.float64)
    size = np.clip((y - top + 0.1 * span) / (1.1 * span), 0, 1)
    return np.repeat((size * size).astype(np.float32)[:, None], context.mask.shape[1], axis=1)


KIND = MotionKind(
    name="grass",
    help="grass and crops wave as gusts pass",
    build=build,
    nouns=(
        "grass",
        "meadow",
        "crops",
        "reeds",
        "wheat",
        "grasses",
        "lawn",
        "field",
        "fields",
        "prairie",
        "barley",
        "corn",
        "hay",
        "crop",
        "reed",
        "cattails",
        "rye",
        "pasture",
        "lavender",
    ),
    verbs=(
        "wave",
        "sway",
        "ripple",
        "rustle",
        "blow",
        "bend",
        "dance",
        "bow",
        "stir",
        "flutter",
        "swish",
        "undulate",
        "nod",
        "toss",
        "roll",
        "shiver",
        "tremble",
        "quiver",
        "flow",
        "shake",
        "swing",
        "whip",
        "bob",
        "shimmer",
        "lean",
        "ruffle",
        "vibrate",
        "wobble",
        "sweep",
    ),
    classes=("grass", "foliage"),
    colour=(170, 210, 50),
    found_by="auto",
    detector="livingstill.segmentation.ground:find_grass",
    rigid="livingstill.segmentation.plan:static_in_grass",
    sounds={"leaves": 0.6, "wind": 0.6},
    quality_bars=GUSTY,
    wind_driven=True,
    kernels=("geodesic", "oscillators"),
)
