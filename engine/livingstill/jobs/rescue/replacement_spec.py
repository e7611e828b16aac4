"""What a replacement must be, measured from a clip: size, time, loop, camera track, moving tiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Perception, Timeline, UInt8Array
from livingstill.jobs.rescue import camera_track
from livingstill.jobs.rescue.first_frame import FirstFrame
from livingstill.jobs.rescue.observation import Observation
from livingstill.jobs.rescue.smooth_track import smooth
from livingstill.network.forward import MOVING_CLASSES
from livingstill.quality import no_reference
from livingstill.settings.rescue import RescueJob

Flags = NDArray[np.bool_]


_MOTION_STATIC, _MOTION_MOVING = 0.03, 0.15
"""1/480 frame widths per frame from which a tile moves: before a still camera, a moving one."""
_RESIDUAL_STATIC, _RESIDUAL_MOVING = 0.35, 3.0
"""Levels per frame that no flow explains, likewise: moving detail is never explained entirely."""
_MIN_GOOD_STEPS, _MIN_GOOD_SHARE = 3, 0.5
"""Fewest good steps, and their share, from which a camera is tracked; with fewer, bad ones are used too:
what melts still shows where the camera goes."""


@dataclass(frozen=True, slots=True, eq=False)
class ReplacementSpec:
    """The specification of a replacement: the clip's frame and time, and what it is learnt from.

    ``good`` (T,) bool are the frames of ``observation`` to learn from.
    """

    size: tuple[int, int]
    timeline: Timeline
    observation: Observation
    good: Flags

    def way(self, first: FirstFrame) -> camera_track.Track:
        """Return the camera's smoothed track; ``first`` is the first good frame."""
        steps = self.good[1:] & self.good[:-1]
        enough = steps.sum() >= max(_MIN_GOOD_STEPS, _MIN_GOOD_SHARE * len(steps))
        found = camera_track.track(
            self.observation.pictures(), self.good if enough else None, first
        )
        return smooth(found, float(self.timeline.fps), self.timeline.periodic)

    def moving_tiles(self, static_camera: bool) -> Flags:
        """Return the tiles (gy, gx) that moved by themselves."""
        return moving_tiles(self.observation.review.series, self.good, static_camera)


def specify_replacement(
    observation: Observation, good: Flags, options: RescueJob
) -> ReplacementSpec:
    """Return what the replacement must be, learnt from the clip's good frames."""
    series, info = observation.review.series, observation.reader.info
    loop = options.loop
    if loop == "auto":
        loop = "seamless" if good[-1] and is_loop(series) else "none"
    return ReplacementSpec(
        size=(info.width, info.height),
        timeline=Timeline(observation.frames, info.fps, loop),
        observation=observation,
        good=good,
    )


def moving_by_nature(perception: Perception) -> UInt8Array:
    """Return (h, w) uint8, 255 where a picture shows sky, water or people."""
    planes = zip(perception.classes, perception.probabilities)
    moving = [plane.astype(np.uint16) for name, plane in planes if name in MOVING_CLASSES]
    return np.where(np.sum(moving, axis=0) > 127, 255, 0).astype(np.uint8)


def moving_tiles(series: no_reference.Series, good: Flags, static_camera: bool) -> Flags:
    """Return the tiles (gy, gx) that moved by themselves, before a static camera or a moving one."""
    steps = good.copy()
    steps[0] = False
    steps[1:] &= good[:-1]
    if not steps.any():
        steps[1:] = True
    flow = series.flow[steps] * (480 / max(series.size))
    pattern = np.median(flow, 0)
    # a camera's flow is one pattern that comes and goes as the camera speeds up and slows down
    speed = (flow * pattern).sum((1, 2, 3)) / max(float((pattern**2).sum()), 1e-6)
    local_flow = flow if static_camera else flow - speed[:, None, None, None] * pattern
    unsteady = _length(1.4826 * np.median(np.abs(local_flow - np.median(local_flow, 0)), 0))
    unexplained = np.median(series.residual[steps], 0)
    if static_camera:
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
