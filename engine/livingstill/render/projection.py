"""Backward projection of frame pixels into the scene, and the zoom that keeps its border out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Pose, Scene
from livingstill.core.threads import over_bands
from livingstill.imaging import exact
from livingstill.kernels import projection as kernels

_SERIAL_NODES = 2**16
"""Below this many node coordinates one thread is faster than several."""

_BORDER_NODES = 2
"""Nodes between which the outermost pixels of a frame lie."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the scene a frame shows: its centre, and an output pixel's size, in scene pixels."""

    x: float
    y: float
    scale: float = 1.0


def full_window(scene_size: tuple[int, int], size: tuple[int, int]) -> Window:
    """Return the largest centred window of the aspect of ``size`` that the scene fills.

    >>> full_window((200, 100), (50, 50))
    Window(x=99.5, y=49.5, scale=2.0)
    """
    (w, h), (width, height) = scene_size, size
    return Window((w - 1) / 2, (h - 1) / 2, min(w / width, h / height))


def node_pitch(size: tuple[int, int]) -> int:
    """Return how many pixels of a frame of this size share one solved node."""
    return 8 if size[0] <= 1280 else 16


class Projection:
    """The backward map of every layer on a coarse grid of output pixels.

    It keeps depth at its own grid alone, not that of the scene.
    """

    def __init__(self, scene: Scene, window: Window, size: tuple[int, int], pitch: int) -> None:
        width, height = size
        self.scene, self.window = scene.without_depth(), window
        self.size, self.pitch = size, pitch
        self.step = max(1.0, pitch * window.scale / 2)
        self._depth = np.stack(
            [_downsample(layer.inverse_depth, self.step) for layer in scene.layers]
        )
        lowest, highest = self._depth.min(axis=(1, 2)), self._depth.max(axis=(1, 2))
        self._mid_depth = np.asarray((lowest + highest) / 2, np.float32)
        self.rows, self.columns = -(-height // pitch), -(-width // pitch)
        self.nodes: Float32Array = np.empty(
            (len(scene.layers), 2, self.rows + 1, self.columns + 1), np.float32
        )

    def solve(self, pose: Pose, *, border_only: bool = False) -> Float32Array:
        """Return the (K, 2, rows + 1, columns + 1) scene positions; overwritten by the next call.

        ``border_only`` solves the nodes around the frame's border alone; the others hold anything.
        """
        focal = self.scene.focal * self.scene.size[0]
        camera = np.array(
            [
                *homography(pose, self.window, self.size, focal).ravel(),
                *_translation(pose, self.window, focal),
            ]
        )

        rows, columns = self.rows + 1, self.columns + 1

        def work(first: int, last: int, left: int = 0, right: int = columns) -> None:
            kernels.solve(
                self._depth, self.step, self._mid_depth, camera, self.pitch, self.nodes,
                left, right, first, last,
            )  # fmt: skip

        if border_only and min(rows, columns) > 2 * _BORDER_NODES:
            for first, last in ((0, _BORDER_NODES), (rows - _BORDER_NODES, rows)):
                work(first, last)
            for left, right in ((0, _BORDER_NODES), (columns - _BORDER_NODES, columns)):
                work(_BORDER_NODES, rows - _BORDER_NODES, left, right)
        elif self.nodes.size < _SERIAL_NODES:
            work(0, rows)
        else:
            over_bands(work, rows)
        return self.nodes


def homography(
    pose: Pose, window: Window, size: tuple[int, int], focal: float
) -> NDArray[np.float64]:
    """Return the 3 x 3 map from output pixels to scene pixels about the window's centre.

    It undoes zoom, the shear of an eye and rotation; ``focal`` is in scene pixels.
    """
    width, height = size
    scale = window.scale / pose.zoom
    left, top = -scale * (width - 1) / 2, -scale * (height - 1) / 2
    shear = focal * pose.eye * pose.convergence
    to_window = np.array([[scale, 0, left - shear], [0, scale, top], [0, 0, 1]])
    lens = np.diag([focal, focal, 1.0])
    return np.asarray(lens @ _rotation(pose).T @ np.linalg.inv(lens) @ to_window, np.float64)


def count_outside(
    scene: Scene,
    pose: Pose,
    window: Window,
    size: tuple[int, int],
    *,
    border_only: bool = False,
    view: Projection | None = None,
) -> int:
    """Return how many pixels of a frame sample a visible layer beyond the scene's border.

    ``border_only`` counts on the frame's border alone, where any exposure begins.
    """
    view = view or Projection(scene, window, size, node_pitch(size))
    nodes = view.solve(pose, border_only=border_only)
    colour = scene.stack()
    return int(kernels.exposed(colour, nodes, view.pitch, size[0], size[1], border_only))


def safe_zoom(
    scene: Scene,
    poses: Iterable[Pose],
    window: Window,
    size: tuple[int, int],
    *,
    max_zoom: float = 2.0,
) -> float:
    """Return the smallest zoom at which no frame of a path shows anything outside the scene.

    Every pose's own zoom is multiplied by it. ``max_zoom`` is returned if even that is too little.
    """
    view = Projection(scene, window, size, node_pitch(size))

    def shows_border(pose: Pose, zoom: float) -> bool:
        zoomed = replace(pose, zoom=pose.zoom * zoom)
        return count_outside(scene, zoomed, window, size, border_only=True, view=view) > 0

    safe = 1.0
    for pose in poses:
        if not shows_border(pose, safe):
            continue
        lower, upper = safe, max_zoom
        while upper - lower > 5e-4:
            middle = (lower + upper) / 2
            lower, upper = (middle, upper) if shows_border(pose, middle) else (lower, middle)
        safe = upper
    return safe


def _translation(pose: Pose, window: Window, focal: float) -> tuple[float, ...]:
    """Return the axis in the scene, the camera's offset and the pivot, as ``kernels.solve`` wants them.

    An eye is offset along the turned camera's own horizontal axis, which no pivot may shift: the
    pivot's shift, that of the camera between the eyes, is then part of the axis.
    """
    if not pose.eye:
        return window.x, window.y, focal * pose.x, focal * pose.y, pose.z, pose.pivot
    x, y, z = np.array([pose.x, pose.y, pose.z]) + pose.eye * _rotation(pose)[0]
    shift = focal * pose.pivot
    axis = window.x - shift * pose.x, window.y - shift * pose.y
    return *axis, focal * x, focal * y, z, 0.0


def _rotation(pose: Pose) -> NDArray[np.float64]:
    """Return the rotation from the photo's to the turned camera's axes (x right, y down, z in)."""
    a, b, c = radians(pose.pan), radians(pose.tilt), radians(pose.roll)
    pan = np.array([[cos(a), 0, -sin(a)], [0, 1, 0], [sin(a), 0, cos(a)]])
    tilt = np.array([[1, 0, 0], [0, cos(b), sin(b)], [0, -sin(b), cos(b)]])
    roll = np.array([[cos(c), -sin(c), 0], [sin(c), cos(c), 0], [0, 0, 1]])
    return np.asarray(roll @ tilt @ pan, np.float64)


def _downsample(depth: Float32Array, step: float) -> Float32Array:
    """Return one sample of depth per ``step`` pixels, each the mean of its surroundings."""
    height, width = depth.shape
    side = int(step) | 1
    smooth = cv2.blur(depth, (side, side), borderType=cv2.BORDER_REPLICATE) if side > 1 else depth
    xs = np.minimum(np.arange(int(np.ceil((width - 1) / step)) + 2) * step, width - 1)
    ys = np.minimum(np.arange(int(np.ceil((height - 1) / step)) + 2) * step, height - 1)
    return exact.sample(smooth, xs[None], ys[:, None])
