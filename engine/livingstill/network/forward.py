"""One pass of the embedded network over a photo, by OpenCV alone."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from threading import Lock
from typing import Any

import cv2
import numpy as np

from livingstill.core.determinism import graph_engine, plain
from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Perception, UInt8Array
from livingstill.network.cleanup import tidy

WEIGHTS = "livingstill.onnx"
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
    with _lock, plain():
        inverse, chance = look(_embedded(), rgb, SIZES[quality], mirror=quality == "high")
    return perceive(inverse, chance)


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


def look(
    net: Any, rgb: UInt8Array, long_sides: Sequence[int], *, mirror: bool = False
) -> tuple[Float32Array, Float32Array]:
    """Return inverse depth (h, w) and class probabilities (C, h, w) at the size of the first view.

    ``net`` is what `read_net` returns. Probabilities are the mean of all views; of depth, the
    coarser views correct only the layout of the finest.
    """
    inverse, chance = _view(net, rgb, long_sides[0], mirror)
    if len(long_sides) == 1:
        return inverse, chance
    size = (inverse.shape[1], inverse.shape[0])
    root, layout = np.sqrt(inverse), np.zeros_like(inverse)
    for side in long_sides[1:]:
        coarse, likewise = _view(net, rgb, side, mirror)
        layout += cv2.resize(np.sqrt(coarse), size, interpolation=cv2.INTER_LINEAR) - root
        chance += np.stack([cv2.resize(p, size, interpolation=cv2.INTER_LINEAR) for p in likewise])
    share = np.float32(1 / len(long_sides))
    root = np.clip(root + cv2.GaussianBlur(layout * share, (0, 0), LAYOUT * max(size)), 0, 1)
    return np.asarray(root * root, np.float32), chance * share


def _view(
    net: Any, rgb: UInt8Array, long_side: int, mirror: bool
) -> tuple[Float32Array, Float32Array]:
    size = size_for(rgb.shape[1], rgb.shape[0], long_side)
    shrinks = size[0] < rgb.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)
    inverse, chance = _pass(net, small)
    if mirror:
        other, likewise = _pass(net, np.ascontiguousarray(small[:, ::-1]))
        inverse = (inverse + other[:, ::-1]) * np.float32(0.5)
        chance = (chance + likewise[:, :, ::-1]) * np.float32(0.5)
    return np.maximum(inverse, 0), chance


def perceive(inverse: Float32Array, chance: Float32Array) -> Perception:
    """Round to 16 and 8 bits, so that the last digits of one machine decide nothing; then tidy."""
    words = np.round(np.clip(inverse, 0, 1) * 65535).astype(np.uint16)
    nearest = max(float(np.percentile(words, 99.8, method="lower")), 1.0)
    depth = np.minimum(words.astype(np.float32) / np.float32(nearest), np.float32(1))
    depth = np.round(depth * 65535).astype(np.uint16).astype(np.float32) / np.float32(65535)
    rounded = np.round(np.clip(chance, 0, 1) * 255).astype(np.float32) / np.float32(255)
    probabilities = np.round(tidy(rounded, CLASSES, depth) * 255).astype(np.uint8)
    return Perception(depth, CLASSES, np.ascontiguousarray(probabilities))


def read_net(model: bytes) -> Any:
    """Return an OpenCV network made from the bytes of an ONNX file."""
    return cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8), *graph_engine())


def _pass(net: Any, small: UInt8Array) -> tuple[Float32Array, Float32Array]:
    blob = np.ascontiguousarray(small.transpose(2, 0, 1)[None].astype(np.float32))
    net.setInput(blob)
    inverse, chance = net.forward(["inverse", "chance"])
    return np.array(inverse[0, 0]), np.array(chance[0])


def _embedded() -> Any:
    """Return the network that ships: it is read anew for each photo, as it holds 80 MB while it lives."""
    return read_net((resources.files(__package__) / "weights" / WEIGHTS).read_bytes())
