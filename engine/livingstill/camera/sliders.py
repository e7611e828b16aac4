"""Camera sliders as video generators have them, so that a setting can be carried over."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from livingstill.camera.dolly import Push, approach
from livingstill.camera.rotate import Roll, Turn
from livingstill.camera.truck import Truck
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.settings.declare import Group, param

Slider = Annotated[
    float, param(0.0, "100 = twice the natural size, minus = the other way", ge=-100, le=100)
]
_TRUCK, _PEDESTAL, _DOLLY = Truck(toward="right"), Truck(toward="up"), Push()
_PAN, _TILT, _ROLL = Turn(toward="right"), Turn(toward="up"), Roll()


class Sliders(Group):
    """Mix six sliders of -100..100: horizontal, vertical (truck), pan, tilt (turn), zoom (dolly), roll.

    Plus is right, up, in and clockwise.
    """

    horizontal: Slider = 0.0
    vertical: Slider = 0.0
    pan: Slider = 0.0
    tilt: Slider = 0.0
    zoom: Slider = 0.0
    roll: Slider = 0.0
    amount: float = param(1.0, "scales all six", unit="times", ge=0, le=8)
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.0

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``."""
        step = progress * self.amount / 50
        truck = _TRUCK.pose(step * self.horizontal, view)
        pedestal = _PEDESTAL.pose(step * self.vertical, view)
        dolly = approach(view, step * self.zoom * _DOLLY.magnify / 100)
        # One pose has one pivot: what it adds to the picture is focal x pivot, whatever its parts.
        x, y = truck.x + dolly.x, pedestal.y + dolly.y
        pivot = truck.pivot if self.horizontal or self.vertical else dolly.pivot
        return replace(
            dolly,
            x=x,
            y=y,
            pivot=pivot,
            pan=_PAN.pose(step * self.pan, view).pan,
            tilt=_TILT.pose(step * self.tilt, view).tilt,
            roll=_ROLL.pose(step * self.roll, view).roll,
        )
