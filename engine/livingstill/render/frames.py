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
        count, _, rows, columns = self._blocks.shape
        self._busy = np.zeros((count, rows, columns), np.int32)
        self._sizes = np.zeros((count, 5), np.int32)
        self._step = np.ones(count, np.float32)
        self._flow = np.zeros(1, np.float32)
        self._out = [np.zeros((height, width), np.uint32) for _ in range(2)]
        self._turn = 0

    def frame(self, pose: Pose, flows: Sequence[Flow | None] | None = None) -> Words:
        """Return the (h, w) uint32 frame, bytes R, G, B, 255 from the lowest."""
        nodes = self._view.solve(pose)
        self._take(flows)
        self._turn = 1 - self._turn
        out = self._out[self._turn]
        over_bands(
            partial(
                warp.compose, self._colour, self._blocks, _BLOCK, nodes, self._pitch, self._flow,
                self._sizes, self._busy, self._step, out, self._cubic, self._linear,
            ),
            self.size[1],
            self._pitch,
        )  # fmt: skip
        return out

    def _take(self, flows: Sequence[Flow | None] | None) -> None:
        """Lay the flows out for the kernel; equal flows of several layers are held once."""
        self._sizes[:] = 0
        if flows is None:
            return
        count, rows, columns = self._busy.shape
        if len(flows) != count:
            raise InputError(f"there are {len(flows)} flows; the scene has {count} layers")
        held: dict[int, int] = {}
        need = sum(_volume(flow) for flow in {id(f): f for f in flows if f is not None}.values())
        if self._flow.size < need:
            self._flow = np.zeros(need, np.float32)
        at = 0
        for k, flow in enumerate(flows):
            if flow is None:
                continue
            if id(flow) in held:
                same = held[id(flow)]
                self._sizes[k], self._step[k] = self._sizes[same], self._step[same]
                self._busy[k] = self._busy[same]
                continue
            held[id(flow)] = k
            planes = self._flow[at : at + _volume(flow)].reshape(-1, *flow.first.shape[:2])
            _lay_out(flow, planes)
            longest = warp.activity(
                planes, float(flow.step), _BLOCK, rows - 1, columns - 1, self._busy[k]
            )
            self._sizes[k] = at, *planes.shape, int(np.ceil(longest))
            self._step[k] = flow.step
            at += planes.size


def unpack(packed: Words) -> Bytes:
    """Return packed pixels (h, w) uint32 as (h, w, 3) uint8."""
    rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)
    return np.ascontiguousarray(rgba[..., :3])


def _volume(flow: Flow) -> int:
    """Return how many numbers the planes of a flow hold."""
    alone = flow.second is None and flow.first_gain is None and flow.bias is None
    return (2 if alone else 9) * int(flow.first.shape[0] * flow.first.shape[1])


def _lay_out(flow: Flow, planes: Floats) -> None:
    """Copy a flow's fields one after another: 2 planes, or 9 if it is more than one sample."""
    planes[:2] = flow.first.transpose(2, 0, 1)
    if planes.shape[0] == 2:
        return
    planes[2] = 1 if flow.first_gain is None else flow.first_gain
    planes[3:6] = 0
    if flow.second is not None and flow.second_gain is not None:
        planes[3:5] = flow.second.transpose(2, 0, 1)
        planes[5] = flow.second_gain
    planes[6:] = 0 if flow.bias is None else flow.bias.transpose(2, 0, 1)


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
