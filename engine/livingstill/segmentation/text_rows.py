"""Rows of parts of a picture that may be letters, and how regular they are.

After the idea of text lines as chains of regions (Neumann and Matas 2012). Sums are of integers, so that
they have no order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livingstill.core.arrays import read_only
from livingstill.segmentation.letters import SHAPE, UNIT, Counts, Letters, Numbers

MARGIN = 0.7
"""Half the height of a row, and how far it goes beyond the centres of its ends, in letters' sizes."""

DIRECTIONS = 16

_ANGLES = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
_AXES: Counts = np.rint(np.stack([np.cos(_ANGLES), np.sin(_ANGLES)]) * 1024).astype(np.int64)
"""(2, DIRECTIONS) int64: the directions, in 1/1024."""

_REACH = 1.9
"""Sizes of the larger of two letters in a row that their centres may be apart."""


class Rows(NamedTuple):
    """Rows of letters: (m, features), and (m, 4, 2) corners in pixels.

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


class _Chains(NamedTuple):
    """Letters in rows: a place is a letter along one direction, its number direction x letters + letter.

    ``row`` is the row of each place, -1 for none; ``start`` and ``length`` are the row of each link
    between two letters, -1 for none, and its length in 1/2048 pixel; ``beside`` is how many letters of
    like size are near each place, but beside its row.
    """

    row: Counts
    start: Counts
    length: Counts
    beside: Counts


def rows_of(letters: Letters) -> Rows | None:
    """Return the rows of three letters or more along each direction; None for none."""
    letters = letters.without_bars()
    chains = _chains(letters) if len(letters.size) > 2 else None
    return None if chains is None else _describe(letters, chains)


def _near_pairs(letters: Letters) -> tuple[Counts, Counts]:
    """Return the pairs of letters of like size that are near each other, (n,) int64 each."""
    from livingstill.kernels import runs as kernels

    order = np.argsort(letters.x2, kind="stable")
    x, y, size = (read_only(values[order]) for values in (letters.x2, letters.y2, letters.size))
    room = 8 * len(order)
    while True:
        pairs = np.empty((2, room), np.int64)
        found = kernels.near_pairs(x, y, size, _REACH, pairs)
        if found <= room:
            return order[pairs[0, :found]], order[pairs[1, :found]]
        room = found


def _chains(letters: Letters) -> _Chains | None:
    """Return paths of letters each of which is the next one's nearest, along each direction."""
    i, j = _near_pairs(letters)
    total = len(letters.size)
    larger = np.maximum(letters.size[i], letters.size[j])[:, None]
    x, y = letters.x2[j] - letters.x2[i], letters.y2[j] - letters.y2[i]
    along = x[:, None] * _AXES[0] + y[:, None] * _AXES[1]
    across = np.abs(y[:, None] * _AXES[0] - x[:, None] * _AXES[1])
    alike = np.ones(len(i), bool)
    for values in (letters.stroke, letters.contrast):
        alike &= 10 * np.maximum(values[i], values[j]) <= 16 * np.minimum(values[i], values[j])
    straight = 10 * across <= 6 * 1024 * larger  # 0.3 sizes
    pair, direction = np.nonzero(straight & alike[:, None] & (along != 0))
    along = along[pair, direction]
    ends = np.where(along > 0, (i[pair], j[pair]), (j[pair], i[pair])) + direction * total
    first, second, length = _nearest_links(ends[0], ends[1], np.abs(along))
    row = _rows_of_links(first, second, DIRECTIONS * total)
    if row is None:
        return None
    return _Chains(row, row[first], length, _beside(i, j, 10 * across > 10 * 1024 * larger, total))


def _nearest_links(first: Counts, second: Counts, length: Counts) -> tuple[Counts, Counts, Counts]:
    """Return the links to the nearest place ahead of each, of those the ones nearest behind each."""
    for _ in range(2):
        # one number holds a link, as sorting numbers is fast: a place, the length, the other place
        link = np.sort((first << 42) | (length << 24) | second)
        first, length, second = link >> 42, link >> 24 & 0x3FFFF, link & 0xFFFFFF
        nearest = np.r_[True, first[1:] != first[:-1]] if len(first) else np.zeros(0, bool)
        first, second, length = second[nearest], first[nearest], length[nearest]
    return first, second, length


def _rows_of_links(first: Counts, second: Counts, places: int) -> Counts | None:
    """Return the row of each place, -1 for none, from links of which none share an end; None for none."""
    # each place has one before it at most and one behind: a row is named by its first place
    label = np.arange(places)
    label[second] = first
    while not np.array_equal(label, earlier := label[label]):
        label = earlier
    long = np.bincount(label, minlength=places) >= 3
    if not long.any():
        return None
    return np.asarray(np.where(long, np.cumsum(long) - 1, -1)[label], np.int64)


def _beside(i: Counts, j: Counts, apart: NDArray[np.bool_], total: int) -> Counts:
    """Return how many letters are beside each place; ``apart`` (pairs, DIRECTIONS) says which are."""
    pair, direction = np.nonzero(apart)
    places = DIRECTIONS * total
    place = direction * total
    ends = (np.bincount(place + end[pair], minlength=places) for end in (i, j))
    return np.asarray(sum(ends), np.int64)


def _describe(letters: Letters, chains: _Chains) -> Rows:
    """Return the features and corners of rows."""
    places = np.flatnonzero(chains.row >= 0)
    row = chains.row[places]
    direction, member = np.divmod(places, len(letters.size))
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
    x, y = letters.x2[member], letters.y2[member]
    axis = _AXES[:, direction]
    p, w = x * axis[0] + y * axis[1] >> 6, y * axis[0] - x * axis[1] >> 6
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
    linked = chains.start >= 0
    owner, gap = chains.start[linked], chains.length[linked] >> 6
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
            *(mean / UNIT for mean, _ in shape),
            shape[1][1] / UNIT,
            np.abs(gap_mean / 32 / size - 0.9),
            np.minimum(contrast / UNIT, 120) / 100,
            np.minimum(sums(chains.beside[places]) / count, 6),
        ],
        axis=1,
    )
    middles = [
        np.stack([side / 32, (level + v_mean + slope * (side - start - q_mean)) / 32], axis=1)
        for side in (start, last)
    ]
    along = np.zeros((total, 2), np.int64)
    along[row] = axis.T
    corners = _corners(along, middles, MARGIN * size)
    return Rows(features, corners, np.stack([size, stroke, contrast], axis=1))


def _corners(axis: Counts, middles: list[Numbers], margin: Numbers) -> Numbers:
    """Return the corners (n, 4, 2) of rows from the middles of their ends, along and across."""
    unit = axis / 1024
    normal = np.stack([-unit[:, 1], unit[:, 0]], axis=1)
    corners = []
    for middle, outwards in zip(middles, (-1, 1)):
        for sideways in (-1, 1) if outwards < 0 else (1, -1):
            along = middle[:, :1] + outwards * margin[:, None]
            across = middle[:, 1:] + sideways * margin[:, None]
            corners.append(along * unit + across * normal)
    return np.stack(corners, axis=1)
