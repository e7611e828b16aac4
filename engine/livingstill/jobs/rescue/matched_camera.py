"""The named camera move whose extent, measured on rendered frames, is that of a clip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi

import numpy as np

from livingstill.camera import path
from livingstill.camera.displacement import max_displacement
from livingstill.camera.view import CameraView
from livingstill.core.model import CameraPath, Float32Array, Pose, Scene, Timeline
from livingstill.jobs.rescue import camera_track
from livingstill.jobs.rescue.replacement_spec import ReplacementSpec
from livingstill.quality import no_reference
from livingstill.render import frames
from livingstill.settings.shot import Shot
from livingstill.settings.values import MoveSpec

_PROBES = 13
_OUTWARD_MOVES = {"pull-out"}
_ROTATION_OF = {
    "truck-left": "pan-left",
    "truck-right": "pan-right",
    "pedestal-up": "tilt-up",
    "pedestal-down": "tilt-down",
}
_NAMED_AS = {camera_track.OBLIQUE: "sliders"}
_MAX_SLIDE = 2.5
"""Natural sizes of a sliding move, beyond which a turn must have moved the whole picture."""
_MAX_CLOSE_IN = 1.25
"""How far the camera may close in to hide the still's border, before its move is cut down."""


def match_camera(
    spec: ReplacementSpec,
    shot: Shot,
    scene: Scene,
    window: frames.Window,
    view: CameraView,
    max_widening: float,
) -> tuple[CameraPath, MoveSpec, tuple[str, ...]]:
    """Return the named move whose extent, measured as the clip's was, is the clip's."""
    timeline = spec.timeline
    clip_move = camera_track.name(spec.path)
    target, notes = clip_move.size, []
    if clip_move.name in _OUTWARD_MOVES and target > max_widening:
        notes.append(
            f"the clip pulls out by {target:.1%}; the still shows only {max(0.0, max_widening):.1%} more"
        )
        target = max_widening
    closed = clip_move.name in ("static", "sway", "orbit")
    if clip_move.name == "static" or target < 0.004:
        static = MoveSpec(name="static")
        return path_of_move(static, shot, view, timeline), static, tuple(notes)
    if closed:
        keys: tuple[tuple[str, str], ...] = ()
    elif timeline.periodic:
        keys = (("rest", "0"),)
    else:
        keys = (
            ("ease", _ease(spec.path, _NAMED_AS.get(clip_move.name, clip_move.name))),
            ("rest", "0"),
        )
    if clip_move.name == camera_track.OBLIQUE:
        keys = (*_slider_keys(clip_move.direction), *keys)
    if clip_move.name in _OUTWARD_MOVES and target > 0.5 * max_widening:
        keys = (*keys, ("depth", "0"))  # parallax at the border would need still more room

    def move_of(name: str, amount: float) -> tuple[StillAnchoredPath, MoveSpec, float]:
        choice = MoveSpec(name=name, keys=(("amount", f"{amount:.3f}"), *keys))
        resolved = path_of_move(choice, shot, view, timeline)
        camera = _anchored_path(resolved, scene, window, spec.size)
        return camera, choice, _extent(name, scene, window, spec.size, shot.quality, camera)

    name, amount = _NAMED_AS.get(clip_move.name, clip_move.name), 1.0
    camera, choice, extent = move_of(name, amount)
    if name in _ROTATION_OF and target > _MAX_SLIDE * extent:
        name = _ROTATION_OF[name]
        camera, choice, extent = move_of(name, amount)
    for _ in range(4):
        factor = target / max(extent, 1e-4)
        if camera.zoom > _MAX_CLOSE_IN:
            factor = min(factor, 0.9 * (_MAX_CLOSE_IN - 1) / (camera.zoom - 1))
        if abs(factor - 1) < 0.05 or (factor > 1 and camera.zoom > 0.95 * _MAX_CLOSE_IN):
            break
        amount = min(8.0, max(0.02, amount * factor))
        camera, choice, extent = move_of(name, amount)
    unit = "magnification" if clip_move.name in ("push-in", "pull-out") else "of the width"
    notes.append(
        f"camera {choice}: the clip moved by {clip_move.size:.1%} {unit}, this by {extent:.1%}"
    )
    if camera.zoom > 1.005:
        notes.append(f"it closes in by {camera.zoom - 1:.1%} on its way to stay inside the still")
    return camera, choice, tuple(notes)


def _slider_keys(direction: tuple[float, float]) -> tuple[tuple[str, str], ...]:
    """Return the sliders of a camera before which the picture goes that way: it goes the other way."""
    x, y = direction
    return (("horizontal", f"{-100 * x:.0f}"), ("vertical", f"{100 * y:.0f}"))


def path_of_move(choice: MoveSpec, shot: Shot, view: CameraView, timeline: Timeline) -> CameraPath:
    """Return the path of a move over the clip's time, by the shot's seed."""
    seconds = timeline.seconds
    return path.resolve(choice, view, loop=timeline.loop, duration=seconds, seed=shot.seed)


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


def _displacement_along(track: camera_track.Track, name: str) -> Float32Array:
    """Return (T,) how far a track has gone along a move."""
    if name in ("push-in", "pull-out"):
        distance = np.abs(track.zoom - 1)
    elif name == "sliders":
        distance = np.hypot(track.x, track.y)
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
