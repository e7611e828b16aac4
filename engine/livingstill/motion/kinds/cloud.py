"""Clouds drift along their own wind and slowly change shape.

The layer lies on a plane above: its picture moves as v (y_h - y) / y_h, fastest overhead, as real
cumulus do, plus stationary curl noise of a fifth of it. The photo's raw colour is advected. Two
generations that cross-fade are 2.5 %W apart at most, and mostly half as much, about as far as
clouds' edges are soft; farther apart small crisp clouds show double, and more generations pulse.
Behind roofs and masts the sky goes on, where the scene has a background layer for it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from livingstill.core.kinds import MotionKind, SpeedRange
from livingstill.core.model import Float32Array
from livingstill.motion.advection import advect_texture
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext, smoothstep
from livingstill.motion.velocity import add_curl_noise, limit_boundary_speed

SPEED = 0.0055
"""Frame widths per second at the top of the picture in a wind of 3 m/s."""

MAX_SEPARATION = 0.025
"""Most frame widths between two generations that cross-fade, in a wind that is not strong."""

MIN_SECONDS = 1.0
"""Seconds from one generation to the next at least, however fast a brush stroke is."""

EDGE = 0.025
"""Frame widths over which clouds come to rest at roofs and treetops, along which they pass."""

CLEARANCE = 2.5
"""Seconds that clouds take at least to reach an edge, half a lifetime: nothing is stretched."""

EXTENSION = 0.08
"""Frame widths that they go on behind an occluder: as far as matter may come from."""


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the drift of a region of sky."""
    velocity = drift(context)
    fastest = float(np.hypot(velocity[..., 0], velocity[..., 1]).max())
    if fastest == 0:
        return ()
    generations = math.ceil(context.seconds * fastest / (MAX_SEPARATION * context.width))
    generations = max(1, min(generations, int(context.seconds / MIN_SECONDS)))
    effect = advect_texture(
        replace(context, mask=np.ones_like(context.mask)) if context.on_background else context,
        velocity,
        generations=generations,
        jitter=0.008 * context.width / generations,
        window=0.5,
        structure=0,
        blur=6,
        visible=context.mask if context.on_background else None,
        scatter=1.5 * context.scale,
    )
    return (effect,) if effect else ()


def drift(context: MotionContext) -> Float32Array:
    """Return (h, w, 2) float32 velocity in pixels per second."""
    width, shape = context.width, context.mask.shape
    y = np.arange(shape[0], dtype=np.float32)[:, None]
    rows = np.flatnonzero((context.mask >= 0.5).any(1))
    if rows.size == 0:
        return np.zeros((*shape, 2), np.float32)
    horizon = float(rows[-1]) + 0.05 * shape[0]
    height = np.clip((horizon - y) / horizon, 0.05, 1)
    out = np.zeros((*shape, 2), np.float32)
    if context.direction is not None:
        out += context.direction * np.float32(width) * height[..., None]
    else:
        speed = SPEED * width * min(max(context.wind.speed / 3, 0.2), 2)
        out[..., 0] = speed * context.wind.x * height
        out[..., 1] = speed * context.wind.y * height**2
    out = add_curl_noise(context, out, 0.12, 0.2)
    if context.on_background:
        calm = smoothstep(2 - 2 * context.distance_outside() / (EXTENSION * width)) * np.float32(
            context.amount
        )
        return np.asarray(out * calm[..., None], np.float32)
    calm = smoothstep(context.distance_inside() / (EDGE * width)) * np.float32(context.amount)
    return limit_boundary_speed(context, np.asarray(out * calm[..., None], np.float32), CLEARANCE)


KIND = MotionKind(
    name="cloud",
    help="clouds drift and slowly change",
    build=build,
    nouns=(
        "cloud",
        "clouds",
        "sky",
        "skies",
        "cloudscape",
        "cumulus",
        "heavens",
        "thundercloud",
        "thunderclouds",
        "cloudbank",
    ),
    verbs=(
        "drift",
        "float",
        "roll",
        "pass",
        "sail",
        "scud",
        "race",
        "glide",
        "slide",
        "travel",
        "cross",
        "creep",
        "crawl",
        "sweep",
        "swirl",
        "flow",
        "blow",
        "tumble",
        "billow",
        "rush",
        "chase",
        "churn",
        "boil",
        "march",
        "fly",
        "wander",
        "hurry",
        "build",
        "curl",
        "shift",
        "whirl",
        "stream",
        "evolve",
        "inch",
    ),
    classes=("sky",),
    min_confidence=0.8,
    colour=(150, 190, 255),
    found_by="auto",
    detector="livingstill.segmentation.clouds:find_clouds",
    textured=False,
    layer="background",
    speeds=SpeedRange(0.003, 0.025, prompted=0.008),
    sounds={"wind": 0.4},
    kernels=("advect",),
    wind_driven=True,
)
