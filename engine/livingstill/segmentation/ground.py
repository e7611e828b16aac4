"""Vegetation on level ground is grass: a network sees foliage in a meadow, but its depth is a plane's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation.evidence import COARSE, Evidence

Floats = NDArray[np.float64]

_LOW = 0.8
"""Height of the picture below which the ground is looked for: its lowest fifth."""

_SPREAD = 0.7
"""Share of that fifth's width that leaves reach: a bank or a bush at the border is no meadow."""

_PLANAR = 0.93
"""Share of the leaves there that are on the plane: of a meadow .98, of ferns and bushes .9 at most."""

_TOLERANCE = 0.06
"""Distance from the plane of what is on it, of the nearest point's inverse depth."""

_HORIZON = (0.2, 0.8)
"""Heights between which the fitted plane's horizon has to be."""


def move_lawns_to_grass(evidence: Evidence) -> Evidence:
    """Give leaves on level ground to the grass."""
    leaves, grass = evidence.mask("foliage"), evidence.mask("grass")
    if leaves.any():
        lawn = np.minimum(leaves, level(evidence.reduced[COARSE], leaves, evidence.inverse_depth))
        leaves, grass = leaves - lawn, np.asarray(cv2.add(grass, lawn), np.uint8)
    return evidence.with_masks({"foliage": leaves, "grass": grass})


def find_foliage(evidence: Evidence) -> UInt8Array:
    """Return trees, bushes and flowers."""
    return evidence.mask("foliage")


def find_grass(evidence: Evidence) -> UInt8Array:
    """Return grass and leaves on level ground."""
    return evidence.mask("grass")


def level(picture: UInt8Array, leaves: UInt8Array, inverse_depth: Float32Array) -> UInt8Array:
    """Return (H, W) uint8, 255 where ``leaves`` are level ground that begins below the camera.

    On a plane inverse depth is linear in the picture (1/Z = (y - horizon) / f h), in trees it is
    the same from root to top. The plane is fitted to the lowest leaves and extended from there.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``COARSE``
    leaves : (H, W) uint8
    inverse_depth : (H, W) float32
    """
    height, width = picture.shape[:2]
    solid = image.mask_at(leaves, picture.shape)
    flat = np.zeros(solid.shape, bool)
    y, x = np.nonzero(solid)
    low = y >= _LOW * height
    if low.sum() >= 3 and len(np.unique(x[low])) >= _SPREAD * width:
        depth = exact.resize_area(inverse_depth, (width, height))
        flat[y, x] = _on_ground(picture, depth[y, x].astype(np.float64), x, y, low)
    if not flat.any():
        return np.zeros_like(leaves)
    out = flat.astype(np.uint8) * np.uint8(255)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    for operation in (cv2.MORPH_OPEN, cv2.MORPH_CLOSE):
        out = np.asarray(cv2.morphologyEx(out, operation, disc), np.uint8)
    out = np.asarray(exact.gaussian_blur(out, 1.0), np.uint8)
    return image.upsample(out, leaves.shape)


def _on_ground(
    picture: UInt8Array,
    depth: Floats,
    x: NDArray[np.intp],
    y: NDArray[np.intp],
    low: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return (n,) bool: which of the leaves at (x, y) are on the plane through the low ones.

    None do if the low ones do not fit a plane, its horizon is off, or they are not green.
    """
    height, width = picture.shape[:2]
    places = np.stack([x / width - 0.5, y / height, np.ones(len(x))], axis=1)
    plane, residual = _fit_plane(places, depth, low)
    tolerance = _TOLERANCE * exact.percentile(depth, 95)
    # near the camera estimates level out or follow blades; at the horizon trees and ground are alike
    flat = (np.abs(residual) < np.where(low, 4 * tolerance, tolerance)) & (
        places @ plane > 1.5 * tolerance
    )
    slope = float(plane[1])
    horizon = -float(plane[2]) / slope if slope > 0 else -1.0
    pixels = picture[y[flat], x[flat]].astype(int)
    green = pixels.size > 0 and float(np.median(pixels[:, 1] - pixels[:, 2])) > 0
    planar = float((np.abs(residual) < tolerance)[low].mean()) > _PLANAR
    return flat & (_HORIZON[0] < horizon < _HORIZON[1] and planar and green)


def _fit_plane(places: Floats, depth: Floats, used: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return a plane's coefficients (3,) and the residuals (n,) of depth, by trimmed least squares."""
    plane, residual = np.asarray(np.zeros(3)), depth
    for _ in range(8):
        plane = np.asarray(np.linalg.lstsq(places[used], depth[used], rcond=None)[0])
        residual = depth - places @ plane
        away = np.abs(residual)
        used = away < 2.5 * max(float(np.median(away[used])), 0.004)
    return plane, residual
