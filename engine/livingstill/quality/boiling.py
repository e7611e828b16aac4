"""Measures texture that changes where its motion is known, between neighbouring frames."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging.dense_flow import flow_between

Flags = NDArray[np.bool_]
_Plane = TypeVar("_Plane", UInt8Array, Float32Array)

_TILE = 20
"""Side of a tile at the size that is measured, pixels: 320 on the longer side of the picture."""
_WINDOW = 11
"""Side of the windows that are correlated, pixels of that size."""
_PARTICLE = 5
"""Width below which what is brighter than its surround is a particle: a bubble, a spark, a flake."""
_MIN_CORRELATION, _MIN_CONTRAST = 0.8, 12.0
"""Correlation below which a window has changed, and the contrast that it must have, levels."""
_CORRELATION_NOISE = 4.0
"""Variance, levels squared, that noise and coding add to a window."""
_MAX_SPEED = 0.025
"""Motion in a step beyond which a window may be blurred, share of the longer side."""


class BoilingMeter:
    """Shares of texture that changes along its flow, on a grid, for one step at a time.

    Texture that is solid keeps its pattern where forward and backward flow (DIS; Kroeger et al.,
    2016) agree: its windows are compared by normalised correlation, so light and shade do not
    count. Both luma and luma without particles (morphological opening) are measured.
    """

    def __init__(self, grid: tuple[int, int]) -> None:
        """``grid``: tiles across and down."""
        self._grid = grid
        self._size = (grid[0] * _TILE, grid[1] * _TILE)
        self._disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_PARTICLE, _PARTICLE))
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._y, self._x = np.mgrid[: self._size[1], : self._size[0]].astype(np.float32)

    def measure(self, before: UInt8Array, after: UInt8Array) -> Float32Array:
        """Return (gy, gx, 2, 3) float32 shares of each tile, 0..1.

        They are of the luma as it is, and without particles: texture; texture whose motion is known
        and slow; and of that the texture which changed. ``before`` and ``after`` are (h, w) uint8
        luma of two neighbouring frames.
        """
        first, second = self._reduce(before), self._reduce(after)
        forward = flow_between(self._flow, first, second)
        backward = flow_between(self._flow, second, first)
        x, y = self._x + forward[..., 0], self._y + forward[..., 1]
        round_trip = forward + _look_up(backward, x, y)
        # forward-backward check of Sundaram et al., 2010
        length = np.square(forward).sum(-1)
        known = np.square(round_trip).sum(-1) <= 0.01 * length + 0.5
        known &= (x >= 0) & (y >= 0) & (x <= self._size[0] - 1) & (y <= self._size[1] - 1)
        known &= length < (_MAX_SPEED * max(self._size)) ** 2
        shares = []
        for a, b in ((first, second), (self._open(first), self._open(second))):
            texture, unlike = _compare(a, _look_up(b, x, y))
            flags = (texture, texture & known, texture & known & unlike)
            shares.append(np.stack([self._tiles(flag) for flag in flags], -1))
        return np.stack(shares, -2)

    def _reduce(self, plane: UInt8Array) -> UInt8Array:
        return np.asarray(cv2.resize(plane, self._size, interpolation=cv2.INTER_AREA), np.uint8)

    def _open(self, plane: UInt8Array) -> UInt8Array:
        return np.asarray(cv2.morphologyEx(plane, cv2.MORPH_OPEN, self._disc), np.uint8)

    def _tiles(self, flags: Flags) -> Float32Array:
        means = cv2.resize(flags.astype(np.float32), self._grid, interpolation=cv2.INTER_AREA)
        return np.asarray(means, np.float32).reshape(self._grid[1], self._grid[0])


def _look_up(plane: _Plane, x: Float32Array, y: Float32Array) -> _Plane:
    """Return a plane at other places; beyond the border the edge pixel repeats."""
    return cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def _compare(first: UInt8Array, second: UInt8Array) -> tuple[Flags, Flags]:
    """Return where windows have texture in one of two pictures, and where they do not correlate."""
    a, b = first.astype(np.float32), second.astype(np.float32)
    mean_a, mean_b = _box(a), _box(b)
    variance_a = np.maximum(_box(a * a) - mean_a * mean_a, 0)
    variance_b = np.maximum(_box(b * b) - mean_b * mean_b, 0)
    covariance = _box(a * b) - mean_a * mean_b + _CORRELATION_NOISE
    power = (variance_a + _CORRELATION_NOISE) * (variance_b + _CORRELATION_NOISE)
    texture = np.maximum(variance_a, variance_b) > _MIN_CONTRAST**2
    texture[:_WINDOW], texture[-_WINDOW:] = False, False
    texture[:, :_WINDOW], texture[:, -_WINDOW:] = False, False
    unlike = covariance < _MIN_CORRELATION * np.sqrt(power)
    return np.asarray(texture), np.asarray(unlike)


def _box(values: Float32Array) -> Float32Array:
    window = (_WINDOW, _WINDOW)
    return np.asarray(cv2.boxFilter(values, -1, window, borderType=cv2.BORDER_REFLECT), np.float32)
