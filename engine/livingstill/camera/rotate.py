"""Turns of the camera where it stands: pan, tilt and roll, which show no parallax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from livingstill.camera.move import Amount, Degrees
from livingstill.camera.param import check
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose

_DIRECTIONS = {
    "right": {"pan": 1},
    "left": {"pan": -1},
    "up": {"tilt": 1},
    "down": {"tilt": -1},
}


@dataclass(frozen=True, slots=True)
class Turn:
    """Turn the camera {toward} where it stands: the whole picture passes as one, without parallax.

    >>> import numpy as np
    >>> Turn("up", angle=2).pose(0.5, CameraView.of(np.ones((4, 6), np.float32))).tilt
    1.0
    """

    toward: str = "right"
    amount: Amount = 1.0
    angle: Degrees = 2.2
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.5

    def __post_init__(self) -> None:
        check(self)

    def pose(self, where: float, view: CameraView) -> Pose:  # noqa: ARG002
        """Return the pose at ``where``."""
        size = where * self.amount * self.angle
        return Pose(**{name: sign * size for name, sign in _DIRECTIONS[self.toward].items()})


@dataclass(frozen=True, slots=True)
class Roll:
    """Turn the camera about its line of sight, so that the picture turns {toward}."""

    toward: str = "clockwise"
    amount: Amount = 1.0
    angle: Degrees = 2.5
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.5

    def __post_init__(self) -> None:
        check(self)

    def pose(self, where: float, view: CameraView) -> Pose:  # noqa: ARG002
        """Return the pose at ``where``."""
        sign = 1 if self.toward == "clockwise" else -1
        return Pose(roll=sign * where * self.amount * self.angle)
