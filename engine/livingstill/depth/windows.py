"""Windows and mirrors of a room get the depth of the wall around them."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.depth.harmonic import fill_harmonic
from livingstill.imaging import exact

_SIDE = 320
"""Long side of the map on which windows are found and closed."""

_CERTAIN, _OUTSIDE = 0.15, 0.5
"""Inverse depth of what is beyond a window, of the room's median: of some of it, and of all of it."""

_MAX_SHARE = 0.4
"""A picture that shows more of the open air than this is no room with windows."""

_FRAME = 0.016
"""Where depth passes from the frame to the view, long sides: it belongs to neither."""


def close_windows(inverse_depth: Float32Array) -> Float32Array:
    """Return a room's inverse depth with its windows and mirrors closed.

    The open air, or a room behind a mirror, is far beyond the walls. Mullions and frames before it
    are too thin for an estimated depth, which puts them half-way to the trees behind; they wobble
    when the camera moves. So whatever is much farther than the room and connects with something
    that cannot be in it takes the depth of the wall around it: the harmonic surface through the
    rim. Nothing else changes.

    Parameters
    ----------
    inverse_depth : (H, W) float32 in 0..1
    """
    height, width = inverse_depth.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small = cast(Float32Array, cv2.resize(inverse_depth, size, interpolation=cv2.INTER_NEAREST))
    middle = float(np.median(small))
    far = small < _OUTSIDE * middle
    _, parts = cv2.connectedComponents(far.astype(np.uint8))
    outside = far & np.isin(parts, np.unique(parts[small < _CERTAIN * middle]))
    if not 0 < outside.mean() < _MAX_SHARE:
        return inverse_depth
    reach = 2 * max(1, round(_FRAME * max(size))) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    grown = cast(UInt8Array, cv2.dilate(outside.astype(np.uint8), disk))
    wall = fill_harmonic(small, grown > 0)
    soft = exact.gaussian_blur(grown.astype(np.float32), reach / 6)
    soft = exact.resize_linear(soft, (width, height))
    wall = cast(Float32Array, exact.resize_linear(wall, (width, height)))
    return np.asarray(inverse_depth + soft * (wall - inverse_depth), np.float32)
