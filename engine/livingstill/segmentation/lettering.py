"""Lines of text in a photo, in any colour, translucency and direction, from strokes that repeat.

A letter is a connected part that stands out from the median around it in some colour channel, with
strokes of one width; a line of text is a row of such parts of like size, stroke and contrast. Whether
a row is text is said by a linear discriminant of its regularity. Rows that many channels, levels of
contrast and reductions of the photo agree on are text.

After the ideas of the stroke width transform (Epshtein, Ofek, Wexler 2010) and of text lines as chains
of regions (Neumann and Matas 2012). Sums are of integers, so that they have no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image

LEVELS = (14, 24, 40, 64)
"""Contrasts, in levels of one channel, at which parts are cut out."""

WINDOW = 31
"""Side of the square, in pixels of a reduction, whose median is the background of a letter."""

SMALLEST, LARGEST = 6, 34
"""Longer side of a letter, pixels of a reduction."""

_MARGIN = 0.7
"""Half the height of a row, and how far it goes beyond the centres of its ends, in letters' sizes."""

REDUCTIONS = (1, 2, 4, 8)
DIRECTIONS = 16
_UNIT = 64
"""Features of letters are kept in this part of one."""

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


class Letters(NamedTuple):
    """Parts of one reduction that may be letters: (n,) int64 each.

    ``x2`` and ``y2`` are twice the centre, ``size`` is the longer side of the box, all in pixels;
    ``stroke`` is half the width of strokes and ``contrast`` the mean of the channel above its
    background, both in 1/64; ``shape`` is (n, 6) in 1/64, see ``SHAPE``.
    """

    x2: Counts
    y2: Counts
    size: Counts
    stroke: Counts
    contrast: Counts
    shape: Counts


SHAPE = (
    "shorter over longer side of the box",
    "area over the square of the longer side",
    "contrast around the letter over the contrast in it",
    "variation of the contrast in it",
    "widest over mean width of strokes",
    "width of strokes over the longer side",
)
"""What ``Letters.shape`` holds."""


class Rows(NamedTuple):
    """Rows of letters along one direction: (m, features), and (m, 4, 2) corners in pixels.

    ``means`` is (m, 3): size, stroke and contrast of a row's letters, as in ``Letters``.
    """

    features: Numbers
    corners: Numbers
    means: Numbers


FEATURES = (
    "letters, at most 12", "distance from a straight line", "variation of size",
    "variation of stroke", "variation of contrast", "variation of steps", *SHAPE,
    "variation of areas", "deviation of the step from 0.9 sizes", "contrast", "letters beside the row",
)  # fmt: skip
"""What ``Rows.features`` holds, before products; lengths are in mean sizes of the row's letters."""


def letters_of(contrast: UInt8Array, level: int) -> Letters | None:
    """Return the parts of a contrast (h, w) above ``level`` that may be letters; None for too few."""
    ink = (contrast >= level).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=4)
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4].astype(np.int64)
    size = np.maximum(width, height).astype(np.int64)
    box = width.astype(np.int64) * height
    fits = (size >= SMALLEST) & (size <= LARGEST) & (np.minimum(width, height) >= 2)
    fits &= (area >= 10) & (8 * area >= box) & (10 * area <= 9 * box)
    fits[0] = False
    if np.count_nonzero(fits) < 3:
        return None
    number = np.cumsum(fits) * fits  # 1, 2... for the parts that fit, 0 for all else
    part = number[labels]
    chosen = np.flatnonzero(fits)
    total = len(chosen) + 1
    inside = np.flatnonzero(part)
    owner = part.ravel()[inside]
    depth = exact.distance_transform(ink).ravel()[inside]
    value = contrast.ravel()[inside].astype(np.int64)
    edge = np.bincount(owner[depth < 1.5], minlength=total)[1:]
    widest = np.zeros(total, np.float32)
    np.maximum.at(widest, owner, depth)
    area = area[chosen]
    mean = np.bincount(owner, value, minlength=total)[1:] / area
    square = np.bincount(owner, value * value, minlength=total)[1:] / area
    spread = np.sqrt(np.maximum(square - mean * mean, 0)) / mean
    around = _mean_around(part, ink, contrast, total) / mean
    stroke = area / np.maximum(edge, 1)
    longer = size[chosen]
    shape = np.stack(
        [
            np.minimum(width, height)[chosen] / longer,
            area / (longer * longer),
            around,
            spread,
            widest[1:] / stroke,
            2 * stroke / longer,
        ],
        axis=1,
    )
    keep = (
        (shape[:, 2] <= 0.3) & (shape[:, 4] <= 2.6) & (shape[:, 5] >= 0.05) & (shape[:, 5] <= 0.4)
    )
    if np.count_nonzero(keep) < 3:
        return None
    x2, y2 = (2 * stats[chosen, i].astype(np.int64) + stats[chosen, i + 2] for i in (0, 1))
    return Letters(
        x2[keep],
        y2[keep],
        longer[keep],
        _in_parts(stroke[keep]),
        _in_parts(mean[keep]),
        _in_parts(shape[keep]),
    )


def _in_parts(values: Any) -> Counts:
    return np.asarray(np.rint(np.asarray(values, np.float64) * _UNIT), np.int64)


def _mean_around(part: Counts, ink: UInt8Array, contrast: UInt8Array, total: int) -> Numbers:
    """Return the mean contrast of the ring two pixels outside each part."""
    grown = cv2.dilate(part.astype(np.float32), np.ones((5, 5), np.uint8))
    ring = (grown > 0) & (cv2.dilate(ink, np.ones((3, 3), np.uint8)) == 0)
    owner = grown[ring].astype(np.int64)
    sums = np.bincount(owner, contrast[ring].astype(np.int64), minlength=total)[1:]
    return np.asarray(sums / np.maximum(np.bincount(owner, minlength=total)[1:], 1), np.float64)


def rows_of(letters: Letters) -> Iterator[Rows]:
    """Yield the rows of three letters or more along each direction."""
    from scipy.spatial import cKDTree

    points = np.stack([letters.x2, letters.y2], axis=1)
    reach = 1.9
    pairs = cKDTree(points).query_pairs(2 * reach * int(letters.size.max()), output_type="ndarray")
    if not len(pairs):
        return
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    i, j = pairs.T
    size = letters.size
    larger, smaller = np.maximum(size[i], size[j]), np.minimum(size[i], size[j])
    step = points[j] - points[i]
    near = 100 * (step * step).sum(axis=1) <= (38 * larger) ** 2  # 1.9 sizes; steps are doubled
    near &= 10 * larger <= 19 * smaller
    i, j, step, larger = i[near], j[near], step[near], larger[near]
    alike = np.ones(len(i), bool)
    for values in (letters.stroke, letters.contrast):
        alike &= 10 * np.maximum(values[i], values[j]) <= 16 * np.minimum(values[i], values[j])
    for number in range(DIRECTIONS):
        angle = np.pi * number / DIRECTIONS
        axis = np.rint(np.array([np.cos(angle), np.sin(angle)]) * 1024).astype(np.int64)
        rows = _rows_along(letters, axis, (i, j), step, larger, alike)
        if rows is not None:
            yield rows


def _rows_along(
    letters: Letters,
    axis: Counts,
    ends: tuple[Counts, Counts],
    step: Counts,
    larger: Counts,
    alike: NDArray[np.bool_],
) -> Rows | None:
    """Return the rows along ``axis``: paths of letters each of which is the next one's nearest."""
    total = len(letters.size)
    along = step @ axis
    across = np.abs(step @ np.array([-axis[1], axis[0]]))
    straight = 10 * across <= 6 * 1024 * larger  # 0.3 sizes
    chosen = np.flatnonzero(alike & straight & (along != 0))
    if not len(chosen):
        return None
    forward = along[chosen] > 0
    first = np.where(forward, ends[0][chosen], ends[1][chosen])
    second = np.where(forward, ends[1][chosen], ends[0][chosen])
    length = np.abs(along[chosen])
    for at, other in ((0, 1), (1, 0)):  # the nearest ahead of each letter, then behind each
        link = np.stack([first, second])
        order = np.lexsort((link[other], length, link[at]))
        link, length = link[:, order], length[order]
        nearest = np.r_[True, link[at, 1:] != link[at, :-1]]
        (first, second), length = link[:, nearest], length[nearest]
    entered = np.zeros(total, bool)
    entered[second] = True
    if not entered[first].any():  # no letter has one on either side
        return None
    # each letter has one before it at most and one behind: a row is named by its first letter
    label = np.arange(total)
    label[second] = first
    while not np.array_equal(label, earlier := label[label]):
        label = earlier
    long = np.bincount(label, minlength=total) >= 3
    if not long.any():
        return None
    row = (np.cumsum(long) - 1)[label]
    row[~long[label]] = -1
    beside = _beside(ends, 10 * across > 10 * 1024 * larger, total)
    return _describe(letters, axis, row, (row[first], length), beside)


def _beside(ends: tuple[Counts, Counts], apart: NDArray[np.bool_], total: int) -> Counts:
    """Return how many letters of like size are near each letter, but beside its row."""
    i, j = ends[0][apart], ends[1][apart]
    return np.bincount(i, minlength=total) + np.bincount(j, minlength=total)


def _describe(
    letters: Letters, axis: Counts, row: Counts, links: tuple[Counts, Counts], beside: Counts
) -> Rows:
    """Return the features and corners of rows; ``row`` is the row of each letter, -1 for none."""
    member = np.flatnonzero(row >= 0)
    row = row[member]
    count = np.bincount(row).astype(np.float64)
    total = len(count)

    def sums(values: Counts, owner: Counts = row) -> Numbers:
        return np.asarray(np.bincount(owner, values, minlength=total), np.float64)

    def mean_and_variation(values: Counts) -> tuple[Numbers, Numbers]:
        mean = sums(values) / count
        variance = np.maximum(sums(values * values) / count - mean * mean, 0)
        return mean, np.sqrt(variance)

    size, size_spread = mean_and_variation(letters.size[member])
    stroke, stroke_spread = mean_and_variation(letters.stroke[member])
    contrast, contrast_spread = mean_and_variation(letters.contrast[member])
    # Places along and across the direction, in 1/32 pixel: differences from each row's first letter
    # keep the sums of squares exact.
    place = np.stack([letters.x2[member], letters.y2[member]], axis=1)
    p, w = place @ axis >> 6, place @ np.array([-axis[1], axis[0]]) >> 6
    start = np.full(total, np.iinfo(np.int64).max)
    np.minimum.at(start, row, p)
    last = np.full(total, np.iinfo(np.int64).min)
    np.maximum.at(last, row, p)
    level = np.zeros(total, np.int64)
    level[row[::-1]] = w[::-1]
    q, v = p - start[row], w - level[row]
    q_mean, v_mean = sums(q) / count, sums(v) / count
    qq = np.maximum(sums(q * q) / count - q_mean * q_mean, 1)
    qv = sums(q * v) / count - q_mean * v_mean
    vv = sums(v * v) / count - v_mean * v_mean
    slope = qv / qq
    off = np.sqrt(np.maximum(vv - slope * qv, 0)) / 32
    linked = links[0] >= 0
    owner, gap = links[0][linked], links[1][linked] >> 6
    links_count = np.maximum(np.bincount(owner, minlength=total), 1)
    gap_mean = sums(gap, owner) / links_count
    gap_spread = np.sqrt(np.maximum(sums(gap * gap, owner) / links_count - gap_mean * gap_mean, 0))
    shape = [mean_and_variation(values) for values in letters.shape[member].T]
    features = np.stack(
        [
            np.minimum(count, 12),
            off / size,
            size_spread / size,
            stroke_spread / stroke,
            contrast_spread / contrast,
            gap_spread / np.maximum(gap_mean, 1),
            *(mean / _UNIT for mean, _ in shape),
            shape[1][1] / _UNIT,
            np.abs(gap_mean / 32 / size - 0.9),
            np.minimum(contrast / _UNIT, 120) / 100,
            np.minimum(sums(beside[member]) / count, 6),
        ],
        axis=1,
    )
    middles = [
        np.stack([side / 32, (level + v_mean + slope * (side - start - q_mean)) / 32], axis=1)
        for side in (start, last)
    ]
    corners = _corners(axis, middles, _MARGIN * size)
    return Rows(features, corners, np.stack([size, stroke, contrast], axis=1))


def _corners(axis: Counts, middles: list[Numbers], margin: Numbers) -> Numbers:
    """Return the corners (n, 4, 2) of rows from the middles of their ends, along and across."""
    unit = axis / 1024
    normal = np.array([-unit[1], unit[0]])
    corners = []
    for middle, outwards in zip(middles, (-1, 1)):
        for sideways in (-1, 1) if outwards < 0 else (1, -1):
            along = middle[:, 0] + outwards * margin
            across = middle[:, 1] + sideways * margin
            corners.append(along[:, None] * unit + across[:, None] * normal)
    return np.stack(corners, axis=1)


def contrasts(picture: UInt8Array) -> Iterator[tuple[int, UInt8Array]]:
    """Yield reductions' factors, and how far each channel is above, then below its local median."""
    for factor in REDUCTIONS:
        if min(picture.shape[:2]) // factor < WINDOW:
            return
        side = max(picture.shape[:2]) // factor
        reduced = picture if factor == 1 else image.downscale(picture, side)
        for channel in cv2.split(reduced):
            background = cv2.medianBlur(channel, WINDOW)
            yield factor, np.asarray(cv2.subtract(channel, background), np.uint8)
            yield factor, np.asarray(cv2.subtract(background, channel), np.uint8)


_WEIGHTS = (
    0.56, -2.89, -1.17, -1.62, -3.05, -0.63, 18.14, 23.13, -17.43, -21.91, -4.56, -36.23, -3.09, -1.5, 1.48,
    -0.19, -0.49, -0.55, 0.66, -0.02, 0.46, -0.02, -0.13, 16.81, -14.55, 2.87, 0.03,
)  # fmt: skip
_BIAS = 4.04
"""Of a logistic regression on rows in rendered text and in photos without any, of the features, then
of the products in ``_scores``: livingstill_training.lettering."""

_TIMES_LETTERS = (1, 2, 4, 5, 9, 14, 15)
_SQUARED = (9, 6, 2, 15)

_WORTH = -1.5
"""Score from which a row counts at all."""

_VOTE, _MOST = 16, 128
"""Votes of a row for each point of its score above that, and the most of one row."""

_REACH = 2.6
"""Sizes of a letter that the next one of a line of text may be away, across a space."""

_CERTAIN, _LIKELY = 128, 48
"""Votes that a line of text has somewhere, and that its other places have."""


def terms(features: Numbers) -> Numbers:
    """Return (m, terms) float64: features of rows, and the products that the discriminant adds."""
    letters = features[:, :1]
    return np.concatenate(
        [
            features,
            features[:, _TIMES_LETTERS] * letters,
            features[:, _SQUARED] * features[:, _SQUARED],
        ],
        axis=1,
    )


def _scores(features: Numbers) -> Numbers:
    """Return how much rows look like text, (m,) float64: the logarithm of the odds."""
    score = np.full(len(features), _BIAS)
    for values, weight in zip(terms(features).T, _WEIGHTS):
        score += values * weight
    return score


def find_lettering(picture: UInt8Array) -> Float32Array:
    """Return (h, w) float32, 1 on lines of text.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``FINE``
    """
    votes = np.zeros(picture.shape[:2], np.int32)
    for factor, contrast in contrasts(picture):
        for level in LEVELS:
            votes += _votes(contrast, level, factor, votes.shape)
    likely = (votes >= _LIKELY).astype(np.uint8)
    count, labels = cv2.connectedComponents(likely)
    certain = np.zeros(count, bool)
    certain[labels[votes >= _CERTAIN]] = True
    certain[0] = False
    return np.asarray(certain[labels], np.float32)


def _votes(
    contrast: UInt8Array, level: int, factor: int, shape: tuple[int, ...]
) -> UInt8Array | int:
    """Return the votes of one contrast at one level for every pixel of the picture, uint8."""
    letters = letters_of(contrast, level)
    if letters is None:
        return 0
    votes: list[Counts] = []
    corners: list[Numbers] = []
    for rows in rows_of(letters):
        score = _scores(rows.features)
        worth = score > _WORTH
        votes.append(np.minimum((score[worth] - _WORTH) * _VOTE, _MOST).astype(np.int64))
        corners += [
            _extended(box, means, letters) if sure else box
            for box, means, sure in zip(rows.corners[worth], rows.means[worth], score[worth] > 0)
        ]
    if not sum(map(len, votes)):
        return 0
    out = np.zeros(shape, np.uint8)
    all_votes = np.concatenate(votes)
    all_corners = np.rint(np.stack(corners) * factor).astype(np.int32)
    for row in np.argsort(all_votes, kind="stable"):  # the surest are drawn last
        cv2.fillConvexPoly(out, all_corners[row], int(all_votes[row]))
    return out


def _extended(corners: Numbers, means: Numbers, letters: Letters) -> Numbers:
    """Return the corners of a row that goes on to letters beyond its ends which are somewhat alike.

    A space, or a letter that runs into what is behind it, is no end.
    """
    size, stroke, contrast = means
    first, last = (corners[0] + corners[1]) / 2, (corners[2] + corners[3]) / 2
    way = last - first
    length = float(np.sqrt(way[0] * way[0] + way[1] * way[1]))
    across, down = (float(part) / length for part in way)
    x, y = letters.x2 / 2 - first[0], letters.y2 / 2 - first[1]
    along, off = x * across + y * down, np.abs(y * across - x * down)
    alike = (off <= 0.4 * size) & (letters.size >= 0.55 * size) & (letters.size <= 1.6 * size)
    alike &= (letters.stroke <= 1.6 * stroke) & (1.6 * letters.stroke >= stroke)
    alike &= (letters.contrast <= 2 * contrast) & (2 * letters.contrast >= contrast)
    margin = _MARGIN * size
    start, end = margin, length - margin
    for place in np.sort(along[alike]):
        if end < place <= end + _REACH * size:
            end = float(place)
    for place in np.sort(along[alike])[::-1]:
        if start > place >= start - _REACH * size:
            start = float(place)
    unit, side = np.array([across, down]), (corners[1] - corners[0]) / 2
    ends = first + unit * (start - margin), first + unit * (end + margin)
    return np.stack([ends[0] - side, ends[0] + side, ends[1] + side, ends[1] - side])
