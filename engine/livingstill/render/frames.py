"""A scene, a pose and the flows of an instant become a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Flow, Layer, PackedRGBA, Pose, Scene, UInt8Array
from livingstill.core.threads import over_bands
from livingstill.kernels import accumulate, blocks, composite
from livingstill.render.depth_of_field import Lens
from livingstill.render.projection import Projection, Window, outside, pitch_of, safe_zoom, whole

__all__ = ["Card", "Renderer", "Window", "outside", "safe_zoom", "unpack", "whole"]

_BLOCK, _BUSY = 2, 3  # binary logarithms of the sides of blocks
_FINER = 1.05
_SMALLEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A picture that stands in the scene, between layers: text that a tree passes in front of.

    ``rgba`` is (h, w) uint32, premultiplied; its first pixel lies at (``left``, ``top``) of the
    frame, and the first ``behind`` layers pass before it.
    """

    rgba: PackedRGBA
    left: int
    top: int
    behind: int


class Renderer:
    """Renders frames of one scene through one window.

    Quality draft samples bilinearly, standard by Catmull-Rom, high too, but from 2 x 2 rays a pixel
    where the scene is finer than the frame. ``linear_light`` blends light instead of levels (gamma 2). All memory is taken once. A
    frame is a pure function of poses and flows; the array it is returned in is overwritten by
    the frame after the next, unless frames are to be ``kept``: then each has an array of its own.
    A ``card`` stands in the scene, fixed to the frame.
    """

    def __init__(
        self,
        scene: Scene,
        window: Window,
        size: tuple[int, int],
        quality: str = "standard",
        linear_light: bool = False,
        card: Card | None = None,
        kept: bool = False,
    ) -> None:
        width, height = size
        if min(scene.size) < _SMALLEST:
            raise InputError(
                f"the scene is {scene.size[0]}x{scene.size[1]}; "
                f"its sides must be at least {_SMALLEST} pixels, as many as a sample takes in"
            )
        self.scene, self.window, self.size = scene, window, size
        self._cubic = quality != "draft"
        self._linear = linear_light
        self._times = 2 if quality == "high" and window.scale > _FINER else 1
        rays = (width * self._times, height * self._times)
        view = replace(window, scale=window.scale / self._times)
        self._view = Projection(scene, view, rays, pitch_of(size))
        if linear_light:
            self.scene = scene = _linear(scene)
        if card is not None and linear_light:
            raise InputError("a card cannot stand in a scene that is blended in linear light")
        rgba = np.zeros((0, 0), np.uint32) if card is None else card.rgba
        self._card = rgba.repeat(self._times, 0).repeat(self._times, 1)
        place = (card.left, card.top) if card else (0, 0)
        self._stand = np.array(
            [*(self._times * at for at in place), card.behind if card else 0], np.int32
        )
        self._colour = scene.stack()
        self._blocks = _blocks(self._colour)
        self._lens: Lens | None = None
        count, high, wide = self._colour.shape
        self._busy = np.zeros((count, -(-high >> _BUSY) + 1, -(-wide >> _BUSY) + 1), np.uint32)
        self._sizes = np.zeros((count, 5), np.int32)
        self._step = np.ones(count, np.float32)
        self._flow = np.zeros(1, np.float32)
        self._rays = np.zeros(rays[::-1] if self._times > 1 else (0, 0), np.uint32)
        self._sums = np.zeros((0, 3, width), np.uint32)
        self._out = [] if kept else [np.zeros((height, width), np.uint32) for _ in range(2)]

    def frame(
        self, pose: Pose, flows: Sequence[Flow | None] | None = None, shown: float = 1.0
    ) -> PackedRGBA:
        """Return the (h, w) uint32 frame, bytes R, G, B, 255 from the lowest.

        ``shown`` is the opacity of the card in the scene, if there is one.
        """
        return self.exposure([(pose, flows)], shown)

    def exposure(
        self, instants: Sequence[tuple[Pose, Sequence[Flow | None] | None]], shown: float = 1.0
    ) -> PackedRGBA:
        """Return the mean of the frames at several instants: motion blur, if they span a shutter."""
        if not instants:
            raise InputError("an exposure has no instants; it must have at least one")
        self._out.reverse()
        out = self._out[0] if self._out else np.empty(self.size[::-1], np.uint32)
        if len(instants) == 1 and self._times == 1:
            self._draw(*instants[0], out, shown)
            return out
        height, width = out.shape
        if not self._sums.size:
            self._sums = np.zeros((height, 3, width), np.uint32)
        rays = self._rays if self._times > 1 else out
        for pose, flows in instants:
            self._draw(pose, flows, rays, shown)
            over_bands(partial(accumulate.add, rays, self._times, self._sums), height)
        over_bands(
            partial(accumulate.mean, self._sums, len(instants) * self._times**2, out), height
        )
        return out

    def _draw(
        self, pose: Pose, flows: Sequence[Flow | None] | None, out: PackedRGBA, shown: float
    ) -> None:
        nodes = self._view.solve(pose)
        self._take(flows)
        colour, tables = self._colour, self._blocks
        if pose.aperture > 0:
            self._lens = self._lens or Lens(self.scene)
            colour = self._lens.layers(pose.focus, pose.aperture)
            tables = _blocks(colour)
        layers = composite.Layers(colour, tables, _BLOCK)
        moved = composite.Flows(self._flow, self._sizes, self._step, self._busy, _BUSY)
        overlay = composite.Overlay(self._card, self._stand, float(shown))
        pitch = self._view.pitch
        compose = partial(
            composite.compose, layers, nodes, pitch, moved, overlay, out, self._cubic, self._linear
        )
        over_bands(compose, out.shape[0], pitch)

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
            nodes = self._flow[at : at + _volume(flow)].reshape(*flow.first.shape[:2], -1)
            felt, longest = _lay_out(flow, nodes)
            blocks.activity(felt, float(flow.step), _BUSY, rows - 1, columns - 1, self._busy[k])
            high, wide, channels = nodes.shape
            self._sizes[k] = at, channels // 4, high, wide, int(np.ceil(longest))
            self._step[k] = flow.step
            at += nodes.size


def unpack(packed: PackedRGBA) -> UInt8Array:
    """Return packed pixels (h, w) uint32 as (h, w, 3) uint8."""
    rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)
    return np.ascontiguousarray(rgba[..., :3])


def _quads(flow: Flow) -> int:
    """Return how many quads of numbers a node of a flow takes; see ``composite.compose``."""
    if flow.second is not None:
        return 3
    return 1 if flow.first_gain is None and flow.bias is None else 2


def _volume(flow: Flow) -> int:
    """Return how many numbers a flow's nodes take."""
    return 4 * _quads(flow) * int(flow.first.shape[0] * flow.first.shape[1])


def _lay_out(flow: Flow, nodes: Float32Array) -> tuple[UInt8Array, float]:
    """Copy a flow's fields into its nodes (h, w, 4 a quad).

    Returns (h, w) uint8, where the flow is felt, and its longest displacement in pixels.
    """
    shape = nodes.shape[:2]
    felt, reach = np.empty(shape, np.uint8), np.empty(shape[0], np.float32)
    gain, second_gain = _or_none(flow.first_gain, 0, 0), _or_none(flow.second_gain, 0, 0)
    second, bias = _or_none(flow.second, 0, 0, 2), _or_none(flow.bias, 0, 0, 3)
    fill = partial(blocks.lay_out, flow.first, gain, second, second_gain, bias, nodes, felt, reach)
    over_bands(fill, shape[0])
    return felt, float(reach.max())


def _or_none(field: Float32Array | None, *shape: int) -> Float32Array:
    """Return the field, or an empty one, unwritable as flows are: kernels are compiled per type."""
    if field is not None:
        return field
    empty = np.zeros(shape, np.float32)
    empty.setflags(write=False)
    return empty


def _linear(scene: Scene) -> Scene:
    """Return the scene with colours q = sqrt(alpha) * c, so that q^2 is premultiplied light.

    The layers are taken apart again in light, so that they add up to the photo there too.
    """
    width, height = scene.size
    below = np.zeros((height, width, 3), np.float32)
    colours = np.empty((len(scene.layers), height, width), np.uint32)
    for k in range(len(scene.layers) - 1, -1, -1):
        rgba = scene.layers[k].colour.view(np.uint8).reshape(height, width, 4)
        alpha = rgba[..., 3:] * np.float32(1 / 255)
        seen = rgba[..., :3] + (1 - alpha) * below
        front, back, top = seen * seen, below * below, np.float32(65025)
        # the least coverage with which a layer can turn what is behind it into what is seen
        darker = 1 - front / np.maximum(back, 1)
        brighter = 1 - (top - front) / np.maximum(top - back, 1)
        least = np.maximum(darker, brighter).max(axis=2, keepdims=True)
        alpha = np.where(alpha > 0, np.maximum(alpha, np.ceil(least * 255) / 255), 0)
        light = np.clip(front - (1 - alpha) * back, 0, top * alpha)
        own = np.concatenate([np.sqrt(light), alpha * 255], axis=2).round().astype(np.uint8)
        colours[k] = own.view(np.uint32)[..., 0]
        below = seen
    layers = [Layer(c, layer.inverse_depth) for c, layer in zip(colours, scene.layers)]
    return Scene(tuple(layers), scene.focal)


def _blocks(colour: PackedRGBA) -> PackedRGBA:
    """Return (K, rows + 1, columns + 1) summed areas of the layers' empty and opaque blocks."""
    count, height, width = colour.shape
    out = np.empty((count, -(-height >> _BLOCK) + 1, -(-width >> _BLOCK) + 1), np.uint32)
    over_bands(
        lambda first, last: blocks.survey(colour[first:last], _BLOCK, out[first:last]), count
    )
    return out
