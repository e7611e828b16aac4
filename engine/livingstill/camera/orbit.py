"""Moves of the camera around its subject: orbit, arc and crane."""

from __future__ import annotations

from math import asin, cos, degrees, sin, tau
from typing import ClassVar

from livingstill.camera.move import Amount, Parallax, depth_reach
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.settings.declare import Group


class Orbit(Group):
    """Circle across the line of sight; the subject stays and the last frame meets the first.

    ``parallax`` is the circle's width.
    """

    amount: Amount = 1.0
    parallax: Parallax = 3.0
    closed: ClassVar[bool] = True
    rest: ClassVar[float] = 0.0

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at phase ``progress``."""
        radius = self.amount * self.parallax / 200 / view.focal / depth_reach(view, view.subject)
        turn = tau * progress
        return Pose(x=radius * sin(turn), y=-0.6 * radius * cos(turn), pivot=view.subject)


def circle_about_subject(view: CameraView, parallax: float) -> tuple[float, float, float]:
    """Return a camera's sideways and forward offset on a circle about the subject, and its angle.

    Offsets are in distances of the nearest point, the angle is in degrees.
    """
    offset = parallax / view.focal / depth_reach(view, view.subject)
    depth = max(view.subject, 1e-3)
    offset = min(0.5 / depth, max(-0.5 / depth, offset))
    angle = asin(offset * depth)
    return offset, (1 - cos(angle)) / depth, degrees(angle)


class Arc(Group):
    """Swing round the subject from left to right, the camera always facing it."""

    amount: Amount = 1.0
    parallax: Parallax = 3.5
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.5

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``."""
        offset, forward, angle = circle_about_subject(
            view, progress * self.amount * self.parallax / 100
        )
        return Pose(x=offset, z=forward, pan=-angle)


class Crane(Group):
    """Rise over the subject while looking down at it, and come a little closer."""

    amount: Amount = 1.0
    parallax: Parallax = 3.0
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.5

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``."""
        rise, forward, angle = circle_about_subject(
            view, progress * self.amount * self.parallax / 100
        )
        closer = 0.02 * self.amount * (progress + 0.5) / max(view.middle, 0.2)
        return Pose(y=-rise, z=forward + closer, tilt=-angle)
