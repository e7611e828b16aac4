"""All exact figures of a rendered clip, accumulated frame by frame."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.jobs.clip import Clip
from livingstill.jobs.exact_figures import geometry
from livingstill.jobs.exact_figures.colour import ColourDrift
from livingstill.jobs.exact_figures.coverage import Coverage
from livingstill.jobs.exact_figures.ground_truth import GroundTruth, GroundTruthFrame
from livingstill.jobs.exact_figures.regions import RegionFigures
from livingstill.jobs.exact_figures.warp import WarpError


class ExactFigures:
    """Accumulates the exact figures of a clip that we rendered from its frames, given in order.

    Colour, flow and coverage are measured on every n-th pixel (160 across), the rest on all.
    Figures of regions are known while the camera stands, since only then a region stays in place.
    """

    def __init__(self, clip: Clip) -> None:
        self.truth = GroundTruth.of(clip)
        self.parts = (
            Coverage(self.truth),
            ColourDrift(self.truth),
            WarpError(self.truth),
            RegionFigures(self.truth),
        )
        self.count = 0

    def add(self, frame: UInt8Array) -> None:
        """Add the next frame, (H, W, 3) uint8 RGB, letterbox included."""
        truth, clip = self.truth, self.truth.clip
        phase = clip.timeline.phase(self.count)
        frame_truth = GroundTruthFrame(
            rgb=np.ascontiguousarray(frame[truth.part]),
            visibility=truth.visibility_sampler.sample(truth.poses[self.count]),
            flows=clip.motion.at(phase) if clip.motion else None,
        )
        for part in self.parts:
            part.add(frame_truth)
        self.count += 1

    def figures(self) -> dict[str, float]:
        """Return every figure by its name."""
        truth = self.truth
        values = geometry.camera_step(truth) | geometry.line_bend(truth)
        values |= geometry.rest_fidelity(truth) | geometry.folding(truth.clip)
        for part in self.parts:
            values |= part.figures()
        return values
