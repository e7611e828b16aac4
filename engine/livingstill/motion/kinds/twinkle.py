"""Lamps, stars and city lights twinkle, each in its own time.

Stars by up to 25 % between 1 and 4 Hz (scintillation), lamps by 6 % between .4 and 2 Hz (hot air
above a city). Only points of light change; the dark between them does not.
"""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.kinds import FLICKERING, MotionKind
from livingstill.imaging import exact
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext, nodes
from livingstill.motion.light import GainFlicker, flicker_spectrum

MAX_POINTS = 400
"""Points of light that twinkle, the largest."""


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the twinkling of the points of light in a region."""
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY)
    size = max(3, round(0.012 * context.width) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    points = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel)
    inside = exact.resize_linear(context.mask, grey.shape[::-1])
    bright = ((points > 60) & (inside > 0.5)).astype(np.uint8)
    count, part, stats, centres = cv2.connectedComponentsWithStats(bright)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if areas.size == 0:
        return ()
    largest = np.argsort(-areas, kind="stable")[:MAX_POINTS] + 1
    number = np.zeros(count, np.int32)
    number[largest] = np.arange(1, largest.size + 1)
    spots = number[part].astype(np.float32)
    rows, columns = context.mask.shape
    radius = max(2, round(0.009 * context.width / context.step))
    index = np.zeros((rows, columns), np.int32)
    y = np.clip(np.round(centres[largest, 1] / context.step).astype(int), 0, rows - 1)
    x = np.clip(np.round(centres[largest, 0] / context.step).astype(int), 0, columns - 1)
    for n, (cy, cx) in enumerate(zip(y, x), start=1):
        index[max(0, cy - radius) : cy + radius + 1, max(0, cx - radius) : cx + radius + 1] = n
    halo = exact.gaussian_blur((spots > 0).astype(np.float32), 1.0 * context.scale + 1)
    soft = np.minimum(nodes(halo) * 2.5, 1) * (index > 0) * (context.mask > 0.5)
    dark = exact.percentile(grey[inside > 0.5], 50) < 60
    small = float(np.median(areas[largest - 1])) < (0.003 * context.width) ** 2
    stars = dark and small and float(np.median(centres[largest, 1])) < 0.5 * grey.shape[0]
    strength = (0.12 if stars else 0.05) * min(context.amount, 2.0)
    levels = (
        flicker_spectrum(context, 1.0, 4.0, largest.size)
        if stars
        else flicker_spectrum(context, 0.4, 2.0, largest.size)
    )
    padded = np.concatenate([np.zeros((1, len(levels[0]))), levels[1]])
    return (GainFlicker((strength * soft).astype(np.float32), levels[0], padded, index),)


KIND = MotionKind(
    name="twinkle",
    help="lamps, stars and city lights twinkle",
    build=build,
    nouns=(
        "twinkle",
        "stars",
        "star",
        "lamps",
        "lamp",
        "lights",
        "lanterns",
        "starlight",
        "lantern",
        "streetlight",
        "streetlights",
        "bulb",
        "bulbs",
        "bokeh",
        "headlight",
        "headlights",
        "taillight",
        "taillights",
        "streetlamp",
        "streetlamps",
        "spotlight",
        "spotlights",
        "constellation",
        "chandelier",
        "chandeliers",
    ),
    verbs=(
        "twinkle",
        "flicker",
        "glow",
        "blink",
        "sparkle",
        "shine",
        "shimmer",
        "glimmer",
        "glitter",
        "pulse",
        "flash",
        "gleam",
        "glisten",
        "wink",
        "dance",
        "waver",
        "flare",
        "pulsate",
        "scintillate",
        "tremble",
        "quiver",
    ),
    colour=(255, 210, 60),
    found_by="named",
    detector="livingstill.segmentation.lights:find_lights",
    min_share=1e-6,
    quality_bars=FLICKERING,
    lights_surroundings=True,
)
