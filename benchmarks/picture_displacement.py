"""How far the picture of a clip goes: the displacement of a grid of picture points, by sparse tracks.

One corner per cell of an even grid, so that a subject counts by its size, is followed by pyramidal
Lucas-Kanade (Bouguet, 2001), there and back. The similarity that most of them go by (iteratively reweighted
least squares, Cauchy's weights) says where the points of a 9 x 9 grid over the first frame are in each frame. Their displacements hold shift, zoom and roll together, as an eye sees them: a zoom about a point off
the middle is partly a shift, and how it is split says nothing. The amount is the root mean square over
the points and over all frames, the way the direction of that vector: a clip that goes out and comes back has
both, which between its first and last frame it has not. Of a clip that ends as it began, what the tracks
are off by at its end is taken from all of its frames evenly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

_CELL, _FAINTEST, _BORDER = 20, 2e-5, 4
"""Pixels between corners; least eigenvalue of the structure tensor; pixels of the border without any."""
_REFILLED, _LOST = 0.7, 0.1
"""Share of the corners without which they are looked for anew, so that what comes into view counts;
and without which a frame shows something else, as in a flash, and is passed over."""
_PASSED_OVER = 3
"""Frames in a row that are passed over; then the picture goes on from another one."""
_FEWEST = 8
_STAYS, _STANDING_SHARE = 0.0025, 1 / 3
"""Frame widths by which a corner may be off and stays; share of the corners that stay where something
moves before a camera that stands."""
_RETURNED = 1 / 3
"""Share of the first frame's corners that are where they were in the last one of a clip that returns."""
_ROUNDS, _LEAST_SCALE = 20, 0.5
"""Of the fit; pixels by which a corner may be off without being doubted."""
_GRID = 9
_REACH = 2
"""Frames on either side that a displacement is the median of, for a fit may leap in one."""


@dataclass(frozen=True)
class Likeness:
    """How one way is beside another: the angle between them, degrees, and the ratio of their amounts."""

    angle: float
    ratio: float


def displacements(frames: Iterable[np.ndarray]) -> np.ndarray:
    """Return where a grid of points has gone in each frame since the first, (T, 2, n) in frame widths.

    ``frames`` are (H, W, 3) uint8 RGB.
    """
    frames = list(frames)
    height, width = frames[0].shape[:2]
    across, down = ((np.arange(_GRID) + 0.5) / _GRID * side - 0.5 for side in (width, height))
    x, y = np.meshgrid(across, down)
    points = np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    found = np.array([(matrix @ points - points)[:2] / width for matrix in similarities(frames)])
    last = len(found) - 1
    if _staying_share(frames[0], frames[-1]) > _RETURNED:
        found -= np.linspace(0, 1, len(found))[:, None, None] * found[-1]
    reaches = [min(_REACH, t, last - t) for t in range(len(found))]
    return np.array(
        [np.median(found[t - reach : t + reach + 1], axis=0) for t, reach in enumerate(reaches)]
    )


def stands(frames: list[np.ndarray], way: np.ndarray) -> bool:
    """Tell whether something moves before a camera that stands, as in a talk or before a sofa.

    So it is if a third of the corners are where they were at the frame where the picture has gone
    farthest. A flight towards mountains, which stand too, is not told from it.
    """
    grey = [_grey(frame) for frame in frames[: farthest(way) + 1]]
    start = there = _corners(grey[0])
    most = len(start)
    for before, after in pairwise(grey):
        if len(start) < _FEWEST:
            return False
        kept, places = _followed(before, after, there)
        start, there = start[kept], places[kept]
    gone = np.linalg.norm(there - start, axis=-1) / grey[0].shape[1]
    return len(start) > most / 3 and float((gone < _STAYS).mean()) > _STANDING_SHARE


def amount(way: np.ndarray) -> float:
    """Return the root mean square of displacements (..., 2, n), frame widths."""
    return float(np.sqrt((way**2).sum(-2).mean()))


def farthest(way: np.ndarray) -> int:
    """Return the frame where displacements (T, 2, n) are largest."""
    return int((way**2).sum((1, 2)).argmax())


def likeness(way: np.ndarray, other: np.ndarray) -> Likeness:
    """Return how displacements are beside others of the same shape."""
    size, other_size = amount(way), amount(other)
    cosine = float((way * other).sum(-2).mean()) / max(size * other_size, 1e-12)
    return Likeness(
        float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))), other_size / max(size, 1e-9)
    )


def similarities(frames: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    """Yield the similarity (3, 3), in pixels, from the first frame to each.

    Corners are followed as long as most of them are found, so that no error of single steps adds up.
    """
    base = now = np.eye(3)
    last, passed, most = None, 0, 0
    start = there = np.zeros((0, 1, 2), np.float32)
    for frame in frames:
        grey = _grey(frame)
        if last is not None and len(start):
            kept, places = _followed(last, grey, there)
            if kept.sum() < max(_FEWEST, _LOST * most) and passed < _PASSED_OVER:
                passed += 1
                yield now
                continue
            start, there = start[kept], places[kept]
            if len(start) >= _FEWEST:
                now = similarity(start[:, 0], there[:, 0]) @ base
        if last is None or len(start) < max(_FEWEST, _REFILLED * most):
            base, start = now, _corners(grey)
            there, most = start, len(start)
        last, passed = grey, 0
        yield now


def similarity(start: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return the similarity (3, 3) that most points (n, 2) went by."""
    x, y = start.astype(float).T
    rows = np.zeros((len(start), 2, 4))
    rows[:, 0, 0] = rows[:, 1, 1] = 1
    rows[:, 0, 2], rows[:, 1, 2] = x, y
    rows[:, 0, 3], rows[:, 1, 3] = -y, x
    found = np.array([*np.median(there - start, axis=0), 1.0, 0.0])
    for _ in range(_ROUNDS):
        left = np.linalg.norm(rows @ found - there, axis=1)
        scale = max(1.4826 * np.median(left), _LEAST_SCALE)
        weighted = rows * (1 / (1 + (left / scale) ** 2))[:, None, None]
        normal = np.einsum("nki,nkj->ij", weighted, rows)
        found = np.linalg.lstsq(
            normal, np.einsum("nki,nk->i", weighted, there.astype(float)), rcond=None
        )[0]
    dx, dy, a, b = found
    return np.array([[a, -b, dx], [b, a, dy], [0, 0, 1]])


def _grey(frame: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def _staying_share(frame: np.ndarray, other: np.ndarray) -> float:
    """Return the share of a frame's corners, 0..1, that are at the same place in another."""
    start = _corners(_grey(frame))
    if len(start) < _FEWEST:
        return 0.0
    kept, there = _followed(_grey(frame), _grey(other), start)
    gone = np.linalg.norm(there - start, axis=-1)[:, 0] / frame.shape[1]
    return float((kept & (gone < _STAYS)).mean())


def _corners(grey: np.ndarray) -> np.ndarray:
    """Return the (n, 1, 2) best corners of the cells of a frame, faint ones where there are no others."""
    strength = cv2.cornerMinEigenVal(grey.astype(np.float32) / np.float32(255), 5)
    inner = np.zeros_like(strength)
    inside = slice(_BORDER, -_BORDER)
    inner[inside, inside] = strength[inside, inside]
    found = []
    for top in range(0, grey.shape[0], _CELL):
        for left in range(0, grey.shape[1], _CELL):
            cell = inner[top : top + _CELL, left : left + _CELL]
            y, x = np.unravel_index(cell.argmax(), cell.shape)
            if cell[y, x] > _FAINTEST:
                found.append((left + x, top + y))
    return np.array(found, np.float32).reshape(-1, 1, 2)


def _followed(
    before: np.ndarray, after: np.ndarray, there: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return which corners are found again in the next frame (n,), and where (n, 1, 2)."""
    now, found, _ = cv2.calcOpticalFlowPyrLK(before, after, there, None)
    back, _, _ = cv2.calcOpticalFlowPyrLK(after, before, now, None)
    return (found[:, 0] > 0) & (np.linalg.norm(back - there, axis=-1)[:, 0] < 0.5), now
