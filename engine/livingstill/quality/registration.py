"""Registration of a still to a clip: the crop of the still that the clip's first frame shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array

_LONG_SIDE = 640
_MATCH_MARGIN = 0.01


@dataclass(frozen=True, slots=True)
class Crop:
    """The crop of a still that a frame shows, in pixels of the still, and its correlation with it.

    ``likeness`` is the correlation of the two pictures, -1..1; ``matches`` are the features that agree
    on where the frame lies in the still.
    """

    x: float
    y: float
    width: float
    height: float
    likeness: float
    matches: int = 0

    @property
    def recognised(self) -> bool:
        """Whether the still is of what the frame shows, though it may be in other light or drawn on."""
        return self.likeness >= MIN_LIKENESS or self.matches >= MIN_MATCHES


MIN_LIKENESS = 0.5
MIN_MATCHES = 50
"""Features, of 1500, that agree; of 210 pairs of other pictures none had more than 26."""


def locate(still: UInt8Array, frame: UInt8Array) -> Crop:
    """Return the crop of ``still`` that looks most like ``frame``; both (H, W, 3) uint8 RGB.

    Tries the whole still, its centre at the frame's shape, and what matched features say (SIFT,
    Lowe 2004, with RANSAC). The simple answers win unless the fit is clearly better, for they are
    what tools do and exact.
    """
    height, width = still.shape[:2]
    shape = frame.shape[1] / frame.shape[0]
    wide, high = min(width, height * shape), min(height, width / shape)
    candidates = (
        [(0.0, 0.0, float(width), float(height))] if abs(shape * height / width - 1) < 0.5 else []
    )
    candidates.append(((width - wide) / 2, (height - high) / 2, wide, high))
    scored = [(_likeness(still, frame, box), box) for box in candidates]
    best, box = max(scored)
    fitted, matches = _match_features(still, frame)
    if fitted is not None:
        likeness = _likeness(still, frame, fitted)
        if likeness > best + _MATCH_MARGIN * (1 - best) + 0.002:
            best, box = likeness, fitted
    return Crop(*box, likeness=best, matches=matches)


def crop_like(still: UInt8Array, frame: UInt8Array) -> UInt8Array:
    """Return ``still`` cropped and scaled as ``frame`` shows it, at the frame's size."""
    crop = locate(still, frame)
    return resample_crop(still, (crop.x, crop.y, crop.width, crop.height), frame.shape[1::-1])


def resample_crop(
    still: UInt8Array, box: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Return a box of the still at ``size``, averaged where it shrinks."""
    x, y, width, height = box
    shrink = max(1.0, width / size[0], height / size[1])
    if shrink > 1.5:  # shrink by areas to within a pixel, then cut exactly
        k = 1.0 / shrink
        target = (max(1, round(still.shape[1] * k)), max(1, round(still.shape[0] * k)))
        kx, ky = target[0] / still.shape[1], target[1] / still.shape[0]
        source = cv2.resize(still, target, interpolation=cv2.INTER_AREA)
        x, y, width, height = x * kx, y * ky, width * kx, height * ky
    else:
        source = still
    sx, sy = width / size[0], height / size[1]
    # pixel centres: frame pixel i stands at (i + .5) s - .5 of the box
    matrix = np.array([[sx, 0, x + sx / 2 - 0.5], [0, sy, y + sy / 2 - 0.5]])
    out = cv2.warpAffine(
        np.ascontiguousarray(source),
        matrix,
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(out, np.uint8)


def _grey(picture: UInt8Array, size: tuple[int, int]) -> NDArray[np.uint8]:
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _likeness(
    still: UInt8Array, frame: UInt8Array, box: tuple[float, float, float, float]
) -> float:
    """Return the correlation of slightly blurred pictures at a small size."""
    scale = min(1.0, 256 / max(frame.shape[:2]))
    size = (max(8, round(frame.shape[1] * scale)), max(8, round(frame.shape[0] * scale)))
    pictures: list[NDArray[Any]] = []
    for picture in (resample_crop(still, box, size), frame):
        grey = cv2.GaussianBlur(_grey(picture, size), (0, 0), 1.0).astype(np.float32)
        pictures.append(grey - grey.mean())
    a, b = pictures
    energy = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / energy if energy > 0 else 0.0


def _match_features(
    still: UInt8Array, frame: UInt8Array
) -> tuple[tuple[float, float, float, float] | None, int]:
    """Return the box that matched features agree on, or None, and how many agree on where it lies."""
    pictures, scales = [], []
    for picture in (still, frame):
        scale = min(1.0, _LONG_SIDE / max(picture.shape[:2]))
        size = (max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale)))
        pictures.append(_grey(picture, size))
        scales.append((size[0] / picture.shape[1], size[1] / picture.shape[0]))
    sift = cv2.SIFT.create(1500, contrastThreshold=0.01)
    (points_a, descriptors_a), (points_b, descriptors_b) = (
        sift.detectAndCompute(picture, None) for picture in pictures
    )
    if descriptors_a is None or descriptors_b is None or min(len(points_a), len(points_b)) < 8:
        return None, 0
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(descriptors_b, descriptors_a, k=2)
    good = [
        pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance
    ]
    if len(good) < 8:
        return None, 0
    frame_points = np.array([points_b[m.queryIdx].pt for m in good]) / scales[1]
    still_points = np.array([points_a[m.trainIdx].pt for m in good]) / scales[0]
    matrix, inliers = cv2.estimateAffinePartial2D(
        frame_points, still_points, method=cv2.RANSAC, ransacReprojThreshold=3 / scales[0][0]
    )
    matches = 0 if matrix is None else int(inliers.sum())
    if matrix is None or matches < 8 or abs(matrix[0, 1]) > 0.1 * abs(matrix[0, 0]):
        return None, matches
    # a crop has no roll: fit scale and offset of each axis to the pairs RANSAC kept
    inlier_mask = inliers[:, 0] > 0
    sx, x = np.polyfit(frame_points[inlier_mask, 0], still_points[inlier_mask, 0], 1)
    sy, y = np.polyfit(frame_points[inlier_mask, 1], still_points[inlier_mask, 1], 1)
    height, width = frame.shape[:2]
    box = (float(x), float(y), float(sx * width), float(sy * height))
    tolerance = 0.01 * max(still.shape[:2])
    inside = min(x, y) > -tolerance and box[0] + box[2] < still.shape[1] + tolerance
    inside = inside and box[1] + box[3] < still.shape[0] + tolerance
    # beyond the still or out of shape: the frame has moved on, and this is no crop
    return box if inside and sx > 0 and 0.97 < sx / sy < 1.03 else None, matches
