"""The eyes of a stereo picture: parallel, off-axis cameras beside the path of the shot's own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import CameraPath, Float32Array, Pose
from livingstill.imaging import exact
from livingstill.settings.groups import StereoSettings
from livingstill.settings.shot import Shot
from livingstill.settings.values import AUTO_PLANE, eye_spacing, quilt_grid

DEFAULT_PAIR, DEFAULT_QUILT = "2%", "6%"
"""Spacing of the views where the shot says none."""

LARGEST_PAIR = 8.0
"""Percent of the width that two eyes may see near and far things apart; more than that nobody fuses."""

_SIDE_STRIP = 0.04
"""Width of the strips at the left and right border whose near things are kept behind them, of the frame's."""

_SIDE_PERCENTILE = 90.0
"""Percentile of the strips' inverse depth that converges: a twig may stand out, a trunk may not."""


@dataclass(frozen=True, slots=True)
class StereoRig:
    """Cameras side by side with parallel axes, their frusta sheared to meet in one plane.

    ``offsets`` are those of the views from the shot's camera, left to right, in distances of the
    nearest point; ``convergence`` is the inverse depth in the photo that has no parallax.
    ``screen`` is the width of the screen in millimetres, if it is known.
    """

    offsets: tuple[float, ...]
    convergence: float
    screen: float | None = None

    @property
    def baseline(self) -> float:
        """The distance of the outermost views, in distances of the nearest point."""
        return self.offsets[-1] - self.offsets[0]

    def path(self, camera: CameraPath, offset: float) -> CameraPath:
        """Return the path of the view at ``offset`` beside a camera."""
        return EyePath(camera, offset, self.convergence)

    def outermost(self, camera: CameraPath) -> tuple[CameraPath, CameraPath]:
        """Return the paths of the leftmost and the rightmost view beside a camera."""
        return self.path(camera, self.offsets[0]), self.path(camera, self.offsets[-1])


@dataclass(frozen=True, slots=True)
class EyePath:
    """A camera path shifted sideways by ``offset``; what lies at ``convergence`` keeps its place."""

    camera: CameraPath
    offset: float
    convergence: float

    def at(self, time: float) -> Pose:
        """Return the pose at ``time`` in 0..1; the plane stays in the scene as the camera comes nearer."""
        pose = self.camera.at(time)
        plane = self.convergence / max(1 - pose.z * self.convergence, 1e-3)
        return replace(pose, eye=self.offset, convergence=plane)


def check(shot: Shot) -> None:
    """Refuse settings that do not go with a stereo layout.

    Raises
    ------
    InputError
        If the eyes are too far apart, or the frame is transparent or has a title within the scene.
    """
    if shot.stereo is None:
        if shot.eyes is not None:
            raise InputError(f"eyes is {shot.eyes} without a stereo layout; give --stereo too")
        return
    spacing = eye_spacing(shot.eyes or DEFAULT_PAIR)
    if quilt_grid(shot.stereo) is None and spacing.percent > LARGEST_PAIR:
        raise InputError(
            f"eyes is {shot.eyes}; for a pair it must be at most {LARGEST_PAIR:g} percent of the width"
        )
    if shot.alpha:
        raise InputError(f"alpha is {shot.alpha} with --stereo; leave one of them out")
    if shot.title and shot.title_depth != "front":
        raise InputError(
            f"title-depth is {shot.title_depth} with --stereo; leave it out, since titles then stand "
            "in the plane of the screen"
        )


def plan_rig(
    layout: str,
    settings: StereoSettings,
    depth: Float32Array,
    poses: list[Pose],
    focal: float,
    subject: float,
    overlay: bool = False,
) -> StereoRig:
    """Return the eyes of a stereo layout.

    Parameters
    ----------
    depth : (h, w) float32 inverse depth of the frame at rest
    poses : of the shot's camera along the clip; at none do the nearest and the farthest thing
        lie farther apart in the outermost views than the settings say
    focal : of the frame, in frame widths
    subject : inverse depth of what the camera looks at
    overlay : whether titles or a logo stand in the plane of the screen; then nothing is nearer
    """
    grid = quilt_grid(layout)
    spacing = eye_spacing(settings.eyes or (DEFAULT_QUILT if grid else DEFAULT_PAIR))
    near, far = float(depth.max()), float(depth.min())
    spread = max(pose.zoom * (_seen(near, pose) - _seen(far, pose)) for pose in poses)
    baseline = spacing.percent / 100 / (focal * max(spread, 1e-3))
    count = grid[0] * grid[1] if grid else 2
    offsets = tuple(baseline * (n / (count - 1) - 0.5) for n in range(count))
    if settings.converge != AUTO_PLANE:
        convergence = float(settings.converge)
    else:
        convergence = near if overlay else max(subject, _side_depth(depth))
    return StereoRig(offsets, convergence, spacing.screen)


def _seen(depth: float, pose: Pose) -> float:
    """Return the inverse depth, seen from a pose, of what has ``depth`` in the photo."""
    return depth / max(1 - pose.z * depth, 1e-3)


def _side_depth(depth: Float32Array) -> float:
    """Return the inverse depth that all but little of the frame's left and right border lies behind.

    What a side cuts off must not stand before the screen: one eye would see it and the other not.
    """
    strip = max(1, round(_SIDE_STRIP * depth.shape[1]))
    sides = (depth[:, :strip], depth[:, -strip:])
    return max(exact.percentile(np.ascontiguousarray(side), _SIDE_PERCENTILE) for side in sides)
