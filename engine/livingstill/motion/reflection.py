"""A mirror shows the motion of what it mirrors: still water, wet streets, polished floors.

Each node of the region looks at its mirror image above the waterline and moves as that does, upside
down, fading with the angle at which one looks in.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.model import Floats
from livingstill.motion.canvas import Canvas, Effect
from livingstill.motion.site import STEP, Box, Site, box_of, smoothstep


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """Copies the motion of rows ``source`` (h, w) into a box, times ``weight`` (h, w)."""

    box: Box
    source: np.ndarray
    weight: Floats
    order: int = 2
    alone: bool = False

    def apply(self, phase: float, canvas: Canvas) -> None:  # noqa: ARG002
        """Add what moves above the waterline, upside down."""
        columns = np.arange(self.box.left, self.box.right)[None]
        rows, cut = self.source, self.box.slices
        weight = self.weight[..., None]
        flip = np.array([1, -1], np.float32)
        seen = canvas.first[rows, columns] * flip * weight
        if canvas.second is not None and canvas.second_gain is not None:
            gain, other = canvas.gain(), canvas.second_gain
            a, b = gain[rows, columns], other[rows, columns]
            still = other[cut] == 0  # where nothing flows of its own
            total = np.maximum(a + b, np.float32(1e-3))
            second = canvas.second[rows, columns] * flip * weight
            canvas.second[cut] += np.where(still[..., None], second, seen)
            both = still & (self.weight > 0) & (b > 0)
            canvas.second_gain[cut] = np.where(both, b / total, other[cut])
            canvas.first_gain[cut] = np.where(both, a / total, gain[cut])  # type: ignore[index]
        canvas.first[cut] += seen


def build(site: Site) -> tuple[Effect, ...]:
    """Return the mirror that a region is."""
    weight = smoothstep(site.inside() / (0.006 * site.width)) * np.float32(min(site.amount, 1.0))
    box = box_of(weight)
    if box is None:
        return ()
    mask = site.mask >= 0.5
    columns = mask.shape[1]
    shore = np.where(mask.any(0), mask.argmax(0), 0).astype(np.float32)
    known = np.flatnonzero(mask.any(0))
    shore = np.interp(np.arange(columns), known, shore[known]).astype(np.float32)
    shore = cv2.GaussianBlur(shore[None], (0, 0), max(1.0, 0.01 * site.width / STEP))[0]
    rows = np.arange(box.top, box.bottom, dtype=np.float32)[:, None]
    source = np.round(2 * shore[None, box.left : box.right] - rows - 1).astype(int)
    seen = source >= 0
    source = np.clip(source, 0, mask.shape[0] - 1)
    dry = ~mask[source, np.arange(box.left, box.right)[None]]  # never mirror the mirror itself
    keep = np.ascontiguousarray(weight[box.slices] * (seen & dry))
    soft = cv2.blur(keep, (5, 5)) * (weight[box.slices] > 0)
    return (Mirror(box, source, soft.astype(np.float32)),)
