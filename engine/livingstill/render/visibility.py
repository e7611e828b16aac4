"""What each pixel of a frame shows: which layer, from where, and whether the photo had it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Pose, Scene, UInt8Array
from livingstill.render.projection import Projection, Window, pitch_of

_SOLID = 127


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A frame on a grid of (h, w) of its pixels.

    ``layer`` is the layer that shows, front = 0; ``x``, ``y`` where in the scene it is looked up,
    scene pixels, before anything moves; ``own`` whether the photo itself shows that spot, ``hole``
    whether no layer covers it, ``outside`` whether it lies beyond the scene's border.
    """

    layer: NDArray[np.intp]
    x: Float32Array
    y: Float32Array
    own: NDArray[np.bool_]
    hole: NDArray[np.bool_]
    outside: NDArray[np.bool_]


class Looker:
    """Says of any pose of one scene what every ``stride``-th pixel of the frame shows."""

    def __init__(self, scene: Scene, window: Window, size: tuple[int, int], stride: int) -> None:
        self.view = Projection(scene, window, size, pitch_of(size))
        self.scale = window.scale
        xs = np.arange(stride // 2, size[0], stride, dtype=np.float32)
        ys = np.arange(stride // 2, size[1], stride, dtype=np.float32)
        self.x, self.y = (np.asarray(v, np.float32) for v in np.meshgrid(xs, ys))
        alpha = (scene.stack() >> np.uint32(24)).astype(np.uint8)
        self._solid = [np.ascontiguousarray(a > _SOLID).view(np.uint8) for a in alpha]
        hidden = np.zeros(alpha.shape[1:], bool)
        self._own: list[UInt8Array] = []  # where the photo at rest shows each layer
        for solid in self._solid:
            self._own.append((~hidden).view(np.uint8) & solid)
            hidden |= solid > 0

    def at(self, pose: Pose) -> Seen:
        """Return what a frame from ``pose`` shows."""
        self.view.solve(pose)
        places = [self.place(k, self.x, self.y) for k in range(len(self._solid))]
        solid = np.stack([_look(s, *p) for s, p in zip(self._solid, places)]) > 0
        layer = np.where(solid.any(0), solid.argmax(0), len(solid) - 1)
        own = np.stack([_look(o, *p) for o, p in zip(self._own, places)]) > 0
        x = np.take_along_axis(np.stack([p[0] for p in places]), layer[None], 0)[0]
        y = np.take_along_axis(np.stack([p[1] for p in places]), layer[None], 0)[0]
        width, height = self.view.scene.size
        return Seen(
            layer=layer,
            x=x,
            y=y,
            own=np.take_along_axis(own, layer[None], 0)[0],
            hole=np.asarray(~solid.any(0)),
            outside=(x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5),
        )

    def place(
        self, layer: int, x: Float32Array, y: Float32Array
    ) -> tuple[Float32Array, Float32Array]:
        """Return where in the scene pixels of the pose last looked at find a layer."""
        nodes, pitch = self.view.nodes[layer], np.float32(self.view.pitch)
        u, v = x / pitch, y / pitch
        down, across = nodes[1], nodes[0]
        return _between(across, u, v), _between(down, u, v)

    def pixel(
        self,
        layer: NDArray[np.intp],
        x: Float32Array,
        y: Float32Array,
        start: tuple[Float32Array, Float32Array],
    ) -> tuple[Float32Array, Float32Array]:
        """Return which pixels of the pose last looked at show scene places of given layers.

        The inverse of ``place``, by fixed-point steps from ``start``.
        """
        u, v = (np.array(part) for part in start)
        for _ in range(6):
            for k in np.unique(layer):
                at = layer == k
                px, py = self.place(int(k), u, v)
                u[at] += (x - px)[at] / np.float32(self.scale)
                v[at] += (y - py)[at] / np.float32(self.scale)
        return u, v


def _between(values: Float32Array, x: Float32Array, y: Float32Array) -> Float32Array:
    """Return values interpolated bilinearly, continued straight on beyond the last."""
    i = np.clip(np.floor(x).astype(int), 0, values.shape[1] - 2)
    j = np.clip(np.floor(y).astype(int), 0, values.shape[0] - 2)
    u, v = x - i, y - j
    upper = values[j, i] * (1 - u) + values[j, i + 1] * u
    lower = values[j + 1, i] * (1 - u) + values[j + 1, i + 1] * u
    return np.asarray(upper * (1 - v) + lower * v, np.float32)


def _look(mask: UInt8Array, x: Float32Array, y: Float32Array) -> UInt8Array:
    """Return the pixels of a mask (H, W) nearest to places; beyond its border the edge repeats."""
    row = np.clip(np.rint(y), 0, mask.shape[0] - 1).astype(np.intp)
    return mask[row, np.clip(np.rint(x), 0, mask.shape[1] - 1).astype(np.intp)]
