"""Border, hole, disocclusion, leak and seam figures of a clip's frames."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.jobs.exact_figures.ground_truth import GroundTruth, GroundTruthFrame, render
from livingstill.quality import known_flow


class Coverage:
    """Accumulates, over frames in order, the maximum of each figure over the frames."""

    def __init__(self, truth: GroundTruth) -> None:
        self.truth = truth
        self.maxima = dict.fromkeys(("border", "holes", "uncovered", "leak"), 0.0)
        self.steps: list[float] = []
        self.first: UInt8Array | None = None
        self.last: UInt8Array | None = None
        self.far_from_masks = None
        if truth.static:
            union = np.zeros(truth.rest.shape[:2], np.uint8)
            for mask in truth.masks.values():
                union = np.maximum(union, mask)
            clip = truth.clip
            distance = known_flow.leak_distance(clip.scene.size[0] / clip.window.scale)
            self.far_from_masks = known_flow.beyond_distance(union, distance)

    def add(self, frame: GroundTruthFrame) -> None:
        """Add the next frame."""
        visibility, pixels = frame.visibility, self.truth.size[0] * self.truth.size[1]
        self._update_maximum("border", float(visibility.outside.mean()) * pixels)
        self._update_maximum("holes", float(visibility.hole.mean()) * pixels)
        self._update_maximum("uncovered", float((~visibility.in_photo).mean()))
        if self.first is None:
            self.first = frame.rgb
        if self.far_from_masks is not None and self.far_from_masks.any():
            self._update_maximum(
                "leak", float(cv2.absdiff(frame.rgb, self.first)[self.far_from_masks].max())
            )
        step = 0.0 if self.last is None else float(cv2.absdiff(frame.rgb, self.last).mean())
        self.steps.append(step)
        self.last = frame.rgb

    def _update_maximum(self, name: str, value: float) -> None:
        self.maxima[name] = max(self.maxima[name], value)

    def figures(self) -> dict[str, float]:
        """Return border and hole pixels, the disoccluded share, and for a static camera leak and seam.

        The leak is the largest change in levels far from every mask; the seam the mean change from
        the last frame to the first over the median step; the loop gap the largest difference, in
        levels, of the frames at times 0 and 1.
        """
        out = {f"exact_{name}": self.maxima[name] for name in ("border", "holes", "uncovered")}
        if self.truth.static:
            out["exact_leak"] = self.maxima["leak"]
        clip, steps = self.truth.clip, np.array(self.steps[1:])
        periodic = self.truth.static and clip.timeline.periodic and steps.size > 0
        if periodic and self.first is not None and self.last is not None and np.median(steps) > 0:
            gap = float(cv2.absdiff(self.last, self.first).mean())
            out["exact_seam"] = gap / float(np.median(steps))
            ends = [render(clip, self.truth.size, clip.camera.at(t), t) for t in (0.0, 1.0)]
            out["exact_loop_gap"] = float(cv2.absdiff(*ends).max())
        return out
