"""Connected parts of a picture as runs of pixels in rows, and which parts are near each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.kernels.compile import kernel, part

Ints = NDArray[np.int32]
Counts = NDArray[np.int64]


@part
def _root(parent: Ints, n: int) -> int:
    """Return the first of the runs that a run is joined to, and shorten the way to it."""
    while parent[n] != n:
        parent[n] = parent[parent[n]]
        n = parent[n]
    return n


@kernel("u1:2! i8")
def count(picture: UInt8Array, level: int) -> int:
    """Return how many runs of pixels (h, w) uint8 of at least ``level`` there are in rows."""
    total = 0
    for y in range(picture.shape[0]):
        line, starts = picture[y], np.uint32(picture[y, 0] >= level)
        least = np.uint8(level)
        for x in range(1, line.size):
            starts += np.uint32((line[x] >= least) & (line[x - 1] < least))
        total += int(starts)
    return total


@kernel("u1:2! i8 i4:2 i4:2")
def label(picture: UInt8Array, level: int, runs: Ints, boxes: Ints) -> int:
    """Find the parts of pixels of at least ``level`` that are connected by sides; return how many.

    Parameters
    ----------
    picture : (h, w) uint8
    runs : (4, runs) int32, filled: row, first column, column behind the last, and number of part;
        parts are numbered in the order of their first pixels
    boxes : (>= parts, 5) int32, filled with left, top, width, height and pixels of each part
    """
    height, width = picture.shape
    row, begin, end, owner = runs[0], runs[1], runs[2], runs[3]
    found, above, first = 0, 0, 0
    for y in range(height):
        line, last, x = picture[y], found, 0
        above, first = first, found
        while x < width:
            if line[x] < level:
                x += 1
                continue
            start = x
            while x < width and line[x] >= level:
                x += 1
            row[found], begin[found], end[found], owner[found] = y, start, x, found
            while above < last and end[above] <= start:
                above += 1
            other = above
            while other < last and begin[other] < x:
                a, b = _root(owner, found), _root(owner, other)
                owner[max(a, b)] = min(a, b)
                other += 1
            found += 1
    for n in range(found):  # the first run of a part is its root, and comes before all others
        owner[n] = owner[owner[n]]
    parts = 0
    for n in range(found):
        if owner[n] == n:
            parts += 1
            owner[n] = -parts
            boxes[parts - 1, 0], boxes[parts - 1, 1] = begin[n], row[n]
            boxes[parts - 1, 2] = boxes[parts - 1, 3] = boxes[parts - 1, 4] = 0
        else:
            owner[n] = owner[owner[n]]
    for n in range(found):
        owner[n] = -owner[n] - 1
        box = boxes[owner[n]]
        right = max(box[0] + box[2], end[n])
        box[0] = min(box[0], begin[n])
        box[2], box[3] = right - box[0], row[n] + 1 - box[1]
        box[4] += end[n] - begin[n]
    return parts


@kernel("i4:2! i4:1! u1:2! f4:2! f4:2 i8:2 f4:1")
def measure(
    runs: Ints,
    numbers: Ints,
    picture: UInt8Array,
    depth: Float32Array,
    drawn: Float32Array,
    sums: Counts,
    deepest: Float32Array,
) -> None:
    """Draw some parts and add up what is in them.

    Parameters
    ----------
    runs : (4, runs) int32 from ``label``
    numbers : (parts,) int32, 1 to N for parts that are drawn, 0 for others
    picture : (h, w) uint8
    depth : (h, w) float32, the distance to the nearest pixel outside
    drawn : (h, w) float32, pixels of parts set to their numbers
    sums : (N, 3) int64, added to: the picture, its squares, and the pixels at a part's edge
    deepest : (N,) float32, raised to the largest depth
    """
    row, begin, end, owner = runs[0], runs[1], runs[2], runs[3]
    for n in range(row.size):
        number = numbers[owner[n]]
        if number == 0:
            continue
        line, far, into, y = picture[row[n]], depth[row[n]], drawn[row[n]], number - 1
        for x in range(begin[n], end[n]):
            value = np.int64(line[x])
            into[x] = np.float32(number)
            sums[y, 0] += value
            sums[y, 1] += value * value
            sums[y, 2] += 1 if far[x] < np.float32(1.5) else 0
            deepest[y] = max(deepest[y], far[x])


@kernel("i8:1! i8:1! i8:1! f8 i8:2")
def near_pairs(x: Counts, y: Counts, size: Counts, reach: float, pairs: Counts) -> int:
    """Find pairs of things of like size that are near each other; return how many there are.

    Parameters
    ----------
    x, y : (n,) int64, twice the place; x ascends
    size : (n,) int64; the smaller is at least 10/19 of the larger
    reach : how far apart they may be, in sizes of the larger
    pairs : (2, m) int64, filled with the first m pairs
    """
    largest = np.int64(0)
    for n in range(size.size):
        largest = max(largest, size[n])
    found, most = 0, 2.0 * reach * np.float64(largest)
    for i in range(x.size):
        for j in range(i + 1, x.size):
            dx, dy = x[j] - x[i], y[j] - y[i]
            if np.float64(dx) > most:
                break
            larger, smaller = max(size[i], size[j]), min(size[i], size[j])
            far = 20.0 * reach * np.float64(larger)
            if np.float64(100 * (dx * dx + dy * dy)) > far * far or 10 * larger > 19 * smaller:
                continue
            if found < pairs.shape[1]:
                pairs[0, found], pairs[1, found] = i, j
            found += 1
    return found
