"""Curtains and laundry: cloth that hangs from its upper edge, swings in pieces and waves in folds.

The spectrum is flat up to 1.4 Hz and falls above, as in a published loop of laundry: f50 .8, f90
2.2 Hz (.8 and 1.8 there), rms .16-.19 %W (.20). Folds of three wavelengths travel with the wind and
downwards, in half a second and more; their shading travels with them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.kinds import GUSTY, MotionKind
from livingstill.motion import noise
from livingstill.motion.canvas import Effect
from livingstill.motion.cloth_waves import Maps, wave_displacement
from livingstill.motion.context import Box, MotionContext, bounding_box
from livingstill.motion.harmonics import coarse, gusts
from livingstill.motion.oscillators import elastic_falloff, from_top
from livingstill.motion.wind import bandwidth, choose_harmonics

CUTOFF = 1.4
"""Hz from which on amplitudes fall."""

PIECE = 0.08
"""Correlation length of the swing in frame widths: about a garment."""

FOLDS = (0.05, 0.08, 0.128)
"""Wavelengths of folds in frame widths, each up to a fifth longer or shorter."""

DESCENT = 0.6
"""Seconds that a fold takes to the lower edge."""

MAX_DISPLACEMENT = 0.02
"""Largest displacement in frame widths."""

GUST = 0.3
"""Share of the wind's gusts that modulates it."""

LIGHT = 0.28
"""Change of gain per unit of a fold's slope."""

FACTOR = 2
"""Nodes of the flow grid per node of the maps."""


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the displacement of cloth held at its upper edge."""
    soft = elastic_falloff(context)
    box = bounding_box(soft)
    if box is None or not (context.mask >= 0.5).any():
        return ()
    harmonics, maps = hanging_waves(context, box)
    weight = np.ascontiguousarray(soft[box.slices])
    gust = gusts(context.wind, box, context.width, GUST)
    max_displacement = MAX_DISPLACEMENT * context.width
    return (
        wave_displacement(context, box, harmonics, maps, FACTOR, weight, max_displacement, gust),
    )


def hanging_waves(context: MotionContext, box: Box) -> tuple[NDArray[np.int64], Maps]:
    """Return harmonics (M,) and maps (M, 3, h, w): displacement in pixels and shading of folds."""
    shape, node, rng = coarse(box.shape, FACTOR), context.step * FACTOR, context.generator("cloth")
    harmonics = choose_harmonics(context.seconds, 0.15, 2.4, 16, rng)
    f = harmonics / context.seconds
    size = np.sqrt(bandwidth(harmonics, context.seconds) / (1 + (f / CUTOFF) ** 4))
    rms = min(0.002 * context.wind.speed, 0.012) * context.amount * context.width
    drop = from_top(context)[box.slices][::FACTOR, ::FACTOR].astype(np.float64)
    drop = np.pad(drop, [(0, n - m) for n, m in zip(shape, drop.shape)], mode="edge")
    reach = (size * rms / np.sqrt((size**2).sum() / 2))[:, None, None] * drop

    own = noise.smooth_noise(rng, 2 * len(f), shape, PIECE * context.width / node).astype(
        np.float64
    )
    swing = 0.8 * (own[::2] + 1j * own[1::2]) / np.sqrt(2)
    fold, slope = np.zeros_like(swing), np.zeros_like(swing)
    x = np.arange(shape[1]) * (node if context.wind.x >= 0 else -node)
    for length in FOLDS:
        waves = (
            2 * np.pi / (length * context.width * (0.8 + 0.4 * rng.random(len(f))))[:, None, None]
        )
        turn = 2 * np.pi * (rng.random(len(f))[:, None, None] - DESCENT * f[:, None, None] * drop)
        one = 0.6 * length / (FOLDS[1] * np.sqrt(3)) * np.exp(1j * (turn - waves * x))
        fold += one
        slope -= 1j * waves * one
    dx, dy = swing + fold, 0.4 * np.exp(-1.2j) * fold
    return harmonics, reach[:, None] * np.stack([dx, dy, LIGHT * slope], axis=1)


KIND = MotionKind(
    name="cloth",
    help="curtains and laundry swing from their upper edge, folds run through them",
    build=build,
    nouns=(
        "cloth",
        "curtain",
        "curtains",
        "laundry",
        "sheets",
        "drapes",
        "linen",
        "fabric",
        "clothes",
        "dress",
        "skirt",
        "scarf",
        "veil",
        "sheet",
        "sail",
        "sails",
        "tulle",
        "lace",
        "silk",
        "satin",
        "chiffon",
        "gown",
        "cape",
        "cloak",
        "robe",
        "shawl",
        "sarong",
        "tablecloth",
        "blanket",
        "towel",
        "ribbon",
        "tassel",
        "awning",
        "drapery",
        "bedsheet",
        "shirt",
        "coat",
        "kimono",
        "saree",
        "sari",
        "hijab",
        "apron",
        "hem",
        "tutu",
        "bathrobe",
        "blouse",
        "cardigan",
        "poncho",
        "sleeve",
        "sleeves",
        "bedding",
        "duvet",
        "sheers",
        "napkin",
        "napkins",
    ),
    verbs=(
        "sway",
        "billow",
        "blow",
        "flutter",
        "wave",
        "flap",
        "ripple",
        "swing",
        "flow",
        "drift",
        "lift",
        "swish",
        "swirl",
        "dance",
        "undulate",
        "tremble",
        "snap",
        "stir",
        "fly",
        "float",
        "unfurl",
        "ruffle",
        "puff",
        "trail",
        "whip",
        "shift",
        "shiver",
        "fill",
    ),
    colour=(200, 120, 200),
    sounds={"wind": 0.3},
    quality_bars=GUSTY,
    wind_driven=True,
)
