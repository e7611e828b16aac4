"""Fire: tongues rise and go out, colours follow the fire's own heat, and its light flickers.

What glows has heat: its luma. The flames are advected upwards (four times the local half width a
second, generations of .38 s); over that rising noise of three grains changes the heat, and what is
shown has the colour that the photo's own fire has at that heat, composited over what stands behind
it. Flames that are smooth, a candle's, have no tongues: they bend, stretch and dim. Light on the
surroundings varies by 2 % over one flame height.

Two stills of a fire under a pot, by hand and own masks: temporal standard deviation 41-44 levels
(the real clip's 50-52 in the same places), f50 2.0-2.4 Hz (real 2.2-2.5), f90 7.0-7.6 (9.8), least
sharpness .83-.88 of the most (real .52-.56). The frame's mean varies by 4-7 % from least to most,
by at most .7 % at any frequency above 3 Hz. A candle: f50 .4, f90 1.4 Hz (a published loop: .4,
2.0).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.kinds import FLICKERING, MotionKind, SpeedRange
from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.advection import advect_texture, generation_count
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext, bounding_box, luma, smoothstep
from livingstill.motion.flames import FlickerSpectrum, HeatedFlames, RisingNoise
from livingstill.motion.harmonics import HarmonicDisplacement, limit_gradient, limit_to_frame
from livingstill.motion.heat import background, colour_by_heat, glow_mask
from livingstill.motion.light import GainFlicker, flicker_spectrum
from livingstill.motion.oscillators import Mode, driven_response
from livingstill.motion.velocity import add_curl_noise, limit_boundary_speed, local_width

SWING = 0.22
"""Standard deviation of the heat of a flame that is all tongues, of 1 from black to white."""

FLICKER = 0.025
"""Standard deviation of the heat of a whole flame, less where fire covers over 8 % of the frame."""

LIGHT = 0.02
"""Standard deviation of the light on what is next to a fire, as a share of it."""

REACH = 2.5
"""Nodes outside the region from which on flames change nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class _Fire:
    """What is measured of a region of fire; fields (h, w) on the grid, lengths in pixels.

    ``glow`` in 0..1 is the share that glows; ``edge`` the signed distance to the region's edge,
    inside above 0; ``height`` the flames' height; ``half_width`` their half width everywhere and
    ``median_half_width`` its median; ``tongue_share`` is 0 for smooth flames and 1 for torn ones,
    ``turbulence`` the same but less where they are too small on the grid to tell tongues apart;
    ``flame_index`` is the number of the nearest flame and ``relative_height`` the height in it,
    0..1.5.
    """

    glow: Float32Array
    edge: Float32Array
    height: float
    half_width: Float32Array
    median_half_width: float
    tongue_share: float
    turbulence: float
    flame_index: NDArray[np.intp]
    relative_height: Float32Array


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the flames of a region, their tongues and their light."""
    if not (context.mask >= 0.5).any():
        return ()
    glow = glow_mask(context.colour)
    # dark gaps between flames are no walls to them
    flames = replace(context, mask=context.mask * smoothstep(2 * glow))
    fire = _measure(context, flames, glow)
    amount = min(context.amount, 1.5)
    count = int(fire.flame_index.max()) + 1
    band = (1.8, 9.0, count) if fire.tongue_share > 0.5 else (0.3, 4.0, count, 1.0)
    spectrum = flicker_spectrum(context, *band)
    effects: list[Effect] = []
    if fire.turbulence > 0:
        effects += _rising_matter(flames, fire, amount * fire.turbulence)
    effects += _flame_sway(context, fire)
    effects += _heated_flames(context, fire, amount, spectrum)
    effects.append(_surrounding_light(context, fire, amount, spectrum))
    return tuple(effects)


def _measure(context: MotionContext, flames: MotionContext, glow: Float32Array) -> _Fire:
    """Return the measures of a region of fire; ``flames`` is the part of it that glows."""
    solid = context.mask >= 0.5
    edge = context.distance_inside() - context.distance_outside()
    columns = solid.sum(0)
    height = max(exact.percentile(columns[columns > 0], 75) * context.step, 0.02 * context.width)
    inside = flames.distance_inside()
    half_width = np.minimum(local_width(inside), 0.5 * height)
    median_half_width = float(np.median(half_width[inside > 0])) if (inside > 0).any() else 0.0
    tongue_share = _tongue_share(context)
    turbulence = tongue_share * float(
        smoothstep(np.array(median_half_width / (8 * context.scale) - 1))
    )
    glowing = flames.mask >= 0.5
    flame_index, relative_height = _nearest_flame(glowing if glowing.any() else solid)
    return _Fire(
        glow,
        edge,
        height,
        half_width,
        median_half_width,
        tongue_share,
        turbulence,
        flame_index,
        relative_height,
    )


def _heated_flames(
    context: MotionContext, fire: _Fire, amount: float, spectrum: FlickerSpectrum
) -> tuple[Effect, ...]:
    """Return the change of the flames' heat and colours by tongues and flicker."""
    height_nodes, glow, turbulence = fire.height / context.step, fire.glow, fire.turbulence
    soft = REACH * context.step
    near = smoothstep((fire.edge + soft) / (soft + 0.08 * fire.height))
    near_glow: Float32Array = glow * near
    zone = np.asarray(exact.gaussian_blur(near_glow, max(1.0, 0.12 * height_nodes)), np.float32)
    weight = near * smoothstep(zone / 0.5)
    weight_inside = np.where(weight > 0.01, weight, np.float32(0))
    box = bounding_box(weight_inside)
    if box is None:
        return ()
    cut = box.slices
    strength = np.asarray(amount * weight_inside[cut], np.float32)
    size = float((weight * glow).mean(dtype=np.float64))
    flicker = FLICKER * min(1.0, 0.08 / max(size, 1e-6)) + 0.06 * (fire.tongue_share - turbulence)
    return (
        HeatedFlames(
            box=box,
            tone=np.ascontiguousarray(np.dstack([context.colour, glow])),
            background=np.ascontiguousarray(
                background(context.colour, glow, zone, height_nodes)[cut]
            ),
            ramp=colour_by_heat(context.colour, glow * context.mask),
            heat=np.asarray(glow * luma(context.colour) / 255, np.float32)[cut],
            weight=np.float32(SWING * turbulence) * strength,
            flicker=np.asarray(np.float32(flicker) * strength * glow[cut], np.float32),
            flame_index=np.ascontiguousarray(fire.flame_index[cut]),
            spectrum=spectrum,
            tongues=RisingNoise.of(context, box, height_nodes) if turbulence > 0 else None,
        ),
    )


def _surrounding_light(
    context: MotionContext, fire: _Fire, amount: float, spectrum: FlickerSpectrum
) -> GainFlicker:
    """Return the flicker of the light of all flames together on what is around them."""
    away = context.distance_outside()
    around = np.exp(-((away.astype(np.float64) / (1.6 * fire.height)) ** 2))
    around = around * (away < 3.5 * fire.height)
    around = LIGHT * amount * around * smoothstep(away / (0.1 * fire.height))
    harmonics, amplitudes = spectrum
    together = amplitudes.sum(0, keepdims=True) / np.sqrt(len(amplitudes))
    return GainFlicker(around.astype(np.float32), harmonics, together)


def _rising_matter(context: MotionContext, fire: _Fire, strength: float) -> tuple[Effect, ...]:
    """Return the advection of flames upwards, ``strength`` of it; ``context`` holds flames only."""
    height, half_width = fire.height, fire.half_width
    velocity = np.zeros((*context.mask.shape, 2), np.float32)
    if context.direction is not None and context.direction.any():
        velocity += context.direction * np.float32(context.width)
    else:
        velocity[..., 1] = -np.minimum(4.0 * half_width, 0.9 * context.width)
    velocity = add_curl_noise(context, velocity, min(0.08, 0.5 * height / context.width), 0.4)
    calm = smoothstep(context.distance_inside() / np.maximum(0.6 * half_width, 1))
    calm = calm * fire.glow
    velocity *= np.float32(strength) * calm[..., None]
    effect = advect_texture(
        context,
        limit_boundary_speed(context, velocity, 0.3),
        generations=generation_count(context, 0.38),
        jitter=0.04 * height,
        max_offset=0.25,
        window=0.5,
        structure=0.0,
        blur=6.0,
    )
    return (effect,) if effect else ()


def _flame_sway(context: MotionContext, fire: _Fire) -> tuple[Effect, ...]:
    """Return how flames bend and stretch, more with their height."""
    height, turbulence = fire.height, fire.turbulence
    max_sway = (
        min(0.06 * height, (0.4 - 0.25 * turbulence) * fire.median_half_width) * context.amount
    )
    reach = max_sway * np.minimum(fire.relative_height, 1).astype(np.float64) ** 1.5
    edge = smoothstep((fire.edge / context.step + REACH) / 4)
    weight: Float32Array = reach.astype(np.float32) * edge
    box = bounding_box(weight)
    if box is None:
        return ()
    slow = 0.5 + 0.7 * turbulence
    modes = (
        Mode(slow, 0.3, height / context.width, 1.0, coherence=0.6),
        Mode(2.5 * slow, 0.3, 0.4 * height / context.width, 0.8),
    )
    parts = driven_response(context, box, modes, cross=1.6 - 0.6 * turbulence)
    weight = np.ascontiguousarray(weight[box.slices])
    limit = np.full(weight.shape, 0.03 * context.width, np.float32)
    sway = limit_gradient(HarmonicDisplacement(box, context.step, parts, weight, limit))
    return (limit_to_frame(sway, context.mask.shape),)


def _tongue_share(context: MotionContext) -> float:
    """Return 0 for smooth flames, like a candle's, up to 1 for those that are torn into tongues.

    It is measured by convexity: a candle's bright part fills .95 and more of its convex hull,
    tongues .55 to .7.
    """
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY)
    grey = exact.gaussian_blur(grey, max(0.8, context.scale))
    inside = exact.resize_linear(context.mask, grey.shape[::-1]) >= 0.5
    level = 0.7 * exact.percentile(grey[inside], 97) if inside.any() else 0.0
    bright = ((grey > level) & inside).astype(np.uint8)
    outlines = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    hulls = sum(cv2.contourArea(cv2.convexHull(line)) + len(line) / 2 for line in outlines)
    tongue_share = 1 - float(bright.sum(dtype=np.int64)) / max(hulls, 1.0)
    return float(smoothstep(np.array((tongue_share - 0.12) / 0.1)))


def _nearest_flame(solid: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Float32Array]:
    """Return (h, w) the nearest flame's number, and (h, w) float32 the height in it, 0..1.5."""
    _, part, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8))
    _, label = cv2.distanceTransformWithLabels((~solid).astype(np.uint8), cv2.DIST_L2, 5)
    owner = np.zeros(int(label.max()) + 1, np.intp)
    owner[label[solid]] = part[solid] - 1
    flame_index = owner[label]
    foot = (stats[1:, cv2.CC_STAT_TOP] + stats[1:, cv2.CC_STAT_HEIGHT] - 1)[flame_index]
    height_nodes = stats[1:, cv2.CC_STAT_HEIGHT][flame_index]
    relative_height = (foot - np.arange(len(solid))[:, None]) / height_nodes
    return flame_index, np.clip(relative_height, 0, 1.5).astype(np.float32)


KIND = MotionKind(
    name="fire",
    help="flames flicker and light their surroundings",
    build=build,
    nouns=(
        "fire",
        "flame",
        "flames",
        "campfire",
        "candle",
        "candles",
        "bonfire",
        "fireplace",
        "torch",
        "torches",
        "embers",
        "ember",
        "spark",
        "sparks",
        "blaze",
        "candlelight",
        "firelight",
        "sparkler",
        "sparklers",
        "brazier",
    ),
    verbs=(
        "fly",
        "rise",
        "drift",
        "float",
        "flicker",
        "burn",
        "glow",
        "dance",
        "crackle",
        "blaze",
        "roar",
        "leap",
        "flare",
        "rage",
        "waver",
        "sputter",
        "smoulder",
        "flash",
        "pulse",
        "lick",
        "shimmer",
        "twinkle",
        "sway",
        "shine",
        "sparkle",
        "flutter",
        "tremble",
        "pulsate",
        "wobble",
        "lean",
        "glitter",
        "gutter",
    ),
    colour=(255, 120, 0),
    found_by="named",
    detector="livingstill.segmentation.fire:find_fire",
    overrides_classes=True,
    min_share=1e-6,
    speeds=SpeedRange(0.3, 1.2),
    sounds={"fire": 1.0},
    quality_bars=FLICKERING,
    lights_surroundings=True,
    kernels=(
        "advect",
        "flame",
        "oscillators",
    ),
)
