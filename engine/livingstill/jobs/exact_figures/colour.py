"""How far each layer's mean colour is from the photo's."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.kinds import KINDS
from livingstill.core.model import Float32Array
from livingstill.jobs.exact_figures.ground_truth import (
    GroundTruth,
    GroundTruthFrame,
    area_of,
    sample,
)

_LEAST_AREA = 0.02
"""Smallest share of the frame at which a layer's mean colour is measured."""


class ColourDrift:
    """Accumulates, over frames in order, the largest change of a layer's mean Lab, 0..255.

    Still pixels are compared in every frame. Moving ones brighten and darken in turn, so only
    the mean of their change over the clip counts as drift.
    """

    def __init__(self, truth: GroundTruth) -> None:
        self.truth = truth
        cell = max(1, round(truth.stride * truth.clip.window.scale))
        self.photo = cv2.blur(truth.photo, (cell, cell))  # so that a sample speaks for its cell
        lights = {name for name, kind in KINDS.items() if kind.lights_surroundings}
        self.lights = area_of(truth.clip, lights)
        self.moving_area = area_of(truth.clip, {region.label for region in truth.clip.regions})
        self.frames = 0
        self.still_maximum = 0.0
        self.changes: dict[int, list[Float32Array]] = {}

    def add(self, frame: GroundTruthFrame) -> None:
        """Add the next frame."""
        self.frames += 1
        visibility = frame.visibility
        difference = _lab(sample(cv2.blur(frame.rgb, (self.truth.stride,) * 2), *self.truth.grid))
        difference -= _lab(sample(self.photo, visibility.x, visibility.y))
        in_photo = (
            visibility.in_photo
            & ~visibility.outside
            & (sample(self.lights, visibility.x, visibility.y) == 0)
        )
        moving = sample(self.moving_area, visibility.x, visibility.y) > 0
        for layer in np.unique(visibility.layer):
            visible_part = in_photo & (visibility.layer == layer)
            static_part = visible_part & ~moving
            if static_part.mean() > _LEAST_AREA:
                self.still_maximum = max(
                    self.still_maximum, float(np.abs(difference[static_part].mean(0)).max())
                )
            if visible_part.mean() > _LEAST_AREA:
                self.changes.setdefault(int(layer), []).append(difference[visible_part].mean(0))

    def figures(self) -> dict[str, float]:
        """Return the larger of the still maximum and the mean change over the clip."""
        lasting = [changes for changes in self.changes.values() if 2 * len(changes) > self.frames]
        mean = max((float(np.abs(np.mean(changes, 0)).max()) for changes in lasting), default=0.0)
        return {"exact_colour_drift": max(self.still_maximum, mean)}


def _lab(rgb: NDArray[Any]) -> Float32Array:
    """Return CIE Lab of 8-bit colours in steps of 255, as float32: lightness scaled to 0..255."""
    lab = cv2.cvtColor(np.asarray(rgb, np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    return np.asarray(lab * np.array([2.55, 1, 1], np.float32), np.float32)
