"""The grid that fields live on, and the place in a photo that one kind of motion is built for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.envelope import Envelope
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact
from livingstill.motion import noise
from livingstill.motion.wind import WindField, over_loop

T = TypeVar("T", bound=np.floating[Any])

_MIN_STEP = 4
_NODES_ACROSS = 240
"""Fewest scene pixels per node of a flow, and about how many nodes there are across a wide scene, up
to a quarter more: it shows the same motion as a small one, larger."""

NODE_SIGMA = 0.45
"""Standard deviation, in nodes, of the low-pass that nodes are seen through."""

REFERENCE = 960.0
"""Frame width at which lengths of the sources are given; all lengths scale with the width."""


def flow_step(width: int) -> int:
    """Return how many pixels of a scene of a width there are to a node of its flow.

    >>> flow_step(960), flow_step(1199), flow_step(1200), flow_step(1920)
    (4, 4, 5, 8)
    """
    return max(_MIN_STEP, width // _NODES_ACROSS)


def nodes(picture: Float32Array | UInt8Array) -> Float32Array:
    """Return ``picture`` (H, W[, C]) at the nodes of its flow grid, float32, low-passed to fit."""
    step = flow_step(picture.shape[1])
    rows, columns = grid_shape(*picture.shape[:2])
    return exact.blur_every(picture, step, (columns, rows), NODE_SIGMA * step)


def grid_shape(height: int, width: int) -> tuple[int, int]:
    """Return how many nodes span a picture; the last ones lie on or past its last pixels."""
    step = flow_step(width)
    return -(-(height - 1) // step) + 1, -(-(width - 1) // step) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A rectangle of nodes."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """The box as an index."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.bottom - self.top, self.right - self.left


def bounding_box(weight: Float32Array) -> Box | None:
    """Return the box around the nodes where ``weight`` is not 0 and one more; None if none is.

    The rim of zeros is what keeps fields that are sampled beyond the box at rest.
    """
    rows, columns = np.flatnonzero(weight.any(1)), np.flatnonzero(weight.any(0))
    if rows.size == 0:
        return None
    top, bottom = max(0, int(rows[0]) - 1), min(weight.shape[0], int(rows[-1]) + 2)
    left, right = max(0, int(columns[0]) - 1), min(weight.shape[1], int(columns[-1]) + 2)
    return Box(top, left, bottom, right)


@dataclass(frozen=True, slots=True, eq=False)
class MotionContext:
    """Everything a kind of motion may know of its region.

    ``rgb`` is the photo (H, W, 3) uint8; ``colour`` (h, w, 3) float32 levels, ``mask`` (h, w)
    float32 in 0..1 and ``inverse_depth`` (h, w) float32 live on the grid. ``direction`` is what
    brush strokes say, (h, w, 2) float32 in frame widths per second, or None; ``own_layer``, whether
    a layer of the scene holds the region with its background filled behind it; ``on_background``,
    whether the region is all that the last layer shows, continued behind the rest. ``envelope`` is
    applied to the effects when they are built; a kind need not know of it.
    """

    kind: str
    rgb: UInt8Array
    colour: Float32Array
    mask: Float32Array
    inverse_depth: Float32Array
    wind: WindField
    seconds: float
    amount: float
    seed: int
    index: int
    direction: Float32Array | None = None
    own_layer: bool = False
    on_background: bool = False
    envelope: Envelope | None = None

    @property
    def width(self) -> int:
        """Frame width in pixels."""
        return int(self.rgb.shape[1])

    @property
    def step(self) -> int:
        """Pixels per node."""
        return flow_step(self.width)

    @property
    def scale(self) -> float:
        """Pixels of this frame per pixel of a frame of the reference width."""
        return self.width / REFERENCE

    def shortened(self, seconds: float) -> MotionContext:
        """Return the same region in a loop of so many seconds."""
        return replace(self, seconds=seconds, wind=over_loop(self.wind, seconds))

    def generator(self, *key: str | int) -> np.random.Generator:
        """Return this region's own counter-based random generator under ``key``."""
        return noise.generator(self.seed, self.kind, self.index, *key)

    def distance_inside(self, frame: bool = False) -> Float32Array:
        """Return (h, w) float32 distance in pixels to the region's edge, 0 outside.

        The frame's border counts as an edge only if ``frame``.
        """
        border = cv2.BORDER_CONSTANT if frame else cv2.BORDER_REPLICATE
        solid = (self.mask >= 0.5).astype(np.uint8)
        solid = np.asarray(cv2.copyMakeBorder(solid, 1, 1, 1, 1, border, value=0), np.uint8)
        if not (solid == 0).any():
            return np.full(self.mask.shape, 1e6, np.float32)
        distance = exact.distance_transform(solid)[1:-1, 1:-1]
        return np.ascontiguousarray(distance) * np.float32(self.step)

    def distance_outside(self) -> Float32Array:
        """Return (h, w) float32 distance in pixels to the region, 0 inside."""
        empty = (self.mask < 0.5).astype(np.uint8)
        if not (empty == 0).any():
            return np.full(self.mask.shape, 1e6, np.float32)
        return exact.distance_transform(empty) * np.float32(self.step)


def smoothstep(value: NDArray[np.floating[Any]]) -> Float32Array:
    """Return 3 v^2 - 2 v^3 of ``value`` clipped to 0..1."""
    v = np.asarray(np.clip(value, 0, 1), np.float32)
    out: Float32Array = v * v * (3 - 2 * v)
    return out


def luma(colour: NDArray[T]) -> NDArray[T]:
    """Return the luma (...) of colours (..., 3); no matrix product, which processors round each in
    their own way.
    """
    red, green, blue = np.moveaxis(colour, -1, 0)
    return np.asarray(0.299 * red + 0.587 * green + 0.114 * blue, colour.dtype)
