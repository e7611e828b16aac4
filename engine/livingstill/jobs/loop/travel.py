"""How far a clip's camera travels, from tiles of its descriptors that are found again elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array

Integers = NDArray[np.int64]

_TILE, _REACH = 12, 8
"""Pixels of a descriptor: the side of a tile, and how far off it is searched."""
_TEXTURE = 4
"""Standard deviation, levels, from which on a tile can be told from its surroundings."""
_MAX_LEFT_SHARE = 0.35
"""Share of a tile's variance that its match may leave."""
_MAX_RESIDUAL = 1.0
_MIN_FOLLOWING = 0.55
"""Share of the textured tiles that must move alike, for it to be the camera that moves."""
_RENEWED_AT = 4.0
"""Pixels of displacement at which the next frame becomes the one that others are searched in."""
_PER_SECOND = 6.0


@dataclass(frozen=True, slots=True)
class Shift:
    """A camera's displacement: ``x``, ``y`` of the picture's centre, ``zoom`` = magnification - 1.

    In picture widths, +x right, +y down, as the picture moves.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 0.0

    @property
    def size(self) -> float:
        """How far the picture's edge moves, picture widths."""
        return hypot(self.x, self.y) + abs(self.zoom) / 2

    def __sub__(self, other: Shift) -> Shift:
        return Shift(self.x - other.x, self.y - other.y, self.zoom - other.zoom)

    def __add__(self, other: Shift) -> Shift:
        return Shift(self.x + other.x, self.y + other.y, self.zoom + other.zoom)


@dataclass(frozen=True, slots=True)
class Path:
    """Where the camera is at some frames: their indices, and the shift of each against the first."""

    frames: tuple[int, ...]
    shifts: tuple[Shift, ...]

    def between(self, first: int, second: int) -> Shift:
        """Return how the picture moves from one frame to another."""
        return self._at(second) - self._at(first)

    def _at(self, frame: int) -> Shift:
        x, y, zoom = (
            float(np.interp(frame, self.frames, [getattr(shift, name) for shift in self.shifts]))
            for name in Shift.__slots__
        )
        return Shift(x, y, zoom)


def track(luma: UInt8Array, fps: float) -> Path:
    """Return the camera's path over a clip from its frames, (T, h, w) uint8 luma.

    Frames are compared a few times a second with one before, which is renewed as the picture
    moves away from it.
    """
    every = max(1, round(fps / _PER_SECOND))
    picked = list(range(0, len(luma), every))
    key, key_shift, last = 0, Shift(), Shift()
    frames, shifts = [0], [Shift()]
    for index in picked[1:]:
        step = displacement(luma[key], luma[index])
        if step is None and key != frames[-1]:  # it may be found in the frame before
            key, key_shift = frames[-1], last
            step = displacement(luma[key], luma[index])
        last = key_shift + (step or Shift())
        frames.append(index)
        shifts.append(last)
        if step is None or step.size * luma.shape[2] > _RENEWED_AT:
            key, key_shift = index, last
    return Path(tuple(frames), tuple(shifts))


def displacement(first: UInt8Array, second: UInt8Array) -> Shift | None:
    """Return how the picture moves from ``first`` to ``second``, (h, w) uint8; None if not as a whole.

    Each textured tile of ``first`` is searched in ``second`` by the least sum of squared
    differences, in whole pixels and numbers; most tiles must agree on a shift and a zoom.
    """
    centres, moved, textured = _matches(first, second)
    if textured < 4 or len(moved) < _MIN_FOLLOWING * textured:
        return None
    keep = np.ones(len(moved), bool)
    shift, zoom = np.median(moved, axis=0), 0.0
    for _ in range(4):
        away = centres[keep] - centres[keep].mean(axis=0)
        spread = float((away * away).sum())
        zoom = float((away * (moved[keep] - moved[keep].mean(axis=0))).sum()) / max(spread, 1.0)
        shift = (moved[keep] - zoom * centres[keep]).mean(axis=0)
        residual = np.abs(moved - shift - zoom * centres).max(axis=1)
        keep = residual <= max(_MAX_RESIDUAL, float(np.sort(residual)[len(residual) // 2]))
    if int((residual <= _MAX_RESIDUAL).sum()) < _MIN_FOLLOWING * textured:
        return None
    width = first.shape[1]
    return Shift(float(shift[0]) / width, float(shift[1]) / width, zoom)


def _matches(
    first: UInt8Array, second: UInt8Array
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Return centres (n, 2) of the tiles that are found, how they moved (n, 2), and how many are textured.

    Centres are x, y from the picture's centre.
    """
    height, width = first.shape
    rows, columns = height // _TILE, width // _TILE
    top, left = (height - rows * _TILE) // 2, (width - columns * _TILE) // 2
    inner = slice(top, top + rows * _TILE), slice(left, left + columns * _TILE)
    target = first[inner].astype(np.int64)
    padded = np.pad(second.astype(np.int64), _REACH, mode="edge")
    count = 2 * _REACH + 1
    errors = np.empty((count * count, rows, columns), np.int64)
    for index in range(count * count):
        dy, dx = divmod(index, count)
        there = padded[
            top + dy : top + dy + target.shape[0], left + dx : left + dx + target.shape[1]
        ]
        errors[index] = _tile_sums((there - target) ** 2)
    pixels = _TILE * _TILE
    variance = _tile_sums(target * target) - _tile_sums(target) ** 2 // pixels
    textured = variance > _TEXTURE**2 * pixels
    # a tile that fits as well where it is has not moved
    errors[count * count // 2] -= errors[count * count // 2] // 8
    best = errors.argmin(axis=0)
    dy, dx = np.divmod(best, count)
    on_edge = (np.minimum(dy, dx) == 0) | (np.maximum(dy, dx) == count - 1)
    found = textured & ~on_edge & (errors.min(axis=0) < _MAX_LEFT_SHARE * variance)
    y, x = np.nonzero(found)
    centres = np.stack(
        [left + (x + 0.5) * _TILE - width / 2, top + (y + 0.5) * _TILE - height / 2], axis=1
    )
    moved = np.stack([dx[found] - _REACH, dy[found] - _REACH], axis=1).astype(np.float64)
    return centres, moved, int(textured.sum())


def _tile_sums(values: Integers) -> Integers:
    rows, columns = values.shape[0] // _TILE, values.shape[1] // _TILE
    sums: Integers = values.reshape(rows, _TILE, columns, _TILE).sum(axis=(1, 3))
    return sums
