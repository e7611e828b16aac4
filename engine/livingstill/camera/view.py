"""What a camera move is planned from: the geometry of the picture, and the take."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.model import DEFAULT_FOCAL, Floats

_LONG_SIDE = 96


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the camera sees, and how long the take is.

    ``aspect`` is width / height; ``focal`` in frame widths. Inverse depths (1 = nearest point,
    0 = infinity): ``near``, ``middle`` and ``far`` are the 98th, 50th and 2nd percentile,
    ``subject`` what the camera looks at. ``x``, ``y`` say where the subject is, in photo
    fractions. ``depth`` is a small (h, w) float32 inverse depth, for other points to look at.
    ``seconds`` is the length of one turn of the move, ``seed`` decides what is left to chance.
    """

    aspect: float
    focal: float
    near: float
    middle: float
    far: float
    subject: float
    x: float
    y: float
    depth: Floats
    seconds: float = 5.0
    seed: int = 0

    @classmethod
    def of(
        cls,
        inverse_depth: Floats,
        focal: float | None = None,
        subject: tuple[float, float] = (0.5, 0.5),
    ) -> View:
        """Return the view of (H, W) float32 ``inverse_depth`` towards ``subject``."""
        height, width = inverse_depth.shape
        scale = min(1.0, _LONG_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small: Floats = np.asarray(
            cv2.resize(inverse_depth, size, interpolation=cv2.INTER_AREA), np.float32
        )
        far, middle, near = (float(q) for q in np.percentile(small, (2, 50, 98)))
        return cls(
            aspect=width / height,
            focal=focal or DEFAULT_FOCAL,
            near=near,
            middle=middle,
            far=far,
            subject=_around(small, *subject),
            x=subject[0],
            y=subject[1],
            depth=small,
        )

    def at(self, x: float, y: float) -> float:
        """Return the inverse depth around a point of the picture, in photo fractions."""
        return _around(self.depth, x, y)

    @property
    def offset(self) -> tuple[float, float]:
        """Where the subject is from the centre, in frame widths, right and down."""
        return self.x - 0.5, (self.y - 0.5) / self.aspect


def _around(depth: Floats, x: float, y: float) -> float:
    """Return the median inverse depth in a small window about a point."""
    height, width = depth.shape
    radius = max(1, round(0.02 * max(height, width)))
    column = min(width - 1, max(0, round(x * (width - 1))))
    row = min(height - 1, max(0, round(y * (height - 1))))
    window = depth[max(0, row - radius) : row + radius + 1, max(0, column - radius) :]
    return float(np.median(window[:, : 2 * radius + 1]))
