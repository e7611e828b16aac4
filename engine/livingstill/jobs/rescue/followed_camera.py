"""A camera before a layered still whose picture goes the way that a clip's picture went."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import CameraPath, Pose, Scene, Timeline
from livingstill.jobs.rescue.camera_track import Track, track
from livingstill.jobs.rescue.first_frame import FirstFrame
from livingstill.render import frames
from livingstill.render.projection import safe_zoom

Float64Array = NDArray[np.float64]

_MAX_PARALLAX = 0.05
"""Frame widths by which the nearest point may go further than the farthest; the rest is turned."""
_MAX_NEAR_SCALE = 1.5
"""How much more than the background the nearest may grow; the rest is zoomed, as is all of a pull-out,
whose parallax the still's border lacks."""

_MAX_CLOSE_IN = 1.5
"""How far the camera may close in to hide the still's border, before its way is cut down."""
_BORDER_ROUNDS = 3
"""Times that the border is looked for: closing in turns the camera anew."""
_PROBES = 13
_ATTEMPTS = 6
_LEAST_ALONG = 0.3
"""Share of the camera's way that the whole picture must go, for its way to count."""
_DEPTH_STEPS = 41
_LEAST_CUT = 0.8
"""Share to which the way of a pull-out is cut at once: it starts as close as it may, and needs less."""
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
    """Inverse depths, the nearest and the farthest of a frame; ``focal`` in frame widths."""

    near: float
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

    ``first`` is what the clip was tracked by, the still in the clip's frame.
    """

    scene: Scene
    window: frames.Window
    size: tuple[int, int]
    timeline: Timeline
    depths: Depths
    first: FirstFrame


def follow(way: Track, context: RenderContext, *, may_start_closer: bool) -> FollowedCamera:
    """Return the camera whose picture goes the way of a clip, as far as the still reaches.

    The camera moves sideways and goes in as far as the clip's near points went further than its far
    ones, and as the scene allows; what is left of the background's way it turns and zooms. The way is
    measured on rendered frames, as the clip's was, and corrected. The background is what goes as most
    of the picture does: far mountains stand before a camera that flies low.

    Parameters
    ----------
    way : the clip's track, smooth
    may_start_closer : whether the first frame may be less than the still shows, to pull out from
    """
    way, context = _about_the_picture(way, context)
    start = _start(way, context) if may_start_closer else 1.0
    amount, largest, share = 1.0, 4.0, 0.0
    for _ in range(_ATTEMPTS):
        poses, close_in = _poses_inside_still(way, amount, start, context)
        path = SampledPath(poses, context.timeline.periodic)
        excess = (close_in - 1) / max(_MAX_CLOSE_IN / start - 1, 0.02)
        if excess > 1.02:
            cut = 1 / excess if start == 1.0 else max(1 / excess, _LEAST_CUT)
            amount = largest = amount * cut
            continue
        share = _rendered_share(path, way, context)
        if abs(share - 1) < _TOLERANCE or share < 0.1 or (share < 1 and amount >= largest):
            break
        amount = min(largest, amount / share)
    return FollowedCamera(path, share, start, close_in)


def _about_the_picture(way: Track, context: RenderContext) -> tuple[Track, RenderContext]:
    """Return the way told of the inverse depth that goes as the picture does, and the context by it."""
    picture = way.picture
    if picture is None or not (np.any(way.parallax_x) or np.any(way.approach)):
        return way, context
    until, first = int(way.displacement.argmax()), context.first
    steps = np.linspace(context.depths.far, context.depths.near, _DEPTH_STEPS) - first.middle
    nearest = min(
        (float(step) for step in steps), key=lambda step: _miss(way.about(step), picture, until)
    )
    moved = replace(first, middle=first.middle + nearest)
    return way.about(nearest), replace(context, first=moved)


def _miss(way: Track, picture: Track, t: int) -> float:
    """Return how far a way is from the picture's at frame ``t``, frame widths at the edge."""
    return float(
        np.hypot(
            np.hypot(way.x[t] - picture.x[t], way.y[t] - picture.y[t]),
            (way.zoom[t] - picture.zoom[t]) / 2,
        )
    )


def _start(way: Track, context: RenderContext) -> float:
    """Return the magnification to start at, so that a way that is mostly a pull-out stays in the still."""
    if 1 - way.zoom.min() <= 2 * np.hypot(way.x, way.y).max():
        return 1.0
    poses = _poses(way, 1.0, np.ones_like(way.x), context)
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
        poses = _poses(way, amount, start * close_in, context)
        needed = [
            safe_zoom(context.scene, [poses[i]], context.window, context.size) for i in probes[1:]
        ]
        if max(needed) < 1.002:
            break
        # closing in by e also carries the picture on; at c + 1 - 1 / e it goes as far as before
        close_in += np.interp(
            np.arange(count), probes, [0.0, *(1.002 - 1 / e if e > 1 else 0.0 for e in needed)]
        )
    return _poses(way, amount, start * close_in, context), float(close_in.max())


def _poses(
    way: Track, amount: float, zooms: Float64Array, context: RenderContext
) -> tuple[Pose, ...]:
    """Return the poses whose picture goes the way of a clip's, ``amount`` times as far.

    A camera that went in by z and sideways by t, turned by s and zoomed by Z shows what was at p, of
    inverse depth w, at Z (p - f t w) / (1 - z w) + s. At the middle w that is the way exactly, however
    much of z and t the scene allows.
    """
    depths, middle = context.depths, context.first.middle
    magnification = way.zoom**amount
    shift = amount * np.stack([way.x, way.y])
    parallax = amount * np.stack([way.parallax_x, way.parallax_y])
    approach = amount * way.approach
    most = (_MAX_NEAR_SCALE - 1) / max(_MAX_NEAR_SCALE * depths.near - depths.far, 0.05)
    z = np.clip(approach / np.maximum(1 + approach * middle, 0.05), 0.0, most)
    closer = 1 - z * middle
    sideways = closer * parallax + z * shift
    reach = float(np.hypot(*sideways).max(initial=0.0)) * (depths.near - depths.far)
    sideways *= min(1.0, _MAX_PARALLAX / max(reach, 1e-9))
    zoom = zooms * magnification * closer
    x, y = -sideways / (zooms * magnification * depths.focal)
    turn = np.degrees(np.arctan((shift - sideways * middle) / (zoom * depths.focal)))
    return tuple(
        Pose(*map(float, values))
        for values in zip(x, y, z, -turn[0], turn[1], way.roll * amount, zoom)
    )


def _rendered_share(path: CameraPath, way: Track, context: RenderContext) -> float:
    """Return how far the rendered picture goes along a clip's way, as a share of it.

    By the whole picture, which is what is seen, if it goes along with the camera in the clip; else by
    what is at the middle depth.
    """
    renderer = frames.Renderer(context.scene, context.window, context.size, "draft")
    until = int(way.displacement.argmax())
    poses = (path.at(context.timeline.time(i)) for i in _probes(until + 1))
    pictures = (frames.unpack(renderer.frame(pose)) for pose in poses)
    made = track(pictures, first=context.first)
    if way.picture is not None and made.picture is not None:
        along = way.picture.along(way)
        if _LEAST_ALONG < along < 1 / _LEAST_ALONG:
            return made.picture.along(way, -1) / along
    return made.along(way, -1)
