"""A camera before a layered still whose picture goes the way that a clip's picture went."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import CameraPath, Pose, Scene, Timeline, UInt8Array
from livingstill.jobs.rescue.camera_track import Track, track
from livingstill.render import frames
from livingstill.render.projection import safe_zoom

Float64Array = NDArray[np.float64]

_MAX_PARALLAX = 0.03
"""Frame widths by which the nearest point may go further than the farthest; the rest is turned."""
_MAX_NEAR_SCALE = 0.12
"""How much more than the middle point the nearest may grow as the camera goes in, unless the middle one
grows more itself. The rest is zoomed, as is all of a pull-out, whose parallax the still's border lacks."""
_MIN_MIDDLE = 0.05
"""Least inverse depth that a translation is measured by: before what is farther the camera turns."""

_MAX_CLOSE_IN = 1.5
"""How far the camera may close in to hide the still's border, before its way is cut down."""
_BORDER_ROUNDS = 3
"""Times that the border is looked for: closing in turns the camera anew."""
_PROBES = 13
_ATTEMPTS = 6
_TOLERANCE = 0.06
"""Share of its way by which the rendered picture may miss the clip's."""


@dataclass(frozen=True, slots=True, eq=False)
class SampledPath:
    """A path through one pose per frame, linear between them; periodic, it ends where it began."""

    poses: tuple[Pose, ...]
    periodic: bool

    def at(self, time: float) -> Pose:
        """Return the pose at ``time``, 0..1."""
        last = len(self.poses) - (0 if self.periodic else 1)
        place = time * last
        index = min(int(place), max(0, last - 1))
        share = place - index
        before, after = self.poses[index], self.poses[(index + 1) % len(self.poses)]
        if share == 0:
            return before
        mixed = {
            name: (1 - share) * getattr(before, name) + share * getattr(after, name)
            for name in ("x", "y", "z", "pan", "tilt", "roll", "zoom")
        }
        return replace(before, **mixed)


@dataclass(frozen=True, slots=True)
class Depths:
    """Inverse depths, near, of what the clip was tracked by, and far; ``focal`` in frame widths."""

    near: float
    middle: float
    far: float
    focal: float


@dataclass(frozen=True, slots=True, eq=False)
class FollowedCamera:
    """The path, how far the picture goes along it, and how far it closes in.

    ``share`` is the way of the rendered picture as a share of the clip's. ``start`` is the
    magnification of the still at the beginning, above 1 where the clip pulls out further than the
    still reaches; ``close_in`` what is added to hide the still's border.
    """

    path: CameraPath
    share: float
    start: float
    close_in: float


@dataclass(frozen=True, slots=True, eq=False)
class RenderContext:
    """What a path is rendered in: scene, its window at rest, the frame's size and the clip's time.

    ``moving`` is what ``camera_track.track`` leaves out, in the first frame.
    """

    scene: Scene
    window: frames.Window
    size: tuple[int, int]
    timeline: Timeline
    depths: Depths
    moving: UInt8Array | None = None


def follow(way: Track, context: RenderContext, *, may_start_closer: bool) -> FollowedCamera:
    """Return the camera whose picture goes the way of a clip, as far as the still reaches.

    As much of a shift as is natural is made by moving the camera, as much of a magnification by
    going in; the rest by turning and zooming. The way is measured on rendered frames, as the clip's
    was, and corrected.

    Parameters
    ----------
    way : the clip's track, smooth
    may_start_closer : whether the first frame may be less than the still shows, to pull out from
    """
    start = _start(way, context) if may_start_closer else 1.0
    amount, largest, share = 1.0, 4.0, 0.0
    for _ in range(_ATTEMPTS):
        poses, close_in = _poses_inside_still(way, amount, start, context)
        path = SampledPath(poses, context.timeline.periodic)
        excess = (close_in - 1) / max(_MAX_CLOSE_IN / start - 1, 0.02)
        if excess > 1.02:
            amount = largest = amount / excess
            continue
        share = _rendered_share(path, way, context)
        if abs(share - 1) < _TOLERANCE or share < 0.1 or (share < 1 and amount >= largest):
            break
        amount = min(largest, amount / share)
    return FollowedCamera(path, share, start, close_in)


def _start(way: Track, context: RenderContext) -> float:
    """Return the magnification to start at, so that a way that is mostly a pull-out stays in the still."""
    if 1 - way.zoom.min() <= 2 * np.hypot(way.x, way.y).max():
        return 1.0
    poses = _poses(way, 1.0, np.ones_like(way.x), context.depths)
    probed = [poses[i] for i in _probes(len(poses))]
    return min(_MAX_CLOSE_IN, safe_zoom(context.scene, probed, context.window, context.size))


def _probes(count: int) -> list[int]:
    """Return the frames of ``count`` at which a path is tried."""
    return sorted({round(i * (count - 1) / (_PROBES - 1)) for i in range(_PROBES)})


def _poses_inside_still(
    way: Track, amount: float, start: float, context: RenderContext
) -> tuple[tuple[Pose, ...], float]:
    """Return a pose per frame, each closed in by what the still's border requires, and the most."""
    count = len(way.x)
    probes = _probes(count)
    close_in = np.ones(count)
    for _ in range(_BORDER_ROUNDS):
        poses = _poses(way, amount, start * close_in, context.depths)
        needed = [
            safe_zoom(context.scene, [poses[i]], context.window, context.size) for i in probes[1:]
        ]
        if max(needed) < 1.002:
            break
        # closing in by e also carries the picture on; at c + 1 - 1 / e it goes as far as before
        close_in += np.interp(
            np.arange(count), probes, [0.0, *(1.002 - 1 / e if e > 1 else 0.0 for e in needed)]
        )
    return _poses(way, amount, start * close_in, context.depths), float(close_in.max())


def _poses(way: Track, amount: float, zooms: Float64Array, depths: Depths) -> tuple[Pose, ...]:
    """Return the poses that magnify and shift the picture as ``way`` does, ``amount`` times as far.

    What is at the middle inverse depth w goes the way exactly: a camera that went in by z magnifies
    it 1 / (1 - z w) times, one that went sideways by x shifts it by f x w of that.
    """
    middle = max(depths.middle, _MIN_MIDDLE)
    magnification = way.zoom**amount
    near_scale = 1 + max(_MAX_NEAR_SCALE, float(magnification.max()) - 1)
    most = (near_scale - 1) / max(near_scale * depths.near - middle, 0.05)
    z = np.clip((1 - 1 / magnification) / middle, 0.0, most)
    zoom = zooms * magnification * (1 - z * middle)
    shift = np.stack([way.x, way.y]) * amount
    farthest = float(np.hypot(*shift).max(initial=0.0))
    natural = _MAX_PARALLAX * middle / max(depths.near - depths.far, 0.05)
    moved = min(1.0, natural / max(farthest, 1e-9))
    x, y = -moved * shift / (zooms * magnification * depths.focal * middle)
    turn = np.degrees(np.arctan((1 - moved) * shift / (zoom * depths.focal)))
    return tuple(
        Pose(*map(float, values))
        for values in zip(x, y, z, -turn[0], turn[1], way.roll * amount, zoom)
    )


def _rendered_share(path: CameraPath, way: Track, context: RenderContext) -> float:
    """Return how far the rendered picture goes along a clip's way, as a share of it.

    Of a way that is more a shift than a magnification the shift counts: hiding the still's border
    magnifies too.
    """
    renderer = frames.Renderer(context.scene, context.window, context.size, "draft")
    until = int(way.displacement.argmax())
    poses = (path.at(context.timeline.time(i)) for i in _probes(until + 1))
    pictures = (frames.unpack(renderer.frame(pose)) for pose in poses)
    made = track(pictures, moving=context.moving)
    x, y, zoom = made.x[-1], made.y[-1], made.zoom[-1]
    asked = way.x[until], way.y[until], way.zoom[until] - 1
    if np.hypot(asked[0], asked[1]) > abs(asked[2]) / 2:
        return float((x * asked[0] + y * asked[1]) / (asked[0] ** 2 + asked[1] ** 2))
    return float(zoom - 1) / float(asked[2])
