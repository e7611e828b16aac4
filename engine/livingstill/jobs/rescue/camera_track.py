"""Camera motion of a clip, from tracked points and the inverse depth of its first frame.

What was at p in the first frame, in frame widths from the centre, and is e nearer in inverse depth than
the middle, is seen at

    q = (c + m R p + e g) / (1 - e k):

of the middle depth the picture shifts by c, grows m times and rolls by R; g is the parallax of a
camera that moves sideways, k that of one that goes in. All is linear in c, m R, g and k if e q is
taken from the tracks, and is fitted to each frame by iteratively reweighted least squares (Holland and
Welsch, 1977) from where the camera was, so that a subject that moves before a camera that stands is
left behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.jobs.rescue import point_tracks
from livingstill.jobs.rescue.first_frame import FirstFrame
from livingstill.jobs.rescue.picture_way import PictureWay
from livingstill.jobs.rescue.point_tracks import Flags, Float64Array, Followed

_LEAST_ALONG, _MIN_COUNTED = 0.3, 0.5
"""Share of the way that the picture must go along, where a smaller share of the points counts."""
_MIN_POINTS = 8
"""Fewest points that a frame's camera is fitted to; with fewer it goes on."""
_CUT_SHARE = 0.08
"""Share of the points that must be found again, or the picture is another one."""
_ROUNDS = 10
_LEAST_SCALE = 0.5
"""Pixels of the reduced frame by which a point may be off, however far it went."""
_DEPTH_ERROR = 0.15
"""Share of its parallax by which a point may be off, for its depth is an estimate."""
_STILL_SHARE, _STILL_DOUBT = 0.35, 0.2
"""Share of the farther points from which on those that have not moved hold the camera, and how much
they are doubted, beside 1 for a point that fits: as under a camera that goes in towards a horizon."""
_DEPTH_TELLS = 0.07
"""Share of the points that parallax must explain beyond a flat picture's motion, to be believed."""
_RIDGE = np.array([0.0, 0.0, 1e-3, 0.3, 3e-3, 3e-3, 3e-3])
"""Weight, in points, that draws each coefficient to the camera's last pose."""
_LEAST_NEARNESS = 0.2
"""Least denominator: nearer, a point has gone by."""
_ORIGIN_ROUNDS = 4

_STATIC_DISTANCE = 0.008
"""Displacement of the frame's edge, frame widths, below which a camera counts as static."""
_STAYS, _CARRIED = 1.0, 3.0
"""Pixels of the reduced frame: a point that went less stays, where the fit says it went more."""
_MAX_STAYING_SHARE = 0.3
"""Share of the farther points that stays behind, above which something moved before a static camera."""
_AT_REST = np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points (n, 2) in a frame, and what they are in the first one.

    Places are in frame widths from the centre, +x right, +y down. ``origin`` (n, 2) is where a point
    lies in the first frame, ``depth`` (n,) its inverse depth less the middle one; ``counts`` (n,)
    is False on what moves by its nature, ``first`` (n,) whether the first frame showed it.
    """

    place: Float64Array
    origin: Float64Array
    depth: Float64Array
    counts: Flags
    first: Flags

    def __len__(self) -> int:
        return len(self.place)

    def where(self, kept: Flags) -> Points:
        """Return those that are ``kept`` (n,)."""
        return Points(*(getattr(self, field.name)[kept] for field in fields(self)))

    def and_more(self, others: Points) -> Points:
        """Return these and others."""
        both = ((getattr(self, f.name), getattr(others, f.name)) for f in fields(self))
        return Points(*(np.concatenate(pair) for pair in both))


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Where the picture of each frame has gone since the first: (T,) float64 each.

    Of what is at the middle inverse depth:
    ``x``, ``y`` : shift of the centre in frame widths, +x right, +y down
    ``zoom`` : magnification; ``roll`` : degrees, clockwise picture
    Of what is nearer, per unit of inverse depth:
    ``parallax_x``, ``parallax_y`` : how much further it shifts, frame widths
    ``approach`` : how much more it grows
    ``spread`` is the standard deviation of the inverse depths, ``staying_share`` the share of the farther
    points that stay where the fit carries them, ``counted`` that of all points which the fit went by;
    ``picture`` the way of most of the picture as if it were flat.
    """

    x: Float64Array
    y: Float64Array
    zoom: Float64Array
    roll: Float64Array
    parallax_x: Float64Array
    parallax_y: Float64Array
    approach: Float64Array
    spread: float = 0.0
    staying_share: float = 0.0
    counted: float = 1.0
    picture: Track | None = None

    @classmethod
    def of(
        cls,
        x: Float64Array,
        y: Float64Array,
        zoom: Float64Array,
        roll: Float64Array | None = None,
    ) -> Track:
        """Return the track of a flat picture."""
        none = np.zeros_like(zoom)
        return cls(x, y, zoom, none if roll is None else roll, none, none, none)

    def about(self, depth: float) -> Track:
        """Return the same, told of what is ``depth`` nearer in inverse depth than the middle."""
        closer = np.maximum(1 - depth * self.approach, _LEAST_NEARNESS)
        return replace(
            self,
            x=(self.x + depth * self.parallax_x) / closer,
            y=(self.y + depth * self.parallax_y) / closer,
            zoom=self.zoom / closer,
            parallax_x=self.parallax_x / closer,
            parallax_y=self.parallax_y / closer,
            approach=self.approach / closer,
        )

    @property
    def displacement(self) -> Float64Array:
        """How far each frame's edge, or what is nearer, has gone from the first frame's, frame widths."""
        parallax = self.spread**2 * (self.parallax_x**2 + self.parallax_y**2 + self.approach**2 / 4)
        return np.sqrt(self.x**2 + self.y**2 + (self.zoom - 1) ** 2 / 4 + parallax)

    @property
    def static(self) -> bool:
        """Whether the camera stood."""
        extent = float(self.displacement.max(initial=0.0))
        return extent < _STATIC_DISTANCE or self.staying_share > _MAX_STAYING_SHARE

    def along(self, way: Track, frame: int | None = None) -> float:
        """Return how far this has gone at a frame, by default the way's farthest, along a way: a share of it.

        Of a way that is more a shift than a magnification the shift counts: hiding the border magnifies.
        """
        t = int(way.displacement.argmax())
        at = t if frame is None else frame
        x, y, zoom = way.x[t], way.y[t], way.zoom[t] - 1
        if np.hypot(x, y) > abs(zoom) / 2:
            return float((self.x[at] * x + self.y[at] * y) / (x * x + y * y))
        return float((self.zoom[at] - 1) / zoom) if zoom else 1.0

    def farthest(self) -> tuple[float, float, float]:
        """Return shift (x, y) and magnification where the displacement is largest."""
        i = int(self.displacement.argmax())
        return float(self.x[i]), float(self.y[i]), float(self.zoom[i])


def track(
    frames: Iterable[UInt8Array], good: Flags | None = None, first: FirstFrame | None = None
) -> Track:
    """Track the camera over a clip's ``frames``, (H, W, 3) uint8 RGB each.

    Parameters
    ----------
    good : (T,) bool, frames to go by; between them the camera is taken to go evenly
    first : what is known of the first of these; by default it is flat and all of it counts
    """
    known = first or FirstFrame.flat()
    flat = replace(known, inverse_depth=np.full((2, 2), known.middle, np.float32))
    cameras, picture = (_Camera(known), _Camera(flat)), PictureWay()
    follower = point_tracks.Follower()
    count = 0
    for count, frame in enumerate(frames, 1):
        if good is None or good[count - 1]:
            seen = follower.see(point_tracks.reduced_luma(frame))
            picture.add(count - 1, seen)
            for camera in cameras:
                camera.fit(count - 1, seen)
    deep, level = cameras
    best = deep if deep.explained > level.explained + _DEPTH_TELLS else level
    path, whole = best.path(count), Track.of(*picture.path(count))
    t = int(path.displacement.argmax())
    lags = whole.along(path) < _LEAST_ALONG and whole.displacement[t] < path.displacement[t]
    return replace(whole if lags and best.counted < _MIN_COUNTED else path, picture=whole)


class _Camera:
    """Fits the camera's pose to one frame after the other.

    A pose is (7,): the shift c, the similarity's m cos and m sin, the parallax g and k.
    """

    def __init__(self, first: FirstFrame) -> None:
        self._scene = first
        self._points = _no_points()
        self._pose, self._velocity = _AT_REST, np.zeros(7)
        self._indices: list[int] = []
        self._poses: list[Float64Array] = []
        self._staying: list[float] = []
        self._explained: list[float] = []
        self._counted: list[float] = []
        self._knows_depth = True

    @property
    def explained(self) -> float:
        """Share of the points, 0..1, that went as the poses say."""
        return float(np.mean(self._explained)) if self._explained else 0.0

    @property
    def counted(self) -> float:
        """Share of the points, 0..1, that the poses were fitted to."""
        return float(np.mean(self._counted)) if self._counted else 1.0

    def fit(self, index: int, seen: Followed) -> None:
        """Fit the pose to the next frame, and learn what new points were in the first one."""
        if self._poses:
            self._fit_followed(seen)
        aspect, is_first = seen.aspect, not self._poses
        origins = seen.new
        for _ in range(0 if is_first else _ORIGIN_ROUNDS):
            origins = _origin(self._pose, seen.new, self._depth_at(origins, aspect))
        depths, counts = self._depth_at(origins, aspect), self._scene.counts_at(origins, aspect)
        new = Points(seen.new, origins, depths, counts, np.full(len(origins), is_first))
        self._points = self._points.and_more(new)
        self._indices.append(index)
        self._poses.append(self._pose)

    def _fit_followed(self, seen: Followed) -> None:
        """Fit the pose to the points that were followed."""
        if len(seen.kept) >= _MIN_POINTS and seen.kept.mean() < _CUT_SHARE:
            self._velocity, self._knows_depth = np.zeros(7), False
        self._points = replace(self._points.where(seen.kept), place=seen.places)
        used = self._points.where(self._points.counts)
        self._counted.append(len(used) / max(len(self._points), 1))
        if len(used) < _MIN_POINTS:
            self._pose = self._pose + self._velocity
            return
        pose = _fit(used, self._pose + self._velocity, self._pose, seen.pixel)
        self._velocity = (pose - self._pose + self._velocity) / 2
        self._pose = pose
        self._explained.append(_explained_share(used, pose, seen.pixel))
        share = _staying_share(used, pose, seen.pixel)
        if share is not None:
            self._staying.append(share)

    def _depth_at(self, origins: Float64Array, aspect: float) -> Float64Array:
        if not self._knows_depth:
            return np.zeros(len(origins))
        return self._scene.depth_at(origins, aspect)

    def path(self, count: int) -> Track:
        """Return the track over ``count`` frames; between those that were seen it goes evenly."""
        poses = np.array(self._poses or [_AT_REST])
        zoom = np.hypot(poses[:, 2], poses[:, 3])
        roll = np.degrees(np.unwrap(np.arctan2(poses[:, 3], poses[:, 2])))
        at = np.arange(max(count, 1))

        def over_time(values: Float64Array) -> Float64Array:
            return np.asarray(np.interp(at, self._indices or [0], values), np.float64)

        return Track(
            x=over_time(poses[:, 0]),
            y=over_time(poses[:, 1]),
            zoom=np.exp(over_time(np.log(zoom))),
            roll=over_time(roll),
            parallax_x=over_time(poses[:, 4]),
            parallax_y=over_time(poses[:, 5]),
            approach=over_time(poses[:, 6]),
            spread=self._scene.spread,
            staying_share=float(np.mean(self._staying)) if self._staying else 0.0,
            counted=self.counted,
        )


def _fit(points: Points, start: Float64Array, prior: Float64Array, pixel: float) -> Float64Array:
    """Return the pose (7,) that most of the points agree on, from ``start`` on."""
    (x, y), e = points.origin.T, points.depth
    rows = np.zeros((len(points), 2, 7))
    rows[:, 0, 0] = rows[:, 1, 1] = 1
    rows[:, :, 2] = points.origin
    rows[:, 0, 3], rows[:, 1, 3] = -y, x
    rows[:, 0, 4] = rows[:, 1, 5] = e
    rows[:, :, 6] = points.place * e[:, None]
    least = _LEAST_SCALE * pixel
    still = _far_and_still(points, pixel)
    pose = start
    for _ in range(_ROUNDS):
        nearness = _nearness(pose, e)
        parallax = (e / nearness)[:, None] * (pose[4:6] + pose[6] * points.place)
        sigma = np.hypot(least, _DEPTH_ERROR * np.linalg.norm(parallax, axis=1))
        left = np.linalg.norm(points.place - _seen(pose, points.origin, e), axis=1) / sigma
        scale = max(1.4826 * float(np.median(left)), 1.0)
        doubt = np.where(still, _STILL_DOUBT, 1 + (left / scale) ** 2)
        weight = (least / (sigma * doubt * nearness)) ** 2
        weighted = rows * weight[:, None, None]
        normal = np.einsum("nki,nkj->ij", weighted, rows) + np.diag(_RIDGE)
        pose = np.linalg.solve(
            normal, np.einsum("nki,nk->i", weighted, points.place) + _RIDGE * prior
        )
    return np.asarray(pose, np.float64)


def _seen(pose: Float64Array, origin: Float64Array, depth: Float64Array) -> Float64Array:
    """Return where points (n, 2) of the first frame are seen from a pose."""
    matrix = np.array([[pose[2], -pose[3]], [pose[3], pose[2]]])
    moved = pose[:2] + origin @ matrix.T + depth[:, None] * pose[4:6]
    return np.asarray(moved / _nearness(pose, depth)[:, None])


def _origin(pose: Float64Array, place: Float64Array, depth: Float64Array) -> Float64Array:
    """Return what of the first frame is seen at places (n, 2) from a pose, if it is at ``depth`` (n,)."""
    matrix = np.array([[pose[2], -pose[3]], [pose[3], pose[2]]])
    moved = place * _nearness(pose, depth)[:, None] - pose[:2] - depth[:, None] * pose[4:6]
    return np.asarray(np.linalg.solve(matrix, moved.T).T)


def _nearness(pose: Float64Array, depth: Float64Array) -> Float64Array:
    """Return (n,) the distance of points as a share of the first one, less that of the middle."""
    return np.asarray(np.maximum(1 - pose[6] * depth, _LEAST_NEARNESS))


def _explained_share(points: Points, pose: Float64Array, pixel: float) -> float:
    """Return the share of points, 0..1, that went from their origin as a pose says."""
    left = np.linalg.norm(points.place - _seen(pose, points.origin, points.depth), axis=1)
    gone = np.linalg.norm(points.place - points.origin, axis=1)
    return float((left < np.maximum(_STAYS * pixel, _DEPTH_ERROR * gone)).mean())


def _far_and_still(points: Points, pixel: float) -> Flags:
    """Return (n,) the farther points that have not moved, if they are many: the camera has not turned."""
    far = points.first & (points.depth <= 0)
    gone = np.linalg.norm(points.place - points.origin, axis=1) / pixel
    still = far & (gone < _STAYS)
    many = still.sum() >= max(_MIN_POINTS, _STILL_SHARE * far.sum())
    others_go = len(gone) > 0 and np.percentile(gone, 90) > _CARRIED
    return still if many and others_go else np.zeros_like(still)


def _staying_share(points: Points, pose: Float64Array, pixel: float) -> float | None:
    """Return the share of the farther points that stay where a pose carries them; None if it hardly does.

    What is near may stay in the picture of a camera that goes along with it.
    """
    far = points.where(points.first & (points.depth <= 0))
    if len(far) < _MIN_POINTS:
        return None
    carried = np.linalg.norm(_seen(pose, far.origin, far.depth) - far.origin, axis=1)
    counted = carried > _CARRIED * pixel
    if counted.mean() < 0.5:
        return None
    gone = np.linalg.norm(far.place - far.origin, axis=1)
    return float((gone[counted] < _STAYS * pixel).mean())


def _no_points() -> Points:
    empty, flags = np.zeros((0, 2)), np.zeros(0, bool)
    return Points(empty, empty, np.zeros(0), flags, flags)
