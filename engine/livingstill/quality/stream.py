"""Continuity figures of frames while they are rendered, on a subsampled grid, and their faults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import cv2
import numpy as np

from livingstill.core.kinds import KINDS
from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array
from livingstill.quality.known_flow import beyond_distance

if TYPE_CHECKING:
    from livingstill.quality.verdict import Fault

SEAM, LEAK = 1.35, 1.0
"""Largest step over the seam in median steps; largest change, in levels, far from every region."""


def pulsing_limit(kind: str, figure: str) -> float | None:
    """Return the bar of a kind for ``luminance``, ``contrast`` or ``change``, None if it has none."""
    limit: float | None = getattr(KINDS[kind].quality_bars, figure)
    return limit


class StreamFigures:
    """Accumulates figures of frames during a render, on a grid of pixels: under 1 ms at 1080p.

    Parameters
    ----------
    regions : kind -> (H, W) uint8 mask at the size of the frames, 255 = belongs
    static : the camera is static, so nothing far from every region may change
    grid : rows and columns from one sampled pixel to the next
    distance : how far from a region is far, in pixels
    """

    ROWS, COLUMNS = 8, 4

    def __init__(
        self,
        regions: dict[str, UInt8Array],
        *,
        static: bool,
        grid: tuple[int, int] = (ROWS, COLUMNS),
        distance: float = 12.0,
    ) -> None:
        self.rows, self.columns = grid
        sampled = np.s_[:: self.rows, :: self.columns]
        self.static = static
        self.masks = {name: mask[sampled] > 127 for name, mask in regions.items()}
        self.masks = {name: mask for name, mask in self.masks.items() if mask.any()}
        union = None
        for mask in regions.values():
            union = mask if union is None else np.maximum(union, mask)
        lights_surroundings = any(KINDS[name].lights_surroundings for name in regions)
        self.far = (
            None
            if union is None or lights_surroundings
            else beyond_distance(union, distance)[sampled]
        )
        self.first: UInt8Array | None = None
        self.previous: UInt8Array | None = None
        self.steps: list[float] = []
        self.gap = 0.0
        self.leaks: list[int] = []
        self.samples: dict[str, list[tuple[float, float, float]]] = {
            name: [] for name in self.masks
        }

    def add(self, frame: PackedRGBA) -> None:
        """Add one packed frame, (H, W) uint32."""
        green = np.ascontiguousarray(frame).view(np.uint8)[:: self.rows, 1 :: 4 * self.columns]
        green = np.ascontiguousarray(green)
        across = cv2.absdiff(green[:, 1:], green[:, :-1])
        if self.first is None or self.previous is None:
            self.first = self.previous = green
        step = cv2.absdiff(green, self.previous)
        change_from_first = cv2.absdiff(green, self.first)
        self.steps.append(float(step.mean()))
        self.gap = float(change_from_first.mean())
        if self.static and self.far is not None:
            self.leaks.append(int(change_from_first[self.far].max()) if self.far.any() else 0)
        for name, mask in self.masks.items():
            mask8 = mask.view(np.uint8)
            self.samples[name].append(
                (
                    cv2.mean(green, mask8)[0],
                    cv2.mean(across, mask8[:, 1:])[0],
                    cv2.mean(step, mask8)[0],
                )
            )
        self.previous = green

    def figures(self) -> dict[str, float]:
        """Return the seam ratio, the largest leak, and three pulsing figures per region."""
        out: dict[str, float] = {}
        steps = np.array(self.steps[1:])
        if steps.size > 1 and np.median(steps) > 0:
            # gusts make steps unlike over a loop: the seam is held against its neighbours too
            step = max(float(np.median(steps)), float(np.median(steps[[0, 1, -2, -1]])))
            out["seam"] = self.gap / step
        if self.leaks:
            out["leak"] = float(max(self.leaks))
        for name, samples in self.samples.items():
            luminance, contrast, change = np.array(samples).T
            out[f"{name}.luminance"] = float(luminance.std())
            out[f"{name}.contrast"] = float(contrast.std()) / max(1.0, float(contrast.mean()))
            out[f"{name}.change"] = _variation(change[1:])
        return out


def judge_stream(
    figures: Mapping[str, float], frames: int, fps: float, size: tuple[int, int], *, loop: bool
) -> tuple[Fault, ...]:
    """Return the faults whose ``StreamFigures`` exceed their limits, for a rendered clip.

    The bars of pulsing are those of each region's kind.
    """
    excess: list[tuple[str, float]] = []
    if loop and "seam" in figures:
        excess.append(("seam", figures["seam"] / SEAM))
    if "leak" in figures:
        excess.append(("leak", figures["leak"] / LEAK))
    for name, value in figures.items():
        region, _, figure = name.rpartition(".")
        if region and (limit := pulsing_limit(region, figure)):
            excess.append(("pulsing", value / limit))
    frame_box = (0, 0, *size)
    worst: dict[str, float] = {}
    for kind, ratio in excess:
        if ratio > 1:
            worst[kind] = max(ratio, worst.get(kind, 0.0))
    if not worst:
        return ()
    from livingstill.quality.verdict import (
        make_fault,
        worst_first,
    )  # all detectors of faults with it

    return worst_first(
        make_fault(
            kind, frames - 1 if kind == "seam" else 0, frames - 1, frame_box, size, fps, ratio
        )
        for kind, ratio in worst.items()
    )


def _variation(values: Float32Array) -> float:
    """Return the coefficient of variation."""
    mean = float(values.mean()) if values.size else 0.0
    return float(values.std()) / mean if mean > 0 else 0.0
