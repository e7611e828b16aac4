"""The way of most of a clip's picture: the similarity that its points go by, evenly spread over it."""

from __future__ import annotations

import numpy as np

from livingstill.jobs.rescue.point_tracks import Float64Array, Followed

_MIN_POINTS = 8
_REFILLED, _LOST = 0.7, 0.1
"""Share of the points that must be found again, or others are gone by from there on, so that what came
into view counts; and share without which a step shows another picture, and says nothing."""
_ROUNDS = 20
_LEAST_SCALE = 0.5
"""Pixels of the reduced frame by which a point may be off without being doubted."""


class PictureWay:
    """Fits a similarity to points, each of which stands for as much of the picture.

    It goes by the points of one frame as long as most of them are found, so that no error of single
    steps adds up; and by most of them, whatever the rest does.
    """

    def __init__(self) -> None:
        self._base = self._now = np.eye(3)
        self._origins: Float64Array = np.zeros((0, 2))
        self._valid = np.zeros(0, bool)
        self._count = 0
        self._indices: list[int] = []
        self._matrices: list[Float64Array] = []

    def add(self, index: int, seen: Followed) -> None:
        """Add a frame by what was followed into it."""
        lost = len(seen.kept) > 0 and seen.kept.mean() < _LOST
        self._origins, self._valid = self._origins[seen.kept], self._valid[seen.kept]
        if not lost and self._valid.sum() >= _MIN_POINTS:
            origins, places = self._origins[self._valid], seen.places[self._valid]
            self._now = likely_similarity(origins, places, seen.pixel) @ self._base
        places = np.concatenate([seen.places, seen.new])
        if lost or self._valid.sum() < max(_MIN_POINTS, _REFILLED * self._count):
            self._base, self._origins = self._now, places
            self._valid, self._count = np.ones(len(places), bool), len(places)
        else:  # points found later have no place in the frame that is gone by
            self._origins = np.concatenate([self._origins, seen.new])
            self._valid = np.concatenate([self._valid, np.zeros(len(seen.new), bool)])
        self._indices.append(index)
        self._matrices.append(self._now)

    def path(self, count: int) -> tuple[Float64Array, Float64Array, Float64Array, Float64Array]:
        """Return x and y in frame widths, magnification and roll in degrees of ``count`` frames, (T,) each.

        Between those that were added it goes evenly.
        """
        matrices = np.array(self._matrices or [np.eye(3)])
        zoom = np.log(np.hypot(matrices[:, 0, 0], matrices[:, 1, 0]))
        roll = np.degrees(np.unwrap(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0])))
        at = np.arange(max(count, 1))
        x, y, zoom, roll = (
            np.asarray(np.interp(at, self._indices or [0], values), np.float64)
            for values in (matrices[:, 0, 2], matrices[:, 1, 2], zoom, roll)
        )
        return x, y, np.exp(zoom), roll


def likely_similarity(start: Float64Array, there: Float64Array, pixel: float) -> Float64Array:
    """Return the (3, 3) similarity that most of the points (n, 2) went by, to ``there``.

    By iteratively reweighted least squares (Holland and Welsch, 1977) with Cauchy's weights from the
    median shift on: unlike the least median of squares it draws no lots, and does not leap from one layer
    to another that is about as large.
    """
    rows = np.zeros((len(start), 2, 4))
    rows[:, 0, 0] = rows[:, 1, 1] = 1
    rows[:, :, 2] = start
    rows[:, 0, 3], rows[:, 1, 3] = -start[:, 1], start[:, 0]
    found = np.array([*np.median(there - start, axis=0), 1.0, 0.0])
    for _ in range(_ROUNDS):
        left = np.linalg.norm(rows @ found - there, axis=1) / pixel
        scale = max(1.4826 * float(np.median(left)), _LEAST_SCALE)
        weighted = rows * (1 / (1 + (left / scale) ** 2))[:, None, None]
        normal = np.einsum("nki,nkj->ij", weighted, rows)
        found = np.linalg.lstsq(normal, np.einsum("nki,nk->i", weighted, there), rcond=None)[0]
    x, y, cosine, sine = found
    return np.array([[cosine, -sine, x], [sine, cosine, y], [0.0, 0.0, 1.0]])
