"""Moves of the lens and of the picture plane: ken-burns and rack-focus."""

from __future__ import annotations

from typing import ClassVar

from livingstill.camera.move import Amount, Magnify
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.settings.declare import Group, param

SHIFT_PLANE = 1024.0
"""A pivot so close that the scene's depths are negligible: sideways moves become a lens shift."""


def shift(x: float, y: float, zoom: float, focal: float) -> Pose:
    """Return the pose that moves the picture by (x, y) frame widths, then magnifies it."""
    scale = 1 / (focal * SHIFT_PLANE)
    return Pose(x=x * scale, y=y * scale, zoom=zoom, pivot=SHIFT_PLANE)


class KenBurns(Group):
    """Zoom slowly towards the subject and bring it nearer the middle; needs no depth."""

    amount: Amount = 1.0
    magnify: Magnify = 10.0
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.0

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``."""
        zoom = (1 + self.magnify / 100) ** (progress * self.amount)
        slack = (1 - 1 / zoom) / 2  # how far the picture may move before its border shows
        x, y = view.offset
        height = 1 / view.aspect

        def move(offset: float, side: float) -> float:  # 2 would keep it, 3.2 brings it nearer
            return float(-slack * side * max(-1.0, min(1.0, 3.2 * offset / side)))

        return shift(move(x, 1.0), move(y, height), zoom, view.focal)


class RackFocus(Group):
    """Let the sharp plane wander to the subject from the other end of the depth; nothing moves."""

    amount: Amount = 1.0
    blur: float = param(
        0.6,
        "blur of the far end when the near one is sharp",
        unit="percent of the width",
        ge=0,
        le=4,
    )
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.0

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``."""
        start = view.near if view.subject < (view.near + view.far) / 2 else view.far
        focus = start + progress * (view.subject - start)
        spread = max(view.near - view.far, 0.1)
        return Pose(focus=focus, aperture=self.amount * self.blur / 100 / spread)
