"""Layers as triangle meshes, for other programs.

Meshes look down -z with y up, as glTF and Blender's importers expect; the nearest point of the
photo is at distance 1 and the sky at ``MAX_DISTANCE``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Layer, Scene, UInt8Array
from livingstill.scene.alpha import straight_alpha

MAX_DISTANCE = 100.0
"""Distance of what is infinitely far."""

_VERTICES = 600_000
"""Vertices of a scene, about, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """One layer as a triangle mesh.

    ``positions`` (n, 3) float32; ``texture_coordinates`` (n, 2) float32, (0, 0) the upper left corner of the
    picture; ``colours`` (n, 4) uint8, straight alpha; ``faces`` (m, 3) uint32, counter-clockwise
    as the camera sees them.
    """

    positions: Float32Array
    texture_coordinates: Float32Array
    colours: UInt8Array
    faces: NDArray[np.uint32]


def layer_meshes(scene: Scene) -> list[Mesh]:
    """Return one mesh per layer, of the cells of a grid that the layer covers."""
    width, height = scene.size
    step = max(1, round((width * height * len(scene.layers) / _VERTICES) ** 0.5))
    return [_mesh(layer, scene.focal * width, step) for layer in scene.layers]


def _mesh(layer: Layer, focal: float, step: int) -> Mesh:
    """Return one layer unprojected on a grid of every ``step``th pixel; ``focal`` is in pixels."""
    height, width = layer.inverse_depth.shape
    xs = np.append(np.arange(0, width - 1, step), width - 1)
    ys = np.append(np.arange(0, height - 1, step), height - 1)
    rgba = straight_alpha(layer)
    covered = cv2.dilate(rgba[..., 3], np.ones((2 * step + 1, 2 * step + 1), np.uint8)) > 0
    grid = np.ix_(ys, xs)
    corner = covered[grid]
    cells = corner[:-1, :-1] & corner[1:, :-1] & corner[:-1, 1:] & corner[1:, 1:]
    number = np.arange(ys.size * xs.size, dtype=np.uint32).reshape(ys.size, xs.size)
    a, b, c, d = (
        part[cells] for part in (number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:])
    )
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    used, renumbered = np.unique(faces, return_inverse=True)
    y, x = np.divmod(used, xs.size)
    px, py = xs[x], ys[y]
    distance = 1 / np.maximum(layer.inverse_depth[py, px], np.float32(1 / MAX_DISTANCE))
    positions = np.stack(
        [
            (px - (width - 1) / 2) / focal * distance,
            ((height - 1) / 2 - py) / focal * distance,
            -distance,
        ],
        1,
    )
    texture_coordinates = np.stack([(px + 0.5) / width, (py + 0.5) / height], 1)
    return Mesh(
        positions.astype(np.float32),
        texture_coordinates.astype(np.float32),
        rgba[py, px],
        renumbered.reshape(faces.shape).astype(np.uint32),
    )
