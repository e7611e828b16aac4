"""The steps between the frames of a loop, measured as they are written."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.jobs.loop.result import Seam
from livingstill.jobs.loop.search import typical_step


class FrameSteps:
    """Steps between the frames of a loop, mean absolute levels; two frames are held."""

    def __init__(self) -> None:
        self._first: UInt8Array | None = None
        self._last: UInt8Array | None = None
        self._steps: list[float] = []

    def add(self, frame: UInt8Array) -> None:
        """Take the next frame."""
        if self._last is None:
            self._first = frame
        else:
            self._steps.append(_difference(self._last, frame))
        self._last = frame

    def seam(self, fade: int) -> Seam:
        """Return the steps over the seam of a loop whose last ``fade`` frames lead over."""
        assert self._first is not None and self._last is not None
        over = _difference(self._last, self._first)
        steps = np.array([*self._steps, over])
        median = float(np.sqrt(typical_step(steps**2, 1e-6)))
        inside = steps[len(steps) - 1 - fade :]
        elsewhere = steps[: len(steps) - 1 - fade]
        step, fade_step, other = (
            round(float(longest) / median, 3)
            for longest in (over, inside.max(), elsewhere.max() if len(elsewhere) else 0.0)
        )
        return Seam(step, fade_step, other, round(median, 3))


def _difference(first: UInt8Array, second: UInt8Array) -> float:
    return float(cv2.norm(first, second, cv2.NORM_L1)) / first.size
