"""The protocol of camera moves, and the keys they share."""

from __future__ import annotations

from typing import Annotated, Protocol

from livingstill.camera.param import Param
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose

Amount = Annotated[float, Param("1 = the move's natural size", "times", 0, 8)]
Parallax = Annotated[
    float,
    Param("how far the nearest things pass the still plane", "percent of the width", 0, 12),
]
Degrees = Annotated[float, Param("how far the camera turns", "degrees", 0, 30)]
Magnify = Annotated[float, Param("how much larger things become", "percent", 0, 100)]


class Move(Protocol):
    """A camera move: a frozen dataclass whose ``Param`` fields are its keys.

    An open move shows the photo as it is at ``rest``: 0 its start, 0.5 half-way, 1 its end.
    """

    @property
    def closed(self) -> bool:
        """Whether the end of the move is its start."""
        ...

    @property
    def rest(self) -> float:
        """Where on the move the photo is, 0..1."""
        ...

    def pose(self, where: float, view: CameraView) -> Pose:
        """Return the pose at ``where``: a closed move's phase, or an open one's way from rest.

        Open: the whole way is 1 long and 0 is the photo, so ``where`` lies in ``-rest..1-rest``.
        """
        ...


def depth_reach(view: CameraView, plane: float) -> float:
    """Return the largest inverse-depth distance from the plane ``plane``, never close to 0."""
    return max(view.near - plane, plane - view.far, 0.15)
