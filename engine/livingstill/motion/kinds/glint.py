"""A glint passes over a product: a soft band of light that its specular facets reflect.

One pass of .9 s about every 5 s; up to 35 % brighter where the surface already shines, next to
nothing where it is matt. Drawn, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from livingstill.core.kinds import FLICKERING, MotionKind
from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.canvas import Canvas, Effect, Placement, Stage
from livingstill.motion.context import Box, MotionContext, bounding_box, smoothstep

PASS = 0.9
"""Seconds that a pass takes."""

EVERY = 5.0
"""Seconds from one pass to the next, about."""


@dataclass(frozen=True, slots=True, eq=False)
class Glint:
    """A gain of up to 1 + ``strength`` (h, w) where a band crosses ``along`` (h, w) in 0..1.

    It crosses ``passes`` times in the loop; ``share`` is the part of the time between two passes
    that one takes.
    """

    box: Box
    strength: Float32Array
    along: Float32Array
    passes: int
    share: float
    placement: ClassVar[Placement] = Placement(Stage.LIGHT, travels=True)

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Scale the gains and the bias under the band."""
        turn = (phase % 1.0) * self.passes % 1.0
        place = (turn - 0.5) / self.share + 0.5
        if not -0.3 < place < 1.3:
            return
        wide = 0.16
        band = np.clip(1 - ((self.along - np.float32(place)) / wide) ** 2, 0, 1) ** 2
        gain = 1 + self.strength * band
        cut = self.box.slices
        canvas.gain()[cut] *= gain
        if canvas.second_gain is not None:
            canvas.second_gain[cut] *= gain
        if canvas.bias is not None:
            canvas.bias[cut] *= gain[..., None]


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the glint that passes over a region, along its stroke or from upper left to right."""
    box = bounding_box(np.where(context.mask >= 0.1, context.mask, np.float32(0)))
    if box is None:
        return ()
    x, y = 0.94, 0.34
    if context.direction is not None and context.direction.any():
        x, y = (float(n) for n in context.direction[context.mask >= 0.5].mean(0))
        norm = max(float(np.hypot(x, y)), 1e-6)
        x, y = x / norm, y / norm
    rows, columns = box.shape
    place = (
        np.arange(columns, dtype=np.float32)[None] * x
        + np.arange(rows, dtype=np.float32)[:, None] * y
    )
    place = (place - place.min()) / max(float(np.ptp(place)), 1e-6)
    luma = context.colour.max(2)
    around = exact.gaussian_blur(luma, 0.02 * context.mask.shape[1])
    shine = 0.25 + 0.75 * smoothstep((luma - around + 5) / 40) * smoothstep((luma - 60) / 120)
    strength = 0.35 * context.amount * shine * smoothstep(context.mask)
    share = min(0.95, PASS / (context.seconds / max(1, round(context.seconds / EVERY)))) / 1.6
    return (
        Glint(
            box,
            np.ascontiguousarray(strength[box.slices]).astype(np.float32),
            place.astype(np.float32),
            max(1, round(context.seconds / EVERY)),
            share,
        ),
    )


KIND = MotionKind(
    name="glint",
    help="a band of light passes over a product",
    build=build,
    nouns=("glint", "shine", "gleam"),
    verbs=("shimmer", "pass", "sweep", "shine", "sparkle", "glide", "glitter", "flash", "glint"),
    colour=(255, 240, 130),
    found_by="named",
    detector="livingstill.segmentation.lights:find_glints",
    quality_bars=FLICKERING,
    lights_surroundings=True,
)
