"""Velocity fields of a region: eddies, and limits to the strain that advection would show."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.context import MotionContext
from livingstill.motion.noise import smooth_noise


def add_curl_noise(
    context: MotionContext, velocity: Float32Array, length: float, share: float
) -> Float32Array:
    """Return ``velocity`` (h, w, 2) plus curl noise of ``length`` frame widths.

    Its speed is ``share`` of the local speed. The curl of a scalar has no divergence, so eddies
    neither gather nor thin matter (Bridson, 2007).
    """
    speed = np.hypot(velocity[..., 0], velocity[..., 1])
    nodes_long = max(2.0, length * context.width / context.step)
    psi = smooth_noise(context.generator("curl"), 1, context.mask.shape, nodes_long)[0]
    psi *= np.float32(share * float(speed.max()) * nodes_long * 0.7)
    out = velocity.copy()
    local = speed / max(float(speed.max()), 1e-9)
    out[..., 0] += np.gradient(psi, axis=0) * local
    out[..., 1] -= np.gradient(psi, axis=1) * local
    return out


def limit_boundary_speed(
    context: MotionContext, velocity: Float32Array, seconds: float
) -> Float32Array:
    """Return ``velocity`` (h, w, 2) whose part across a region's edge is limited by its distance.

    It crosses the distance to the edge in no less than ``seconds``, so matter that appears or
    vanishes there is stretched by a factor e at most in that time.
    """
    inside = context.distance_inside()
    smooth = exact.gaussian_blur(np.minimum(inside, np.float32(1e4)), 1.5)
    normal = np.stack([np.gradient(smooth, axis=1), np.gradient(smooth, axis=0)], axis=-1)
    normal /= np.maximum(np.hypot(normal[..., 0], normal[..., 1]), 1e-6)[..., None]
    across = (velocity * normal).sum(2)
    limit = inside / np.float32(seconds)
    excess = across - np.clip(across, -limit, limit)
    return np.asarray(velocity - excess[..., None] * normal, np.float32)


def limit_transverse_strain(velocity: Float32Array, seconds: float, step: int) -> Float32Array:
    """Return ``velocity`` (h, w, 2) with its strain across streamlines limited to e in ``seconds``.

    Where streamlines spread from a narrow source its few pixels would be drawn out into rays.
    Strain along them is not limited: falling water looks like that. ``step`` is in pixels per node.
    """
    out = velocity.copy()
    for _ in range(3):
        soft = np.asarray(exact.gaussian_blur(out, 1.5), np.float32)
        speed = np.maximum(np.hypot(soft[..., 0], soft[..., 1]), np.float32(1e-6))
        x, y = soft[..., 0] / speed, soft[..., 1] / speed
        (uy, ux), (vy, vx) = (np.gradient(soft[..., c]) for c in (0, 1))
        strain = np.abs(y * y * ux - x * y * (uy + vx) + x * x * vy) / np.float32(step)
        slower = 1 / np.maximum(strain * np.float32(seconds), 1)
        slower = exact.gaussian_blur(cv2.erode(slower, np.ones((3, 3), np.uint8)), 1.5)
        out *= np.minimum(slower, 1)[..., None]
    return out


def local_width(inside: Float32Array) -> Float32Array:
    """Return (h, w) float32, the largest distance to the edge in a window: half the local width."""
    size = 15
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    widest = cv2.dilate(np.minimum(inside, np.float32(1e4)), kernel)
    return np.asarray(cv2.blur(widest, (size, size)), np.float32)
