"""Layers of a scene, peeled front to back from a photo and its inverse depth."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from livingstill.core.arrays import sparse
from livingstill.core.errors import InputError
from livingstill.core.model import DEFAULT_FOCAL, Float32Array, Layer, PackedRGBA, Scene, UInt8Array
from livingstill.imaging import exact
from livingstill.scene.discontinuities import (
    MAX_LAYERS,
    Discontinuities,
    choose_thresholds,
    find_discontinuities,
)
from livingstill.scene.inpaint import fill_behind, fill_harmonic, residual

_DISPLACEMENT = 2.0
"""Difference of displacement between neighbours, in pixels, that is a discontinuity."""

_SOFT = 0.8
"""Standard deviation of a layer's soft border in pixels, about that of a lens."""

_COARSE = 4
"""Factor by which depth is reduced to be continued past a layer's own pixels."""


def build_layers(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    *,
    focal: float = DEFAULT_FOCAL,
    layers: int | None = None,
    max_layers: int = MAX_LAYERS,
    parallax: float | None = None,
    edge_error: float = 2.0,
) -> Scene:
    """Return the photo as layers that, at rest, show the photo.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    inverse_depth : (H, W) float32 in 0..1
    focal : frame widths
    layers : how many, or None for the fewest, at ``most``, that part most of the depth's discontinuities
    parallax : largest expected difference of displacement, in pixels; 3 % of the width by default
    edge_error : how many pixels the edges of depth may lie beside the photo's; 0 if it is exact
    """
    height, width = inverse_depth.shape
    if rgb.shape != (height, width, 3):
        raise InputError(
            f"depth is {width}x{height}; it must have the photo's size, "
            f"{rgb.shape[1]}x{rgb.shape[0]}"
        )
    tau = float(np.clip(_DISPLACEMENT / (parallax or 0.03 * width), 0.02, 0.04))
    tau *= float(inverse_depth.max()) or 1.0
    unit = max(1.0, width / 741)  # the radii were measured on pictures of that width
    steps = find_discontinuities(inverse_depth, tau)
    cuts = choose_thresholds(inverse_depth, steps, layers, max_layers)
    colour, depth = _packed(rgb), inverse_depth
    # front layers are empty for the most part, and what is left over, as for a background, altogether
    stack = sparse((len(cuts) + 2, height, width))
    depths: list[Float32Array] = []
    for cut in cuts:
        near = (depth > cut).view(np.uint8)
        if not near.any() or near.all():
            continue
        edge = _at_discontinuities(
            near, find_discontinuities(depth, tau), round(4 * unit + edge_error)
        )
        alpha = _alpha(near, edge, round(2 * unit))
        ring = _dilate((alpha > 0).view(np.uint8), round(edge_error)) * edge
        hidden = np.where(edge, ring, _erode(near, round(3 * unit)))
        behind, depth_behind = fill_behind(colour, depth, hidden, cut)
        residual(colour, behind, alpha, ring, stack[len(depths)])
        depths.append(_extend_depth(depth, near))
        colour, depth = behind, depth_behind
    stack[len(depths)] = colour
    depths.append(depth)
    return Scene(tuple(map(Layer, stack, depths)), focal)


def extend_photo(
    rgb: UInt8Array, inverse_depth: Float32Array, border: tuple[int, int]
) -> tuple[UInt8Array, Float32Array]:
    """Return photo and depth continued by ``border`` (x, y) pixels on all sides, smoothly."""
    x, y = border
    height, width = inverse_depth.shape
    colour = np.zeros((height + 2 * y, width + 2 * x), np.uint32)
    depth = np.full(colour.shape, np.inf, np.float32)
    unknown = np.ones(colour.shape, np.uint8)
    inside = slice(y, y + height), slice(x, x + width)
    colour[inside], depth[inside], unknown[inside] = _packed(rgb), inverse_depth, 0
    colour, depth = fill_behind(colour, depth, unknown, float(inverse_depth.max()))
    return np.ascontiguousarray(colour.view(np.uint8).reshape(*colour.shape, 4)[..., :3]), depth


def _at_discontinuities(near: UInt8Array, steps: Discontinuities, radius: int) -> UInt8Array:
    """Return where the border of ``near`` is a jump of depth, and not a cut through a slope."""
    edge = np.zeros_like(near)
    across = steps.across & (near[:, 1:] != near[:, :-1])
    down = steps.down & (near[1:] != near[:-1])
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    return _dilate(edge, radius)


def _alpha(near: UInt8Array, edge: UInt8Array, overlap: int) -> UInt8Array:
    """Return the soft coverage of a layer: tight at discontinuities, overlapping where the surface continues."""
    mask = np.where(edge, near, _dilate(near, overlap)) * np.uint8(255)
    soft = exact.gaussian_blur(mask, _SOFT)
    levels = np.arange(256)
    levels[levels < 0.05 * 255] = 0
    levels[levels > 0.95 * 255] = 255
    return cast(UInt8Array, cv2.LUT(soft, levels.astype(np.uint8)))


def _extend_depth(depth: Float32Array, own_mask: UInt8Array) -> Float32Array:
    """Return the depth of a layer continued smoothly past its own pixels."""
    height, width = depth.shape
    small = (-(-width // _COARSE), -(-height // _COARSE))
    values = own_mask.astype(np.float32)
    known = cast(Float32Array, exact.resize_area(values, small))
    values *= depth
    means = exact.resize_area(values, small)
    del values
    picture = np.asarray(means / np.maximum(known, np.float32(1e-6)), np.float32)[..., None]
    fill_harmonic(picture, known)
    out = cast(Float32Array, exact.resize_linear(picture[..., 0], (width, height)))
    np.copyto(out, depth, where=own_mask > 0)
    return out


def _packed(rgb: UInt8Array) -> PackedRGBA:
    return np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA)).view(np.uint32)[..., 0]


def _square(radius: int) -> UInt8Array:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


def _dilate(mask: UInt8Array, radius: int) -> UInt8Array:
    return cast(UInt8Array, cv2.dilate(mask, _square(radius)))


def _erode(mask: UInt8Array, radius: int) -> UInt8Array:
    return cast(UInt8Array, cv2.erode(mask, _square(radius)))
