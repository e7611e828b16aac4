"""Measures the texture of a frame that neither the frame before nor the one after it contains."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging.dense_flow import flow_between

Flags = NDArray[np.bool_]

_LONG_SIDE = 320
_WINDOW = 9
"""Side of the windows that are correlated, pixels of ``_LONG_SIDE``."""
_PARTICLE = 5
"""Width below which what is brighter than its surround is a particle: a spark, a drop, a flake."""
_BAND = 7
"""Width up to which what is like neither neighbour is a band along the edge of a thing that passes."""
_MAX_CORRELATION, _MIN_CONTRAST = 0.5, 12.0
"""Correlation below which a window is not the same, and levels of contrast that must be missing."""
_CORRELATION_NOISE = 4.0
"""Variance, levels squared, that noise and coding add to a window."""
_LIGHT = (235, 170)
"""Red and green from which on a pixel of a dark picture shines: a flame, a lamp, a firework..."""
_MAX_DARK_LUMA = 95.0
"""...where the median luma of the picture is below this."""
_NEGLIGIBLE_SHARE = 0.001
"""Share of the picture that differs from both neighbours, below which no flow is asked."""


class _Windows(NamedTuple):
    """A picture (h, w) uint8 and mean and variance of each pixel's window, (h, w) float32."""

    picture: UInt8Array
    mean: Float32Array
    variance: Float32Array


class _Picture(NamedTuple):
    """A frame at ``_LONG_SIDE``: luma, luma without particles, and where it shines, (h, w) uint8."""

    luma: UInt8Array
    opened: _Windows
    light: UInt8Array


class TransienceMeter:
    """Shares of texture that a frame has alone, on a grid, from frames that are pushed.

    What is disoccluded is there in the next frame, what is occluded was there in the one before:
    texture that flow finds in neither (DIS; Kroeger et al., 2016) was there for one frame, as of
    things whose shape is drawn anew each time. Windows are compared by normalised correlation,
    so light and shade do not count; particles are removed by a morphological opening, and the
    surround of lights in a dark picture is left out, as are bands along moving edges.
    """

    def __init__(self, grid: tuple[int, int]) -> None:
        """``grid``: tiles across and down."""
        self._grid = grid
        self._recent: deque[_Picture] = deque(maxlen=3)
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def add(self, frame: UInt8Array) -> Float32Array | None:
        """Take the next frame, (H, W, 3) uint8 RGB, and return the shares of the one before it.

        (gy, gx) float32, 0..1; None as long as that one has no two neighbours.
        """
        self._recent.append(_reduce(frame))
        if len(self._recent) < 3:
            return None
        before, current, after = self._recent
        sides = before.opened, after.opened
        transient = _unlike(current.opened, sides) & ~_near_light(before, current, after)
        if transient.mean() > _NEGLIGIBLE_SHARE:
            warped = [
                _windows(
                    _warp(
                        picture.opened.picture,
                        flow_between(self._flow, current.luma, picture.luma),
                    )
                )
                for picture in (before, after)
            ]
            transient &= _unlike(current.opened, (warped[0], warped[1]))
            transient = _without_bands(transient)
        shares = cv2.resize(transient.astype(np.float32), self._grid, interpolation=cv2.INTER_AREA)
        return np.asarray(shares, np.float32).reshape(self._grid[1], self._grid[0])


def _reduce(frame: UInt8Array) -> _Picture:
    scale = _LONG_SIDE / max(frame.shape[:2])
    size = (max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale)))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_PARTICLE, _PARTICLE))
    light = (small[..., 0] >= _LIGHT[0]) & (small[..., 1] >= _LIGHT[1])
    opened = np.asarray(cv2.morphologyEx(luma, cv2.MORPH_OPEN, disc), np.uint8)
    return _Picture(luma, _windows(opened), light.astype(np.uint8))


def _near_light(*pictures: _Picture) -> Flags:
    """Return where one of the pictures shines or a window away from it; nowhere in a bright one."""
    light = np.maximum.reduce([picture.light for picture in pictures])
    if float(np.median(pictures[0].luma)) >= _MAX_DARK_LUMA:
        return np.zeros(light.shape, bool)
    reach = np.ones((_WINDOW + 2, _WINDOW + 2), np.uint8)
    return np.asarray(cv2.dilate(light, reach) > 0)


def _without_bands(flags: Flags) -> Flags:
    """Return the flags without bands: windows across the edge of what passes are like neither."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_BAND, _BAND))
    return np.asarray(cv2.morphologyEx(flags.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0)


def _warp(picture: UInt8Array, flow: Float32Array) -> UInt8Array:
    """Return the picture looked up along a flow from another one to it."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    warped = cv2.remap(
        picture,
        x + flow[..., 0],
        y + flow[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(warped, np.uint8)


def _unlike(one: _Windows, sides: tuple[_Windows, _Windows]) -> Flags:
    """Return the pixels whose window correlates with that of neither side, away from the border."""
    best = np.full(one.picture.shape, -1, np.float32)
    contrast = np.full(one.picture.shape, np.inf, np.float32)
    for side in sides:
        product = cv2.multiply(one.picture, side.picture, dtype=cv2.CV_32F)
        covariance = _box(np.asarray(product, np.float32)) - one.mean * side.mean
        scale = np.sqrt((one.variance + _CORRELATION_NOISE) * (side.variance + _CORRELATION_NOISE))
        best = np.maximum(best, (covariance + _CORRELATION_NOISE) / scale)
        contrast = np.minimum(contrast, side.variance)
    unexplained = np.maximum(one.variance, contrast) * (1 - np.clip(best, 0, 1) ** 2)
    flags = (best < _MAX_CORRELATION) & (unexplained > _MIN_CONTRAST**2)
    inside = np.zeros_like(flags)
    inside[_WINDOW:-_WINDOW, _WINDOW:-_WINDOW] = True
    return np.asarray(flags & inside)


def _windows(picture: UInt8Array) -> _Windows:
    """Return a picture and mean and variance of each pixel's window."""
    values = picture.astype(np.float32)
    mean = _box(values)
    return _Windows(picture, mean, np.maximum(_box(values * values) - mean * mean, 0))


def _box(values: Float32Array) -> Float32Array:
    return np.asarray(
        cv2.boxFilter(values, -1, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT), np.float32
    )
