"""A way placed in a still: a pose per frame whose picture goes it, and where it has room there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from livingstill.core.model import Pose, Scene, Timeline
from livingstill.jobs.rescue.camera_track import Track
from livingstill.jobs.rescue.first_frame import FirstFrame
from livingstill.jobs.rescue.point_tracks import Float64Array
from livingstill.jobs.rescue.still_window import (
    Extent,
    Opening,
    largest_amount,
    smallest_opening,
)
from livingstill.render import frames
from livingstill.render.projection import safe_zoom

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
_FAR_FROM_WHOLE, _PULLS_OUT, _GOES_ALONG, _GOES_FAR = 1.5, 0.97, 0.88, 1.15
"""How close it may begin, with less than half of the still in sight, before half of that is closed in on its
way instead, so that it begins more as the clip does; magnification of the clip's picture below which that
would undo its way; how much in the clip's direction, cosine, and at most how many times as far the picture
must go even so."""
_BORDER_ROUNDS, _BORDER_TOLERANCE = 3, 1.002
"""Times that the border is looked for: closing in turns the camera anew; and when it is found."""
_PROBES, _PROBE_STEP = 13, 0.03
"""Fewest frames at which a path is tried, and how far it goes between two at most."""
_CUTS = 6


@dataclass(frozen=True, slots=True)
class DepthRange:
    """Inverse depths, the nearest and the farthest of a frame; ``focal`` in frame widths."""

    near: float
    far: float
    focal: float


@dataclass(frozen=True, slots=True, eq=False)
class RenderContext:
    """What a path is rendered in: scene, its window at rest, the frame's size and the clip's time.

    ``first`` is what the clip was tracked by, the still in the clip's frame.
    """

    scene: Scene
    window: frames.Window
    size: tuple[int, int]
    timeline: Timeline
    depths: DepthRange
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
class Placement:
    """A way placed in the still: a pose per frame, what they are seen in, and how much of the way it is.

    ``close_in`` (T,) is how far each is closed in, ``start`` how close it begins.
    """

    poses: tuple[Pose, ...]
    context: RenderContext
    amount: float
    start: float
    close_in: Float64Array
    opening: Opening


def probes_of(way: Track) -> list[int]:
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


def place(way: Track, amount: float, context: RenderContext, may_start_closer: bool) -> Placement:
    """Return as much of a way as the still has room for, up to ``amount``.

    A way that would go in visibly to hide the border begins with a part of the still instead.
    """
    poses, close_in = _poses_inside_still(way, amount, context)
    unseen = min(_UNSEEN_CLOSE_IN, 1 + 2 * _UNSEEN_SHARE * float(way.displacement.max()))
    if close_in.max() <= unseen:
        return Placement(poses, context, amount, 1.0, close_in, Opening())
    if may_start_closer:
        placement = _place_in_part(way, amount, context, _CLOSEST)
        if placement.amount >= _ENOUGH * amount:
            if placement.start > _FAR_FROM_WHOLE and way.zoom.min() > _PULLS_OUT:
                closing = _closing_in(way, placement, context)
                return closing if _goes_the_way(closing, way) else placement
            return placement
        return _place_in_part(way, amount, context, _CLOSEST_IN_VAIN)
    for _ in range(_CUTS):
        excess = float(close_in.max() - 1) / (_MAX_CLOSE_IN - 1)
        if excess <= 1.02:
            break
        amount /= excess
        poses, close_in = _poses_inside_still(way, amount, context)
    return Placement(poses, context, amount, 1.0, close_in, Opening())


def _place_in_part(way: Track, most: float, context: RenderContext, closest: float) -> Placement:
    """Return as much of a way, up to ``most``, as a part of the still has room for around it."""
    extent = Extent.of(context.scene, context.window, context.size)
    flat_closest, probes = closest, probes_of(way)
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
    return Placement(poses, part, amount, opening.zoom, close_in, opening)


def _closing_in(way: Track, placement: Placement, context: RenderContext) -> Placement:
    """Return a placement that begins half as close, and closes in on its way by as much again."""
    whole = placement.opening
    zoom = float(np.sqrt(whole.zoom))
    share = (1 - 1 / zoom) / (1 - 1 / whole.zoom)
    opening = Opening(zoom, share * whole.x, share * whole.y)
    part = context.begun_with(opening)
    poses, close_in = _poses_inside_still(way, placement.amount, part)
    return Placement(poses, part, placement.amount, zoom, close_in, opening)


def _goes_the_way(placement: Placement, way: Track) -> bool:
    """Return whether a picture goes a way in spite of what it closes in, all frames together."""
    amount = placement.amount
    wanted = np.stack([way.x, way.y, (way.zoom - 1) / 2])
    zoom = way.zoom**amount * placement.close_in
    made = np.stack([amount * way.x, amount * way.y, (zoom - 1) / 2])
    size, other = float(np.linalg.norm(wanted)), float(np.linalg.norm(made))
    along = float((wanted * made).sum()) > _GOES_ALONG * size * other
    return along and other < _GOES_FAR * size


def _poses_inside_still(
    way: Track, amount: float, context: RenderContext
) -> tuple[tuple[Pose, ...], Float64Array]:
    """Return a pose per frame, closed in by what the still's border requires, and that (T,)."""
    count = len(way.x)
    probes = probes_of(way)
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
