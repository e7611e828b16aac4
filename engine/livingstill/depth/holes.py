"""Far holes of an estimated depth without an edge in the photo, closed by what surrounds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.depth.harmonic import fill_harmonic
from livingstill.imaging import exact

_LEVELS = np.arange(0.52, 0.03, -0.08, dtype=np.float32)
"""Inverse depths below which connected components are looked at as holes."""

_MIN_SHARE, _MAX_SHARE = 0.001, 0.2
"""Shares of the photo that a hole covers."""

_RIM = 1 / 60
"""Width of the bands on both sides of a hole's rim, long sides."""

_STEP = 0.1
"""Median difference of inverse depth between the two bands from which it is a hole."""

_CONTRAST = 6.0
"""Median difference of colour (0..255) across the rim up to which there is no edge in the photo."""


def close_holes(inverse_depth: Float32Array, rgb: UInt8Array) -> Float32Array:
    """Return inverse depth without its far holes in surfaces that go on.

    Networks take a smooth, dim part of the sea or a slope for the sky. A real gap, an arch or a
    window, shows an edge where depth steps; where the photo goes on without one, so does the
    surface: the hole gets the harmonic surface through its rim. What touches infinity stays.

    Parameters
    ----------
    inverse_depth : (h, w) float32 in 0..1
    rgb : (H, W, 3) uint8
    """
    height, width = inverse_depth.shape
    picture = np.asarray(exact.resize_area(rgb, (width, height)), np.float32)
    reach = max(1, round(_RIM * max(width, height)))
    infinite = cv2.dilate((inverse_depth <= 0).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    closed = np.zeros(inverse_depth.shape, np.bool_)
    for level in _LEVELS:
        for part, hole in _components(inverse_depth < level, margin=6 * reach):
            if (hole & (infinite[part] | closed[part])).any():
                continue
            if _is_false(inverse_depth[part], picture[part], hole, reach):
                closed[part] |= _grown(hole, reach)
    if not closed.any() or closed.all():
        return inverse_depth
    filled = fill_harmonic(inverse_depth, closed & (inverse_depth > 0))
    return np.maximum(inverse_depth, filled)


def _components(
    mask: NDArray[np.bool_], margin: int
) -> Iterator[tuple[tuple[slice, slice], NDArray[np.bool_]]]:
    """Yield the components of a mask that may be holes by their size: a window around each, and it there.

    ``margin`` is how far the window reaches beyond it, past every blur of what is near it.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    share = stats[:, cv2.CC_STAT_AREA] / mask.size
    for number in np.flatnonzero((share > _MIN_SHARE) & (share < _MAX_SHARE)):
        if number > 0:
            x, y, width, height = (int(v) for v in stats[number, :4])
            rows = slice(max(0, y - margin), y + height + margin)
            part = rows, slice(max(0, x - margin), x + width + margin)
            yield part, labels[part] == number


def _is_false(
    depth: Float32Array, picture: Float32Array, hole: NDArray[np.bool_], reach: int
) -> bool:
    """Return whether depth steps at a hole's rim while the colours on both sides are alike."""
    outer = _grown(hole, reach) & ~hole
    inner = hole & _grown(~hole, reach)
    if not outer.any() or np.median(depth[outer]) - np.median(depth[inner]) < _STEP:
        return False
    difference = np.square(_mean_in(picture, outer, reach) - _mean_in(picture, inner, reach))
    rim = _grown(hole, 1) & ~hole
    return float(np.median(difference.sum(-1)[rim])) < _CONTRAST**2


def _mean_in(picture: Float32Array, mask: NDArray[np.bool_], sigma: float) -> Float32Array:
    """Return the Gaussian-weighted mean colour of a mask's pixels around each pixel."""
    weight = mask.astype(np.float32)
    total = np.maximum(exact.gaussian_blur(weight, sigma), np.float32(1e-3))
    return np.asarray(
        exact.gaussian_blur(picture * weight[..., None], sigma) / total[..., None], np.float32
    )


def _grown(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cast(UInt8Array, cv2.dilate(mask.astype(np.uint8), disk)) > 0
