"""What frames show beside the photo: its border, holes, filled-in background; leaks and the seam."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.jobs.exact_figures.known import Known, KnownFrame, render
from livingstill.quality import known_flow

_LEAK_DISTANCE = 12.0
"""Pixels from every mask beyond which nothing may change."""


class Coverage:
    """Takes in frames in order; gives the most of any frame of each figure."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.most = dict.fromkeys(("border", "holes", "uncovered", "leak"), 0.0)
        self.steps: list[float] = []
        self.first: UInt8Array | None = None
        self.last: UInt8Array | None = None
        self.far = None
        if known.static:
            union = np.zeros(known.rest.shape[:2], np.uint8)
            for mask in known.masks.values():
                union = np.maximum(union, mask)
            self.far = known_flow.beyond(union, _LEAK_DISTANCE)

    def add(self, frame: KnownFrame) -> None:
        """Take in the next frame."""
        shown, pixels = frame.shown, self.known.size[0] * self.known.size[1]
        self._raise("border", float(shown.outside.mean()) * pixels)
        self._raise("holes", float(shown.hole.mean()) * pixels)
        self._raise("uncovered", float((~shown.own).mean()))
        if self.first is None:
            self.first = frame.rgb
        if self.far is not None and self.far.any():
            self._raise("leak", float(cv2.absdiff(frame.rgb, self.first)[self.far].max()))
        step = 0.0 if self.last is None else float(cv2.absdiff(frame.rgb, self.last).mean())
        self.steps.append(step)
        self.last = frame.rgb

    def _raise(self, name: str, value: float) -> None:
        self.most[name] = max(self.most[name], value)

    def figures(self) -> dict[str, float]:
        """Return border, holes and uncovered, and what is known of a static camera alone."""
        found = {f"exact_{name}": self.most[name] for name in ("border", "holes", "uncovered")}
        if self.known.static:
            found["exact_leak"] = self.most["leak"]
        clip, steps = self.known.clip, np.array(self.steps[1:])
        joins = self.known.static and clip.timeline.joins and steps.size > 0
        if joins and self.first is not None and self.last is not None and np.median(steps) > 0:
            gap = float(cv2.absdiff(self.last, self.first).mean())
            found["exact_seam"] = gap / float(np.median(steps))
            ends = [render(clip, self.known.size, clip.camera.at(t), t) for t in (0.0, 1.0)]
            found["exact_loop_gap"] = float(cv2.absdiff(*ends).max())
        return found
