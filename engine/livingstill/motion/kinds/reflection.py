"""A mirror shows the motion of what it mirrors: still water, wet streets, polished floors.

Each node of the region looks at its mirror image above the waterline and moves as that does, upside
down, fading with the angle at which one looks in. What flows is cross-faded; a ruffled mirror does not
show it: its own ripples would fade along, while what it shows of clouds is too blurred to follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core import threads
from livingstill.core.kinds import MotionKind
from livingstill.core.model import Float32Array
from livingstill.motion.canvas import Canvas, Effect, Placement, Stage
from livingstill.motion.context import STEP, Box, MotionContext, bounding_box, smoothstep

_NONE = np.zeros((0, 0, 2), np.float32)
_NO_GAIN = np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """Copies the motion of rows ``source`` (h, w) into a box, times ``weight`` (h, w).

    What flows is copied only if the mirror is ``clear``.
    """

    box: Box
    source: NDArray[np.int64]
    weight: Float32Array
    clear: bool = True

    @property
    def placement(self) -> Placement:
        """After displacements, on layers; it needs clouds there if they show in it."""
        return Placement(Stage.COMPOSITE, reflects=True, reflects_samples=self.clear)

    def apply(self, phase: float, canvas: Canvas) -> None:  # noqa: ARG002
        """Add what moves above the waterline, upside down."""
        from livingstill.kernels import spectral as kernels

        second, gains, other, both = _NONE, _NO_GAIN, _NO_GAIN, _NONE
        if canvas.second is not None and canvas.second_gain is not None:
            second, gains, other = canvas.second, canvas.gain(), canvas.second_gain
            both = np.stack([gains, other], axis=2)
        before, likewise = canvas.first.copy(), second.copy()
        threads.over_bands(
            lambda a, b: kernels.reflect(
                self.source, self.weight, self.box.top, self.box.left, before, likewise, both,
                self.clear, canvas.first, gains, second, other, a, b,
            ),
            self.box.shape[0],
        )  # fmt: skip


def build(context: MotionContext, clear: bool = True) -> tuple[Effect, ...]:
    """Return the mirror that a region is, ``clear`` or ruffled."""
    weight = smoothstep(context.distance_inside() / (0.006 * context.width)) * np.float32(
        min(context.amount, 1.0)
    )
    box = bounding_box(weight)
    if box is None:
        return ()
    mask = context.mask >= 0.5
    columns = mask.shape[1]
    shore = np.where(mask.any(0), mask.argmax(0), 0).astype(np.float32)
    known = np.flatnonzero(mask.any(0))
    shore = np.interp(np.arange(columns), known, shore[known]).astype(np.float32)
    shore = cv2.GaussianBlur(shore[None], (0, 0), max(1.0, 0.01 * context.width / STEP))[0]
    rows = np.arange(box.top, box.bottom, dtype=np.float32)[:, None]
    source = np.round(2 * shore[None, box.left : box.right] - rows - 1).astype(np.int64)
    seen = source >= 0
    source = np.clip(source, 0, mask.shape[0] - 1)
    dry = ~mask[source, np.arange(box.left, box.right)[None]]  # never mirror the mirror itself
    keep = np.ascontiguousarray(weight[box.slices] * (seen & dry))
    soft = cv2.blur(keep, (5, 5)) * (weight[box.slices] > 0)
    return (Mirror(box, source, soft.astype(np.float32), clear),)


KIND = MotionKind(
    name="reflection",
    help="a mirror moves as what it mirrors",
    build=build,
    nouns=(
        "reflection",
        "reflections",
    ),
    verbs=(
        "shimmer",
        "shimmers",
        "ripple",
        "ripples",
        "rippling",
    ),
    colour=(110, 90, 220),
)
