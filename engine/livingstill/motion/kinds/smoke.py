"""Smoke that is in the photo drifts up and away; its colour travels with it.

Where it is dense it is advected: at 5 %W/s (a real plume: rms 2.7 %W, mostly upwards), generations
of 1.2 s with a wide window, leaning with the wind. Where fine detail shows through, that stays
where it is, and the smoke's own colour thickens and thins in octaves of noise that rise. Two
rendered plumes and three photos of haze, by hand masks: sharpness .90-1.00, least to most .82-.97,
repeat .1-.3, f50 .8-1.6 Hz; there was no clip of smoke to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from livingstill.core.kinds import GUSTY, MotionKind, SpeedRange
from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.advection import advect_texture, generation_count
from livingstill.motion.canvas import Canvas, Effect, Placement, Stage
from livingstill.motion.context import Box, MotionContext, bounding_box, nodes, smoothstep
from livingstill.motion.rolling_noise import Strip
from livingstill.motion.vapour import SHARES, noise_octaves
from livingstill.motion.velocity import add_curl_noise, limit_boundary_speed

SPEED = 0.05
"""Frame widths per second upwards."""

OPACITY = 0.16
"""Standard deviation of the opacity of smoke where the background shows through."""


@dataclass(frozen=True, slots=True, eq=False)
class Veil:
    """Smoke of a ``colour`` whose opacity changes by ``weight`` (h, w) times rising noise.

    ``rise`` (h, w) is each node's height in nodes, ``across`` (h, w) its place in 0..1 of the
    strips' width.
    """

    box: Box
    strips: tuple[Strip, ...]
    rise: Float32Array
    across: Float32Array
    weight: Float32Array
    colour: Float32Array
    placement: ClassVar[Placement] = Placement(Stage.COMPOSITE, travels=True)

    def opacity(self, phase: float) -> Float32Array:
        """Return (h, w) float32, the change of opacity at ``phase``, of weighted mean 0."""
        noise = np.zeros(self.rise.shape, np.float32)
        for share, layer in zip(SHARES, self.strips):
            noise += np.float32(share) * layer.at(phase, self.rise, self.across)
        noise *= self.weight / np.float32(np.hypot.reduce(SHARES))
        total_weight = max(float(self.weight.sum(dtype=np.float64)), 1e-6)
        mean = float(noise.sum(dtype=np.float64)) / total_weight
        return np.asarray(noise - np.float32(mean) * self.weight, np.float32)

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Composite it over what lies below."""
        canvas.composite(self.box.slices, self.opacity(phase), self.colour)


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the drift of a region of smoke."""
    width = context.width
    velocity = np.zeros((*context.mask.shape, 2), np.float32)
    if context.direction is not None and context.direction.any():
        velocity += context.direction * np.float32(width)
    else:
        velocity[..., 0] = SPEED * width * 0.2 * context.wind.speed * context.wind.x / 1.5
        velocity[..., 1] = -SPEED * width
    velocity = add_curl_noise(context, velocity, 0.10, 0.3)
    transparency = _transparency(context)
    edge = smoothstep(context.distance_inside() / (0.03 * width))
    calm: Float32Array = edge * (1 - transparency) * np.float32(context.amount)
    drift = advect_texture(
        context,
        limit_boundary_speed(context, velocity * calm[..., None], 1.0),
        generations=generation_count(context, 1.2),
        jitter=10 * context.scale,
        window=0.5,
        structure=0.25,
        blur=20,
    )
    veil = _veil(context, edge * transparency, context.mask * (1 - transparency))
    return tuple(effect for effect in (drift, veil) if effect)


def _transparency(context: MotionContext) -> Float32Array:
    """Return (h, w) float32 in 0..1: where fine detail shows through, which smoke has none of."""
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey -= exact.gaussian_blur(grey, 2.5 * max(context.scale, 0.4))
    power = exact.gaussian_blur(
        nodes(np.square(grey, out=grey)), 0.012 * context.width / context.step
    )
    rough = np.sqrt(np.maximum(power, 0))
    return smoothstep((rough - 2.0) / 3.5)


def _veil(context: MotionContext, weight: Float32Array, dense: Float32Array) -> Veil | None:
    """Return the smoke that changes by ``weight`` (h, w), None if that is 0 everywhere.

    Its colour is the mean of the photo's, weighted by ``dense`` (h, w).
    """
    weight = np.where(weight > 0.02, weight, np.float32(0))
    box = bounding_box(weight)
    if box is None:
        return None
    share = dense.astype(np.float64) + 1e-6
    colour = (context.colour * share[..., None]).sum((0, 1)) / share.sum()
    rows, columns = box.shape
    y = np.arange(rows, dtype=np.float32)[::-1, None]
    lean = 0.1 * context.wind.speed * context.wind.x
    x = np.arange(columns, dtype=np.float32)[None] - np.float32(lean) * y
    x -= x.min()
    strips = noise_octaves(
        context, 2 * SPEED * context.width / context.step, max(8, int(x.max()) + 1), 1.4
    )
    return Veil(
        box,
        strips,
        np.ascontiguousarray(np.broadcast_to(y, box.shape)),
        np.ascontiguousarray(x / max(float(x.max()), 1.0)),
        np.asarray(OPACITY * min(context.amount, 1.5) * weight[box.slices], np.float32),
        colour.astype(np.float32),
    )


KIND = MotionKind(
    name="smoke",
    help="smoke in the photo drifts up and away",
    build=build,
    nouns=("smoke", "fumes", "fog", "fogbank", "mist", "mists", "haze", "smog"),
    verbs=(
        "rise",
        "drift",
        "billow",
        "curl",
        "swirl",
        "waft",
        "float",
        "pour",
        "blow",
        "puff",
        "spiral",
        "twist",
        "snake",
        "creep",
        "crawl",
        "flow",
        "dance",
        "stream",
        "roll",
        "trail",
        "lift",
        "escape",
        "plume",
        "wisp",
        "spread",
        "hover",
        "whirl",
        "unfurl",
        "ascend",
        "inch",
    ),
    colour=(140, 140, 140),
    drawn_as="steam",
    speeds=SpeedRange(0.02, 0.12, prompted=0.04),
    sounds={"wind": 0.3},
    quality_bars=GUSTY,
    kernels=("advect",),
    wind_driven=True,
)
