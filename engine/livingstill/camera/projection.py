"""Forward projection of points of the photo into the frame of another pose, as the renderer draws."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livingstill.core.model import Pose

Reals = NDArray[np.float64]


def project(
    x: ArrayLike, y: ArrayLike, w: ArrayLike, pose: Pose, focal: float
) -> tuple[Reals, Reals]:
    """Return the frame positions of points (``x``, ``y``) with inverse depth ``w`` from ``pose``.

    Positions are in frame widths from the centre of the picture, right and down. The camera is
    moved, then turned (pan, tilt, roll), then zoomed. Points behind the camera become nan. From an
    eye of a stereo pair they are shifted along the rows alone.
    """
    x, y, w = (np.asarray(v, np.float64) for v in (x, y, w))
    across = x / focal - pose.x * (w - pose.pivot)
    down = y / focal - pose.y * (w - pose.pivot)
    ahead = 1 - pose.z * w
    pan, tilt, roll = radians(pose.pan), radians(pose.tilt), radians(pose.roll)
    across, ahead = across * cos(pan) - ahead * sin(pan), across * sin(pan) + ahead * cos(pan)
    down, ahead = down * cos(tilt) + ahead * sin(tilt), ahead * cos(tilt) - down * sin(tilt)
    scale = np.where(ahead > 1e-6, focal * pose.zoom / np.where(ahead > 1e-6, ahead, 1), np.nan)
    parallax = pose.eye * scale * (ahead * pose.convergence - w)
    across, down = across * scale, down * scale
    return (
        across * cos(roll) - down * sin(roll) + parallax,
        across * sin(roll) + down * cos(roll),
    )
