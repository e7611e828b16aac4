"""The residual from frame to frame along the flow that we rendered by."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.jobs.exact_figures.ground_truth import Flows, GroundTruth, GroundTruthFrame, sample
from livingstill.render.visibility import VisibilitySample

_ROUNDS = 3
_ONE_SAMPLE = 0.02
"""Largest distance of a sample's gain from 0 or 1 where no cross-fade counts."""


class WarpError:
    """Accumulates the mean squared residual of frames along the rendered flow, colours in [0, 1].

    Where two samples cross-fade no single flow is true; those pixels and occluded ones are left
    out (Lai et al., 2018).
    """

    def __init__(self, truth: GroundTruth) -> None:
        self.truth = truth
        self.errors: list[float] = []
        self.previous: GroundTruthFrame | None = None

    def add(self, frame: GroundTruthFrame) -> None:
        """Add the next frame; the visibility sampler must have sampled its pose last."""
        if self.previous is not None:
            error = self._error(self.previous, frame)
            if error is not None:
                self.errors.append(error)
        self.previous = frame

    def figures(self) -> dict[str, float]:
        """Return the mean over all steps."""
        return {"exact_warp_error": float(np.mean(self.errors)) if self.errors else 0.0}

    def _error(self, previous: GroundTruthFrame, current: GroundTruthFrame) -> float | None:
        visibility = previous.visibility
        x, y, valid = _displaced(visibility, previous.flows, visibility.x, visibility.y)
        # the spot whose displacement now leads to the same place of the photo
        u, v = visibility.x, visibility.y
        for _ in range(_ROUNDS):
            ahead_x, ahead_y, current_valid = _displaced(visibility, current.flows, u, v)
            u, v = u + (x - ahead_x), v + (y - ahead_y)
        px, py = self.truth.visibility_sampler.frame_position(
            visibility.layer, u, v, self.truth.grid
        )
        width, height = self.truth.size
        valid &= current_valid & ~visibility.outside
        valid &= (px >= 0) & (py >= 0) & (px <= width - 1) & (py <= height - 1)
        valid &= cv2.erode(_single_layer_mask(visibility.layer), np.ones((3, 3), np.uint8)) > 0
        if not valid.any():
            return None
        residual = sample(current.rgb, px, py)[valid].astype(np.float32)
        residual -= sample(previous.rgb, *self.truth.grid)[valid]
        return float((residual * residual).mean()) / 255**2


def _displaced(
    visibility: VisibilitySample, flows: Flows, x: Float32Array, y: Float32Array
) -> tuple[Float32Array, Float32Array, NDArray[np.bool_]]:
    """Return the photo positions that layer points sample under ``flows``, and where it is one sample."""
    out_x, out_y, valid = np.array(x), np.array(y), np.ones(x.shape, bool)
    for layer, flow in enumerate(flows or ()):
        visible = visibility.layer == layer
        if flow is None or not visible.any():
            continue
        u, v = x / np.float32(flow.step), y / np.float32(flow.step)
        out_x[visible] += sample(flow.first[..., 0], u, v)[visible]
        out_y[visible] += sample(flow.first[..., 1], u, v)[visible]
        if flow.second_gain is not None:
            valid[visible] &= (sample(flow.second_gain, u, v) < _ONE_SAMPLE)[visible]
        if flow.first_gain is not None:
            valid[visible] &= (np.abs(sample(flow.first_gain, u, v) - 1) < _ONE_SAMPLE)[visible]
    return out_x, out_y, valid


def _single_layer_mask(layer: NDArray[np.intp]) -> UInt8Array:
    """Return 1 where a sample and its neighbours show one layer."""
    visibility = layer.astype(np.uint8)
    box = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.dilate(visibility, box) == cv2.erode(visibility, box)).view(np.uint8)
