"""The layers of a scene as a page carries them: colour as WebP, depth and coverage on a coarse grid."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from PIL import Image

from livingstill.core.model import Float32Array, Layer, Region, Scene, UInt8Array
from livingstill.imaging import exact
from livingstill.jobs.page.view import Box
from livingstill.scene.alpha import straight_alpha

SPACING = 8
"""Pixels from node to node of the grid on which a layer is moved, as in frames of that size."""

_QUALITY = 84
_MOTION_MARGIN = 0.012
"""How far beyond its mask motion may be seen, in picture widths: light and sway are soft."""

_MIN_ALPHA = 3


def data_uri(kind: str, data: bytes) -> str:
    """Return bytes as a data URI of a media type.

    >>> data_uri("text/plain", b"a")
    'data:text/plain;base64,YQ=='
    """
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def layers(scene: Scene, box: Box, reach: tuple[int, int]) -> list[dict[str, str]]:
    """Return colour, depth and coverage of each layer that shows anything in a part of the scene.

    Front to back. ``colour`` is a data URI of straight alpha, ``depth`` base64 of a byte per node of
    the grid (255 = nearest), ``cells`` of a bit per cell of it in which the layer can be seen: where
    it is not empty, and nearer layers, moved by ``reach`` pixels (right, down), leave it open.
    """
    out = []
    covered = np.zeros(box[:1:-1], np.uint8)
    square = np.ones((2 * reach[1] + 1, 2 * reach[0] + 1), np.uint8)
    for k, layer in enumerate(scene.layers):
        part = Layer(*(_cut(field, box) for field in (layer.colour, layer.inverse_depth)))
        alpha = (part.colour >> np.uint32(24)).astype(np.uint8)
        hidden = cv2.erode(covered, square, borderType=cv2.BORDER_REPLICATE)
        seen = np.where(hidden > 0, 0, alpha)
        covered |= (alpha == 255).view(np.uint8)
        if seen.max() < _MIN_ALPHA:
            continue
        opaque = k == len(scene.layers) - 1
        out.append(
            {
                "colour": data_uri("image/webp", _webp(straight_alpha(part), opaque)),
                "depth": _base64(_levels(255 * nodes(part.inverse_depth))),
                "cells": _base64(np.packbits(_covered(seen))),
            }
        )
    return out


def motion_weight(regions: Iterable[Region], box: Box) -> UInt8Array:
    """Return (rows, columns) uint8, how much of what the loop changes is taken at each node: 255 = all."""
    mask = np.zeros(box[:1:-1], np.uint8)
    for region in regions:
        mask = np.maximum(mask, _cut(region.mask, box))
    radius = max(2, round(_MOTION_MARGIN * box[2]))
    square = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    wide = np.asarray(cv2.dilate((mask > 0).view(np.uint8), square), np.float32)
    return _levels(255 * exact.gaussian_blur(nodes(wide), 1.0))


def grid(box: Box) -> tuple[int, int]:
    """Return the nodes of the grid over a box, across and down.

    >>> grid((0, 0, 64, 30))
    (9, 5)
    """
    return -(-box[2] // SPACING) + 1, -(-box[3] // SPACING) + 1


def nodes(field: Float32Array) -> Float32Array:
    """Return a field (H, W) at the nodes of its grid, each the mean of its surroundings."""
    height, width = field.shape
    smooth = cv2.blur(field, (SPACING + 1, SPACING + 1), borderType=cv2.BORDER_REPLICATE)
    columns, rows = grid((0, 0, width, height))
    x = np.minimum(np.arange(columns) * SPACING, width) - 0.5
    y = np.minimum(np.arange(rows) * SPACING, height) - 0.5
    return exact.sample(np.asarray(smooth, np.float32), x[None], y[:, None])


def encoded(values: UInt8Array) -> str:
    """Return bytes as base64 text."""
    return _base64(values)


def _cut(field: Any, box: Box) -> Any:
    left, top, width, height = box
    return np.ascontiguousarray(field[top : top + height, left : left + width])


def _levels(values: Float32Array) -> UInt8Array:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _covered(alpha: UInt8Array) -> UInt8Array:
    """Return (rows - 1, columns - 1) uint8, 1 for the cells in which ``alpha`` is seen."""
    seen = cv2.dilate((alpha >= _MIN_ALPHA).view(np.uint8), np.ones((3, 3), np.uint8))
    height, width = alpha.shape
    seen = np.pad(seen, ((0, -height % SPACING), (0, -width % SPACING)))
    cells = seen.reshape(seen.shape[0] // SPACING, SPACING, -1, SPACING)
    return np.asarray(cells.max((1, 3)), np.uint8)


def _webp(rgba: UInt8Array, opaque: bool) -> bytes:
    picture = np.ascontiguousarray(rgba[..., :3]) if opaque else rgba
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", quality=_QUALITY, method=4)
    return buffer.getvalue()


def _base64(values: UInt8Array) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
