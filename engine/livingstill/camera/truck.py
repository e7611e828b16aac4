"""Moves of the camera across its line of sight: truck and pedestal."""

from __future__ import annotations

from typing import ClassVar

from livingstill.camera.lens import shift
from livingstill.camera.move import Amount, Parallax
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.settings.declare import Group, param

DIRECTIONS = {"right": (1, 0), "left": (-1, 0), "up": (0, -1), "down": (0, 1)}


class Truck(Group):
    """Slide the camera {toward}: near things pass to the other side, the far end of the view stays.

    >>> from livingstill.camera.truck import Truck
    >>> import numpy as np
    >>> view = CameraView.of(np.tile(np.linspace(0, 1, 64, dtype=np.float32), (48, 1)))
    >>> Truck(toward="right").pose(0.5, view).x > 0
    True
    """

    toward: str = "right"
    amount: Amount = 1.0
    parallax: Parallax = 3.5
    travel: float = param(
        0.0,
        "how far the whole view moves along, where the photo reaches beyond the frame",
        unit="percent of the width",
        ge=0,
        le=100,
    )
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.5

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``."""
        right, down = DIRECTIONS[self.toward]
        convergence = max(0.0, min(view.far, view.near - 0.15))
        reach = max(view.near - convergence, 0.05)
        travel, parallax = self.travel / 100, self.amount * self.parallax / 100
        if travel and parallax < 1e-6:
            return shift(-right * progress * travel, -down * progress * travel, 1.0, view.focal)
        distance = progress * self.amount * self.parallax / 100 / view.focal / reach
        # a plane of convergence so far behind that even the farthest point travels
        pivot = convergence - travel * reach / parallax if travel else convergence
        return Pose(x=right * distance, y=down * distance, pivot=pivot)
