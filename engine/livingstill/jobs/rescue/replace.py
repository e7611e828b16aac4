"""Builds a replacement clip from the still with the frame, camera and moving regions of a clip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import pi

import numpy as np
from numpy.typing import NDArray

from livingstill.camera import framing, path, subject
from livingstill.camera.displacement import max_displacement
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

_CANVAS_MARGIN = 0.15
"""How much of the still beyond the frame is taken along, in frame sizes per side."""
_PROBES = 13
_MOTION_STATIC, _MOTION_MOVING = 0.03, 0.15
"""1/480 frame widths per frame from which a tile moves: before a still camera, a moving one."""
_RESIDUAL_STATIC, _RESIDUAL_MOVING = 0.35, 3.0
"""Levels per frame that no flow explains, likewise: moving detail is never explained entirely."""
_MIN_MOVING_SHARE = 0.15
_OUTWARD_MOVES = {"pull-out"}
_ROTATION_OF = {
    "truck-left": "pan-left",
    "truck-right": "pan-right",
    "pedestal-up": "tilt-up",
    "pedestal-down": "tilt-down",
}
_MAX_SLIDE = 2.5
"""Natural sizes of a sliding move, beyond which a turn must have moved the whole picture."""
_RAMP_SECONDS = 0.6
"""Seconds in which motion sets in."""
_GENTLE_KEYS = (("amount", "0.6"), ("rest", "0"))
_MAX_CLOSE_IN = 1.12
"""How far the camera may close in to hide the still's border, before its move is cut down."""


@dataclass(frozen=True, slots=True, eq=False)
class ReplacementSpec:
    """The specification of a replacement: the clip's frame and time, its camera and moving tiles.

    ``path`` is the camera's track, ``moving_tiles`` (gy, gx) bool the tiles that moved by themselves.
    """

    size: tuple[int, int]
    timeline: Timeline
    path: camera_track.Track
    moving_tiles: Flags


def moving_tiles(series: no_reference.Series, good: Flags, still: bool) -> Flags:
    """Return the tiles (gy, gx) that moved by themselves; ``still`` says that the camera did not."""
    steps = good.copy()
    steps[0] = False
    steps[1:] &= good[:-1]
    if not steps.any():
        steps[1:] = True
    flow = series.flow[steps] * (480 / max(series.size))
    pattern = np.median(flow, 0)
    # a camera's flow is one pattern that comes and goes as the camera speeds up and slows down
    speed = (flow * pattern).sum((1, 2, 3)) / max(float((pattern**2).sum()), 1e-6)
    local_flow = flow if still else flow - speed[:, None, None, None] * pattern
    unsteady = _length(1.4826 * np.median(np.abs(local_flow - np.median(local_flow, 0)), 0))
    unexplained = np.median(series.residual[steps], 0)
    if still:
        return (
            (unsteady > _MOTION_STATIC)
            | (unexplained > _RESIDUAL_STATIC)
            | (_length(pattern) > _MOTION_STATIC)
        )
    return (unsteady > _MOTION_MOVING) | (unexplained > _RESIDUAL_MOVING)


def _length(vectors: Float32Array) -> Float32Array:
    return np.asarray(np.hypot(vectors[..., 0], vectors[..., 1]), np.float32)


def is_loop(series: no_reference.Series) -> bool:
    """Return whether a clip's end leads into its start."""
    change = series.change[0, 1:].mean((1, 2))
    if len(change) < 3:
        return False
    step = max(float(np.median(change)), float(np.median(change[[0, 1, -2, -1]])), 0.05)
    distance_from_start = series.from_first
    # coding blurs the first steps and lifts the first frame, so a return is told by its approach
    approaches = (
        bool(distance_from_start[-1] < distance_from_start[-2] < distance_from_start[-3])
        and distance_from_start[-1] < 0.5 * distance_from_start.max()
    )
    return float(distance_from_start[-1]) < max(
        1.35 * step, 0.3, 1.2 * float(distance_from_start[3]) if approaches else 0.0
    )


def build(
    still: UInt8Array, crop: registration.Crop, spec: ReplacementSpec, shot: Shot, stages: Stages
) -> Clip:
    """Make the still ready to render as the clip showed it.

    The still is laid out so that the crop falls on the pixels of the frame: the first frame is the
    still itself. ``shot`` says quality and seed; its camera, frame and time are not asked.
    """
    canvas, frame = _canvas_around(still, crop, spec.size)
    photo = Photo(canvas)
    analysis = analyse_pixels(photo, canvas, shot.quality, shot)
    with stages("network"):
        analysis.perception()
    with stages("depth"):
        depth = analysis.depth()
    with stages("regions"):
        planned = steps.plan_regions(analysis, shot)
        regions = tuple(r for r in planned if _region_moved(r, frame.box, spec.moving_tiles))
    with stages("scene"):
        subject_point = subject.find_subject(canvas, depth.values, analysis.mask("sky")).point
        layered = partial(layers.build_layers, focal=DEFAULT_FOCAL, layers=shot.layers)
        scene = assembly.build_scene(layered, canvas, depth.values, regions)
    window = steps.window_of(scene, frame)
    view = CameraView.of(depth.values, None, subject_point, frame.box)
    with stages("camera"):
        camera, choice, notes = _camera(spec, shot, scene, window, view, _outward_margin(frame))
        if choice.name == "static" and not regions and spec.moving_tiles.any():
            choice = Choice(name="push-in", keys=_GENTLE_KEYS)
            camera = _resolve(choice, shot, view, spec.timeline)
            notes = (*notes, f"nothing in the still moves as the clip did; {choice} keeps it alive")
    with stages("motion"):
        final_shot = shot.model_copy(update={"camera": choice})
        motion, motion_notes = steps.compose_motion(
            canvas, depth.values, regions, scene, final_shot, spec.timeline
        )
        notes = (*notes, *motion_notes)
        if motion is not None:
            timeline = spec.timeline
            ramp = min(_RAMP_SECONDS / timeline.seconds, 0.25)
            motion = EasedMotion(motion, ramp, timeline.periodic)
    still_kinds = sorted({r.label for r in planned} - {r.label for r in regions})
    if still_kinds:
        notes = (*notes, f"{', '.join(still_kinds)} stood still in the clip and so do here")
    return Clip(
        photo=photo,
        shot=final_shot,
        timeline=spec.timeline,
        framing=frame,
        subject=subject_point,
        depth=depth,
        regions=regions,
        scene=scene,
        camera=camera,
        window=window,
        motion=motion,
        finisher=Finisher(final_shot, frame.size, frame.picture, spec.timeline),
        card=None,
        notes=notes,
    )


def _canvas_around(
    still: UInt8Array, crop: registration.Crop, size: tuple[int, int]
) -> tuple[UInt8Array, framing.Framing]:
    """Return the still at the clip's scale, and the clip's frame in it."""
    sx, sy = crop.width / size[0], crop.height / size[1]
    still_height, still_width = still.shape[:2]

    def margin(space: float, scale: float, length: int) -> int:
        return int(max(0.0, min(space / scale, _CANVAS_MARGIN * length)))

    left, top = margin(crop.x, sx, size[0]), margin(crop.y, sy, size[1])
    right = margin(still_width - crop.x - crop.width, sx, size[0])
    bottom = margin(still_height - crop.y - crop.height, sy, size[1])
    canvas_size = (size[0] + left + right, size[1] + top + bottom)
    box = (crop.x - left * sx, crop.y - top * sy, canvas_size[0] * sx, canvas_size[1] * sy)
    canvas = np.ascontiguousarray(registration.resample_crop(still, box, canvas_size))
    height, width = canvas.shape[:2]
    centre = ((left + size[0] / 2) / width, (top + size[1] / 2) / height)
    extent = (size[0] / width, size[1] / height)
    return canvas, framing.Framing(size, (0, 0, *size), centre, extent)


def _outward_margin(frame: framing.Framing) -> float:
    """Return how much the frame could be widened about its centre inside the still."""
    left, top, right, bottom = frame.box
    across, down = frame.extent
    return 2 * min(left / across, (1 - right) / across, top / down, (1 - bottom) / down)


def _region_moved(region: Region, box: tuple[float, ...], tiles: Flags) -> bool:
    """Return whether the moving tiles cover enough of a region."""
    height, width = region.mask.shape
    rows = slice(round(box[1] * height), max(1, round(box[3] * height)))
    columns = slice(round(box[0] * width), max(1, round(box[2] * width)))
    part = region.mask[rows, columns].astype(np.float32)
    down, across = tiles.shape
    y = np.minimum(np.arange(part.shape[0]) * down // part.shape[0], down - 1)
    x = np.minimum(np.arange(part.shape[1]) * across // part.shape[1], across - 1)
    weights = part.sum()
    return bool(weights and (part * tiles[y][:, x]).sum() > _MIN_MOVING_SHARE * weights)


@dataclass(frozen=True, slots=True, eq=False)
class EasedMotion:
    """A motion that eases in from rest over ``ramp`` of the clip, and out where the ends join."""

    motion: Motion
    ramp: float
    periodic: bool

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return the flows at ``phase``, 0..1."""
        elapsed = min(phase, 1 - phase) if self.periodic else phase
        progress = min(1.0, elapsed / self.ramp)
        flows = self.motion.at(phase)
        return (
            flows
            if progress >= 1
            else tuple(_scaled_flow(f, progress * progress * (3 - 2 * progress)) for f in flows)
        )


def _scaled_flow(flow: Flow | None, share: float) -> Flow | None:
    """Return a flow at ``share`` of its strength: 0 shows the still."""
    if flow is None:
        return None
    kept = np.float32(share)
    still_share = np.float32(1 - share)
    first, second = flow.first_gain, flow.second_gain
    if second is not None:
        start = np.ones_like(second) if first is None else first
        total = np.maximum(start + second, np.float32(1e-3))
        first, second = start * (kept + still_share / total), second * (kept + still_share / total)
    elif first is not None:
        first = still_share + first * kept
    return Flow(
        flow.first * kept,
        first,
        None if flow.second is None else flow.second * kept,
        second,
        None if flow.bias is None else flow.bias * kept,
        flow.step,
    )


@dataclass(frozen=True, slots=True, eq=False)
class StillAnchoredPath:
    """A path anchored at the still's pose, zoomed along the way by as much as its border requires."""

    course: CameraPath
    reach: Float32Array
    zoom: float

    def at(self, time: float) -> Pose:
        """Return the pose at ``time``, 0..1."""
        start, pose = self.course.at(0.0), self.course.at(time)
        distance = float(
            np.interp(time * (len(self.reach) - 1), range(len(self.reach)), self.reach)
        )
        zoom = pose.zoom / start.zoom * (1 + (self.zoom - 1) * distance)
        return replace(pose, x=pose.x - start.x, y=pose.y - start.y, zoom=zoom)


def _anchored_path(
    course: CameraPath, scene: Scene, window: frames.Window, size: tuple[int, int]
) -> StillAnchoredPath:
    """Return ``course`` anchored at the still, with the least zoom that hides its border."""
    count = 4 * _PROBES
    unzoomed = StillAnchoredPath(course, np.zeros(count + 1, np.float32), 1.0)
    times = np.linspace(0, 1, count + 1)
    width, height = scene.size
    distances = [
        max_displacement(Pose(), unzoomed.at(t), scene.focal, width / height) for t in times
    ]
    largest = max(distances)
    if largest < 1e-6:
        return unzoomed
    reach = (np.array(distances) / largest).astype(np.float32)
    zoom = 1.0
    for i in range(0, count + 1, 4):
        if reach[i] > 0.15:
            safe = frames.safe_zoom(scene, [unzoomed.at(times[i])], window, size)
            zoom = max(zoom, 1 + (safe - 1) / float(reach[i]))
    anchored = StillAnchoredPath(course, reach, zoom)
    while zoom > 1 and zoom < 2:
        extra_zoom = frames.safe_zoom(scene, [anchored.at(t) for t in times[8::4]], window, size)
        if extra_zoom < 1.002:
            break
        zoom *= extra_zoom
        anchored = StillAnchoredPath(course, reach, zoom)
    return anchored


def _camera(
    spec: ReplacementSpec,
    shot: Shot,
    scene: Scene,
    window: frames.Window,
    view: CameraView,
    room: float,
) -> tuple[CameraPath, Choice, tuple[str, ...]]:
    """Return the named move whose extent, measured as the clip's was, is the clip's."""
    timeline = spec.timeline
    clip_move = camera_track.name(spec.path)
    target, notes = clip_move.size, []
    if clip_move.name in _OUTWARD_MOVES and target > room:
        notes.append(
            f"the clip pulls out by {target:.1%}; the still shows only {max(0.0, room):.1%} more"
        )
        target = room
    closed = clip_move.name in ("static", "sway", "orbit")
    if clip_move.name == "static" or target < 0.004:
        static = Choice(name="static")
        return _resolve(static, shot, view, timeline), static, tuple(notes)
    if closed:
        keys: tuple[tuple[str, str], ...] = ()
    elif timeline.periodic:
        keys = (("rest", "0"),)
    else:
        keys = (("ease", _ease(spec.path, clip_move.name)), ("rest", "0"))
    if clip_move.name in _OUTWARD_MOVES and target > 0.5 * room:
        keys = (*keys, ("depth", "0"))  # parallax at the border would need still more room

    def path_of(name: str, amount: float) -> tuple[StillAnchoredPath, Choice, float]:
        choice = Choice(name=name, keys=(("amount", f"{amount:.3f}"), *keys))
        resolved = _resolve(choice, shot, view, timeline)
        camera = _anchored_path(resolved, scene, window, spec.size)
        return camera, choice, _extent(name, scene, window, spec.size, shot.quality, camera)

    name, amount = clip_move.name, 1.0
    camera, choice, extent = path_of(name, amount)
    if name in _ROTATION_OF and target > _MAX_SLIDE * extent:
        name = _ROTATION_OF[name]
        camera, choice, extent = path_of(name, amount)
    for _ in range(4):
        factor = target / max(extent, 1e-4)
        if camera.zoom > _MAX_CLOSE_IN:
            factor = min(factor, 0.9 * (_MAX_CLOSE_IN - 1) / (camera.zoom - 1))
        if abs(factor - 1) < 0.05 or (factor > 1 and camera.zoom > 0.95 * _MAX_CLOSE_IN):
            break
        amount = min(8.0, max(0.02, amount * factor))
        camera, choice, extent = path_of(name, amount)
    unit = "magnification" if clip_move.name in ("push-in", "pull-out") else "of the width"
    notes.append(
        f"camera {choice}: the clip moved by {clip_move.size:.1%} {unit}, this by {extent:.1%}"
    )
    if camera.zoom > 1.005:
        notes.append(f"it closes in by {camera.zoom - 1:.1%} on its way to stay inside the still")
    return camera, choice, tuple(notes)


def _resolve(choice: Choice, shot: Shot, view: CameraView, timeline: Timeline) -> CameraPath:
    seconds = timeline.seconds
    return path.resolve(choice, view, loop=timeline.loop, duration=seconds, seed=shot.seed)


def _displacement_along(track: camera_track.Track, name: str) -> Float32Array:
    """Return (T,) how far a track has gone along a move."""
    if name in ("push-in", "pull-out"):
        distance = np.abs(track.zoom - 1)
    elif name in ("sway", "orbit"):
        distance = track.x if np.ptp(track.x) >= np.ptp(track.y) else track.y
    else:
        distance = np.abs(track.x if name.startswith(("truck", "pan")) else track.y)
    return np.asarray(distance, np.float32)


def _ease(track: camera_track.Track, name: str) -> str:
    """Return the pace that a track fits: linear or sine."""
    distance = _displacement_along(track, name)
    distance = distance / max(float(distance[-1]), 1e-6)
    time = np.linspace(0, 1, len(distance))
    easings = {"linear": time, "sine": 0.5 - 0.5 * np.cos(pi * time)}
    return min(easings, key=lambda easing: float(np.mean((distance - easings[easing]) ** 2)))


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
    pictures = (frames.unpack(renderer.frame(camera.at(t))) for t in times)
    displacement = _displacement_along(
        camera_track.track(no_reference.observe(pictures, 1.0)), name
    )
    return (
        float(np.ptp(displacement)) / 2 if name in ("sway", "orbit") else float(displacement.max())
    )
