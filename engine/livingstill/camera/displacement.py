"""The largest image displacement between two camera poses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.camera.projection import project
from livingstill.core.model import Pose


def projected_grid(pose: Pose, focal: float, aspect: float) -> NDArray[np.float64]:
    """Return where a grid of points at inverse depths 0 and 1 is seen from a pose, in photo widths.

    ``focal`` is in photo widths, ``aspect`` the photo's width / height; the result has two rows, x and y.
    """
    x, y, w = np.meshgrid((-0.5, 0, 0.5), np.array((-0.5, 0, 0.5)) / aspect, (0.0, 1.0))
    return np.stack(project(x, y, w, pose, focal)).reshape(2, -1)


def max_displacement(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the largest displacement between two projected grids; points not seen do not count."""
    return float(np.nanmax(np.abs(after - before), initial=0))
