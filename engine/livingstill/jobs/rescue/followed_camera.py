"""A camera before a layered still whose picture goes the way that a clip's picture went."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Pose, Scene, Timeline
from livingstill.jobs.rescue.camera_track import Track, track
from livingstill.jobs.rescue.first_frame import FirstFrame
from livingstill.jobs.rescue.still_window import (
    Extent,
    Opening,
    largest_amount,
    smallest_opening,
)
from livingstill.render import frames
from livingstill.render.projection import safe_zoom

Float64Array = NDArray[np.float64]

_MAX_PARALLAX = 0.05
"""Frame widths by which the nearest point may go further than the farthest; the rest is turned."""
_MAX_NEAR_SCALE = 1.5
"""How much more than the background the nearest may grow; the rest is zoomed, as is all of a pull-out,
whose parallax the still's border lacks."""

_UNSEEN_CLOSE_IN, _UNSEEN_SHARE = 1.03, 0.2
"""How far the camera may close in to hide the still's border without being seen to, and by what share of
its way the edge may go so; beyond, it begins with a part of the still, so that nothing but the clip's own
way is seen."""
_MAX_CLOSE_IN = 1.5
"""How far it may close in where it has to begin with all of the still, before its way is cut down."""
_CLOSEST, _CLOSEST_IN_VAIN, _ENOUGH = 1.65, 1.3, 0.75
"""How close it may begin before its way is cut down; and how close if even so less than this share of
its way is left, for then more of the still is worth more than more of the way."""
_BORDER_ROUNDS, _BORDER_TOLERANCE = 3, 1.002
"""Times that the border is looked for: closing in turns the camera anew; and when it is found."""
_PROBES, _PROBE_STEP, _PROBE_WIDTH = 13, 0.03, 480
"""Fewest frames at which a path is tried, how far it goes between two at most, and their width."""
_ROUNDS = 4
"""Times that the rendered way is held against the clip's."""
_CUTS = 6
_LEAST_AMOUNT = 0.05
_LEAST_ALONG, _LEAST_COSINE = 0.3, 0.6
"""Share of the camera's way that the whole picture must go, and how much in its direction, to count."""
_DEPTH_STEPS = 41
_TOLERANCE, _LEAST_WAY = 0.03, 0.008
"""Share of the way by which the rendered picture may miss the clip's; and frame widths below which the
picture stands, as before a camera that goes in towards mountains, and there is nothing to hold it against."""


VISIBLY_CLOSER = 1.005
"""Times as close from which on it is seen."""


@dataclass(frozen=True, slots=True, eq=False)
class SampledPath:
    """A path through one pose per frame, linear between them; periodic, it ends where it began.

    ``start`` is how close the first pose is to the still, ``travel`` how far the picture goes, frame widths.
    """

    poses: tuple[Pose, ...]
    periodic: bool
    start: float = 1.0
    travel: float = 0.0

    @property
    def begins_closer(self) -> bool:
        """Whether the first frame is visibly less than the whole still."""
        return self.start > VISIBLY_CLOSER

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
    """The path and the window it is seen through; what it follows, how far, and at what cost.

    ``target`` is the way of the clip's picture, ``share`` that of the rendered one as a share of it.
    ``close_in`` is how far the camera goes in to hide the still's border; the path's ``start`` is above 1
    where it begins with a part of the still, to have room around it.
    """

    path: SampledPath
    window: frames.Window
    target: Track
    share: float
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

    def begun_with(self, opening: Opening) -> RenderContext:
        """Return the same whose first frame is a part of this one's."""
        zoom, x, y = opening.zoom, opening.x, opening.y
        return replace(
            self,
            window=opening.window(self.window, self.size),
            depths=replace(self.depths, focal=zoom * self.depths.focal),
            first=self.first.seen_closer(zoom, x, y, self.size[1] / self.size[0]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Placement:
    """A way placed in the still: a pose per frame, what they are seen in, and how much of the way it is.

    ``close_in`` (T,) is how far each is closed in.
    """

    poses: tuple[Pose, ...]
    context: RenderContext
    amount: float
    start: float
    close_in: Float64Array


def follow(way: Track, context: RenderContext, *, may_start_closer: bool) -> FollowedCamera:
    """Return the camera whose picture goes the way of a clip, as far as the still reaches.

    The camera moves sideways and goes in as far as the clip's near points went further than its far
    ones, and as the scene allows; what is left of the background's way it turns and zooms. The way is
    measured on rendered frames, as the clip's was, and corrected by what it misses of the way of most of
    the picture, which is what is seen. The background is what goes as that does: far mountains stand
    before a camera that flies low.

    Parameters
    ----------
    way : the clip's track, smooth
    may_start_closer : whether the first frame may be less than the still shows
    """
    way, context = _about_the_picture(way, context)
    along = _picture_goes_along(way)
    target = _seen(way) if along else way
    probes = _probes(target)
    size = float(target.displacement.max())
    command, stands = way, size < _LEAST_WAY
    best: tuple[float, _Placement, float] | None = None
    for _ in range(_ROUNDS):
        placement = _place(command, 1.0, context, may_start_closer)
        amount = placement.amount
        made = _rendered(placement, probes)
        made = _seen(made) if along else made
        missed = _missed(target, amount, made, placement.close_in, probes)
        error = float(missed.displacement[probes].max()) / max(amount * size, 1e-6)
        if best is None or error < best[0]:
            best = error, placement, made.along(_sampled(target, probes))
        if error < _TOLERANCE or amount < _LEAST_AMOUNT or stands:
            break
        command = _corrected(command, missed, amount)
    assert best is not None
    _, placement, share = best
    share = placement.amount if stands else share
    periodic, travel = context.timeline.periodic, share * size
    path = SampledPath(placement.poses, periodic, placement.start, travel)
    window, close_in = placement.context.window, float(placement.close_in.max())
    return FollowedCamera(path, window, target, share, close_in)


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
    return float(np.linalg.norm(_vector(way, t) - _vector(picture, t)))


def _vector(way: Track, t: int) -> Float64Array:
    """Return (3,) where a way is at frame ``t``, frame widths: the shift and that of the edge by zoom."""
    return np.array([way.x[t], way.y[t], (way.zoom[t] - 1) / 2])


def _picture_goes_along(way: Track) -> bool:
    """Return whether most of the picture, which is what is seen, goes by the camera's way."""
    if way.picture is None:
        return False
    t = int(way.displacement.argmax())
    mine, whole = _vector(way, t), _vector(way.picture, t)
    cosine = float(mine @ whole) / max(float(np.linalg.norm(mine) * np.linalg.norm(whole)), 1e-9)
    return cosine > _LEAST_COSINE and _LEAST_ALONG < way.picture.along(way) < 1 / _LEAST_ALONG


def _seen(way: Track) -> Track:
    """Return the way of most of the picture, which is what is seen, with the camera's roll.

    Of near things that go by, a flat picture makes a roll that no horizon has.
    """
    picture = way.picture
    return way if picture is None else Track.of(picture.x, picture.y, picture.zoom, way.roll)


def _probes(way: Track) -> list[int]:
    """Return the frames at which a path is tried: evenly, and so that it goes little between two.

    What goes far between two frames is not followed.
    """
    last = len(way.x) - 1
    sides = np.stack([way.x, way.y, np.log(way.zoom) / 2, np.radians(way.roll) / 2], axis=1)
    probes = {round(i * last / (_PROBES - 1)) for i in range(_PROBES)}
    probes.add(int(way.displacement.argmax()))
    before = 0
    for t in range(1, last):
        if t in probes or np.linalg.norm(sides[t + 1] - sides[before]) > _PROBE_STEP:
            probes.add(t)
            before = t
    return sorted(probes)


def _place(way: Track, amount: float, context: RenderContext, may_start_closer: bool) -> _Placement:
    """Return as much of a way as the still has room for, up to ``amount``.

    A way that would go in visibly to hide the border begins with a part of the still instead.
    """
    poses, close_in = _poses_inside_still(way, amount, context)
    unseen = min(_UNSEEN_CLOSE_IN, 1 + 2 * _UNSEEN_SHARE * float(way.displacement.max()))
    if close_in.max() <= unseen:
        return _Placement(poses, context, amount, 1.0, close_in)
    if may_start_closer:
        placement = _place_in_part(way, amount, context, _CLOSEST)
        if placement.amount >= _ENOUGH * amount:
            return placement
        return _place_in_part(way, amount, context, _CLOSEST_IN_VAIN)
    for _ in range(_CUTS):
        excess = float(close_in.max() - 1) / (_MAX_CLOSE_IN - 1)
        if excess <= 1.02:
            break
        amount /= excess
        poses, close_in = _poses_inside_still(way, amount, context)
    return _Placement(poses, context, amount, 1.0, close_in)


def _place_in_part(way: Track, most: float, context: RenderContext, closest: float) -> _Placement:
    """Return as much of a way, up to ``most``, as a part of the still has room for around it."""
    extent = Extent.of(context.scene, context.window, context.size)
    flat_closest, probes = closest, _probes(way)
    for _ in range(_CUTS):
        amount = largest_amount(way, most, flat_closest, extent)
        opening = smallest_opening(way, amount, extent)
        for _ in range(_BORDER_ROUNDS):
            part = context.begun_with(opening)
            poses = _poses(way, amount, np.ones_like(way.x), part)
            needed = safe_zoom(context.scene, [poses[i] for i in probes], part.window, context.size)
            if needed < _BORDER_TOLERANCE:
                break
            opening = replace(opening, zoom=opening.zoom * needed)
        if opening.zoom < closest * _BORDER_TOLERANCE:
            break
        # a turned picture's corners need more than a flat one's
        flat_closest = 1 + (flat_closest - 1) * (closest - 1) / (opening.zoom - 1)
    part = context.begun_with(opening)
    poses, close_in = _poses_inside_still(way, amount, part)
    return _Placement(poses, part, amount, opening.zoom, close_in)


def _poses_inside_still(
    way: Track, amount: float, context: RenderContext
) -> tuple[tuple[Pose, ...], Float64Array]:
    """Return a pose per frame, closed in by what the still's border requires, and that (T,)."""
    count = len(way.x)
    probes = _probes(way)
    close_in = np.ones(count)
    for _ in range(_BORDER_ROUNDS):
        poses = _poses(way, amount, close_in, context)
        needed = [
            safe_zoom(context.scene, [poses[i]], context.window, context.size) for i in probes[1:]
        ]
        if max(needed) < _BORDER_TOLERANCE:
            break
        # closing in by e also carries the picture on; at c + 1 - 1 / e it goes as far as before
        more = [0.0, *(1.002 - 1 / e if e > 1 else 0.0 for e in needed)]
        close_in += np.interp(np.arange(count), probes, more)
    return _poses(way, amount, close_in, context), close_in


def _poses(
    way: Track, amount: float, zooms: Float64Array, context: RenderContext
) -> tuple[Pose, ...]:
    """Return the poses whose picture goes the way of a clip's, ``amount`` times as far.

    A camera that went in by z and sideways by t, turned by s, rolled by R and zoomed by Z shows what
    was at p, of inverse depth w, at R (Z (p - f t w) / (1 - z w) + s). At the middle w that is the way
    exactly, however much of z and t the scene allows.
    """
    depths, middle = context.depths, context.first.middle
    magnification = way.zoom**amount
    roll = amount * way.roll
    shift = _turned_back(amount * np.stack([way.x, way.y]), roll)
    parallax = _turned_back(amount * np.stack([way.parallax_x, way.parallax_y]), roll)
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
        Pose(*map(float, values)) for values in zip(x, y, z, -turn[0], turn[1], roll, zoom)
    )


def _turned_back(vectors: Float64Array, degrees: Float64Array) -> Float64Array:
    """Return vectors (2, T), +x right, +y down, turned counter-clockwise by an angle each."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y = vectors
    return np.stack([cos * x + sin * y, cos * y - sin * x])


def _rendered(placement: _Placement, probes: list[int]) -> Track:
    """Return the track of the rendered picture, one pose per probe."""
    context = placement.context
    scale = min(1.0, _PROBE_WIDTH / max(context.size))
    width, height = (max(16, round(scale * side)) for side in context.size)
    unit = context.window.scale * context.size[0] / width
    window = replace(context.window, scale=unit)
    renderer = frames.Renderer(context.scene, window, (width, height), "draft")
    pictures = (frames.unpack(renderer.frame(placement.poses[i])) for i in probes)
    return track(pictures, first=context.first.at_rest())


def _sampled(way: Track, probes: list[int]) -> Track:
    """Return a way at some frames only."""
    return Track.of(way.x[probes], way.y[probes], way.zoom[probes], way.roll[probes])


def _missed(
    target: Track, amount: float, made: Track, close_in: Float64Array, probes: list[int]
) -> Track:
    """Return what is left of ``amount`` of a way at each frame, where ``made`` (n,) was at the probes.

    What it closes in, (T,), hides the border and is none of it.
    """

    def left(wanted: Float64Array, found: Float64Array) -> Float64Array:
        missing = (amount * wanted)[probes] - found
        return np.asarray(np.interp(np.arange(len(wanted)), probes, missing), np.float64)

    return Track.of(
        left(target.x, made.x),
        left(target.y, made.y),
        np.exp(left(np.log(target.zoom), np.log(made.zoom / close_in[probes]))),
        left(target.roll, made.roll),
    )


def _corrected(command: Track, missed: Track, amount: float) -> Track:
    """Return a way that goes as much further as was missed."""
    return replace(
        command,
        x=command.x + missed.x / amount,
        y=command.y + missed.y / amount,
        zoom=command.zoom * missed.zoom ** (1 / amount),
        roll=command.roll + missed.roll / amount,
    )
