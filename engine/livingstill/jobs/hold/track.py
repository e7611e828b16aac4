"""Where a still, or a part of it, is in every frame of a clip: homographies along tracked features."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging.image import reduced_size

Matrix = NDArray[np.float64]

_SIDE = 640
"""Pixels of the long side at which features are tracked."""
_NORMALISED_SIGMA = 8.0
_FEATURES, _SPACING = 500, 6
_WINDOW = (17, 17)
_MAX_RETURN = 0.6
"""Pixels by which a feature that is tracked there and back may miss its place."""
_RANSAC = 1.2
_UNMOVED, _UNMOVED_SHARE = 0.35, 0.5
"""Pixels within which a feature has not moved; the share of features for nothing to have moved."""
_FEWEST, _FEWEST_SHARE = 10, 0.15
"""Features that must agree on a displacement, and their share of those that were found."""
_MANY = 40
"""Features from which on they are trusted with a perspective."""


@dataclass(frozen=True, slots=True, eq=False)
class Tracker:
    """Follows what is in ``reference`` (H, W, 3) within ``mask`` (H, W) from frame to frame.

    Every frame is matched with the reference itself, so no drift adds up; the luma is locally
    normalised, so light and colour may change.
    """

    scale: float
    target: UInt8Array
    points: Float32Array

    @classmethod
    def of(cls, reference: UInt8Array, mask: UInt8Array | None = None) -> Tracker:
        """Return a tracker of what is in a mask, or of all."""
        size = reduced_size(reference.shape, _SIDE, 16)
        target = normalised(reference, size)
        area = None if mask is None else cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        points = cv2.goodFeaturesToTrack(
            target,
            _FEATURES,
            0.02,
            _SPACING,
            mask=None if area is None else (area > 64).view(np.uint8),
        )
        found = np.zeros((0, 1, 2), np.float32) if points is None else points
        return cls(size[0] / reference.shape[1], target, np.asarray(found, np.float32))

    def luma(self, frame: UInt8Array) -> UInt8Array:
        """Return what of a frame is searched."""
        return normalised(frame, self.target.shape[::-1])

    def find(self, luma: UInt8Array, near: Matrix) -> Matrix | None:
        """Return the (3, 3) homography from the reference to a frame; None if it is not found.

        ``luma`` is that of the frame, ``near`` where it was found last.
        """
        if len(self.points) < _FEWEST:
            return None
        start = np.asarray(cv2.perspectiveTransform(self.points, self._reduced(near)), np.float32)
        there, found = _lucas_kanade(self.target, luma, self.points, start)
        back, returned = _lucas_kanade(luma, self.target, there, self.points)
        missed = np.linalg.norm((back - self.points)[:, 0], axis=1)
        good = found & returned & (missed < _MAX_RETURN)
        if good.sum() < _FEWEST:
            return None
        matrix = _fit(self.points[good, 0], there[good, 0])
        return None if matrix is None else self._full(matrix)

    def _reduced(self, matrix: Matrix) -> Matrix:
        scaling = np.diag([self.scale, self.scale, 1.0])
        return np.asarray(scaling @ matrix @ np.linalg.inv(scaling))

    def _full(self, matrix: Matrix) -> Matrix:
        scaling = np.diag([self.scale, self.scale, 1.0])
        full = np.linalg.inv(scaling) @ matrix @ scaling
        return np.asarray(full / full[2, 2])


def _lucas_kanade(
    first: UInt8Array, second: UInt8Array, points: Float32Array, start: Float32Array
) -> tuple[Float32Array, NDArray[np.bool_]]:
    """Return where points (n, 1, 2) of a picture are in another, from ``start`` on, and which are found."""
    there, status, _ = cv2.calcOpticalFlowPyrLK(
        first,
        second,
        points,
        start.copy(),
        winSize=_WINDOW,
        maxLevel=3,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 30, 0.005),
    )
    return np.asarray(there, np.float32), np.asarray(status[:, 0] > 0)


def _fit(points: Float32Array, there: Float32Array) -> Matrix | None:
    """Return what carries points (n, 2) to others: nothing, a similarity, or a perspective."""
    away = np.linalg.norm(there - points, axis=1)
    if (away < _UNMOVED).mean() >= _UNMOVED_SHARE:
        return np.eye(3)
    similar, kept = cv2.estimateAffinePartial2D(
        points, there, method=cv2.RANSAC, ransacReprojThreshold=_RANSAC, maxIters=1000
    )
    inliers = 0 if similar is None else int(kept.sum())
    best = None if similar is None else np.vstack([similar, [0.0, 0.0, 1.0]])
    if len(points) >= _MANY:
        perspective, kept = cv2.findHomography(points, there, cv2.RANSAC, _RANSAC, maxIters=2000)
        if perspective is not None and int(kept.sum()) > 1.15 * inliers:
            best, inliers = perspective, int(kept.sum())
    if inliers < max(_FEWEST, _FEWEST_SHARE * len(points)):
        return None
    return best


def normalised(picture: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """Return (h, w) uint8: luma less its local mean, over its local contrast."""
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = luma - cv2.GaussianBlur(luma, (0, 0), _NORMALISED_SIGMA)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), _NORMALISED_SIGMA)) + 4
    return np.asarray(np.clip(128 + 40 * detail / contrast, 0, 255).astype(np.uint8))


def corners(shape: tuple[int, ...]) -> Float32Array:
    """Return the (4, 1, 2) corners of a picture."""
    height, width = shape[:2]
    return np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float32)
