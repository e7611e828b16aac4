"""Verticals of a photo made vertical: the camera turned so that their vanishing point is straight below.

A camera that is tilted turns the world's verticals into lines through one point, their vanishing
point. Turning it back is a homography, K R K^-1 (Hartley and Zisserman, Multiple View Geometry, 2004,
8.4): no depth is needed, and every straight line stays straight.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import DEFAULT_FOCAL, Float32Array, Photo
from livingstill.core.threads import over_bands
from livingstill.kernels import perspective
from livingstill.photo.lines import detect_lines

Reals = NDArray[np.float64]

_STEEP = 0.36
"""Sideways over down of a line that may be a vertical of the world: 20 degrees."""

_INLIER = math.tan(math.radians(0.8))
"""Tangent of the angle by which a vertical may miss the vanishing point, as it is detected."""

_PAIRED = 32
"""Longest lines whose pairs are tried for the vanishing point."""

_MIN_COUNT, _MIN_LENGTH, _MIN_SHARE, _MIN_SPREAD = 6, 0.9, 0.55, 0.13
"""Clear verticals: so many lines, their length in long sides, their share of the length of all steep
lines, and the standard deviation of their places in widths of the photo."""

_UPRIGHT, _TILTED = 0.25, 12.0
"""Degrees: below the first the photo is upright already; above the second tilt is meant."""

_ROUNDS = 6
_UNIT = 2.0**20


@dataclass(frozen=True, slots=True)
class Vertical:
    """Direction of the world's vertical in the camera's coordinates, with y = 1 (right, down, ahead).

    ``lean`` is the root mean square angle of its lines in the photo, degrees from vertical.
    """

    right: float
    ahead: float
    lean: float

    @property
    def tilt(self) -> float:
        """By how much the camera is turned against it, degrees."""
        return math.degrees(math.atan(math.hypot(self.right, self.ahead)))


def correct(photo: Photo) -> Photo:
    """Return the photo with its verticals vertical, cropped to its own shape; a note says how much.

    A photo without clear verticals, upright already, or tilted on purpose, stays as it is, and the
    note says that.
    """
    focal = photo.focal or DEFAULT_FOCAL
    vertical = find_vertical(detect_lines(photo.rgb), photo.size, focal)
    if vertical is None:
        return _noted(photo, "the photo has no clear verticals, so none are corrected")
    if vertical.lean < _UPRIGHT:
        return _noted(photo, "the photo's verticals are upright already")
    if vertical.tilt > _TILTED:
        return _noted(
            photo,
            f"the camera was tilted by {vertical.tilt:.0f} degrees, more than is corrected "
            f"({_TILTED:.0f}), so the photo stays as it is",
        )
    matrix, size, kept = crop_upright(photo.size, focal, vertical)
    rgb = np.empty((size[1], size[0], 3), np.uint8)
    source = np.ascontiguousarray(photo.rgb).reshape(photo.size[1], -1)
    work = partial(perspective.warp, source, 3, matrix.ravel(), rgb.reshape(size[1], -1))
    over_bands(work, size[1])
    note = (
        f"verticals corrected, which leaned by {vertical.lean:.1f} degrees; "
        f"{kept:.0%} of the photo is kept"
    )
    focal_now = photo.focal * photo.size[0] / size[0] if photo.focal else None
    return replace(
        photo, rgb=rgb, focal=focal_now, notes=(*photo.notes, note), perspective_corrected=True
    )


def _noted(photo: Photo, note: str) -> Photo:
    return replace(photo, notes=(*photo.notes, note))


def find_vertical(lines: Float32Array, size: tuple[int, int], focal: float) -> Vertical | None:
    """Return the direction of the world's vertical from lines of a photo; None if it is not clear.

    The pair of lines whose vanishing point most of the steep lines meet, by length, is refined by
    least squares over those (consensus as in Fischler and Bolles, 1981, over all pairs).

    Parameters
    ----------
    lines : (n, 4) float32, x0, y0, x1, y1 in photo fractions, the longest first
    size : (width, height) of the photo
    focal : focal length in widths of the photo
    """
    width, height = size
    ends = (lines.astype(np.float64) - 0.5) * np.array([1, height / width] * 2) / focal
    span = ends[:, 2:] - ends[:, :2]
    steep = np.abs(span[:, 0]) < _STEEP * np.abs(span[:, 1])
    ends, span = ends[steep], span[steep]
    long_side = max(1.0, height / width) / focal
    length = np.sqrt((span * span).sum(1)) / long_side
    middle = (ends[:, :2] + ends[:, 2:]) / 2
    best, inliers = 0.0, np.zeros(len(ends), bool)
    for i, j in combinations(range(min(_PAIRED, len(ends))), 2):
        pair = _meet(ends[[i, j]], np.ones(2))
        if pair is None:
            continue
        through = _through(pair, middle, span)
        score = math.fsum(length[through])
        if score > best:
            best, inliers = score, through
    direction: tuple[float, float] | None = None
    for _ in range(_ROUNDS):
        direction = _meet(ends[inliers], length[inliers]) if inliers.any() else None
        if direction is None:
            return None
        inliers = _through(direction, middle, span)
    if direction is None or not _is_clear(length, inliers, middle[:, 0] * focal):
        return None
    slopes = np.abs(span[inliers, 0] / span[inliers, 1])
    lean = math.sqrt(math.fsum(length[inliers] * slopes * slopes) / math.fsum(length[inliers]))
    return Vertical(*direction, math.degrees(math.atan(lean)))


def _is_clear(length: Reals, inliers: NDArray[np.bool_], x: Reals) -> bool:
    """Say whether the lines that agree are enough, and far enough apart, to know the vertical by."""
    agreeing = math.fsum(length[inliers])
    if inliers.sum() < _MIN_COUNT or agreeing < _MIN_LENGTH:
        return False
    mean = math.fsum(length[inliers] * x[inliers]) / agreeing
    spread = math.fsum(length[inliers] * (x[inliers] - mean) ** 2) / agreeing
    return agreeing >= _MIN_SHARE * math.fsum(length) and spread >= _MIN_SPREAD**2


def _meet(ends: Reals, weights: Reals) -> tuple[float, float] | None:
    """Return the direction (right, 1, ahead) nearest to the planes of lines, in steps of 2^-20.

    Least squares by the normal equations, their sums exact, so that no library decides a bit of it.
    """
    ones = np.ones(len(ends))
    first, second = np.column_stack([ends[:, :2], ones]), np.column_stack([ends[:, 2:], ones])
    normal = np.stack(
        [
            first[:, 1] * second[:, 2] - first[:, 2] * second[:, 1],
            first[:, 2] * second[:, 0] - first[:, 0] * second[:, 2],
            first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0],
        ]
    )
    a, b, c = normal / np.sqrt((normal * normal).sum(0))

    def total(p: Reals, q: Reals) -> float:
        return math.fsum(weights * p * q)

    aa, ac, cc, ab, cb = total(a, a), total(a, c), total(c, c), total(a, b), total(c, b)
    determinant = aa * cc - ac * ac
    if abs(determinant) < 1e-9:
        return None
    right = (ac * cb - cc * ab) / determinant
    ahead = (ac * ab - aa * cb) / determinant
    return round(right * _UNIT) / _UNIT, round(ahead * _UNIT) / _UNIT


def _through(direction: tuple[float, float], middle: Reals, span: Reals) -> NDArray[np.bool_]:
    """Return which lines, by their middles and spans, point at the vanishing point."""
    right, ahead = direction
    x, y = right - ahead * middle[:, 0], 1 - ahead * middle[:, 1]
    cross = np.abs(x * span[:, 1] - y * span[:, 0])
    along = np.abs(x * span[:, 0] + y * span[:, 1])
    return np.asarray(cross < _INLIER * along)


def crop_upright(
    size: tuple[int, int], focal: float, vertical: Vertical
) -> tuple[Reals, tuple[int, int], float]:
    """Return the homography from the corrected picture's pixels to the photo's, its size, and what is kept.

    The picture is the largest of the photo's shape in the turned photo; what is kept is the share of
    the photo's area that it shows.
    """
    width, height = size
    rotation = _rotation(vertical)
    scale, centre = focal * width, np.array([(width - 1) / 2, (height - 1) / 2])
    camera = np.array([[scale, 0, centre[0]], [0, scale, centre[1]], [0, 0, 1]])
    inverse = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, scale]]) / scale
    forward = _product(_product(camera, rotation), inverse)
    corners = np.array(
        [[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]]
    )
    left, top, share = _largest_inside(_mapped(forward, corners), (width, height))
    out = (math.floor(width * share), math.floor(height * share))
    shift = np.array([[1, 0, left + 0.5], [0, 1, top + 0.5], [0, 0, 1]])
    matrix = _product(_product(_product(camera, rotation.T), inverse), shift)
    edges = np.array(
        [[-0.5, -0.5], [out[0] - 0.5, -0.5], [out[0] - 0.5, out[1] - 0.5], [-0.5, out[1] - 0.5]]
    )
    return matrix, out, _area(_mapped(matrix, edges)) / (width * height)


def _rotation(vertical: Vertical) -> Reals:
    """Return the smallest rotation that turns the vertical straight down (Rodrigues, 1840)."""
    length = math.sqrt(vertical.right**2 + 1 + vertical.ahead**2)
    x, y, z = vertical.right / length, 1 / length, vertical.ahead / length
    # the cross product with the axis, vertical x down = (-z, 0, x)
    cross = np.array([[0, -x, 0], [x, 0, z], [0, -z, 0]])
    return np.asarray(np.eye(3) + cross + _product(cross, cross) / (1 + y))


def _product(one: Reals, other: Reals) -> Reals:
    """Return a matrix product whose sums are in one order on every machine, unlike a BLAS's."""
    total = one[:, :1] * other[0]
    for k in range(1, len(other)):
        total = total + one[:, k : k + 1] * other[k]
    return np.asarray(total)


def _mapped(matrix: Reals, points: Reals) -> Reals:
    """Return points (n, 2) through a homography."""
    out = _product(np.column_stack([points, np.ones(len(points))]), matrix.T)
    return np.asarray(out[:, :2] / out[:, 2:])


def _largest_inside(quad: Reals, size: tuple[int, int]) -> tuple[float, float, float]:
    """Return left, top and scale of the largest upright rectangle of a shape inside a convex quad.

    A rectangle is inside a side's half-plane if its centre is, moved by its reach towards the side;
    the largest touches three sides, so all triples are tried (a linear program in three unknowns).
    """
    sides = np.roll(quad, -1, axis=0) - quad
    outward = np.column_stack([sides[:, 1], -sides[:, 0]])
    outward /= np.sqrt((outward * outward).sum(1))[:, None]
    reach = (np.abs(outward) * np.array(size)).sum(1) / 2
    rows, limits = np.column_stack([outward, reach]), (outward * quad).sum(1)
    best = (0.0, 0.0, 0.0)
    for triple in combinations(range(4), 3):
        found = _solve(rows[list(triple)], limits[list(triple)])
        if found is None or ((rows * np.array(found)).sum(1) > limits + 1e-6).any():
            continue
        x, y, scale = found
        if scale > best[2]:
            best = (x - scale * size[0] / 2, y - scale * size[1] / 2, scale)
    left, top, scale = best
    return round(left * 64) / 64, round(top * 64) / 64, scale * (1 - 2 / max(size))


def _solve(rows: Reals, right: Reals) -> tuple[float, float, float] | None:
    """Return the solution of three linear equations by Cramer's rule; None if they depend."""

    def determinant(m: Reals) -> float:
        a, b, c, d, e, f, g, h, i = (float(v) for v in m.ravel())
        return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)

    whole = determinant(rows)
    if abs(whole) < 1e-9:
        return None
    solved = []
    for column in range(3):
        replaced = rows.copy()
        replaced[:, column] = right
        solved.append(determinant(replaced) / whole)
    return solved[0], solved[1], solved[2]


def _area(polygon: Reals) -> float:
    """Return the area of a polygon (n, 2) by the shoelace formula."""
    x, y = polygon.T
    return abs(math.fsum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
