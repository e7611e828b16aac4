"""How far each layer's mean colour is from the photo's."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.kinds import KINDS
from livingstill.core.model import Float32Array
from livingstill.jobs.exact_figures.known import Known, KnownFrame, area_of, sample

_LEAST_AREA = 0.02
"""Share of the frame from which on a layer's mean colour is asked."""


class ColourDrift:
    """Takes in frames in order; gives the largest change of a layer's mean Lab, 0..255.

    What stands still is asked in every frame. What moves brings bright and dark by turns, and only
    what is left of that in the mean over the clip is a drift.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        around = max(1, round(known.stride * known.clip.window.scale))
        self.photo = cv2.blur(known.photo, (around, around))  # so that a sample speaks for its cell
        lights = {name for name, kind in KINDS.items() if kind.lights_surroundings}
        self.lights = area_of(known.clip, lights)
        self.moving = area_of(known.clip, {region.kind for region in known.clip.regions})
        self.frames = 0
        self.most = 0.0
        self.changes: dict[int, list[Float32Array]] = {}

    def add(self, frame: KnownFrame) -> None:
        """Take in the next frame."""
        self.frames += 1
        shown = frame.shown
        off = _lab(sample(cv2.blur(frame.rgb, (self.known.stride,) * 2), *self.known.grid))
        off -= _lab(sample(self.photo, shown.x, shown.y))
        own = shown.own & ~shown.outside & (sample(self.lights, shown.x, shown.y) == 0)
        moves = sample(self.moving, shown.x, shown.y) > 0
        for layer in np.unique(shown.layer):
            here = own & (shown.layer == layer)
            still = here & ~moves
            if still.mean() > _LEAST_AREA:
                self.most = max(self.most, float(np.abs(off[still].mean(0)).max()))
            if here.mean() > _LEAST_AREA:
                self.changes.setdefault(int(layer), []).append(off[here].mean(0))

    def figures(self) -> dict[str, float]:
        """Return the larger of both."""
        seen = [changes for changes in self.changes.values() if 2 * len(changes) > self.frames]
        mean = max((float(np.abs(np.mean(changes, 0)).max()) for changes in seen), default=0.0)
        return {"exact_colour_drift": max(self.most, mean)}


def _lab(rgb: NDArray[Any]) -> Float32Array:
    """Return CIE Lab of 8-bit colours in steps of 255, as float32: lightness scaled to 0..255."""
    lab = cv2.cvtColor(np.asarray(rgb, np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    return np.asarray(lab * np.array([2.55, 1, 1], np.float32), np.float32)
