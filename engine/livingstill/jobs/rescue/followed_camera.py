"""A camera before a layered still whose picture goes the way that a clip's picture went."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from livingstill.core.model import Pose
from livingstill.jobs.rescue.camera_placement import Placement, RenderContext, place, probes_of
from livingstill.jobs.rescue.camera_track import Track, track
from livingstill.jobs.rescue.point_tracks import Float64Array
from livingstill.render import frames

_PROBE_WIDTH = 480
"""Width of the frames on which a path is tried."""
_ROUNDS = 4
"""Times that the rendered way is held against the clip's."""
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
    probes = probes_of(target)
    size = float(target.displacement.max())
    command, stands = way, size < _LEAST_WAY
    best: tuple[float, Placement, float] | None = None
    for _ in range(_ROUNDS):
        placement = place(command, 1.0, context, may_start_closer)
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


def _rendered(placement: Placement, probes: list[int]) -> Track:
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
