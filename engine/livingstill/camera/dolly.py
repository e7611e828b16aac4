"""Moves of the camera along its line of sight: push, pull and dolly-zoom.

A point p of the picture (frame widths from the centre) with inverse depth w goes to
zoom (p - focal x (w - pivot)) / (1 - z w). The camera travels as far as the parallax at the
frame's edge allows; where the scene is so far that this hardly magnifies, the lens does the rest.
"""

from __future__ import annotations

from typing import ClassVar

from livingstill.camera.lens import shift
from livingstill.camera.move import Amount, Magnify
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.settings.declare import Group, param

NATURAL_EDGE_PARALLAX = 0.02
"""Parallax of the nearest point at the frame's edge against the middle depth, in a natural push."""

NATURAL_MAGNIFICATION = 0.06
"""Magnification of the middle depth in a natural push."""

MAX_SHRINK = 0.07
"""Largest relative shrinkage of the nearest things in a natural dolly-zoom."""

MAX_AIM_OFFSET = 0.3
"""Largest distance of the aim from the centre, frame widths; beyond it the subject drifts."""


def _aim_offset(view: CameraView) -> tuple[float, float]:
    across, down = view.offset
    return (
        min(MAX_AIM_OFFSET, max(-MAX_AIM_OFFSET, across)),
        min(MAX_AIM_OFFSET / view.aspect, max(-MAX_AIM_OFFSET / view.aspect, down)),
    )


def approach(view: CameraView, magnify: float, depth: float = 1.0) -> Pose:
    """Return the pose that magnifies the middle depth ``1 + magnify`` times towards the subject.

    The subject's direction keeps its place in the picture at every depth. ``depth`` scales the
    part that travelling has in it; the lens does the rest.
    """
    if not magnify:
        return Pose()
    middle = max(view.middle, 0.02)
    travel = magnify / (1 + magnify) / middle
    max_travel = 2 * NATURAL_EDGE_PARALLAX / max(view.near - view.middle, 0.05)
    share = depth * min(1.0, max_travel * middle / NATURAL_MAGNIFICATION)  # of the magnification
    z = min(0.9, travel * share)
    zoom = (1 + magnify) * (1 - z * middle)
    # where a point s of the picture is to stay: zoom (s - focal x (w - pivot)) = s (1 - z w)
    across, down = _aim_offset(view)
    if abs(z) < 1e-6:
        shift_factor = 1 / zoom - 1
        return shift(across * shift_factor, down * shift_factor, zoom, view.focal)
    factor = z / (zoom * view.focal)
    return Pose(x=across * factor, y=down * factor, z=z, zoom=zoom, pivot=(1 - zoom) / z)


class Push(Group):
    """Move the camera {toward}: near things grow faster than far ones."""

    toward: str = "in"
    amount: Amount = 1.0
    magnify: Magnify = 100 * NATURAL_MAGNIFICATION
    depth: float = param(
        1.0,
        "parallax: 1 = as much as suits the scene, 0 = a plain zoom",
        unit="times",
        ge=0,
        le=3,
    )
    rest: float = 0.0
    closed: ClassVar[bool] = False

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``."""
        sign = 1 if self.toward.startswith("in") else -1
        return approach(view, sign * progress * self.amount * self.magnify / 100, self.depth)


class Zoom(Group):
    """Zoom {toward} the picture, all depths alike."""

    toward: str = "into"
    amount: Amount = 1.0
    magnify: Magnify = 8.0
    rest: float = 0.0
    closed: ClassVar[bool] = False

    def pose(self, progress: float, view: CameraView) -> Pose:  # noqa: ARG002
        """Return the pose at ``progress``."""
        sign = 1 if self.toward == "into" else -1
        return Pose(zoom=(1 + self.magnify / 100) ** (sign * progress * self.amount))


class DollyZoom(Group):
    """Pull back while zooming in: the subject keeps its size and the background looms (Vertigo).

    ``magnify`` is how much the background grows against the subject.
    """

    amount: Amount = 1.0
    magnify: Magnify = 8.0
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.0

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``."""
        growth = self.amount * self.magnify / 100
        depth = max(view.subject, 0.05)
        separation = max(depth - view.far, 0.1)
        # (1 + back subject) / (1 + back far) = 1 + grow
        back = growth / max(separation - growth * view.far, 0.05)
        # what is nearer than the subject shrinks, and near the border uncovers what is beyond it
        min_scale = 1 - MAX_SHRINK * max(1.0, self.amount)
        if view.near * min_scale > depth:
            back = min(back, (1 - min_scale) / (view.near * min_scale - depth))
        back *= progress
        return Pose(z=-back, zoom=1 + back * depth)
