"""A clip made from the still in another clip's place: its frame, its camera, what moved in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import pi

import numpy as np
from numpy.typing import NDArray

from livingstill.camera import framing, path, subject
from livingstill.camera.travel import travel
from livingstill.camera.view import CameraView
from livingstill.core.model import (
    DEFAULT_FOCAL,
    CameraPath,
    Float32Array,
    Flow,
    Motion,
    Photo,
    Pose,
    Region,
    Scene,
    Timeline,
    UInt8Array,
)
from livingstill.finish.finisher import Finisher
from livingstill.jobs import steps
from livingstill.jobs.analyse import analyse_pixels
from livingstill.jobs.clip import Clip
from livingstill.jobs.rescue import camera_track
from livingstill.jobs.stages import Stages
from livingstill.quality import no_reference, registration
from livingstill.render import frames
from livingstill.scene import assembly, layers
from livingstill.settings.shot import Shot
from livingstill.settings.values import Choice

Flags = NDArray[np.bool_]

_MARGIN = 0.15
"""How much of the still beyond the frame is taken along, in frame sizes per side."""
_PROBES = 13
_MOVES, _MOVES_UNDER = 0.03, 0.15
"""1/480 frame widths per frame from which a tile moves: before a still camera, a moving one."""
_CHANGES, _CHANGES_UNDER = 0.35, 3.0
"""Levels per frame that no flow explains, likewise: moving detail is never explained entirely."""
_SHARE = 0.15
_OUT = {"pull-out"}
_TURNS = {
    "truck-left": "pan-left",
    "truck-right": "pan-right",
    "pedestal-up": "tilt-up",
    "pedestal-down": "tilt-down",
}
_PARALLAX = 2.5
"""Natural sizes of a sliding move, beyond which a turn must have moved the whole picture."""
_RAMP = 0.6
"""Seconds in which motion sets in."""
_GENTLE = (("amount", "0.6"), ("rest", "0"))
_CLOSER = 1.12
"""How far the camera may close in to hide the still's border, before its move is cut down."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What the replacement must be: the clip's frame and time, its camera, what moved in it.

    ``path`` is the camera's track, ``lively`` (gy, gx) bool the tiles that moved by themselves.
    """

    size: tuple[int, int]
    timeline: Timeline
    path: camera_track.Track
    lively: Flags


def lively(series: no_reference.Series, good: Flags, still: bool) -> Flags:
    """Return the tiles (gy, gx) that moved by themselves; ``still`` says that the camera did not."""
    steps = good.copy()
    steps[0] = False
    steps[1:] &= good[:-1]
    if not steps.any():
        steps[1:] = True
    flow = series.flow[steps] * (480 / max(series.size))
    pattern = np.median(flow, 0)
    # a camera's flow is one pattern that comes and goes as the camera speeds up and slows down
    pace = (flow * pattern).sum((1, 2, 3)) / max(float((pattern**2).sum()), 1e-6)
    own = flow if still else flow - pace[:, None, None, None] * pattern
    unsteady = _length(1.4826 * np.median(np.abs(own - np.median(own, 0)), 0))
    unexplained = np.median(series.residual[steps], 0)
    if still:
        return (unsteady > _MOVES) | (unexplained > _CHANGES) | (_length(pattern) > _MOVES)
    return (unsteady > _MOVES_UNDER) | (unexplained > _CHANGES_UNDER)


def _length(vectors: Float32Array) -> Float32Array:
    return np.asarray(np.hypot(vectors[..., 0], vectors[..., 1]), np.float32)


def joins(series: no_reference.Series) -> bool:
    """Tell whether a clip's end leads into its start."""
    change = series.change[0, 1:].mean((1, 2))
    if len(change) < 3:
        return False
    step = max(float(np.median(change)), float(np.median(change[[0, 1, -2, -1]])), 0.05)
    apart = series.from_first
    # coding blurs the first steps and lifts the first frame, so a return is told by its approach
    nearing = bool(apart[-1] < apart[-2] < apart[-3]) and apart[-1] < 0.5 * apart.max()
    return float(apart[-1]) < max(1.35 * step, 0.3, 1.2 * float(apart[3]) if nearing else 0.0)


def build(
    still: UInt8Array, crop: registration.Crop, wanted: Wanted, shot: Shot, stages: Stages
) -> Clip:
    """Make the still ready to render as the clip showed it.

    The still is laid out so that the crop falls on the pixels of the frame: the first frame is the
    still itself. ``shot`` says quality and seed; its camera, frame and time are not asked.
    """
    canvas, corner = _laid_out(still, crop, wanted.size)
    width, height = wanted.size
    centre = (
        (corner[0] + width / 2) / canvas.shape[1],
        (corner[1] + height / 2) / canvas.shape[0],
    )
    extent = (width / canvas.shape[1], height / canvas.shape[0])
    frame = framing.Framing(wanted.size, (0, 0, width, height), centre, extent)
    photo = Photo(canvas)
    analysis = analyse_pixels(photo, canvas, shot.quality, shot)
    with stages("network"):
        analysis.perception()
    with stages("depth"):
        depth = analysis.depth()
    with stages("regions"):
        found = steps.plan_regions(analysis, shot)
        regions = tuple(r for r in found if _moved(r, frame.box, wanted.lively))
    with stages("scene"):
        point = subject.find_subject(canvas, depth.values, analysis.mask("sky")).point
        layered = partial(layers.build_layers, focal=DEFAULT_FOCAL, layers=shot.layers)
        scene = assembly.build_scene(layered, canvas, depth.values, regions)
    window = steps.window_of(scene, frame)
    view = CameraView.of(depth.values, None, point, frame.box)
    with stages("camera"):
        camera, choice, notes = _camera(wanted, shot, scene, window, view, _room(frame))
        if choice.name == "static" and not regions and wanted.lively.any():
            choice = Choice(name="push-in", keys=_GENTLE)
            camera = _resolved(choice, shot, view, wanted.timeline)
            notes = (*notes, f"nothing in the still moves as the clip did; {choice} keeps it alive")
    with stages("motion"):
        moving = shot.model_copy(update={"camera": choice})
        motion, lowered = steps.compose_motion(
            canvas, depth.values, regions, scene, moving, wanted.timeline
        )
        notes = (*notes, *lowered)
        if motion is not None:
            timeline = wanted.timeline
            ramp = min(_RAMP / timeline.seconds, 0.25)
            motion = Roused(motion, ramp, timeline.joins)
    skipped = sorted({r.kind for r in found} - {r.kind for r in regions})
    if skipped:
        notes = (*notes, f"{', '.join(skipped)} stood still in the clip and so do here")
    return Clip(
        photo=photo,
        shot=moving,
        timeline=wanted.timeline,
        framing=frame,
        subject=point,
        depth=depth,
        regions=regions,
        scene=scene,
        camera=camera,
        window=window,
        motion=motion,
        finisher=Finisher(moving, frame.size, frame.picture, wanted.timeline),
        card=None,
        notes=notes,
    )


def _laid_out(
    still: UInt8Array, crop: registration.Crop, size: tuple[int, int]
) -> tuple[UInt8Array, tuple[int, int]]:
    """Return the still at the clip's scale, and where the frame's corner is in it."""
    sx, sy = crop.width / size[0], crop.height / size[1]
    high, wide = still.shape[:2]

    def room(space: float, scale: float, length: int) -> int:
        return int(max(0.0, min(space / scale, _MARGIN * length)))

    left, top = room(crop.x, sx, size[0]), room(crop.y, sy, size[1])
    right = room(wide - crop.x - crop.width, sx, size[0])
    below = room(high - crop.y - crop.height, sy, size[1])
    whole = (size[0] + left + right, size[1] + top + below)
    box = (crop.x - left * sx, crop.y - top * sy, whole[0] * sx, whole[1] * sy)
    return np.ascontiguousarray(registration.cut(still, box, whole)), (left, top)


def _room(frame: framing.Framing) -> float:
    """Return how much the frame could be widened about its centre inside the still."""
    left, top, right, bottom = frame.box
    across, down = frame.extent
    return 2 * min(left / across, (1 - right) / across, top / down, (1 - bottom) / down)


def _moved(region: Region, box: tuple[float, ...], tiles: Flags) -> bool:
    """Tell whether the clip moved where a region is."""
    height, width = region.mask.shape
    rows = slice(round(box[1] * height), max(1, round(box[3] * height)))
    columns = slice(round(box[0] * width), max(1, round(box[2] * width)))
    part = region.mask[rows, columns].astype(np.float32)
    down, across = tiles.shape
    y = np.minimum(np.arange(part.shape[0]) * down // part.shape[0], down - 1)
    x = np.minimum(np.arange(part.shape[1]) * across // part.shape[1], across - 1)
    weights = part.sum()
    return bool(weights and (part * tiles[y][:, x]).sum() > _SHARE * weights)


@dataclass(frozen=True, slots=True, eq=False)
class Roused:
    """A motion that sets in from the still, over ``ramp`` of the clip, and where ends join settles."""

    motion: Motion
    ramp: float
    joins: bool

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return the flows at ``phase``, 0..1."""
        since = min(phase, 1 - phase) if self.joins else phase
        way = min(1.0, since / self.ramp)
        flows = self.motion.at(phase)
        return flows if way >= 1 else tuple(_less(f, way * way * (3 - 2 * way)) for f in flows)


def _less(flow: Flow | None, share: float) -> Flow | None:
    """Return a flow at ``share`` of its strength: 0 shows the still."""
    if flow is None:
        return None
    some = np.float32(share)
    rest = np.float32(1 - share)
    first, second = flow.first_gain, flow.second_gain
    if second is not None:
        start = np.ones_like(second) if first is None else first
        whole = np.maximum(start + second, np.float32(1e-3))
        first, second = start * (some + rest / whole), second * (some + rest / whole)
    elif first is not None:
        first = rest + first * some
    return Flow(
        flow.first * some,
        first,
        None if flow.second is None else flow.second * some,
        second,
        None if flow.bias is None else flow.bias * some,
        flow.step,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Departing:
    """A path that starts at rest and closes in just as far as the picture's border demands."""

    course: CameraPath
    reach: Float32Array
    zoom: float

    def at(self, time: float) -> Pose:
        """Return the pose at ``time``, 0..1."""
        start, pose = self.course.at(0.0), self.course.at(time)
        far = float(np.interp(time * (len(self.reach) - 1), range(len(self.reach)), self.reach))
        zoom = pose.zoom / start.zoom * (1 + (self.zoom - 1) * far)
        return replace(pose, x=pose.x - start.x, y=pose.y - start.y, zoom=zoom)


def _departing(
    course: CameraPath, scene: Scene, window: frames.Window, size: tuple[int, int]
) -> Departing:
    """Let a path begin at the still and stay within its border."""
    count = 4 * _PROBES
    plain = Departing(course, np.zeros(count + 1, np.float32), 1.0)
    times = np.linspace(0, 1, count + 1)
    width, height = scene.size
    far = [travel(Pose(), plain.at(t), scene.focal, width / height) for t in times]
    most = max(far)
    if most < 1e-6:
        return plain
    reach = (np.array(far) / most).astype(np.float32)
    zoom = 1.0
    for i in range(0, count + 1, 4):
        if reach[i] > 0.15:
            safe = frames.safe_zoom(scene, [plain.at(times[i])], window, size)
            zoom = max(zoom, 1 + (safe - 1) / float(reach[i]))
    made = Departing(course, reach, zoom)
    while zoom > 1 and zoom < 2:
        left = frames.safe_zoom(scene, [made.at(t) for t in times[8::4]], window, size)
        if left < 1.002:
            break
        zoom *= left
        made = Departing(course, reach, zoom)
    return made


def _camera(
    wanted: Wanted,
    shot: Shot,
    scene: Scene,
    window: frames.Window,
    view: CameraView,
    room: float,
) -> tuple[CameraPath, Choice, tuple[str, ...]]:
    """Return the named move whose extent, measured as the clip's was, is the clip's."""
    timeline = wanted.timeline
    asked = camera_track.name(wanted.path)
    target, notes = asked.size, []
    if asked.name in _OUT and target > room:
        notes.append(
            f"the clip pulls out by {target:.1%}; the still shows only {max(0.0, room):.1%} more"
        )
        target = room
    closed = asked.name in ("static", "sway", "orbit")
    if asked.name == "static" or target < 0.004:
        static = Choice(name="static")
        return _resolved(static, shot, view, timeline), static, tuple(notes)
    if closed:
        keys: tuple[tuple[str, str], ...] = ()
    elif timeline.joins:
        keys = (("rest", "0"),)
    else:
        keys = (("ease", _ease(wanted.path, asked.name)), ("rest", "0"))
    if asked.name in _OUT and target > 0.5 * room:
        keys = (*keys, ("depth", "0"))  # parallax at the border would need still more room

    def course(name: str, amount: float) -> tuple[Departing, Choice, float]:
        choice = Choice(name=name, keys=(("amount", f"{amount:.3f}"), *keys))
        way = _resolved(choice, shot, view, timeline)
        camera = _departing(way, scene, window, wanted.size)
        return camera, choice, _extent(name, scene, window, wanted.size, shot.quality, camera)

    name, amount = asked.name, 1.0
    camera, choice, got = course(name, amount)
    if name in _TURNS and target > _PARALLAX * got:
        name = _TURNS[name]
        camera, choice, got = course(name, amount)
    for _ in range(4):
        factor = target / max(got, 1e-4)
        if camera.zoom > _CLOSER:
            factor = min(factor, 0.9 * (_CLOSER - 1) / (camera.zoom - 1))
        if abs(factor - 1) < 0.05 or (factor > 1 and camera.zoom > 0.95 * _CLOSER):
            break
        amount = min(8.0, max(0.02, amount * factor))
        camera, choice, got = course(name, amount)
    unit = "magnification" if asked.name in ("push-in", "pull-out") else "of the width"
    notes.append(f"camera {choice}: the clip moved by {asked.size:.1%} {unit}, this by {got:.1%}")
    if camera.zoom > 1.005:
        notes.append(f"it closes in by {camera.zoom - 1:.1%} on its way to stay inside the still")
    return camera, choice, tuple(notes)


def _resolved(choice: Choice, shot: Shot, view: CameraView, timeline: Timeline) -> CameraPath:
    seconds = timeline.seconds
    return path.resolve(choice, view, loop=timeline.loop, duration=seconds, seed=shot.seed)


def _along(found: camera_track.Track, name: str) -> Float32Array:
    """Return (T,) how far a track has gone along a move."""
    if name in ("push-in", "pull-out"):
        way = np.abs(found.zoom - 1)
    elif name in ("sway", "orbit"):
        way = found.x if np.ptp(found.x) >= np.ptp(found.y) else found.y
    else:
        way = np.abs(found.x if name.startswith(("truck", "pan")) else found.y)
    return np.asarray(way, np.float32)


def _ease(found: camera_track.Track, name: str) -> str:
    """Return the pace that a track fits: linear or sine."""
    way = _along(found, name)
    way = way / max(float(way[-1]), 1e-6)
    time = np.linspace(0, 1, len(way))
    paces = {"linear": time, "sine": 0.5 - 0.5 * np.cos(pi * time)}
    return min(paces, key=lambda pace: float(np.mean((way - paces[pace]) ** 2)))


def _extent(
    name: str,
    scene: Scene,
    window: frames.Window,
    size: tuple[int, int],
    quality: str,
    camera: CameraPath,
) -> float:
    """Return how far a path moves the picture, measured on rendered frames."""
    renderer = frames.Renderer(scene, window, size, quality)
    times = np.linspace(0, 1, _PROBES)
    shown = (frames.unpack(renderer.frame(camera.at(t))) for t in times)
    way = _along(camera_track.track(no_reference.observe(shown, 1.0)), name)
    return float(np.ptp(way)) / 2 if name in ("sway", "orbit") else float(way.max())
