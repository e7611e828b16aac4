"""A drifting sky as a layer of its own, filled where other things are in front of it."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.arrays import sparse
from livingstill.core.model import Float32Array, Layer, PackedRGBA, Scene, UInt8Array
from livingstill.imaging import exact
from livingstill.scene.inpaint import extend_mask, fill_harmonic, residual

_SOFT = 32
"""Levels of a mask that are taken for none, and as many for all: masks are soft, edges are not."""

_SIDE = 960
"""Long side of the picture that is continued, at most half as large as the photo: it is smooth."""


def split_background(scene: Scene, drifting: UInt8Array) -> Scene:
    """Return the scene, which is spent, with its last layer cut in two; at rest it shows what it showed.

    The new last layer is what of the old one drifts, smoothly continued behind the rest; the layer
    before it is that rest, at the same depth. A sky may then drift up to a roof, and behind a mast
    that is cut out of it, without taking a copy along.

    Parameters
    ----------
    drifting : (H, W) uint8, how much drifts of what each pixel shows
    """
    *front, last = scene.layers
    hidden = np.zeros(drifting.shape, bool)
    for layer in front:
        hidden |= layer.colour >> np.uint32(24) > 0
    drifting = extend_mask(drifting, hidden)
    spread = 255 / (255 - 2 * _SOFT)
    curve = np.clip(np.round((np.arange(256) - _SOFT) * spread), 0, 255).astype(np.uint8)
    alpha = np.asarray(cv2.LUT(~drifting, curve), np.uint8)
    if not alpha.any() or alpha.all():
        return scene
    stack = _with_empty_layer(scene)
    depth = _fill_hidden(last, (alpha > 0).view(np.uint8), stack[-1])
    none = np.zeros_like(alpha)
    residual(stack[-2], stack[-1], alpha, none, stack[-2])
    depths = (*(layer.inverse_depth for layer in scene.layers), depth)
    return Scene(tuple(map(Layer, stack, depths)), scene.focal, has_background=True)


def _with_empty_layer(scene: Scene) -> PackedRGBA:
    """Return the colours of a scene's layers, and an empty layer: its own array if that has one."""
    shared, count = scene.shared_array(), len(scene.layers)
    if shared is not None and len(shared) > count:
        return shared[: count + 1]
    stack = sparse((count + 1, *scene.size[::-1]))
    for layer, into in zip(scene.layers, stack):
        np.copyto(into, layer.colour, where=layer.colour != 0)
    return stack


def _fill_hidden(layer: Layer, hidden: UInt8Array, colour: PackedRGBA) -> Float32Array:
    """Return the depth of a layer with what is ``hidden``, (H, W), filled from the rest.

    So is its ``colour``, (H, W), which is overwritten. Depth is bounded by the rest's from above.
    """
    height, width = hidden.shape
    factor = max(2, round(max(height, width) / _SIDE))
    small = (-(-width // factor), -(-height // factor))
    share = np.subtract(1, hidden, dtype=np.float32)
    known = np.asarray(exact.resize_area(share, small), np.float32)
    rgba = np.ascontiguousarray(layer.colour).view(np.uint8).reshape(height, width, 4)
    picture = np.empty((*known.shape, 4), np.float32)
    for c in range(4):
        values = layer.inverse_depth if c == 3 else rgba[..., c]
        picture[..., c] = exact.resize_area(values * share, small)
    del share
    picture /= np.maximum(known, np.float32(1e-6))[..., None]
    farthest = layer.inverse_depth[hidden == 0].max()
    fill_harmonic(picture, known)
    levels = np.clip(np.rint(picture[..., :3]), 0, 255).astype(np.uint8)
    filled = exact.resize_linear(levels, (width, height))
    packed = np.ascontiguousarray(cv2.cvtColor(filled, cv2.COLOR_RGB2RGBA)).view(np.uint32)
    colour[:] = layer.colour
    np.copyto(colour, packed[..., 0], where=hidden > 0)
    del filled, packed
    depth = np.ascontiguousarray(np.minimum(picture[..., 3], farthest))
    beyond = exact.resize_linear(depth, (width, height))
    nearer = (hidden > 0) & (layer.inverse_depth > farthest)
    np.copyto(beyond, layer.inverse_depth, where=~nearer)
    return np.asarray(beyond, np.float32)
