"""Inverse depth and class probabilities of a photo, by one pass of the embedded network."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import resources
from threading import Lock

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Perception, UInt8Array
from livingstill.imaging import exact
from livingstill.network.graph import Network

WEIGHTS = "livingstill.npz"
CLASSES = ("other", "sky", "water", "foliage", "grass", "person")
SIZES = {"draft": (384,), "standard": (512, 320), "high": (640, 384)}
"""Long sides of what the network sees at each quality, the finest first; ``high`` also mirrors.

A coarse view holds more of the scene within the network's sight, so it judges layout and regions
better; a fine one has the edges.
"""

LAYOUT = 0.03
"""Detail smaller than this (one sigma, in long sides) is taken from the finest view alone."""

STEP = 32
_lock = Lock()


def forward(rgb: UInt8Array, *, quality: str = "standard") -> Perception:
    """Return what the embedded network says of a photo, the same on any number of threads.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    quality : draft, standard or high

    Raises
    ------
    InputError
        If there is no such quality, or the photo has another shape or type.
    """
    if quality not in SIZES:
        raise InputError(f"no quality is called '{quality}'; it must be one of {', '.join(SIZES)}")
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise InputError(
            f"photo has shape {rgb.shape} and type {rgb.dtype}; "
            "it must be (height, width, 3) and uint8"
        )
    with _lock:
        inverse, class_probability = infer_multiscale(
            embedded(), rgb, SIZES[quality], mirror=quality == "high"
        )
    return to_perception(inverse, class_probability)


def size_for(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Return the width and height the network sees: near the photo's aspect, divisible by 32.

    >>> size_for(1920, 1080, 512)
    (512, 288)
    >>> size_for(3000, 4000, 512)
    (384, 512)
    """
    scale = long_side / max(width, height)
    sides = [max(STEP, round(side * scale / STEP) * STEP) for side in (width, height)]
    return sides[0], sides[1]


def infer_multiscale(
    network: Network, rgb: UInt8Array, long_sides: Sequence[int], *, mirror: bool = False
) -> tuple[Float32Array, Float32Array]:
    """Return inverse depth (h, w) and class probabilities (C, h, w) at the size of the first view.

    Probabilities are the mean of all views; of depth, the coarser views correct only the layout of
    the finest.
    """
    inverse, class_probability = _infer(network, rgb, long_sides[0], mirror)
    if len(long_sides) == 1:
        return inverse, class_probability
    size = (inverse.shape[1], inverse.shape[0])
    root, layout = np.sqrt(inverse), np.zeros_like(inverse)
    for side in long_sides[1:]:
        coarse, other_probability = _infer(network, rgb, side, mirror)
        layout += exact.resize_linear(np.sqrt(coarse), size) - root
        class_probability += np.stack([exact.resize_linear(p, size) for p in other_probability])
    share = np.float32(1 / len(long_sides))
    root = np.clip(root + exact.gaussian_blur(layout * share, LAYOUT * max(size)), 0, 1)
    return np.asarray(root * root, np.float32), class_probability * share


def _infer(
    network: Network, rgb: UInt8Array, long_side: int, mirror: bool
) -> tuple[Float32Array, Float32Array]:
    size = size_for(rgb.shape[1], rgb.shape[0], long_side)
    shrinks = size[0] < rgb.shape[1]
    small = (exact.resize_area if shrinks else exact.resize_linear)(rgb, size)
    inverse, class_probability = network(small)
    if mirror:
        other, other_probability = network(np.ascontiguousarray(small[:, ::-1]))
        inverse = (inverse + other[:, ::-1]) * np.float32(0.5)
        class_probability = (class_probability + other_probability[:, :, ::-1]) * np.float32(0.5)
    return np.maximum(inverse, 0), class_probability


def to_perception(inverse: Float32Array, class_probability: Float32Array) -> Perception:
    """Return depth in steps of 16 bits and probabilities in 8: last digits decide nothing after."""
    codes = np.round(np.clip(inverse, 0, 1) * 65535).astype(np.uint16)
    nearest = max(float(np.percentile(codes, 99.8, method="lower")), 1.0)
    depth = np.minimum(codes.astype(np.float32) / np.float32(nearest), np.float32(1))
    depth = np.round(depth * 65535).astype(np.uint16).astype(np.float32) / np.float32(65535)
    probabilities = np.round(np.clip(class_probability, 0, 1) * 255).astype(np.uint8)
    return Perception(depth, CLASSES, np.ascontiguousarray(probabilities))


def read(weights: bytes) -> Network:
    """Return the network with the weights in a file that `network.export` wrote."""
    with np.load(io.BytesIO(weights), allow_pickle=False) as arrays:
        return Network(dict(arrays))


def embedded() -> Network:
    """Return the network that ships; read anew for each photo, as it holds 80 MB while it works."""
    return read((resources.files(__package__) / "weights" / WEIGHTS).read_bytes())
