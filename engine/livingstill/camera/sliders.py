"""Camera sliders as video generators have them, so that a setting can be carried over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from livingstill.camera.dolly import Push, approach
from livingstill.camera.param import Param, check
from livingstill.camera.rotate import Roll, Turn
from livingstill.camera.truck import Truck
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose

Slider = Annotated[
    float, Param("100 = twice the natural size, minus = the other way", "", -100, 100)
]


@dataclass(frozen=True, slots=True)
class Sliders:
    """Mix six sliders of -100..100: horizontal, vertical (truck), pan, tilt (turn), zoom (dolly), roll.

    Plus is right, up, in and clockwise.
    """

    horizontal: Slider = 0.0
    vertical: Slider = 0.0
    pan: Slider = 0.0
    tilt: Slider = 0.0
    zoom: Slider = 0.0
    roll: Slider = 0.0
    amount: Annotated[float, Param("scales all six", "times", 0, 8)] = 1.0
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        check(self)

    def pose(self, where: float, view: CameraView) -> Pose:
        """Return the pose at ``where``."""
        way = where * self.amount / 50
        truck = Truck("right").pose(way * self.horizontal, view)
        pedestal = Truck("up").pose(way * self.vertical, view)
        dolly = approach(view, way * self.zoom * Push().magnify / 100)
        # One pose has one pivot: what it adds to the picture is focal x pivot, whatever its parts.
        x, y = truck.x + dolly.x, pedestal.y + dolly.y
        pivot = truck.pivot if self.horizontal or self.vertical else dolly.pivot
        return replace(
            dolly,
            x=x,
            y=y,
            pivot=pivot,
            pan=Turn("right").pose(way * self.pan, view).pan,
            tilt=Turn("up").pose(way * self.tilt, view).tilt,
            roll=Roll().pose(way * self.roll, view).roll,
        )
