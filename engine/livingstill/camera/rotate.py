"""Turns of the camera where it stands: pan, tilt and roll, which show no parallax."""

from __future__ import annotations

from typing import ClassVar

from livingstill.camera.move import Amount, Degrees
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.settings.declare import Group

_DIRECTIONS = {
    "right": {"pan": 1},
    "left": {"pan": -1},
    "up": {"tilt": 1},
    "down": {"tilt": -1},
}


class Turn(Group):
    """Turn the camera {toward} where it stands: the whole picture passes as one, without parallax.

    >>> import numpy as np
    >>> Turn(toward="up", angle=2).pose(0.5, CameraView.of(np.ones((4, 6), np.float32))).tilt
    1.0
    """

    toward: str = "right"
    amount: Amount = 1.0
    angle: Degrees = 2.2
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.5

    def pose(self, progress: float, view: CameraView) -> Pose:  # noqa: ARG002
        """Return the pose at ``progress``."""
        size = progress * self.amount * self.angle
        return Pose(**{name: sign * size for name, sign in _DIRECTIONS[self.toward].items()})


class Roll(Group):
    """Turn the camera about its line of sight, so that the picture turns {toward}."""

    toward: str = "clockwise"
    amount: Amount = 1.0
    angle: Degrees = 2.5
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.5

    def pose(self, progress: float, view: CameraView) -> Pose:  # noqa: ARG002
        """Return the pose at ``progress``."""
        sign = 1 if self.toward == "clockwise" else -1
        return Pose(roll=sign * progress * self.amount * self.angle)
