"""Dense optical flow between two pictures, where it holds, and pictures looked up along it."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array


def dis_flow(first: UInt8Array, second: UInt8Array) -> tuple[Float32Array, Float32Array]:
    """Return the flow from ``first`` to ``second`` and back, (H, W, 2) float32 (dx, dy) in pixels.

    Both pictures are (H, W) uint8 luma. DIS, Kroeger et al., 2016.
    """
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    forward = dis.calc(first, second, None)  # type: ignore[call-overload]
    backward = dis.calc(second, first, None)  # type: ignore[call-overload]
    return np.asarray(forward, np.float32), np.asarray(backward, np.float32)


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
