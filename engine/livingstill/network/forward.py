"""Inverse depth and class probabilities of a photo, by the two embedded networks."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from importlib import resources
from threading import Lock

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Perception, UInt8Array
from livingstill.imaging import exact
from livingstill.network import panorama
from livingstill.network.graph import Network

WEIGHTS = {name: f"{name}.npz" for name in ("depth", "classes", "lettering")}
CLASSES = ("other", "sky", "water", "foliage", "grass", "person")
MOVING_CLASSES = ("sky", "water", "person")
"""Classes of what moves by itself, so that it tells nothing of a camera."""

HELPER_CLASSES = ("land", "building", "fire")
"""Classes the network also tells apart, so that it learns what is none of the others: part of "other"."""

CLASS_SIZES = {"draft": (384,), "standard": (512, 320), "high": (640, 384)}
"""Long sides of what the network of classes sees at each quality, finest first; ``high`` also mirrors.

A coarse view holds more of the scene within the network's sight, so it judges layout and regions
better; a fine one has the edges.
"""

DEPTH_SIZES = {"draft": (384,), "standard": (512, 320), "high": (640, 384, 256)}
"""The same of the network of depth, whose layout gains at ``high`` from a coarser view than regions do."""

LAYOUT = 0.03
"""Detail smaller than this (one sigma, in long sides) is taken from the finest view alone."""

STEP = 32
_lock = Lock()


def forward(rgb: UInt8Array, *, quality: str = "standard") -> Perception:
    """Return what the embedded networks say of a photo, the same on any number of threads.

    A long photo is looked at in windows (`panorama`).

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    quality : draft, standard or high

    Raises
    ------
    InputError
        If there is no such quality, or the photo has another shape or type.
    """
    if quality not in CLASS_SIZES:
        known = ", ".join(CLASS_SIZES)
        raise InputError(f"no quality is called '{quality}'; it must be one of {known}")
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise InputError(
            f"photo has shape {rgb.shape} and type {rgb.dtype}; "
            "it must be (height, width, 3) and uint8"
        )
    mirror, sizes, depth_sizes = quality == "high", CLASS_SIZES[quality], DEPTH_SIZES[quality]
    parts = panorama.windows(rgb.shape[1], rgb.shape[0])
    upright = rgb.shape[0] > rgb.shape[1]
    with _lock:
        sides = sorted({*sizes, *depth_sizes})  # both networks see some of the same
        seen = [dict(zip(sides, views(panorama.crop(rgb, part), sides))) for part in parts]
        network = embedded("depth")
        depths = [
            inverse_depth(network, [one[side] for side in depth_sizes], mirror=mirror)
            for one in seen
        ]
        inverse = panorama.join(depths, parts, upright=upright)
        if len(parts) > 1:  # what is near in one window is to be near in all
            whole = _answer(network.inverse_depth, views(rgb, depth_sizes[:1])[0], mirror)
            inverse = _with_layout(inverse, [whole])
        network = embedded("classes")
        chances = [
            class_probabilities(network, [one[side] for side in sizes], mirror=mirror)
            for one in seen
        ]
        classes = panorama.join(chances, parts, upright=upright)
    return to_perception(inverse, classes)


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


def views(rgb: UInt8Array, long_sides: Sequence[int]) -> list[UInt8Array]:
    """Return a photo (H, W, 3) uint8 at the sizes that a network sees, the finest first."""
    sizes = (size_for(rgb.shape[1], rgb.shape[0], side) for side in long_sides)
    return [
        (exact.resize_area if size[0] < rgb.shape[1] else exact.resize_linear)(rgb, size)
        for size in sizes
    ]


def inverse_depth(
    network: Network, pictures: Sequence[UInt8Array], *, mirror: bool = False
) -> Float32Array:
    """Return inverse depth (h, w) of a network of depth, at half the size of the first view.

    Coarser views correct only the layout of the finest.
    """
    answers = [_answer(network.inverse_depth, picture, mirror) for picture in pictures]
    return _with_layout(answers[0], answers[1:])


def _with_layout(inverse: Float32Array, coarse: Sequence[Float32Array]) -> Float32Array:
    """Return inverse depth (h, w) whose layout is the mean of its own and that of coarser ones."""
    if not coarse:
        return inverse
    size = (inverse.shape[1], inverse.shape[0])
    root, layout = np.sqrt(inverse), np.zeros_like(inverse)
    for other in coarse:
        layout += exact.resize_linear(np.sqrt(other), size) - root
    share = np.float32(1 / (1 + len(coarse)))
    root = np.clip(root + exact.gaussian_blur(layout * share, LAYOUT * max(size)), 0, 1)
    return np.asarray(root * root, np.float32)


def class_probabilities(
    network: Network, pictures: Sequence[UInt8Array], *, mirror: bool = False
) -> Float32Array:
    """Return the probabilities (C, h, w) of ``CLASSES`` at half the size of the first view.

    They are the mean of all views.
    """
    total = _answer(network.class_probabilities, pictures[0], mirror)
    size = (total.shape[2], total.shape[1])
    for picture in pictures[1:]:
        coarse = _answer(network.class_probabilities, picture, mirror)
        total += np.stack([exact.resize_linear(p, size) for p in coarse])
    for helper in total[len(CLASSES) :]:
        total[0] += helper
    return total[: len(CLASSES)] * np.float32(1 / len(pictures))


def _answer(
    infer: Callable[[UInt8Array], Float32Array], picture: UInt8Array, mirror: bool
) -> Float32Array:
    """Return what a network says of a picture, perhaps the mean with its mirror image."""
    answer = infer(picture)
    if mirror:
        other = infer(np.ascontiguousarray(picture[:, ::-1]))
        answer = (answer + other[..., ::-1]) * np.float32(0.5)
    return np.maximum(answer, 0)


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


def embedded(learned: str) -> Network:
    """Return the network of ``depth``, ``classes`` or ``lettering`` that ships.

    It is read anew for each photo, as it holds 80 MB while it works.
    """
    return read((resources.files(__package__) / "weights" / WEIGHTS[learned]).read_bytes())
