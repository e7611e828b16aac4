"""Edge-preserving guided upsampling of a coarse inverse depth along the edges of the photo."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact

_STEP = np.float32(0.06)
"""Difference of inverse depth within one radius that is an edge of an object, not a slope."""

_CONFIDENCE = np.maximum(np.exp(-np.square(np.arange(2**16) / (2**16 - 1) / 0.06)), 1e-4).astype(
    np.float32
)
"""Weight of a pixel by the local range of depth, in 16-bit steps: a table, because the last bits of
an exponential depend on the processor."""


def refine(rgb: UInt8Array, coarse: Float32Array) -> Float32Array:
    """Return ``coarse`` at the photo's size, its discontinuities sharp and on the photo's edges.

    Near an edge a coarse map is a ramp that belongs to neither side. Weighted least squares guided
    by the photo's colours (the fast global smoother; Min et al., 2014), with low weights on ramps,
    carry the values of each side up to the edge; what is left of a ramp snaps to the nearer of its
    two ends, and a median removes single pixels. A map whose steps are sharp already is only
    resized. Where the map says infinity (exactly 0) the result is exactly 0.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    coarse : (h, w) float32 in 0..1, h and w at least 2

    Returns
    -------
    (H, W) float32 in 0..1
    """
    if coarse.ndim != 2 or min(coarse.shape) < 2:
        raise InputError(f"depth map has shape {coarse.shape}; it must be (height, width)")
    height, width = rgb.shape[:2]
    factor = max(width / coarse.shape[1], height / coarse.shape[0])
    blur = ramp_width(coarse)
    if factor < 1.5:
        if blur < 1.5:
            return _resize(coarse, (width, height))
        factor *= blur
    up = _resize(coarse, (width, height))
    disk = _disk(round(factor))
    local_range = _dilate(up, disk)
    local_range -= _erode(up, disk)
    np.minimum(local_range, 1, out=local_range)
    local_range *= np.float32(65535)
    confidence = _CONFIDENCE[np.rint(local_range, out=local_range).astype(np.uint16)]
    del local_range  # each of these is as large as the photo: what is done with goes at once
    sky = coarse <= 0
    planes = np.empty((3 if sky.any() else 2, height, width), np.float32)
    planes[0] = confidence
    np.multiply(up, confidence, out=planes[1])
    if len(planes) > 2:
        sky_share = _resize(sky.astype(np.float32), (width, height))
        np.multiply(sky_share, confidence, out=planes[2])
        del sky_share
    del up, confidence
    weight, smooth, *infinite = exact.edge_preserving_smoother(rgb, 50.0, 8.0)(planes)
    smooth /= weight
    snapped = _snap_ramps(smooth, disk)
    out = cast(Float32Array, cv2.medianBlur(snapped, 5))
    for share in infinite:
        out[share > np.float32(0.5) * weight] = 0
    return np.clip(out, 0, 1, out=out)


def reduce(depth: Float32Array, size: tuple[int, int]) -> Float32Array:
    """Return a map of sharp steps at a smaller ``size`` (width, height), its steps still sharp.

    The mean over an area that a step runs through belongs to neither side: it snaps to the nearer.
    """
    return _snap_ramps(_resize(depth, size), _disk(1))


def _snap_ramps(depth: Float32Array, disk: NDArray[np.uint8]) -> Float32Array:
    """Return a map whose steps within ``disk`` are sharp: what is between goes to the nearer end."""
    high, low = _dilate(depth, disk), _erode(depth, disk)
    middle = high + low
    middle *= np.float32(0.5)
    snapped = np.where(depth > middle, high, low)
    high -= low
    np.copyto(snapped, depth, where=high <= _STEP)
    return snapped


def ramp_width(depth: Float32Array) -> float:
    """Return over how many pixels the steps of a map are spread: 1 = sharp, 0 = it has no steps."""
    disk = _disk(3)
    local_range = _dilate(depth, disk) - _erode(depth, disk)
    edges = local_range > _STEP
    if not edges.any():
        return 0.0
    across = np.abs(np.diff(depth, axis=1, append=depth[:, -1:]))
    down = np.abs(np.diff(depth, axis=0, append=depth[-1:]))
    steepest = _dilate(np.maximum(across, down), disk)
    return float(np.median(local_range[edges] / np.maximum(steepest[edges], np.float32(1e-6))))


def _resize(depth: Float32Array, size: tuple[int, int]) -> Float32Array:
    if depth.shape == (size[1], size[0]):
        return depth.astype(np.float32)
    smaller = size[0] < depth.shape[1]
    return exact.resize_area(depth, size) if smaller else exact.resize_linear(depth, size)


def _disk(radius: int) -> NDArray[np.uint8]:
    side = 2 * max(radius, 1) + 1
    return cast("NDArray[np.uint8]", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


def _dilate(picture: Float32Array, shape: NDArray[np.uint8]) -> Float32Array:
    return cast(Float32Array, cv2.dilate(picture, shape))


def _erode(picture: Float32Array, shape: NDArray[np.uint8]) -> Float32Array:
    return cast(Float32Array, cv2.erode(picture, shape))
