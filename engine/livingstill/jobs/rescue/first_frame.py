"""What is known of the first frame of a clip: its inverse depth, and what moves by its nature."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.jobs.rescue.point_tracks import Flags, Float64Array


@dataclass(frozen=True, slots=True, eq=False)
class FirstFrame:
    """What is known of the first frame of a clip, in arrays of any size.

    ``inverse_depth`` (h, w) float32, ``middle`` that of which the picture's motion is told, the
    background's;
    ``moving`` (h, w) uint8, above 127 where things move by themselves: no point there counts.
    """

    inverse_depth: Float32Array
    middle: float
    moving: UInt8Array

    @classmethod
    def flat(cls, moving: UInt8Array | None = None) -> FirstFrame:
        """Return one all of whose points are as far."""
        none = np.zeros((2, 2), np.uint8) if moving is None else moving
        return cls(np.zeros((2, 2), np.float32), 0.0, none)

    @property
    def spread(self) -> float:
        """Standard deviation of the inverse depths."""
        return float(self.inverse_depth.std())

    def seen_closer(self, zoom: float, x: float, y: float, aspect: float) -> FirstFrame:
        """Return what is known of a part of it, ``zoom`` times as close.

        Its centre lies at ``x``, ``y``, frame widths from the frame's, whose height is ``aspect``.
        """

        def part(values: Float32Array) -> Float32Array:
            height, width = values.shape
            centre = np.array([(0.5 + x) * width, (0.5 + y / aspect) * height]) - 0.5
            middle = np.array([width - 1, height - 1]) / 2
            matrix = np.column_stack([np.eye(2) / zoom, centre - middle / zoom])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            seen = cv2.warpAffine(
                values, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
            )
            return np.asarray(seen, np.float32)

        moving = np.where(part(self.moving.astype(np.float32)) > 127, 255, 0).astype(np.uint8)
        return FirstFrame(part(self.inverse_depth), self.middle, moving)

    def at_rest(self) -> FirstFrame:
        """Return the same where nothing moves by itself."""
        return replace(self, moving=np.zeros((2, 2), np.uint8))

    def depth_at(self, places: Float64Array, aspect: float) -> Float64Array:
        """Return (n,) inverse depths less the middle one at places (n, 2); beyond the border those of it."""
        return _sampled(self.inverse_depth, places, aspect) - self.middle

    def counts_at(self, places: Float64Array, aspect: float) -> Flags:
        """Return (n,) whether what is at places (n, 2) does not move by itself."""
        return _sampled(self.moving.astype(np.float32), places, aspect) <= 127


def _sampled(values: Float32Array, places: Float64Array, aspect: float) -> Float64Array:
    """Return values (h, w) of a picture at places (n, 2), bilinearly; beyond the border those of it."""
    if not len(places):
        return np.zeros(0)
    height, width = values.shape
    x = ((places[:, 0] + 0.5) * width - 0.5).astype(np.float32)[None]
    y = ((places[:, 1] / aspect + 0.5) * height - 0.5).astype(np.float32)[None]
    found = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found[0], np.float64)
