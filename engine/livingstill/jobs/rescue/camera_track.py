"""How the camera moved in a clip, told from its flow, and the move's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.quality.no_reference import Series

Flags = NDArray[np.bool_]

_STILL = 0.004
"""Frame widths below which an edge counts as standing..."""

_SMALL, _SURE = 0.0015, 0.85
"""...and where so large a share of the picture comes back to where it was, as in small orbits."""

_TRUST = 0.72
"""Share of the picture that has to follow; else things moved, not the camera."""

_FIXED, _STANDS = 0.3, 0.002
"""Share of the textured tiles that stays within so many frame widths before a still camera."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Where the picture went since the first frame: (T,) float32 each.

    ``x``, ``y`` : shift of the centre in frame widths, +x right, +y down
    ``zoom`` : magnification; ``roll`` : degrees, clockwise picture
    ``trust`` : share of the picture that moves with the camera, mean over the clip
    ``stands`` : share of it that never leaves its place
    """

    x: Float32Array
    y: Float32Array
    zoom: Float32Array
    roll: Float32Array
    trust: float
    stands: float = 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """A camera move by its name; ``size`` is how far: magnification - 1, else frame widths."""

    name: str
    size: float


def track(series: Series, good: Flags | None = None) -> Track:
    """Fit a similarity to the flow of every step (RANSAC over tiles) and chain them.

    ``good`` (T,) bool: steps into or out of a bad frame are taken as the median of the steps
    around them.
    """
    width, height = series.size
    rows, columns = series.grid
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    at = np.stack(
        [(x + 0.5) * width / columns - width / 2, (y + 0.5) * height / rows - height / 2], -1
    )
    seen = np.median(series.contrast, axis=0) > 3
    if seen.sum() < 8:
        seen = np.ones_like(seen)
    steps, trusts = [np.zeros(4)], []
    for flow in series.flow[1:]:
        here = at[seen]
        fitted: tuple[Any, Any] = cv2.estimateAffinePartial2D(
            here,
            here + flow[seen],
            method=cv2.RANSAC,
            ransacReprojThreshold=0.4 * max(1.0, width / 480),
            maxIters=300,
        )
        matrix, inliers = fitted
        if matrix is None:
            steps.append(np.full(4, np.nan))
            continue
        scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
        turn = float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])))
        steps.append(np.array([matrix[0, 2] / width, matrix[1, 2] / width, np.log(scale), turn]))
        trusts.append(float(inliers.mean()))
    taken = np.array(steps)
    if good is not None:
        kept = np.asarray(good, bool)
        taken[1:][~(kept[1:] & kept[:-1])] = np.nan
    for t in map(int, np.flatnonzero(np.isnan(taken).any(1))):
        near = taken[max(1, t - 4) : t + 5]
        near = near[np.isfinite(near).all(1)]
        taken[t] = np.median(near, axis=0) if len(near) else 0.0
    # shifts add up under the magnification reached so far
    zoom = np.exp(np.cumsum(taken[:, 2]))
    path = np.zeros((len(taken), 2))
    for step in range(1, len(taken)):
        path[step] = path[step - 1] * np.exp(taken[step, 2]) + taken[step, :2]
    return Track(
        x=path[:, 0].astype(np.float32),
        y=path[:, 1].astype(np.float32),
        zoom=zoom.astype(np.float32),
        roll=np.cumsum(taken[:, 3]).astype(np.float32),
        trust=float(np.mean(trusts)) if trusts else 0.0,
        stands=_standing(series, seen, good),
    )


def _standing(series: Series, seen: Flags, good: Flags | None) -> float:
    """Return the share of the ``seen`` tiles that good steps never carry away."""
    flow = np.nan_to_num(series.flow)[:, seen]
    if good is not None:
        kept = np.asarray(good, bool)
        flow[1:][~(kept[1:] & kept[:-1])] = 0
    went = np.ptp(np.cumsum(flow, axis=0), axis=0) / series.size[0]
    return float((np.hypot(went[:, 0], went[:, 1]) < _STANDS).mean())


def name(found: Track) -> Move:
    """Return the named move nearest to a track, by what carries the frame's edge furthest.

    A camera that goes right shows the picture going left.
    """
    zoom = float(found.zoom[-1]) - 1
    # a zoom that comes back was all to one side; one that trembles was no zoom
    there = float(found.zoom[np.abs(found.zoom - 1).argmax()]) - 1
    if abs(zoom) < 0.4 * abs(there) and abs(float(found.zoom.mean()) - 1) > 0.35 * abs(there):
        zoom = there
    reach = {
        "zoom": abs(zoom) / 2,
        "x": float(np.ptp(found.x)),
        "y": float(np.ptp(found.y)),
    }
    axis = max(reach, key=lambda key: reach[key])
    if found.stands > _FIXED or found.trust < _TRUST or reach[axis] < _SMALL:
        return Move("static", 0.0)
    end = float((found.x if axis == "x" else found.y)[-1])
    back = axis != "zoom" and abs(end) < 0.4 * reach[axis]
    if reach[axis] < _STILL and not (back and found.trust > _SURE and found.stands < 0.1):
        return Move("static", 0.0)
    if axis == "zoom":
        return Move("push-in" if zoom > 0 else "pull-out", abs(zoom))
    if back:
        return Move("orbit" if _round(found) else "sway", reach[axis] / 2)
    names = {"x": ("truck-left", "truck-right"), "y": ("pedestal-up", "pedestal-down")}
    return Move(names[axis][end < 0], abs(end))


def _round(found: Track) -> bool:
    """Tell whether a path that comes back goes round an ellipse rather than along a line."""
    x, y = found.x - found.x.mean(), found.y - found.y.mean()
    area = abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2
    box = float(np.ptp(x) * np.ptp(y))
    slim = min(np.ptp(x), np.ptp(y)) < 0.3 * max(np.ptp(x), np.ptp(y))
    return not slim and area > 0.4 * box  # an ellipse fills pi / 4 of its box
