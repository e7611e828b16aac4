"""Mirrors: the motion above a waterline, copied upside down below it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.core.threads import over_field
from livingstill.imaging import exact
from livingstill.motion.canvas import Canvas, Placement, Stage
from livingstill.motion.context import Box, MotionContext, bounding_box, smoothstep

_NONE = np.zeros((0, 0, 2), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """Copies the motion of rows ``source`` (h, w), mirrored, into a box, times ``weight`` (h, w).

    Advected textures are copied only if the mirror is ``calm``.
    """

    box: Box
    source: NDArray[np.int64]
    weight: Float32Array
    calm: bool = True

    @property
    def placement(self) -> Placement:
        """After displacements; a clear mirror needs advected textures on its own layer."""
        return Placement(Stage.COMPOSITE, reflects=True, reflects_samples=self.calm)

    def apply(self, phase: float, canvas: Canvas) -> None:  # noqa: ARG002
        """Add the motion above the waterline, upside down."""
        from livingstill.kernels import spectral as kernels

        gains = _NONE
        if canvas.second_gain is not None:
            gains = np.stack([canvas.gain(), canvas.second_gain], axis=2)
        flow = canvas.box(self.box)
        before, second_before = flow.first.copy(), flow.second.copy()
        over_field(
            lambda a, b: kernels.reflect(
                self.source, self.weight, before, second_before, gains, self.calm, flow, a, b
            ),
            self.box.shape[0],
        )


def build_mirror(context: MotionContext, calm: bool = True) -> tuple[Mirror, ...]:
    """Return the mirror that a region is, ``calm`` or ruffled; none if it has no inside."""
    weight = smoothstep(context.distance_inside() / (0.006 * context.width)) * np.float32(
        min(context.amount, 1.0)
    )
    box = bounding_box(weight)
    if box is None:
        return ()
    mask = context.mask >= 0.5
    columns = mask.shape[1]
    shore = np.where(mask.any(0), mask.argmax(0), 0).astype(np.float32)
    wet_columns = np.flatnonzero(mask.any(0))
    shore = np.interp(np.arange(columns), wet_columns, shore[wet_columns]).astype(np.float32)
    shore = exact.gaussian_blur(shore[None], max(1.0, 0.01 * context.width / context.step))[0]
    rows = np.arange(box.top, box.bottom, dtype=np.float32)[:, None]
    source = np.round(2 * shore[None, box.left : box.right] - rows - 1).astype(np.int64)
    in_frame = source >= 0
    source = np.clip(source, 0, mask.shape[0] - 1)
    outside = ~mask[source, np.arange(box.left, box.right)[None]]  # never mirror the mirror itself
    keep = np.ascontiguousarray(weight[box.slices] * (in_frame & outside))
    soft = cv2.blur(keep, (5, 5)) * (weight[box.slices] > 0)
    return (Mirror(box, source, soft.astype(np.float32), calm),)
