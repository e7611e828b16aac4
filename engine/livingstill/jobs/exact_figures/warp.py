"""The residual from frame to frame along the flow that we rendered by."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.jobs.exact_figures.known import Flows, Known, KnownFrame, sample
from livingstill.render.visibility import Seen

_ROUNDS = 3
_ONE_SAMPLE = 0.02
"""How far the gain of a sample may be from 0 or 1 where it shows alone."""


class WarpError:
    """Takes in frames in order; gives the mean squared residual along our own flow, colours in [0, 1].

    Where two samples cross-fade there is no one true flow, and those pixels are left out, as are
    occluded ones (Lai et al., 2018).
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.errors: list[float] = []
        self.before: KnownFrame | None = None

    def add(self, frame: KnownFrame) -> None:
        """Take in the next frame; the visibility must have been asked of its pose last."""
        if self.before is not None:
            error = self._error(self.before, frame)
            if error is not None:
                self.errors.append(error)
        self.before = frame

    def figures(self) -> dict[str, float]:
        """Return the mean over all steps."""
        return {"exact_warp_error": float(np.mean(self.errors)) if self.errors else 0.0}

    def _error(self, before: KnownFrame, now: KnownFrame) -> float | None:
        shown = before.shown
        x, y, sure = _displaced(shown, before.flows, shown.x, shown.y)
        # the spot whose displacement now leads to the same place of the photo
        u, v = shown.x, shown.y
        for _ in range(_ROUNDS):
            ahead_x, ahead_y, now_sure = _displaced(shown, now.flows, u, v)
            u, v = u + (x - ahead_x), v + (y - ahead_y)
        px, py = self.known.visibility.pixel(shown.layer, u, v, self.known.grid)
        width, height = self.known.size
        sure &= now_sure & ~shown.outside
        sure &= (px >= 0) & (py >= 0) & (px <= width - 1) & (py <= height - 1)
        sure &= cv2.erode(_one_layer(shown.layer), np.ones((3, 3), np.uint8)) > 0
        if not sure.any():
            return None
        off = sample(now.rgb, px, py)[sure].astype(np.float32)
        off -= sample(before.rgb, *self.known.grid)[sure]
        return float((off * off).mean()) / 255**2


def _displaced(
    shown: Seen, flows: Flows, x: Float32Array, y: Float32Array
) -> tuple[Float32Array, Float32Array, NDArray[np.bool_]]:
    """Return where displaced spots of the layers look in the photo, and where that is one place."""
    out_x, out_y, sure = np.array(x), np.array(y), np.ones(x.shape, bool)
    for layer, flow in enumerate(flows or ()):
        here = shown.layer == layer
        if flow is None or not here.any():
            continue
        u, v = x / np.float32(flow.step), y / np.float32(flow.step)
        out_x[here] += sample(flow.first[..., 0], u, v)[here]
        out_y[here] += sample(flow.first[..., 1], u, v)[here]
        if flow.second_gain is not None:
            sure[here] &= (sample(flow.second_gain, u, v) < _ONE_SAMPLE)[here]
        if flow.first_gain is not None:
            sure[here] &= (np.abs(sample(flow.first_gain, u, v) - 1) < _ONE_SAMPLE)[here]
    return out_x, out_y, sure


def _one_layer(layer: NDArray[np.intp]) -> UInt8Array:
    """Return 1 where a sample and its neighbours show one layer."""
    shown = layer.astype(np.uint8)
    box = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.dilate(shown, box) == cv2.erode(shown, box)).view(np.uint8)
