"""Novel view synthesis from a photo and its disparity."""

from __future__ import annotations

from math import ceil

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import DEFAULT_FOCAL, Float32Array, Pose, UInt8Array
from livingstill.depth.refine import ramp_width, refine
from livingstill.render.frames import Renderer, Window, unpack
from livingstill.scene.layers import build_layers, extend_photo


def novel_view(
    photo: UInt8Array,
    disparity: Float32Array,
    baseline: tuple[float, float] = (1.0, 0.0),
    *,
    layers: int | None = None,
    quality: str = "standard",
) -> UInt8Array:
    """Return the picture from a camera moved so that a pixel moves by -disparity * baseline.

    Parameters
    ----------
    photo : (H, W, 3) uint8
    disparity : (H, W) float32 in pixels, larger = nearer; where it is not finite, as far as the
        farther of its neighbours in the row
    baseline : x right, y down, in units of the stereo baseline
    layers : of the scene, None for as many as the depth needs
    quality : draft, standard or high

    Returns
    -------
    (H, W, 3) uint8
    """
    height, width = photo.shape[:2]
    if disparity.shape != (height, width):
        raise InputError(
            f"disparity has shape {disparity.shape}; it must have the photo's, {(height, width)}"
        )
    filled = _fill_disparity(np.asarray(disparity, np.float32))
    low, high = float(filled.min()), float(filled.max())
    spread = high - low or 1.0
    scaled = (filled - np.float32(low)) / np.float32(spread)
    depth = refine(photo, scaled)
    largest_baseline = max(abs(baseline[0]), abs(baseline[1]))
    largest = max(abs(low), abs(high))
    border = tuple(
        min(ceil(abs(b) * largest) + 2, side) for b, side in zip(baseline, (width, height))
    )
    extended, extended_depth = extend_photo(photo, depth, (border[0], border[1]))
    scene = build_layers(
        extended,
        extended_depth,
        layers=layers,
        parallax=max(1.0, spread * largest_baseline),
        edge_error=0.0 if ramp_width(scaled) < 1.5 else 1.0,
    )
    unit = spread / (DEFAULT_FOCAL * scene.size[0])
    pose = Pose(x=baseline[0] * unit, y=baseline[1] * unit, pivot=-low / spread)
    window = Window((scene.size[0] - 1) / 2, (scene.size[1] - 1) / 2)
    return unpack(Renderer(scene, window, (width, height), quality).frame(pose))


def _fill_disparity(disparity: Float32Array) -> Float32Array:
    """Fill what is not finite with the smaller of its finite neighbours to the left and right."""
    finite = np.isfinite(disparity)
    if finite.all():
        return disparity
    if not finite.any():
        raise InputError("disparity has no finite value; give one number per pixel")
    columns = np.arange(disparity.shape[1])
    left = np.maximum.accumulate(np.where(finite, columns, -1), axis=1)
    right = np.minimum.accumulate(np.where(finite, columns, len(columns))[:, ::-1], axis=1)[:, ::-1]
    rows = np.arange(disparity.shape[0])[:, None]
    lowest = disparity[finite].min()
    a = np.where(left >= 0, disparity[rows, np.maximum(left, 0)], np.inf)
    b = np.where(right < len(columns), disparity[rows, np.minimum(right, len(columns) - 1)], np.inf)
    filled = np.minimum(a, b)
    return np.where(finite, disparity, np.where(np.isfinite(filled), filled, lowest)).astype(
        np.float32
    )
