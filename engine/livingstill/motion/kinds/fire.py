"""Fire: tongues rise and go out, the fire's own colours follow its heat, and its light plays around.

What glows has heat: its luma. Matter of the flames is carried upwards (four times the local half
width a second, generations of .38 s); over it tongues of noise, of three grains, push the heat up
and down, and what is shown is coloured by the colours that the photo's own fire has at that heat,
laid over what is seen behind it. Flames that are smooth, a candle's, have no tongues: they bend,
stretch and dim. Light on the surroundings varies by 2 % over one flame height.

Two stills of a fire under a pot, by hand and own masks: temporal standard deviation 41-44 levels
(the real clip's 50-52 in the same places), f50 2.0-2.4 Hz (real 2.2-2.5), f90 7.0-7.6 (9.8), least
sharpness .83-.88 of the most (real .52-.56). The frame's mean swings by 4-7 % from least to most,
at most .7 % of it at any frequency above 3 Hz. A candle: f50 .4, f90 1.4 Hz (a published loop: .4, 2.0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core import threads
from livingstill.core.kinds import FLICKERING, MotionKind, SpeedRange
from livingstill.core.model import Float32Array
from livingstill.motion.advection import advect_texture, generation_count
from livingstill.motion.canvas import Canvas, Effect, Placement, Stage
from livingstill.motion.context import STEP, Box, MotionContext, bounding_box, luma, smoothstep
from livingstill.motion.harmonics import HarmonicDisplacement, limit_gradient, limit_to_frame
from livingstill.motion.kinds.flow import local_width
from livingstill.motion.light import GainFlicker, flicker_spectrum, levels
from livingstill.motion.oscillators import Mode, driven_response
from livingstill.motion.rolling_noise import Strip, strip
from livingstill.motion.velocity import add_curl_noise, limit_boundary_speed

SWING = 0.22
"""Standard deviation of the heat of a flame that is all tongues, of 1 from black to white."""

GRAINS = ((0.22, 1.6, 1.0), (0.10, 4.0, 0.7), (0.045, 9.0, 0.5))
"""Sizes of tongues in heights of the fire, their middle frequencies in Hz, their shares."""

BENT = 0.25
"""How far tongues lean to a side, in heights of the fire."""

BREATH = 0.025
"""Standard deviation of the heat of the whole, less where that is more than 8 % of the frame."""

LIGHT = 0.02
"""Standard deviation of the light on what is next to a fire, as a share of it."""

FlickerSpectrum = tuple[np.ndarray, np.ndarray]

_BLACK_BODY = np.array(
    [(0, 0, 0), (60, 14, 4), (118, 30, 7), (190, 62, 12), (232, 96, 22), (250, 140, 44), (255, 186, 84),
     (255, 224, 140), (255, 250, 226)], np.float64,
)  # fmt: skip
"""Colours of what glows, from black to white, an eighth of the way each: where the photo has none."""


@dataclass(frozen=True, slots=True, eq=False)
class _RisingNoise:
    """Tongues: noise of three grains that rises, bent this way and that; see ``GRAINS``.

    ``rise`` (h, 1) float32 is each node's height in a box ``width`` nodes wide. ``meander`` holds harmonics and complex
    amplitudes.
    """

    rise: Float32Array
    width: int
    tall: float
    strips: tuple[Strip, ...]
    meander: FlickerSpectrum

    @classmethod
    def of(cls, context: MotionContext, box: Box, tall: float) -> _RisingNoise:
        """Return the tongues of a fire that is ``tall`` nodes high."""
        y = np.arange(box.shape[0], dtype=np.float32)[::-1, None]
        columns = box.shape[1] + 2 * math.ceil(BENT * tall)
        strips = []
        for k, (size, hertz, _) in enumerate(GRAINS):
            long = max(1.0, size * tall)
            speed = hertz / 0.67 * 2 * np.pi * long
            rng = context.generator("tongues", k)
            strips.append(strip(rng, columns, max(0.8, 0.45 * long), long, speed * context.seconds))
        harmonics = np.array([1, 2, 3]) * max(1, round(context.seconds / 4))
        sizes = np.exp(2j * np.pi * context.generator("meander").random(3)) * (0.5, 0.3, 0.2)
        return cls(y, box.shape[1], tall, tuple(strips), (harmonics, sizes))

    def at(self, phase: float) -> Float32Array:
        """Return (h, w) float32 noise of unit variance at ``phase``."""
        harmonics, sizes = self.meander
        turn = 2 * np.pi * np.mod(harmonics * (phase % 1.0), 1.0)
        high = self.rise.astype(np.float64) / self.tall
        bend = (np.abs(sizes) * np.cos(np.angle(sizes) + turn - 3.0 * high)).sum(1)
        bend *= BENT * self.tall * np.minimum(high[:, 0], 1.0)
        margin = math.ceil(BENT * self.tall)
        across = np.arange(self.width)[None] + bend[:, None] + margin
        across = (across / (self.width + 2 * margin - 1)).astype(np.float32)
        total = np.zeros(across.shape, np.float32)
        for (_, _, share), layer in zip(GRAINS, self.strips):
            total += np.float32(share) * layer.at(phase, self.rise, across)
        total *= np.float32(1 / np.sqrt(sum(share**2 for _, _, share in GRAINS)))
        return total


@dataclass(frozen=True, slots=True, eq=False)
class HeatedFlames:
    """Heat pushed by tongues, and the colours that go with it (see ``kernels.burn``).

    ``tone`` (H, W, 4), ``behind`` (h, w, 3) and ``ramp`` (256, 4) are the kernel's; ``heat`` (h, w) is the
    photo's; ``weight`` and ``breath`` (h, w) how much tongues and the flicker of the whole push it,
    ``which`` (h, w) which of the flickers of ``pulse``.
    """

    box: Box
    tone: Float32Array
    behind: Float32Array
    ramp: Float32Array
    heat: Float32Array
    weight: Float32Array
    breath: Float32Array
    which: NDArray[np.intp]
    pulse: FlickerSpectrum
    rising: _RisingNoise | None
    placement: ClassVar[Placement] = Placement(Stage.COMPOSITE)

    def push(self, phase: float) -> Float32Array:
        """Return (h, w) float32 the change of heat at ``phase``, of 1 from black to white.

        Tongues together leave the region's heat what it is: a fire must not flash as a whole.
        """
        breath = self.breath * levels(*self.pulse, phase)[self.which]
        if self.rising is None:
            return np.asarray(breath, np.float32)
        out = self.weight * self.rising.at(phase)
        moves = max(float(self.weight.sum(dtype=np.float64)), 1e-6)
        for _ in range(2):  # what is clipped at black and white makes it more than a mean
            gained = np.clip(self.heat + out, 0, 1) - self.heat
            out -= np.float32(float(gained.sum(dtype=np.float64)) / moves) * self.weight
        return np.asarray(out + breath, np.float32)

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Change gains and bias inside the box."""
        from livingstill.kernels.flame import burn

        push = self.push(phase)
        gain, bias = canvas.gain(), canvas.added()
        second, second_gain = canvas.second, canvas.second_gain
        if second is None or second_gain is None:
            second, second_gain = np.zeros((0, 0, 2), np.float32), np.zeros((0, 0), np.float32)
        threads.over_bands(
            lambda a, b: burn(
                self.tone, self.behind, push, self.ramp, float(STEP), self.box.top, self.box.left,
                canvas.first, gain, second, second_gain, bias, a, b,
            ),
            self.box.shape[0],
        )  # fmt: skip


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the flames of a region, their tongues and their light."""
    solid = context.mask >= 0.5
    if not solid.any():
        return ()
    glow = _glow_mask(context.colour)
    away = context.distance_outside()
    edge = context.distance_inside() - away
    columns = solid.sum(0)
    height = max(float(np.percentile(columns[columns > 0], 75)) * STEP, 0.02 * context.width)
    flames = replace(context, mask=context.mask * smoothstep(2 * glow))  # no wall between flames
    inside = flames.distance_inside()
    half = np.minimum(local_width(inside), 0.5 * height)
    usual = float(np.median(half[inside > 0])) if (inside > 0).any() else 0.0
    tongues = _tongue_share(context)
    # what is small on the grid cannot tell tongues from each other: it flickers
    wild = tongues * float(smoothstep(np.array(usual / (8 * context.scale) - 1)))
    amount = min(context.amount, 1.5)
    which, up = (
        _nearest_flame(flames.mask >= 0.5) if (flames.mask >= 0.5).any() else _nearest_flame(solid)
    )
    count = int(which.max()) + 1
    flicker = (
        flicker_spectrum(context, 1.8, 9.0, count)
        if tongues > 0.5
        else flicker_spectrum(context, 0.3, 4.0, count, 1.0)
    )
    effects: list[Effect] = []
    if wild > 0:
        effects += _rising_matter(flames, glow, height, half, amount * wild)
    effects += _flame_sway(context, up, edge, height, usual, wild)
    tall = height / STEP
    near = smoothstep((edge + 10) / (10 + 0.08 * height))  # nothing changes 12 px outside
    lit: Float32Array = glow * near
    zone = np.asarray(cv2.GaussianBlur(lit, (0, 0), max(1.0, 0.12 * tall)), np.float32)
    weight = near * smoothstep(zone / 0.5)
    box = bounding_box(np.where(weight > 0.01, weight, np.float32(0)))
    if box is not None:
        cut = box.slices
        much = np.asarray(amount * np.where(weight > 0.01, weight, np.float32(0))[cut], np.float32)
        size = float((weight * glow).mean(dtype=np.float64))
        flickers = BREATH * min(1.0, 0.08 / max(size, 1e-6)) + 0.06 * (tongues - wild)
        breath = np.float32(flickers) * much * glow[cut]
        rising = _RisingNoise.of(context, box, tall) if wild > 0 else None
        effects.append(
            HeatedFlames(
                box,
                np.ascontiguousarray(np.dstack([context.colour, glow])),
                np.ascontiguousarray(_background(context.colour, glow, zone, tall)[cut]),
                _colour_by_heat(context.colour, glow * context.mask),
                np.asarray(glow * luma(context.colour) / 255, np.float32)[cut],
                np.float32(SWING * wild) * much,
                np.asarray(breath, np.float32),
                np.ascontiguousarray(which[cut]),
                flicker,
                rising,
            )
        )
    around = np.exp(-((away.astype(np.float64) / (1.6 * height)) ** 2)) * (away < 3.5 * height)
    around = LIGHT * amount * around * smoothstep(away / (0.1 * height))
    harmonics, amplitudes = flicker
    together = amplitudes.sum(0, keepdims=True) / np.sqrt(count)
    effects.append(GainFlicker(around.astype(np.float32), harmonics, together))
    return tuple(effects)


def _rising_matter(
    context: MotionContext, glow: Float32Array, height: float, half: Float32Array, much: float
) -> tuple[Effect, ...]:
    """Return what carries the photo's flames upwards."""
    velocity = np.zeros((*context.mask.shape, 2), np.float32)
    if context.direction is not None and context.direction.any():
        velocity += context.direction * np.float32(context.width)
    else:
        velocity[..., 1] = -np.minimum(4.0 * half, 0.9 * context.width)
    velocity = add_curl_noise(context, velocity, min(0.08, 0.5 * height / context.width), 0.4)
    calm: Float32Array = smoothstep(context.distance_inside() / np.maximum(0.6 * half, 1)) * glow
    velocity *= np.float32(much) * calm[..., None]
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


def _glow_mask(colour: Float32Array) -> Float32Array:
    """Return (h, w) float32 in 0..1: what glows, by its colour: warm, or white-hot."""
    red, blue = colour[..., 0], colour[..., 2]
    warm = smoothstep((red - blue - 15) / 60) * smoothstep((red - 70) / 90)
    hot = smoothstep((colour[..., 1] - 140) / 60) * smoothstep((red - blue + 25) / 20)
    return np.asarray(np.maximum(warm, hot), np.float32)


def _tongue_share(context: MotionContext) -> float:
    """Return 0 for smooth flames, like a candle's, up to 1 for those that are torn into tongues.

    What is bright of a candle's flame fills its convex hull (.95 and more of it), tongues do not
    (.55-.7).
    """
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY)
    grey = cv2.GaussianBlur(grey, (0, 0), max(0.8, context.scale))
    inside = cv2.resize(context.mask, grey.shape[::-1], interpolation=cv2.INTER_LINEAR) >= 0.5
    level = 0.7 * float(np.percentile(grey[inside], 97)) if inside.any() else 0.0
    bright = ((grey > level) & inside).astype(np.uint8)
    outlines = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    hulls = sum(cv2.contourArea(cv2.convexHull(line)) + len(line) / 2 for line in outlines)
    tongues = 1 - float(bright.sum(dtype=np.int64)) / max(hulls, 1.0)
    return float(smoothstep(np.array((tongues - 0.12) / 0.1)))


def _nearest_flame(solid: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Float32Array]:
    """Return (h, w) the number of the flame that is nearest, and how high in it, 0..1 and above."""
    _, part, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8))
    _, label = cv2.distanceTransformWithLabels((~solid).astype(np.uint8), cv2.DIST_L2, 5)
    owner = np.zeros(int(label.max()) + 1, np.intp)
    owner[label[solid]] = part[solid] - 1
    which = owner[label]
    foot = (stats[1:, cv2.CC_STAT_TOP] + stats[1:, cv2.CC_STAT_HEIGHT] - 1)[which]
    tall = stats[1:, cv2.CC_STAT_HEIGHT][which]
    up = (foot - np.arange(len(solid))[:, None]) / tall
    return which, np.clip(up, 0, 1.5).astype(np.float32)


def _flame_sway(
    context: MotionContext,
    up: Float32Array,
    edge: Float32Array,
    height: float,
    usual: float,
    wild: float,
) -> tuple[Effect, ...]:
    """Return how flames bend and stretch, from where they burn up."""
    most = min(0.06 * height, (0.4 - 0.25 * wild) * usual) * context.amount
    lick = most * np.minimum(up, 1).astype(np.float64) ** 1.5
    weight: Float32Array = lick.astype(np.float32) * smoothstep((edge + 10) / 16)
    box = bounding_box(weight)
    if box is None:
        return ()
    slow = 0.5 + 0.7 * wild
    modes = (
        Mode(slow, 0.3, height / context.width, 1.0, common=0.6),
        Mode(2.5 * slow, 0.3, 0.4 * height / context.width, 0.8),
    )
    parts = driven_response(context, box, modes, cross=1.6 - 0.6 * wild)
    weight = np.ascontiguousarray(weight[box.slices])
    limit = np.full(weight.shape, 0.03 * context.width, np.float32)
    sway = limit_gradient(HarmonicDisplacement(box, parts, weight, limit))
    return (limit_to_frame(sway, context.mask.shape),)


def _background(
    colour: Float32Array, glow: Float32Array, zone: Float32Array, tall: float
) -> Float32Array:
    """Return (h, w, 3) float32 levels of what flames are seen before: what is dark around them."""
    trust = (1 - glow) ** 2 * smoothstep((140 - luma(colour)) / 100) + np.float32(1e-4)
    dark = np.minimum(colour, np.float32(90))
    total, under = np.zeros_like(colour), np.zeros_like(trust)
    for share, sigma in ((1.0, 0.05), (0.1, 0.2), (0.01, 0.8)):  # the nearest that there is
        soft = max(1.0, sigma * tall)
        total += np.float32(share) * _blurred(dark * trust[..., None], soft)
        under += np.float32(share) * _blurred(trust, soft)
    back = total / under[..., None]
    lit = luma(back)[..., None] * np.array([1.05, 0.8, 0.65], np.float32)  # by the flames
    back += smoothstep(zone / 0.6)[..., None] * (lit - back)
    reach = 2 * max(1, round(0.08 * tall)) + 1
    least = cv2.erode(colour, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    glare = np.minimum(
        cv2.GaussianBlur(least, (0, 0), reach / 4), np.array((92, 38, 22), np.float32)
    )
    return np.asarray(np.maximum(back, glare), np.float32)


def _blurred(picture: Float32Array, sigma: float) -> Float32Array:
    """Return a picture (h, w[, C]) blurred; if widely, on a quarter of its nodes each way."""
    if sigma <= 12:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
    height, width = picture.shape[:2]
    size = (-(-width // 4), -(-height // 4))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    return np.asarray(
        cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def _colour_by_heat(colour: Float32Array, glow: Float32Array) -> Float32Array:
    """Return (256, 4) float32: colour by heat, as the photo's fire has it, and how solid it is."""
    weight = glow.astype(np.float64).ravel() ** 2
    flat = colour.reshape(-1, 3).astype(np.float64)
    bright = luma(flat)
    bins = np.clip((bright / 8).astype(int), 0, 31)
    middles = np.arange(32) * 8 + 4.0
    known = np.bincount(bins, weight, 32)
    heats = np.arange(256.0)
    body = luma(_BLACK_BODY)
    out = np.empty((256, 4))
    spread = np.exp(-0.5 * ((middles[:, None] - middles[None]) / 10) ** 2)
    prior = max(0.02 * float(known.sum()), 1.0)
    for c in range(3):
        usual = np.interp(middles, body, _BLACK_BODY[:, c])
        seen = np.bincount(bins, weight * (flat[:, c] - bright), 32)
        learned = (spread @ (seen + prior * (usual - middles))) / (spread @ (known + prior))
        out[:, c] = np.clip(np.interp(heats, middles, learned) + heats, 0, 255)
    out[0, :3] = 0
    v = np.clip(heats / 110, 0, 1)
    out[:, 3] = v * v * (3 - 2 * v)
    return out.astype(np.float32)


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
    ),
    verbs=(
        "flicker",
        "flickers",
        "flickering",
        "burn",
        "burns",
        "burning",
        "glow",
        "glows",
    ),
    colour=(255, 120, 0),
    found_by="named",
    detector="livingstill.segmentation.detectors:flames",
    overrides_classes=True,
    least_share=1e-6,
    speeds=SpeedRange(0.3, 1.2),
    sounds={"fire": 1.0},
    quality_bars=FLICKERING,
    lights_surroundings=True,
)
