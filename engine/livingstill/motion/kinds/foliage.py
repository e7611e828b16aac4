"""Foliage: trees, bushes and flowers sway in the wind.

Rms .17 %W per m/s of wind, at most 1.2 %W, before the limits, which leave .24-.29 of .5 at 3 m/s
(published loops of trees .4; real trees 1.1 in strong wind and .1 in calm); resonances .6 (crown),
1.5 (branch) and 3 Hz (leaf).
"""

from __future__ import annotations

from livingstill.core.kinds import GUSTY, MotionKind
from livingstill.motion import oscillators
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext


def modes(speed: float) -> tuple[oscillators.Mode, ...]:
    """Return the modes of crown, branch and leaf; leaves flutter more in stronger wind."""
    return (
        oscillators.Mode(0.6, 0.20, 0.30, 1.0, coherence=0.8),
        oscillators.Mode(1.5, 0.15, 0.12, 0.8),
        oscillators.Mode(3.0, 0.20, 0.02, 0.12 * (speed / 3) ** 0.5),
    )


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the sway of a region of foliage."""
    speed = context.wind.speed
    rms = min(0.0017 * speed, 0.012) * context.amount * context.width
    return oscillators.plant_sway(
        context, rms, oscillators.from_roots(context) * oscillators.nearness(context), modes(speed)
    )


KIND = MotionKind(
    name="foliage",
    help="trees, bushes and flowers sway",
    build=build,
    nouns=(
        "foliage",
        "tree",
        "trees",
        "leaf",
        "leaves",
        "branch",
        "branches",
        "bush",
        "bushes",
        "plant",
        "plants",
        "flower",
        "poppy",
        "poppies",
        "vine",
        "vines",
        "flowers",
        "forest",
        "palm",
        "palms",
        "pine",
        "pines",
        "bamboo",
        "shrub",
        "shrubs",
        "ivy",
        "fern",
        "ferns",
        "hedge",
        "petal",
        "petals",
        "blossom",
        "blossoms",
        "treetop",
        "treetops",
        "canopy",
        "twig",
        "twigs",
        "willow",
        "oak",
        "jungle",
        "woods",
        "rose",
        "roses",
        "tulip",
        "tulips",
        "sunflower",
        "sunflowers",
        "greenery",
        "vegetation",
        "daisy",
        "daisies",
        "orchard",
        "vineyard",
        "wildflower",
        "wildflowers",
        "undergrowth",
        "garland",
        "birch",
        "maple",
        "conifer",
        "conifers",
        "sapling",
        "frond",
        "fronds",
    ),
    verbs=(
        "sway",
        "rustle",
        "wave",
        "blow",
        "flutter",
        "dance",
        "tremble",
        "quiver",
        "shake",
        "swing",
        "bend",
        "toss",
        "stir",
        "bob",
        "nod",
        "shiver",
        "ripple",
        "swish",
        "whip",
        "shudder",
        "flap",
        "thrash",
        "trail",
        "dangle",
        "jitter",
        "lean",
        "ruffle",
        "vibrate",
        "wobble",
        "shift",
        "shimmer",
    ),
    classes=("foliage",),
    colour=(60, 180, 60),
    found_by="auto",
    detector="livingstill.segmentation.ground:find_foliage",
    rigid="livingstill.segmentation.plan:static_in_foliage",
    sounds={"leaves": 1.0, "wind": 0.5},
    quality_bars=GUSTY,
    wind_driven=True,
    kernels=("geodesic", "oscillators"),
)
