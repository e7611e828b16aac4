"""Likeness of photos: a perceptual hash to find candidates, matched keypoints to be sure."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.imaging import exact

GREY_SIDE = 480
"""Long side of the grey picture that keypoints are found in, pixels."""

MAX_DISTANCE = 22
"""Bits of 64 by which the hashes of two photos of one view may differ; unrelated ones differ by 32."""

_HASH_SIDE, _LOW = 32, 8
_KEYPOINTS = 700
_RATIO = 0.8
_REPROJECTION = 4.0
_MIN_INLIERS, _MIN_SHARE = 30, 0.45
_MIN_OVERLAP = 0.72
"""Part of the smaller view that the other must show too."""

_MAX_ZOOM = 1.35
"""Ratio of scales at which two photos are still one view, and not a view and its detail."""


def small_grey(rgb: UInt8Array) -> UInt8Array:
    """Return a photo (H, W, 3) in grey, its long side ``GREY_SIDE`` pixels at most."""
    height, width = rgb.shape[:2]
    scale = min(1.0, GREY_SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(exact.resize_area(rgb, size), np.uint8)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def perceptual_hash(grey: UInt8Array) -> int:
    """Return 64 bits: which low frequencies of a grey picture lie above their median.

    After Zauner (Implementation and benchmarking of perceptual image hash functions, 2010).
    """
    small = np.asarray(exact.resize_area(grey, (_HASH_SIDE, _HASH_SIDE)), np.float32)
    low = cv2.dct(small)[:_LOW, :_LOW].ravel()
    bits = low > np.median(low[1:])
    return int("".join("1" if bit else "0" for bit in bits), 2)


def same_view(one: UInt8Array, other: UInt8Array) -> bool:
    """Return whether two grey pictures (h, w) show the same view, as two shots of one tripod do.

    ORB keypoints (Rublee et al., 2011) that match must agree on a homography that keeps most of
    the view and hardly enlarges it: a room from another corner is another view.
    """
    found = _homography(one, other)
    if found is None:
        return False
    height, width = one.shape
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float32)
    quad = cv2.perspectiveTransform(corners, found)[:, 0]
    if not np.isfinite(quad).all() or not cv2.isContourConvex(quad):
        return False
    target = np.array([[0, 0], [other.shape[1], 0], [*other.shape[::-1]], [0, other.shape[0]]])
    area, full = float(cv2.contourArea(quad)), float(other.shape[0] * other.shape[1])
    shared = float(cv2.intersectConvexConvex(quad, target.astype(np.float32))[0])
    zoom = max(area / full, full / max(area, 1.0)) ** 0.5
    return zoom < _MAX_ZOOM and shared >= _MIN_OVERLAP * min(area, full)


def _homography(one: UInt8Array, other: UInt8Array) -> NDArray[np.float64] | None:
    """Return the homography from one picture to the other by their matched keypoints, None if too few agree."""
    orb = cv2.ORB.create(_KEYPOINTS)
    (first, a), (second, b) = (orb.detectAndCompute(grey, None) for grey in (one, other))
    if a is None or b is None or min(len(a), len(b)) < _MIN_INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(a, b, k=2)
    matches = [p[0] for p in pairs if len(p) == 2 and p[0].distance < _RATIO * p[1].distance]
    if len(matches) < _MIN_INLIERS:
        return None
    src = np.array([first[m.queryIdx].pt for m in matches], np.float32)
    dst = np.array([second[m.trainIdx].pt for m in matches], np.float32)
    cv2.setRNGSeed(0)
    matrix, inliers = cv2.findHomography(src, dst, cv2.RANSAC, _REPROJECTION)
    if matrix is None or inliers.sum() < max(_MIN_INLIERS, _MIN_SHARE * len(matches)):
        return None
    return np.asarray(matrix, np.float64)
