"""Small integer descriptors of a clip's frames, and the squared distances between all of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.imaging.image import downscale

Integers = NDArray[np.int64]

_SIDE = 96
"""Pixels of the long side of a descriptor's luma..."""
_CHROMA_REDUCTION = 4
"""...and how many times coarser its chroma is."""
_CHROMA_WEIGHT = 2
_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Descriptors:
    """What is kept of each frame: ``luma`` (T, h, w) uint8 and ``chroma`` (T, n) int16."""

    luma: UInt8Array
    chroma: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.luma)

    @property
    def size(self) -> int:
        """Values of one descriptor."""
        return int(self.luma[0].size + self.chroma[0].size)

    def vector(self, index: int) -> Integers:
        """Return one frame's descriptor, (d,) int64."""
        return np.concatenate([self.luma[index].ravel(), self.chroma[index]]).astype(np.int64)

    def vectors(self, stride: int = 1) -> NDArray[np.float64]:
        """Return (n, d) float64 vectors of whole numbers, of every ``stride``-th frame."""
        luma = self.luma[::stride].reshape(-(-len(self) // stride), -1)
        return np.concatenate([luma, self.chroma[::stride]], axis=1).astype(np.float64)


class Collector:
    """Makes descriptors of frames one by one."""

    def __init__(self) -> None:
        self._luma: list[UInt8Array] = []
        self._chroma: list[NDArray[np.int16]] = []

    def __len__(self) -> int:
        return len(self._luma)

    def add(self, rgb: UInt8Array) -> None:
        """Take the next frame, (H, W, 3) uint8."""
        small = downscale(rgb, _SIDE)
        self._luma.append(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8))
        coarse = downscale(small, _SIDE // _CHROMA_REDUCTION).astype(np.int16)
        red_green, blue_green = coarse[..., 0] - coarse[..., 1], coarse[..., 2] - coarse[..., 1]
        self._chroma.append(_CHROMA_WEIGHT * np.concatenate([red_green, blue_green], axis=None))

    def descriptors(self) -> Descriptors:
        """Return what was collected."""
        return Descriptors(np.stack(self._luma), np.stack(self._chroma))


def inner_products(vectors: NDArray[np.float64]) -> Integers:
    """Return (n, n) int64 inner products; exact, for float64 holds every sum of whole numbers here.

    A vector has at most 11,000 entries below 1,024, so no sum reaches 2^53 in whatever order.
    """
    count = len(vectors)
    products = np.empty((count, count), np.int64)
    for first in range(0, count, _BLOCK):
        products[first : first + _BLOCK] = vectors[first : first + _BLOCK] @ vectors.T
    return products


def squared_distances(products: Integers) -> Integers:
    """Return (n, n) int64 squared distances of vectors from their inner products."""
    norms = np.diagonal(products)
    return norms[:, None] + norms[None, :] - 2 * products


def motion_distances(products: Integers) -> Integers:
    """Return (n - 1, n - 1) int64 squared distances of the steps f[i + 1] - f[i] of a sequence."""
    inner = products[1:, 1:] - products[1:, :-1] - products[:-1, 1:] + products[:-1, :-1]
    return squared_distances(inner)
