"""The way of most of a clip's picture: the similarity that the median of its points goes by."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.jobs.rescue.point_tracks import Float64Array, Followed

_MIN_POINTS = 8
_MOST_LOST = 0.5
"""Share of the points that must be found again, or others are gone by from there on."""


class PictureWay:
    """Fits a similarity to points by least median of squares (Rousseeuw, 1984), from frame to frame.

    It goes by the points of one frame as long as most of them are found, so that no error of single
    steps adds up; and by most of them, whatever the rest does.
    """

    def __init__(self) -> None:
        self._base = np.eye(3)
        self._origins: Float64Array = np.zeros((0, 2))
        self._valid = np.zeros(0, bool)
        self._count = 0
        self._indices: list[int] = []
        self._matrices: list[Float64Array] = []

    def add(self, index: int, seen: Followed) -> None:
        """Add a frame by what was followed into it."""
        self._origins, self._valid = self._origins[seen.kept], self._valid[seen.kept]
        now = self._base
        if self._valid.sum() >= _MIN_POINTS:
            now = _similarity(self._origins[self._valid], seen.places[self._valid]) @ self._base
        places = np.concatenate([seen.places, seen.new])
        if self._valid.sum() < max(_MIN_POINTS, _MOST_LOST * self._count):
            self._base, self._origins = now, places
            self._valid, self._count = np.ones(len(places), bool), len(places)
        else:  # points found later have no place in the frame that is gone by
            self._origins = np.concatenate([self._origins, seen.new])
            self._valid = np.concatenate([self._valid, np.zeros(len(seen.new), bool)])
        self._indices.append(index)
        self._matrices.append(now)

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


def _similarity(start: Float64Array, there: Float64Array) -> Float64Array:
    """Return the (3, 3) similarity that takes most of the points (n, 2) to others."""
    matrix, _ = cv2.estimateAffinePartial2D(start, there, method=cv2.LMEDS)
    return np.eye(3) if matrix is None else np.vstack([matrix, [0.0, 0.0, 1.0]])
