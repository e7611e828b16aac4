"""Sharpness, pulsing and repetition of each region while the camera stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.jobs.exact_figures.ground_truth import GroundTruth, GroundTruthFrame, variation
from livingstill.quality import known_flow

_SAMPLES = 1500


@dataclass(frozen=True, slots=True, eq=False)
class _RegionSeries:
    """A region's mask, the pixels sampled of it, and per frame its figures and those pixels."""

    mask: UInt8Array
    samples: NDArray[np.intp]
    sharpness: list[float] = field(default_factory=list)
    luminance: list[float] = field(default_factory=list)
    contrast: list[float] = field(default_factory=list)
    change: list[float] = field(default_factory=list)
    pixels: list[UInt8Array] = field(default_factory=list)


class RegionFigures:
    """Accumulates, over frames in order, figures named ``<kind>.<figure>``."""

    def __init__(self, truth: GroundTruth) -> None:
        self.truth = truth
        rng = np.random.default_rng(0)
        self.series = {
            kind: _RegionSeries(mask, rng.choice(np.flatnonzero(mask > 127), _SAMPLES))
            for kind, mask in truth.masks.items()
            if (mask > 127).any()
        }
        self.previous: UInt8Array | None = None

    def add(self, frame: GroundTruthFrame) -> None:
        """Add the next frame."""
        if not self.series:
            return
        rgb = frame.rgb
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        step = cv2.absdiff(rgb, rgb if self.previous is None else self.previous)
        across = cv2.absdiff(grey[:, 1:], grey[:, :-1])
        for region in self.series.values():
            mask = region.mask
            region.sharpness.append(known_flow.sharpness(rgb, self.truth.rest, mask))
            region.luminance.append(cv2.mean(grey, mask)[0])
            region.contrast.append(cv2.mean(across, np.ascontiguousarray(mask[:, 1:]))[0])
            region.change.append(float(np.mean(cv2.mean(step, mask)[:3])))
            region.pixels.append(np.asarray(grey.ravel()[region.samples], np.uint8))
        self.previous = rgb

    def figures(self) -> dict[str, float]:
        """Return seven figures of each region."""
        out: dict[str, float] = {}
        fps = float(self.truth.clip.timeline.fps)
        for kind, region in self.series.items():
            sharp, light, contrast, change = (
                np.array(values)
                for values in (region.sharpness, region.luminance, region.contrast, region.change)
            )
            out |= {
                f"{kind}.sharpness": float(sharp.mean()),
                f"{kind}.sharpness_least": float(sharp.min()),
                f"{kind}.sharpness_most": float(sharp.max()),
                f"{kind}.luminance": float(light.std()),
                f"{kind}.contrast": float(contrast.std()) / max(1.0, float(contrast.mean())),
                f"{kind}.change": variation(change[1:]),
                f"{kind}.self_repeat": known_flow.max_autocorrelation(
                    np.array(region.pixels, np.float32), fps
                ),
            }
        return out
