"""The protocol of camera moves, and the keys they share."""

from __future__ import annotations

from typing import Annotated, Protocol

from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.settings.declare import param

Amount = Annotated[float, param(1.0, "1 = the move's natural size", unit="times", ge=0, le=8)]
Parallax = Annotated[
    float,
    param(
        3.0,
        "how far the nearest things pass the still plane",
        unit="percent of the width",
        ge=0,
        le=12,
    ),
]
Degrees = Annotated[float, param(2.0, "how far the camera turns", unit="degrees", ge=0, le=30)]
Magnify = Annotated[
    float, param(8.0, "how much larger things become", unit="percent", ge=0, le=100)
]


class Move(Protocol):
    """A camera move: a ``Group`` whose declared parameters are its keys.

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

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``: a closed move's phase, or an open one's way from rest.

        Open: the whole way is 1 long and 0 is the photo, so ``progress`` lies in ``-rest..1-rest``.
        """
        ...


def depth_reach(view: CameraView, plane: float) -> float:
    """Return the largest inverse-depth distance from the plane ``plane``, never close to 0."""
    return max(view.near - plane, plane - view.far, 0.15)
