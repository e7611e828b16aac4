"""Visibility of the layers in a frame: the front layer, its scene position, disocclusion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Pose, Scene, UInt8Array
from livingstill.render.projection import Projection, Window, node_pitch

_OPAQUE_ALPHA = 127


@dataclass(frozen=True, slots=True, eq=False)
class VisibilitySample:
    """The visibility of the layers at a (h, w) grid of a frame's pixels.

    ``layer`` is the front-most opaque layer, front = 0; ``x``, ``y`` the scene position that it is
    sampled at, scene pixels, without motion; ``in_photo`` is False where that point is disoccluded,
    hidden in the photo itself; ``hole`` is where no layer is opaque, ``outside`` where the
    position is beyond the scene's border.
    """

    layer: NDArray[np.intp]
    x: Float32Array
    y: Float32Array
    in_photo: NDArray[np.bool_]
    hole: NDArray[np.bool_]
    outside: NDArray[np.bool_]


class VisibilitySampler:
    """Computes, from a pose, the visibility at every ``stride``-th pixel of a scene's frame."""

    def __init__(self, scene: Scene, window: Window, size: tuple[int, int], stride: int) -> None:
        self.projection = Projection(scene, window, size, node_pitch(size))
        self.scene, self.scale = scene, window.scale
        xs = np.arange(stride // 2, size[0], stride, dtype=np.float32)
        ys = np.arange(stride // 2, size[1], stride, dtype=np.float32)
        self.x, self.y = (np.asarray(v, np.float32) for v in np.meshgrid(xs, ys))
        alpha = (scene.stack() >> np.uint32(24)).astype(np.uint8)
        self._opaque = [np.ascontiguousarray(a > _OPAQUE_ALPHA).view(np.uint8) for a in alpha]
        occluded = np.zeros(alpha.shape[1:], bool)
        self._photo_visible: list[UInt8Array] = []  # where the photo at rest shows each layer
        for opaque in self._opaque:
            self._photo_visible.append((~occluded).view(np.uint8) & opaque)
            occluded |= opaque > 0

    def sample(self, pose: Pose) -> VisibilitySample:
        """Return the visibility in a frame from ``pose``."""
        return self.sample_at(pose, self.x, self.y)

    def sample_at(self, pose: Pose, px: Float32Array, py: Float32Array) -> VisibilitySample:
        """Return the visibility at pixels (h, w) of a frame from ``pose``."""
        self.projection.solve(pose)
        positions = [self.scene_position(k, px, py) for k in range(len(self._opaque))]
        opaque = np.stack([_sample_nearest(s, *p) for s, p in zip(self._opaque, positions)]) > 0
        layer = np.where(opaque.any(0), opaque.argmax(0), len(opaque) - 1)
        in_photo = (
            np.stack([_sample_nearest(o, *p) for o, p in zip(self._photo_visible, positions)]) > 0
        )
        x = np.take_along_axis(np.stack([p[0] for p in positions]), layer[None], 0)[0]
        y = np.take_along_axis(np.stack([p[1] for p in positions]), layer[None], 0)[0]
        width, height = self.projection.scene.size
        return VisibilitySample(
            layer=layer,
            x=x,
            y=y,
            in_photo=np.take_along_axis(in_photo, layer[None], 0)[0],
            hole=np.asarray(~opaque.any(0)),
            outside=(x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5),
        )

    def scene_position(
        self, layer: int, x: Float32Array, y: Float32Array
    ) -> tuple[Float32Array, Float32Array]:
        """Return the scene positions where frame pixels of the last sampled pose meet a layer."""
        nodes, pitch = self.projection.nodes[layer], np.float32(self.projection.pitch)
        u, v = x / pitch, y / pitch
        down, across = nodes[1], nodes[0]
        return _sample_bilinear(across, u, v), _sample_bilinear(down, u, v)

    def frame_position(
        self,
        layer: NDArray[np.intp],
        x: Float32Array,
        y: Float32Array,
        start: tuple[Float32Array, Float32Array],
    ) -> tuple[Float32Array, Float32Array]:
        """Return which pixels of the pose last looked at show scene places of given layers.

        The inverse of ``scene_position``, by fixed-point steps from ``start``.
        """
        u, v = (np.array(part) for part in start)
        for _ in range(6):
            for k in np.unique(layer):
                selected = layer == k
                px, py = self.scene_position(int(k), u, v)
                u[selected] += (x - px)[selected] / np.float32(self.scale)
                v[selected] += (y - py)[selected] / np.float32(self.scale)
        return u, v


def rest_depth(
    scene: Scene, window: Window, size: tuple[int, int], samples: int = 1280
) -> Float32Array:
    """Return the inverse depth of what a frame shows at rest, ``samples`` pixels or more on its long side."""
    stride = max(1, max(size) // samples)
    x = window.x + window.scale * (np.arange(stride // 2, size[0], stride) - (size[0] - 1) / 2)
    y = window.y + window.scale * (np.arange(stride // 2, size[1], stride) - (size[1] - 1) / 2)
    height, width = scene.layers[0].colour.shape
    columns = np.clip(np.rint(x), 0, width - 1).astype(np.intp)
    grid = np.ix_(np.clip(np.rint(y), 0, height - 1).astype(np.intp), columns)
    depth = scene.layers[-1].inverse_depth[grid]
    for layer in reversed(scene.layers[:-1]):
        opaque = layer.colour[grid] >> np.uint32(24) > _OPAQUE_ALPHA
        depth = np.where(opaque, layer.inverse_depth[grid], depth)
    return np.ascontiguousarray(depth)


def _sample_bilinear(values: Float32Array, x: Float32Array, y: Float32Array) -> Float32Array:
    """Return values interpolated bilinearly, and extrapolated linearly beyond the grid."""
    i = np.clip(np.floor(x).astype(int), 0, values.shape[1] - 2)
    j = np.clip(np.floor(y).astype(int), 0, values.shape[0] - 2)
    u, v = x - i, y - j
    upper = values[j, i] * (1 - u) + values[j, i + 1] * u
    lower = values[j + 1, i] * (1 - u) + values[j + 1, i + 1] * u
    return np.asarray(upper * (1 - v) + lower * v, np.float32)


def _sample_nearest(mask: UInt8Array, x: Float32Array, y: Float32Array) -> UInt8Array:
    """Return the pixels of a mask (H, W) nearest to positions; beyond its border the edge repeats."""
    row = np.clip(np.rint(y), 0, mask.shape[0] - 1).astype(np.intp)
    return mask[row, np.clip(np.rint(x), 0, mask.shape[1] - 1).astype(np.intp)]
