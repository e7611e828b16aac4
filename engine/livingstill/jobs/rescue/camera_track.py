"""Camera motion of a clip, estimated from its optical flow, and the name of the move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.quality.no_reference import Series

Flags = NDArray[np.bool_]

_STATIC_DISTANCE = 0.004
"""Displacement of the frame's edge, frame widths, below which a camera counts as static..."""

_SMALL_DISTANCE, _CERTAIN_INLIERS = 0.0015, 0.85
"""...and where so large a share of the picture comes back to where it was, as in small orbits."""

_MIN_INLIERS = 0.72
"""Share of the picture that has to follow; else things moved, not the camera."""

_STEADY, _MIN_STEADY_INLIERS, _MAX_STEADY_STATIC = 0.85, 0.4, 0.1
"""Steadiness of the flow from which so small a share has to follow, where no more than this share
stays: before a camera that travels all goes the same way, near things further than far ones."""

_FIT_TOLERANCE, _PARALLAX_TOLERANCE = 0.4, 0.35
"""Pixels of a picture 480 wide by which a tile may be off the camera's flow, and shares of the flow."""

OBLIQUE, _OBLIQUE = "oblique", 0.5
"""The move that goes along neither axis: the shorter way is more than so much of the longer one."""

_MIN_STATIC_SHARE, _STATIC_TILE_DISTANCE = 0.3, 0.002
"""Share of the textured tiles that stays within so many frame widths before a still camera."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The similarity of each frame to the first: (T,) float32 each.

    ``x``, ``y`` : shift of the centre in frame widths, +x right, +y down
    ``zoom`` : magnification; ``roll`` : degrees, clockwise picture
    ``inlier_share`` : share of the picture that moves with the camera, mean over the clip
    ``static_share`` : share of it that never leaves its place
    ``steadiness`` : way that the median tile gets, as a share of the way that it goes
    """

    x: Float32Array
    y: Float32Array
    zoom: Float32Array
    roll: Float32Array
    inlier_share: float
    static_share: float = 0.0
    steadiness: float = 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """A camera move by its name; ``size`` is how far: magnification - 1, else frame widths.

    ``direction`` is where the picture goes in a move that is oblique, a unit vector (x, y).
    """

    name: str
    size: float
    direction: tuple[float, float] = (0.0, 0.0)


def track(series: Series, good: Flags | None = None) -> Track:
    """Fit a similarity to the flow of every step (RANSAC over tiles) and chain them.

    ``good`` (T,) bool: steps into or out of a bad frame are taken as the median of the steps
    around them.
    """
    width, height = series.size
    rows, columns = series.grid
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    tile_centres = np.stack(
        [(x + 0.5) * width / columns - width / 2, (y + 0.5) * height / rows - height / 2], -1
    )
    textured = np.median(series.contrast, axis=0) > 3
    if textured.sum() < 8:
        textured = np.ones_like(textured)
    steps, trusts = [np.zeros(4)], []
    for flow in series.flow[1:]:
        points = tile_centres[textured]
        length = float(np.median(np.hypot(flow[textured][:, 0], flow[textured][:, 1])))
        fitted: tuple[Any, Any] = cv2.estimateAffinePartial2D(
            points,
            points + flow[textured],
            method=cv2.RANSAC,
            ransacReprojThreshold=max(
                _FIT_TOLERANCE * max(1.0, width / 480), _PARALLAX_TOLERANCE * length
            ),
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
    steps_filled = np.array(steps)
    if good is not None:
        good_frames = np.asarray(good, bool)
        steps_filled[1:][~(good_frames[1:] & good_frames[:-1])] = np.nan
    for t in map(int, np.flatnonzero(np.isnan(steps_filled).any(1))):
        nearby = steps_filled[max(1, t - 4) : t + 5]
        nearby = nearby[np.isfinite(nearby).all(1)]
        steps_filled[t] = np.median(nearby, axis=0) if len(nearby) else 0.0
    # shifts add up under the magnification reached so far
    zoom = np.exp(np.cumsum(steps_filled[:, 2]))
    path = np.zeros((len(steps_filled), 2))
    for step in range(1, len(steps_filled)):
        path[step] = path[step - 1] * np.exp(steps_filled[step, 2]) + steps_filled[step, :2]
    return Track(
        x=path[:, 0].astype(np.float32),
        y=path[:, 1].astype(np.float32),
        zoom=zoom.astype(np.float32),
        roll=np.cumsum(steps_filled[:, 3]).astype(np.float32),
        inlier_share=float(np.mean(trusts)) if trusts else 0.0,
        static_share=_static_share(series, textured, good),
        steadiness=_steadiness(series, textured, good),
    )


def _static_share(series: Series, textured: Flags, good: Flags | None) -> float:
    """Return the share of the ``textured`` tiles that good steps never carry away."""
    flow = _good_flow(series, textured, good)
    extent = np.ptp(np.cumsum(flow, axis=0), axis=0) / series.size[0]
    return float((np.hypot(extent[:, 0], extent[:, 1]) < _STATIC_TILE_DISTANCE).mean())


def _steadiness(series: Series, textured: Flags, good: Flags | None) -> float:
    """Return how straight the ways of the ``textured`` tiles are: 1 = the same way in all steps."""
    flow = _good_flow(series, textured, good)
    way = np.abs(flow.sum(0)).sum(-1)
    path = np.abs(flow).sum((0, 2))
    return float(np.median(way / np.maximum(path, 1e-6)))


def _good_flow(series: Series, textured: Flags, good: Flags | None) -> NDArray[np.floating]:
    """Return (T, n, 2) the flow of the ``textured`` tiles, 0 in steps of bad frames."""
    flow = np.nan_to_num(series.flow)[:, textured]
    if good is not None:
        good_frames = np.asarray(good, bool)
        flow[1:][~(good_frames[1:] & good_frames[:-1])] = 0
    return flow


def _follows(camera: Track) -> bool:
    """Return whether so much of the picture goes along that it is the camera that moves."""
    travels = camera.steadiness > _STEADY and camera.static_share < _MAX_STEADY_STATIC
    share = _MIN_STEADY_INLIERS if travels else _MIN_INLIERS
    return camera.inlier_share >= share and camera.static_share <= _MIN_STATIC_SHARE


def name(camera: Track) -> Move:
    """Return the named move nearest to a track, by what carries the frame's edge furthest.

    A camera that goes right shows the picture going left.
    """
    zoom = float(camera.zoom[-1]) - 1
    # a zoom that comes back was all to one side; one that trembles was no zoom
    extreme_zoom = float(camera.zoom[np.abs(camera.zoom - 1).argmax()]) - 1
    if abs(zoom) < 0.4 * abs(extreme_zoom) and abs(float(camera.zoom.mean()) - 1) > 0.35 * abs(
        extreme_zoom
    ):
        zoom = extreme_zoom
    extent = {
        "zoom": abs(zoom) / 2,
        "x": float(np.ptp(camera.x)),
        "y": float(np.ptp(camera.y)),
    }
    axis = max(extent, key=lambda key: extent[key])
    if not _follows(camera) or extent[axis] < _SMALL_DISTANCE:
        return Move("static", 0.0)
    end = float((camera.x if axis == "x" else camera.y)[-1])
    returns = axis != "zoom" and abs(end) < 0.4 * extent[axis]
    if extent[axis] < _STATIC_DISTANCE and not (
        returns and camera.inlier_share > _CERTAIN_INLIERS and camera.static_share < 0.1
    ):
        return Move("static", 0.0)
    if axis == "zoom":
        return Move("push-in" if zoom > 0 else "pull-out", abs(zoom))
    if returns:
        return Move("orbit" if _is_elliptical(camera) else "sway", extent[axis] / 2)
    way = np.array([camera.x[-1], camera.y[-1]], np.float64)
    if np.abs(way).min() > _OBLIQUE * np.abs(way).max():
        length = float(np.hypot(*way))
        return Move(OBLIQUE, length, (float(way[0]) / length, float(way[1]) / length))
    names = {"x": ("truck-left", "truck-right"), "y": ("pedestal-up", "pedestal-down")}
    return Move(names[axis][end < 0], abs(end))


def _is_elliptical(camera: Track) -> bool:
    """Return whether a closed path encloses an ellipse rather than a line."""
    x, y = camera.x - camera.x.mean(), camera.y - camera.y.mean()
    area = abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2
    box = float(np.ptp(x) * np.ptp(y))
    thin = min(np.ptp(x), np.ptp(y)) < 0.3 * max(np.ptp(x), np.ptp(y))
    return not thin and area > 0.4 * box  # an ellipse fills pi / 4 of its box
