"""The largest image displacement between two camera poses."""

from __future__ import annotations

import numpy as np

from livingstill.camera.projection import project
from livingstill.core.model import Pose


def max_displacement(before: Pose, after: Pose, focal: float, aspect: float) -> float:
    """Return the largest displacement of a grid of points at inverse depths 0 and 1, photo widths.

    ``focal`` is in photo widths, ``aspect`` the photo's width / height.
    """
    x, y, w = np.meshgrid((-0.5, 0, 0.5), np.array((-0.5, 0, 0.5)) / aspect, (0.0, 1.0))
    shift = np.subtract(project(x, y, w, after, focal), project(x, y, w, before, focal))
    return float(np.nanmax(np.abs(shift), initial=0))
