"""The subject of a photo, from faces or saliency: the point that framing and camera aim at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact

LONG_SIDE = 128
"""Long side in pixels at which saliency is computed, so that only large shapes remain."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Subject:
    """The point (``x``, ``y``), the ``box`` (left, top, right, bottom), all in photo fractions.

    ``confidence`` is 0 for a picture that is the same all over and 1 for a lone bright thing;
    ``kind`` says what it was found by: a face, or what stands out.
    """

    x: float = 0.5
    y: float = 0.5
    box: Box = (0.0, 0.0, 1.0, 1.0)
    confidence: float = 0.0
    kind: str = "centre"

    @property
    def point(self) -> tuple[float, float]:
        """The point the camera looks at."""
        return self.x, self.y


def saliency(
    rgb: UInt8Array, inverse_depth: Float32Array, sky: UInt8Array | None = None
) -> Float32Array:
    """Return the saliency of a photo, (h, w) float32 in 0..1, at a long side of ``LONG_SIDE``.

    It sums colour contrast (centre-surround over scales, Itti, Koch and Niebur 1998), distance
    from the border's colours (the border is mostly background, Wei et al. 2012) and depth
    contrast, weighted by a Gaussian about the centre and lowered in the sky.
    ``sky`` is a mask of any size, 255 = sky.
    """
    height, width = rgb.shape[:2]
    scale = LONG_SIDE / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = exact.resize_area(rgb, size).astype(np.float32) / 255
    lab: Float32Array = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32)
    depth = np.asarray(exact.resize_area(inverse_depth, size), np.float32)

    contrast = np.zeros(lab.shape[:2], np.float32)
    for sigma in (1.5, 3.0, 6.0):
        surround_difference = _blur(lab, sigma) - _blur(lab, 4 * sigma)
        contrast += np.sqrt((surround_difference * surround_difference).sum(-1))
    depth_contrast = np.maximum(_blur(depth, 1.5) - _blur(depth, 20.0), 0)
    combined = (
        0.45 * _normalised(contrast)
        + 0.35 * _normalised(_border_distance(lab))
        + 0.35 * _normalised(depth_contrast)
    )

    x = (np.arange(size[0], dtype=np.float32) + 0.5) / size[0] - 0.5
    y = (np.arange(size[1], dtype=np.float32) + 0.5) / size[1] - 0.5
    combined *= np.exp(-(x[None] ** 2 + y[:, None] ** 2) / np.float32(2 * 0.30**2))
    if sky is not None:
        mask = exact.resize_area(sky, size).astype(np.float32) / 255
        combined *= 1 - 0.75 * mask
    return _normalised(_blur(combined, 3.0))


def head_boxes(people: UInt8Array | None) -> list[Box]:
    """Return head boxes, photo fractions: the upper parts of the connected components of people.

    There is no face detector; ``people`` is the network's class mask (H, W) uint8, 255 = certain,
    whose components have the head on top. Components under 1 % of the picture are left out.
    """
    if people is None:
        return []
    scale = LONG_SIDE / max(people.shape)
    size = tuple(max(8, round(n * scale)) for n in people.shape[::-1])
    small = exact.resize_area(people, size) > 127
    count, labels, stats, _ = cv2.connectedComponentsWithStats(small.astype(np.uint8))
    boxes = []
    for k in range(1, count):
        _, top, width, height, area = (int(n) for n in stats[k])
        if area < 0.01 * small.size:
            continue
        filling = min(1.0, area / small.size / 0.3)  # the larger the figure, the more of it is head
        head_height = max(2, min(height, round(min((0.35 + 0.3 * filling) * height, width))))
        columns = np.flatnonzero((labels[top : top + head_height] == k).any(0))
        left, right = columns[0] / size[0], (columns[-1] + 1) / size[0]
        boxes.append((float(left), top / size[1], float(right), (top + head_height) / size[1]))
    return boxes


def find_subject(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    sky: UInt8Array | None = None,
    faces: Sequence[Box] = (),
) -> Subject:
    """Return the subject of a photo; ``faces`` are boxes in photo fractions and come first."""
    if faces:
        areas = [(f[2] - f[0]) * (f[3] - f[1]) for f in faces]
        large = [f for f, area in zip(faces, areas) if area >= 0.3 * max(areas)]
        left, top = (min(f[i] for f in large) for i in (0, 1))
        right, bottom = (max(f[i] for f in large) for i in (2, 3))
        return Subject(
            (left + right) / 2, (top + bottom) / 2, (left, top, right, bottom), 1, "face"
        )
    salience = saliency(rgb, inverse_depth, sky)
    height, width = salience.shape
    _, _, _, (column, row) = cv2.minMaxLoc(salience)
    _, labels = cv2.connectedComponents((salience > 0.6 * salience.max()).astype(np.uint8))
    blob = (labels == labels[row, column]) & (salience > 0)
    weight = np.where(blob, salience, 0).astype(np.float64)
    total = float(weight.sum())
    if total <= 0:
        return Subject()
    xs, ys = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    x, y = float((weight.sum(0) * xs).sum() / total), float((weight.sum(1) * ys).sum() / total)
    across, down = np.flatnonzero(blob.any(0)), np.flatnonzero(blob.any(1))
    left, right = float(across[0]) / width, float(across[-1] + 1) / width
    top, bottom = float(down[0]) / height, float(down[-1] + 1) / height
    inside = float(salience[blob].mean())
    outside = float(salience[~blob].mean()) if not blob.all() else inside
    confidence = max(0.0, 1 - 1.8 * outside / inside)
    return Subject(x, y, (left, top, right, bottom), confidence, "what stands out")


def _blur(values: Float32Array, sigma: float) -> Float32Array:
    return np.asarray(exact.gaussian_blur(values, sigma, border="edge"))


def _normalised(values: Float32Array) -> Float32Array:
    """Return ``values`` over their 99th percentile, at most 1."""
    top = exact.percentile(values, 99)
    return (
        np.minimum(values / np.float32(max(top, 1e-6)), np.float32(1)) if top > 1e-6 else values * 0
    )


def _border_distance(lab: Float32Array) -> Float32Array:
    """Return each pixel's Mahalanobis distance from the border's colours, the least of four sides."""
    margin = max(2, min(lab.shape[:2]) // 12)
    sides = (lab[:margin], lab[-margin:], lab[:, :margin], lab[:, -margin:])
    nearest = np.full(lab.shape[:2], np.inf, np.float32)
    for side in sides:
        colours = side.reshape(-1, 3)
        mean = colours.mean(0)
        covariance = np.cov(colours.T) + 16 * np.eye(3)
        deviation = (lab - mean).reshape(-1, 3)
        mahalanobis = np.sqrt(
            np.einsum("ni,ij,nj->n", deviation, np.linalg.inv(covariance), deviation)
        )
        nearest = np.minimum(nearest, mahalanobis.reshape(nearest.shape).astype(np.float32))
    return nearest
