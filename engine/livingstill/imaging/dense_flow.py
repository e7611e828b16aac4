"""Dense optical flow between two pictures, where it holds, and pictures looked up along it."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array

_Picture = TypeVar("_Picture", UInt8Array, Float32Array)


def dis_flow(first: UInt8Array, second: UInt8Array) -> tuple[Float32Array, Float32Array]:
    """Return the flow from ``first`` to ``second`` and back, (H, W, 2) float32 (dx, dy) in pixels.

    Both pictures are (H, W) uint8 luma. DIS, Kroeger et al., 2016.
    """
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return flow_between(dis, first, second), flow_between(dis, second, first)


def flow_between(
    dis: cv2.DISOpticalFlow,
    first: UInt8Array,
    second: UInt8Array,
    guess: Float32Array | None = None,
) -> Float32Array:
    """Return the flow that ``dis`` finds from ``first`` to ``second``, (H, W, 2) float32 (dx, dy) in pixels.

    Both pictures are (H, W) uint8 luma; ``guess`` (H, W, 2) is where the search begins. A picture of
    less than one patch at the finest level goes on with its last row and column: DIS would read beyond it.
    """
    least = dis.getPatchSize() << dis.getFinestScale()
    height, width = first.shape
    below, beside = max(0, least - height), max(0, least - width)
    if below or beside:
        first, second = _continued(first, below, beside), _continued(second, below, beside)
        guess = None if guess is None else _continued(guess, below, beside)
    # DIS takes what it is given to write into as its first guess, and None as no guess
    start = None if guess is None else guess.copy()
    flow = dis.calc(first, second, start)  # type: ignore[arg-type]
    return np.ascontiguousarray(flow[:height, :width], np.float32)


def _continued(picture: _Picture, below: int, beside: int) -> _Picture:
    """Return a picture with its last row and column repeated so many times."""
    around = (0, below), (0, beside), *[(0, 0)] * (picture.ndim - 2)
    return np.pad(picture, around, mode="edge")


def pixel_grid(shape: tuple[int, ...]) -> tuple[Float32Array, Float32Array]:
    """Return x and y of every pixel of a picture of ``shape`` (H, W, ...), (H, W) float32 each."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return x, y


def look_up(
    picture: UInt8Array | Float32Array,
    x: Float32Array,
    y: Float32Array,
    how: int = cv2.INTER_LINEAR,
) -> Float32Array:
    """Return ``picture`` sampled at (``x``, ``y``), float32; beyond the border its edge repeats."""
    return np.asarray(cv2.remap(picture, x, y, how, borderMode=cv2.BORDER_REPLICATE), np.float32)


def round_trip_error(forward: Float32Array, backward: Float32Array) -> Float32Array:
    """Return (H, W) float32 0..1: 1 where the forward-backward check fails (Sundaram et al., 2010)."""
    x, y = pixel_grid(forward.shape)
    round_trip = forward + look_up(backward, x + forward[..., 0], y + forward[..., 1])
    a, b = cv2.split(round_trip)
    u, v = cv2.split(forward)
    occluded = (a * a + b * b > 0.02 * (u * u + v * v) + 0.5).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(occluded, (0, 0), 1.5), np.float32)
