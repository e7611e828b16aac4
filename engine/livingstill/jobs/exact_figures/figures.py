"""All exact figures of a rendered clip, from its frames as they pass."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.jobs.clip import Clip
from livingstill.jobs.exact_figures import geometry
from livingstill.jobs.exact_figures.colour import ColourDrift
from livingstill.jobs.exact_figures.coverage import Coverage
from livingstill.jobs.exact_figures.known import Known, KnownFrame
from livingstill.jobs.exact_figures.regions import RegionFigures
from livingstill.jobs.exact_figures.warp import WarpError


class ExactFigures:
    """Takes in the frames of a clip of ours in order and gives its exact figures.

    Colour, flow and coverage are measured on every n-th pixel (160 across), the rest on all.
    Figures of regions are known while the camera stands, since only then a region stays in place.
    """

    def __init__(self, clip: Clip) -> None:
        self.known = Known.of(clip)
        self.parts = (
            Coverage(self.known),
            ColourDrift(self.known),
            WarpError(self.known),
            RegionFigures(self.known),
        )
        self.count = 0

    def add(self, frame: UInt8Array) -> None:
        """Take in the next frame, (H, W, 3) uint8 RGB, bars and all."""
        known, clip = self.known, self.known.clip
        phase = clip.timeline.phase(self.count)
        shown = KnownFrame(
            rgb=np.ascontiguousarray(frame[known.part]),
            shown=known.visibility.at(known.poses[self.count]),
            flows=clip.motion.at(phase) if clip.motion else None,
        )
        for part in self.parts:
            part.add(shown)
        self.count += 1

    def figures(self) -> dict[str, float]:
        """Return every figure by its name."""
        known = self.known
        found = geometry.camera_step(known) | geometry.line_bend(known)
        found |= geometry.rest_fidelity(known) | geometry.folding(known.clip)
        for part in self.parts:
            found |= part.figures()
        return found
