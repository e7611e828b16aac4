"""A camera path whose way from the photo's pose is scaled over the clip."""

from __future__ import annotations

from dataclasses import dataclass, replace

from livingstill.core.envelope import Envelope
from livingstill.core.model import CameraPath, Pose


@dataclass(frozen=True, slots=True, eq=False)
class ModulatedPath:
    """A path at the strengths of an envelope: 1 is the path's own pose, 0 the photo's.

    ``span`` is where the last frame lies in the clip, 1 where that is the path's end. A strength
    scales offsets, angles and the zoom; what is sharp, and what stays put, is the path's own.
    """

    path: CameraPath
    strength: Envelope
    span: float = 1.0

    def at(self, time: float) -> Pose:
        """Return the pose at ``time``, 0..1."""
        pose, share = self.path.at(time), self.strength.at(time * self.span)
        return replace(
            pose,
            x=share * pose.x,
            y=share * pose.y,
            z=share * pose.z,
            pan=share * pose.pan,
            tilt=share * pose.tilt,
            roll=share * pose.roll,
            zoom=1 + share * (pose.zoom - 1),
        )
