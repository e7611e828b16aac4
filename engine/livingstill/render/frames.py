"""A scene, a pose and the flows of an instant become a frame."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from livingstill.errors import InputError
from livingstill.kernels import warp
from livingstill.model import Bytes, Floats, Flow, Pose, Scene, Words
from livingstill.render.view import View, Window, outside, safe_zoom, whole
from livingstill.threads import over_bands

__all__ = ["Renderer", "Window", "outside", "safe_zoom", "unpack", "whole"]

_BLOCK = 8
_FINE = 4


class Renderer:
    """Renders frames of one scene through one window.

    All memory is taken once. A frame is a pure function of pose and flows; the array it returns
    is overwritten by the frame after the next.
    """

    def __init__(
        self,
        scene: Scene,
        window: Window,
        size: tuple[int, int],
        quality: str = "standard",
        linear_light: bool = False,
    ) -> None:
        width, height = size
        self.scene, self.window, self.size = scene, window, size
        self._cubic = None if quality == "draft" else True
        self._linear = True if linear_light else None
        self._pitch = 8 if width <= 1280 else 16
        self._view = View(scene, window, size, self._pitch)
        self._colour = scene.stack()
        self._blocks = np.stack([_blocks(layer.colour) for layer in scene.layers])
        rows, columns, per = self._view.rows, self._view.columns, self._pitch // _FINE
        self._fine = np.zeros((0, 9, rows * per + 1, columns * per + 1), np.float32)
        self._out = [np.zeros((height, width), np.uint32) for _ in range(2)]
        self._turn = 0

    def frame(self, pose: Pose, flows: Sequence[Flow | None] | None = None) -> Words:
        """Return the (h, w) uint32 frame, bytes R, G, B, 255 from the lowest."""
        nodes = self._view.solve(pose)
        moving, active = self._carry(nodes, flows)
        self._turn = 1 - self._turn
        out = self._out[self._turn]
        over_bands(
            lambda first, last: warp.compose(
                self._colour, self._blocks, _BLOCK, nodes, self._pitch, self._fine, _FINE,
                moving, active, out, self._cubic, self._linear, first, last,
            ),
            self.size[1],
            self._pitch,
        )  # fmt: skip
        return out

    def _carry(
        self, nodes: Floats, flows: Sequence[Flow | None] | None
    ) -> tuple[NDArray[np.int32], Bytes]:
        """Bring the flows to the frame; return which layers move and where."""
        count, rows, columns, _ = nodes.shape
        moving = np.full(count, -1, np.int32)
        given = [(k, flow) for k, flow in enumerate(flows or ()) if flow is not None]
        if flows is not None and len(flows) != count:
            raise InputError(f"there are {len(flows)} flows; the scene has {count} layers")
        active = np.zeros((max(1, len(given)), rows - 1, columns - 1), np.uint8)
        if self._fine.shape[0] < len(given):
            self._fine = np.zeros((len(given), *self._fine.shape[1:]), np.float32)
        for m, (k, flow) in enumerate(given):
            moving[k] = m
            planes, step = _planes(flow), float(flow.step)
            carry = partial(
                warp.carry, planes, step, nodes[k], self._pitch, _FINE, self._fine[m], active[m]
            )
            over_bands(carry, rows - 1)  # neighbours both write the row they share, the same
        return moving, active


def unpack(packed: Words) -> Bytes:
    """Return packed pixels (h, w) uint32 as (h, w, 3) uint8."""
    rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)
    return np.ascontiguousarray(rgba[..., :3])


def _planes(flow: Flow) -> Floats:
    """Return a flow's fields one after another: 2 planes, or 9 if it is more than one sample."""
    h, w = flow.first.shape[:2]
    if flow.second is None and flow.first_gain is None and flow.bias is None:
        return np.ascontiguousarray(flow.first.transpose(2, 0, 1))
    out = np.zeros((9, h, w), np.float32)
    out[:2] = flow.first.transpose(2, 0, 1)
    out[2] = 1 if flow.first_gain is None else flow.first_gain
    if flow.second is not None and flow.second_gain is not None:
        out[3:5] = flow.second.transpose(2, 0, 1)
        out[5] = flow.second_gain
    if flow.bias is not None:
        out[6:] = flow.bias.transpose(2, 0, 1)
    return out


def _blocks(colour: Words) -> NDArray[np.int32]:
    """Return the summed areas of the empty and of the opaque blocks of a layer."""
    alpha = (colour >> 24).astype(np.uint8)
    height, width = alpha.shape
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    padded = np.pad(alpha, ((0, rows * _BLOCK - height), (0, columns * _BLOCK - width)), "edge")
    tiles = padded.reshape(rows, _BLOCK, columns, _BLOCK)
    out = np.zeros((2, rows + 1, columns + 1), np.int32)
    out[0, 1:, 1:] = (tiles.max((1, 3)) == 0).cumsum(0).cumsum(1)
    out[1, 1:, 1:] = (tiles.min((1, 3)) == 255).cumsum(0).cumsum(1)
    return out
