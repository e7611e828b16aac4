"""What a page shows of the scene: its frame, the part of the layers it needs, and how far it moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import ceil, floor

from livingstill.camera.framing import Framing
from livingstill.core.model import Pose, Scene
from livingstill.render.frames import Window, safe_zoom

Box = tuple[int, int, int, int]
"""Left, top, width, height in scene pixels; width and height are even, as video wants them."""

_DOWN = 0.6
"""Vertical movement as a share of the horizontal: heads turn more than they nod."""

_ITERATIONS, _MARGIN = 4, 1.002


@dataclass(frozen=True, slots=True)
class PageView:
    """The frame of a page.

    ``window`` is the part of the scene it shows in the middle, ``size`` its pixels, ``box`` the part
    of the layers that any of its views needs. What is at inverse depth ``plane`` stays put;
    infinity and the nearest point move ``reach`` (right, down) frame widths beside each other from
    the middle to a side.
    """

    window: Window
    size: tuple[int, int]
    box: Box
    plane: float
    reach: tuple[float, float]

    @property
    def to_clip(self) -> tuple[float, float, float, float]:
        """Scale and offset from texture coordinates of the box to WebGL's -1..1, y up."""
        left, top, width, height = self.box
        x, y = (2 / (self.window.scale * side) for side in self.size)
        return (
            x * width,
            -y * height,
            x * (left - 0.5 - self.window.x),
            -y * (top - 0.5 - self.window.y),
        )

    @property
    def clip_reach(self) -> tuple[float, float]:
        """The reach in WebGL's units, of which a frame is two wide and two high."""
        width, height = self.size
        return 2 * self.reach[0], 2 * self.reach[1] * width / height

    @property
    def reach_pixels(self) -> tuple[int, int]:
        """The reach in scene pixels, rounded up."""
        width = self.window.scale * self.size[0]
        return ceil(self.reach[0] * width), ceil(self.reach[1] * width)


def plan_view(
    scene: Scene, window: Window, frame: Framing, plane: float, parallax: float
) -> PageView:
    """Return the largest view of a scene of which no direction shows anything beyond its border.

    Parameters
    ----------
    window : what the frame shows with the camera at rest
    plane : inverse depth that stays in place
    parallax : how far near and far things pass each other from side to side, percent of the width
    """
    size = (frame.picture[2], frame.picture[3])
    reach = (parallax / 200, _DOWN * parallax / 200)
    for _ in range(_ITERATIONS):
        focal = scene.focal * scene.size[0] / (window.scale * size[0])
        poses = [
            Pose(x=x * reach[0] / focal, y=y * reach[1] / focal, pivot=plane)
            for x, y in product((-1, 0, 1), repeat=2)
            if x or y
        ]
        zoom = safe_zoom(scene, poses, window, size)
        if zoom == 1.0:
            break
        window = replace(window, scale=window.scale / (zoom * _MARGIN))
    return PageView(window, size, _box(scene, window, size, plane, reach), plane, reach)


def _box(
    scene: Scene, window: Window, size: tuple[int, int], plane: float, reach: tuple[float, float]
) -> Box:
    """Return the part of the scene that any direction of the view samples."""
    farther = max(plane, 1 - plane)
    spans = []
    for middle, side, step, length in zip((window.x, window.y), size, reach, scene.size):
        half = window.scale * (side / 2 + step * size[0] * farther) + 1
        first = max(0, floor(middle + 0.5 - half))
        last = min(length, ceil(middle + 0.5 + half))
        spans.append((first, (last - first) // 2 * 2))
    (left, width), (top, height) = spans
    return left, top, width, height
