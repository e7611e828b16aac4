"""The view that a camera move is planned from: depth percentiles, subject and field of view."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from livingstill.core.model import DEFAULT_FOCAL, Float32Array
from livingstill.imaging import exact

_LONG_SIDE = 128

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in photo fractions."""


@dataclass(frozen=True, slots=True, eq=False)
class CameraView:
    """The frame's geometry and depth, and the length of one turn of the move.

    ``aspect`` is width / height of the frame; ``focal`` in frame widths. Inverse depths (1 =
    nearest point, 0 = infinity): ``near``, ``middle`` and ``far`` are the 98th, 50th and 2nd
    percentile, ``subject`` is that of what the camera looks at. ``x``, ``y`` say where the subject
    is in the frame, as fractions of it; ``box`` is the part of the photo in the frame. ``depth`` is
    a small (h, w) float32 inverse depth of the frame. ``seconds`` is the length of one turn of the
    move, ``seed`` decides what is left to chance.
    """

    aspect: float
    focal: float
    near: float
    middle: float
    far: float
    subject: float
    x: float
    y: float
    depth: Float32Array
    box: Box = (0.0, 0.0, 1.0, 1.0)
    seconds: float = 5.0
    seed: int = 0

    @classmethod
    def of(
        cls,
        inverse_depth: Float32Array,
        focal: float | None = None,
        subject: tuple[float, float] = (0.5, 0.5),
        box: Box = (0.0, 0.0, 1.0, 1.0),
    ) -> CameraView:
        """Return the view of the part ``box`` of a photo towards ``subject`` (photo fractions).

        ``inverse_depth`` is the photo's, (H, W) float32, of any size; ``focal`` is in photo widths.
        """
        height, width = inverse_depth.shape
        left, right = _cell_range(box[0], box[2], width)
        top, bottom = _cell_range(box[1], box[3], height)
        part = inverse_depth[top:bottom, left:right]
        scale = min(1.0, _LONG_SIDE / max(part.shape))
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        small: Float32Array = np.asarray(exact.resize_area(part, size), np.float32)
        far, middle, near = (exact.percentile(small, percent) for percent in (2, 50, 98))
        view = cls(
            aspect=(box[2] - box[0]) * width / ((box[3] - box[1]) * height),
            focal=(focal or DEFAULT_FOCAL) / (box[2] - box[0]),
            near=near,
            middle=middle,
            far=far,
            subject=middle,
            x=0.5,
            y=0.5,
            depth=small,
            box=box,
        )
        return view.towards(*subject)

    def towards(self, x: float, y: float) -> CameraView:
        """Return this view with the camera looking at a point in photo fractions."""
        left, top, right, bottom = self.box
        across = min(1.0, max(0.0, (x - left) / (right - left)))
        down = min(1.0, max(0.0, (y - top) / (bottom - top)))
        return replace(self, x=across, y=down, subject=_median_depth_at(self.depth, across, down))

    def zoomed(self, zoom: float) -> CameraView:
        """Return the view through the middle of the frame, ``zoom`` times enlarged.

        Moves planned from it have their requested size in the zoomed frame.
        """
        x, y = (min(1.0, max(0.0, 0.5 + zoom * (at - 0.5))) for at in (self.x, self.y))
        return replace(self, focal=self.focal * zoom, x=x, y=y)

    @property
    def offset(self) -> tuple[float, float]:
        """Where the subject is from the centre, in frame widths, right and down."""
        return self.x - 0.5, (self.y - 0.5) / self.aspect


def _cell_range(first: float, last: float, count: int) -> tuple[int, int]:
    """Return the range of ``count`` cells between two fractions, one cell at least."""
    start = min(count - 1, max(0, round(first * count)))
    return start, min(count, max(start + 1, round(last * count)))


def _median_depth_at(depth: Float32Array, x: float, y: float) -> float:
    """Return the median inverse depth in a small window about a point, in fractions."""
    height, width = depth.shape
    radius = max(1, round(0.02 * max(height, width)))
    column = min(width - 1, max(0, round(x * (width - 1))))
    row = min(height - 1, max(0, round(y * (height - 1))))
    rows = slice(max(0, row - radius), row + radius + 1)
    columns = slice(max(0, column - radius), column + radius + 1)
    return float(np.median(depth[rows, columns]))
