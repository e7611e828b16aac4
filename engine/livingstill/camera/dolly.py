"""Moves of the camera along its line of sight: push, pull and dolly-zoom.

A point p of the picture (frame widths from the centre) with inverse depth w goes to
zoom (p - focal x (w - pivot)) / (1 - z w). The camera travels as far as the parallax at the
frame's edge allows; where the scene is so far that this hardly magnifies, the lens does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from livingstill.camera.lens import shift
from livingstill.camera.move import Amount, Magnify
from livingstill.camera.param import Param, check
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose

EDGE_PARALLAX = 0.02
"""How far the nearest point at the frame's edge may pass the middle depth in a natural push."""

NATURAL = 0.06
"""How much a natural push magnifies the middle depth."""

SHRINK = 0.07
"""How much the nearest things may shrink in a natural dolly-zoom."""

OFF_CENTRE = 0.3
"""How far from the centre the camera aims at most, frame widths: further, the subject may drift."""


def _towards(view: CameraView) -> tuple[float, float]:
    across, down = view.offset
    return (
        min(OFF_CENTRE, max(-OFF_CENTRE, across)),
        min(OFF_CENTRE / view.aspect, max(-OFF_CENTRE / view.aspect, down)),
    )


def approach(view: CameraView, magnify: float, depth: float = 1.0) -> Pose:
    """Return the pose that magnifies the middle depth ``1 + magnify`` times towards the subject.

    The subject's direction keeps its place in the picture at every depth. ``depth`` scales the
    part that travelling has in it; the lens does the rest.
    """
    if not magnify:
        return Pose()
    middle = max(view.middle, 0.02)
    ahead = magnify / (1 + magnify) / middle
    most = 2 * EDGE_PARALLAX / max(view.near - view.middle, 0.05)
    share = depth * min(1.0, most * middle / NATURAL)  # of the magnification
    z = min(0.9, ahead * share)
    zoom = (1 + magnify) * (1 - z * middle)
    # where a point s of the picture is to stay: zoom (s - focal x (w - pivot)) = s (1 - z w)
    across, down = _towards(view)
    if abs(z) < 1e-6:
        still = 1 / zoom - 1
        return shift(across * still, down * still, zoom, view.focal)
    way = z / (zoom * view.focal)
    return Pose(x=across * way, y=down * way, z=z, zoom=zoom, pivot=(1 - zoom) / z)


@dataclass(frozen=True, slots=True)
class Push:
    """Move the camera {toward}: near things grow faster than far ones."""

    toward: str = "in"
    amount: Amount = 1.0
    magnify: Magnify = 100 * NATURAL
    depth: Annotated[
        float, Param("parallax: 1 = as much as suits the scene, 0 = a plain zoom", "times", 0, 3)
    ] = 1.0
    rest: float = 0.0
    closed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check(self)

    def pose(self, where: float, view: CameraView) -> Pose:
        """Return the pose at ``where``."""
        sign = 1 if self.toward.startswith("in") else -1
        return approach(view, sign * where * self.amount * self.magnify / 100, self.depth)


@dataclass(frozen=True, slots=True)
class Zoom:
    """Zoom {toward} the picture, all depths alike."""

    toward: str = "into"
    amount: Amount = 1.0
    magnify: Magnify = 8.0
    rest: float = 0.0
    closed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check(self)

    def pose(self, where: float, view: CameraView) -> Pose:  # noqa: ARG002
        """Return the pose at ``where``."""
        sign = 1 if self.toward == "into" else -1
        return Pose(zoom=(1 + self.magnify / 100) ** (sign * where * self.amount))


@dataclass(frozen=True, slots=True)
class DollyZoom:
    """Pull back while zooming in: the subject keeps its size and the background looms (Vertigo).

    ``magnify`` is how much the background grows against the subject.
    """

    amount: Amount = 1.0
    magnify: Magnify = 8.0
    closed: ClassVar[bool] = False
    rest: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        check(self)

    def pose(self, where: float, view: CameraView) -> Pose:
        """Return the pose at ``where``."""
        grow = self.amount * self.magnify / 100
        depth = max(view.subject, 0.05)
        apart = max(depth - view.far, 0.1)
        # (1 + back subject) / (1 + back far) = 1 + grow
        back = grow / max(apart - grow * view.far, 0.05)
        # what is nearer than the subject shrinks, and near the border uncovers what is beyond it
        least = 1 - SHRINK * max(1.0, self.amount)
        if view.near * least > depth:
            back = min(back, (1 - least) / (view.near * least - depth))
        back *= where
        return Pose(z=-back, zoom=1 + back * depth)
