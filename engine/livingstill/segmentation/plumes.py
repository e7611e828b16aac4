"""Plumes of vapour that strokes draw where a photo shows none yet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.segmentation.evidence import Evidence
from livingstill.settings.values import Stroke


def find_plumes(evidence: Evidence) -> UInt8Array | None:
    """Return the plumes that strokes draw, None without any."""
    strokes = evidence.strokes[find_plumes]
    return plume(evidence.rgb.shape[:2], strokes) if strokes else None


def plume(shape: tuple[int, int], strokes: Sequence[Stroke]) -> UInt8Array:
    """Return (H, W) uint8: cones that open along ``strokes``, from their tails up."""
    height, width = shape
    out = np.zeros(shape, np.uint8)
    for stroke in strokes:
        points = np.array(stroke.points) * (width, height)
        reach = float(np.hypot(*np.diff(points, axis=0).T).sum())
        done = 0.0
        for a, b in pairwise(points):
            length = float(np.hypot(*(b - a)))
            for t in np.arange(0, 1, max(2 / max(length, 2), 0.01)):
                share = (done + t * length) / max(reach, 1)
                x, y = a + t * (b - a)
                radius = max(2, round((0.10 + 0.22 * share) * reach))
                cv2.circle(out, (round(x), round(y)), radius, 255, -1)
            done += length
    return out
