"""Renders a frame from a scene, a pose and the layers' flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Layer, PackedRGBA, Pose, Scene, UInt8Array
from livingstill.core.threads import over_bands
from livingstill.kernels import accumulate, blocks, composite
from livingstill.render.depth_of_field import Lens
from livingstill.render.flows import Flows, pack_flows
from livingstill.render.projection import (
    Projection,
    Window,
    count_outside,
    full_window,
    node_pitch,
    safe_zoom,
)

__all__ = ["Card", "Renderer", "Window", "count_outside", "full_window", "safe_zoom", "unpack"]

_OPACITY_BLOCK = 2  # binary logarithm of a block's side
_SMOOTH = 8
"""Second differences, in levels, up to which bilinear samples do: they are off by two at most."""
_SUPERSAMPLING_SCALE = 1.05
_MIN_SCENE_SIDE = 4
_NO_PIXELS = np.zeros((0, 0), np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A picture between the layers of the scene: text that a tree occludes.

    ``rgba`` is (h, w) uint32, premultiplied; its first pixel lies at (``left``, ``top``) of the
    frame, and the first ``behind`` layers occlude it.
    """

    rgba: PackedRGBA
    left: int
    top: int
    behind: int


class Renderer:
    """Renders frames of one scene through one window.

    Quality draft samples bilinearly, standard by Catmull-Rom, high too, but from 2 x 2 rays a pixel
    where the scene is finer than the frame. ``linear_light`` blends light instead of levels
    (gamma 2). All memory is allocated once. A frame is a pure function of poses and flows; its
    array is overwritten by the frame after the next, unless ``retain`` gives every frame an array
    of its own, until it is given back by ``release``. A ``card`` is composited between layers, fixed to the frame.
    ``sharp`` says that no pose has an aperture: the layers' depth is not kept then.

    Raises
    ------
    InputError
        If the scene is under 4 pixels a side, or a card is asked for in linear light.
    """

    def __init__(
        self,
        scene: Scene,
        window: Window,
        size: tuple[int, int],
        quality: str = "standard",
        linear_light: bool = False,
        card: Card | None = None,
        retain: bool = False,
        sharp: bool = False,
    ) -> None:
        width, height = size
        if min(scene.size) < _MIN_SCENE_SIDE:
            raise InputError(
                f"the scene is {scene.size[0]}x{scene.size[1]}; "
                f"its sides must be at least {_MIN_SCENE_SIDE} pixels, as many as a sample takes in"
            )
        self.scene, self.window, self.size = scene, window, size
        self._cubic = quality != "draft"
        self._linear_light = linear_light
        self._supersampling = 2 if quality == "high" and window.scale > _SUPERSAMPLING_SCALE else 1
        rays = (width * self._supersampling, height * self._supersampling)
        view = replace(window, scale=window.scale / self._supersampling)
        self._view = Projection(scene, view, rays, node_pitch(size))
        if linear_light:
            self.scene = scene = _linear_light(scene)
        if sharp:
            self.scene = scene.without_depth()
        if card is not None and linear_light:
            raise InputError("a card cannot stand in a scene that is blended in linear light")
        rgba = np.zeros((0, 0), np.uint32) if card is None else card.rgba
        self._card = rgba.repeat(self._supersampling, 0).repeat(self._supersampling, 1)
        card_position = (card.left, card.top) if card else (0, 0)
        self._card_layout = np.array(
            [
                *(self._supersampling * coordinate for coordinate in card_position),
                card.behind if card else 0,
            ],
            np.int32,
        )
        self._colour = scene.stack()
        self._blocks = _blocks(self._colour)
        self._smooth = _smooth_blocks(self._colour) if self._cubic else np.zeros_like(self._blocks)
        self._lens: Lens | None = None
        self._still = pack_flows((None,) * len(self._colour), self._colour.shape)
        self._rest = _NO_PIXELS
        self._rest_key: tuple[Pose, float] | None = None
        self._rays = np.zeros(rays[::-1] if self._supersampling > 1 else (0, 0), np.uint32)
        self._light_sums = np.zeros((0, 3, width), np.uint32)
        self._retain = retain
        self._out = [] if retain else [np.zeros((height, width), np.uint32) for _ in range(2)]

    def frame(
        self, pose: Pose, flows: Flows | None = None, card_opacity: float = 1.0
    ) -> PackedRGBA:
        """Return the (h, w) uint32 frame, bytes R, G, B, 255 from the lowest.

        ``flows`` are one for each layer, None where it is still, or what ``pack`` makes of them;
        ``card_opacity`` is the opacity of the card in the scene, if there is one.
        """
        return self.exposure([(pose, flows)], card_opacity)

    def exposure(
        self,
        instants: Sequence[tuple[Pose, Flows | None]],
        card_opacity: float = 1.0,
    ) -> PackedRGBA:
        """Return the mean of the frames at several instants: motion blur over a shutter's time."""
        if not instants:
            raise InputError("an exposure has no instants; it must have at least one")
        out = self._target()
        if len(instants) == 1 and self._supersampling == 1:
            self._draw(*instants[0], out, card_opacity)
            return out
        height, width = out.shape
        if not self._light_sums.size:
            self._light_sums = np.zeros((height, 3, width), np.uint32)
        rays = self._rays if self._supersampling > 1 else out
        for pose, flows in instants:
            self._draw(pose, flows, rays, card_opacity)
            over_bands(partial(accumulate.add, rays, self._supersampling, self._light_sums), height)
        over_bands(
            partial(accumulate.mean, self._light_sums, len(instants) * self._supersampling**2, out),
            height,
        )
        return out

    def pack(self, flows: Flows) -> composite.Flows:
        """Return the layers' flows as ``frame`` would have to pack them: ahead, in another thread.

        Raises
        ------
        InputError
            If there are not as many as layers.
        """
        return pack_flows(flows, self._colour.shape)

    def release(self, frame: PackedRGBA) -> None:
        """Take back an array that a renderer that retains them gave: another frame may have it."""
        if self._retain:
            self._out.append(frame)

    def _target(self) -> PackedRGBA:
        """Return the array of the next frame."""
        if self._retain:
            return self._out.pop() if self._out else np.empty(self.size[::-1], np.uint32)
        self._out.reverse()
        return self._out[0]

    def _draw(self, pose: Pose, flows: Flows | None, out: PackedRGBA, card_opacity: float) -> None:
        rest = self._rest_of(pose, flows, card_opacity)
        nodes = self._view.solve(pose)
        packed = self._still if flows is None else self.pack(flows)
        colour, tables = self._colour, self._blocks
        if pose.aperture > 0:
            self._lens = self._lens or Lens(self.scene)
            colour = self._lens.layers(pose.focus, pose.aperture)
            tables = _blocks(colour)
        layers = composite.Layers(colour, tables, self._smooth, _OPACITY_BLOCK)
        overlay = composite.Overlay(self._card, self._card_layout, float(card_opacity))
        pitch = self._view.pitch
        compose = partial(
            composite.compose,
            layers,
            nodes,
            pitch,
            packed,
            overlay,
            rest,
            out,
            self._cubic,
            self._linear_light,
        )
        over_bands(compose, out.shape[0], pitch)

    def _rest_of(self, pose: Pose, flows: Flows | None, card_opacity: float) -> PackedRGBA:
        """Return the frame of a pose without flows where the camera stands, else an empty one.

        It stands where the pose is that of the frame before; what no flow moves is copied then.
        """
        if flows is None:
            return _NO_PIXELS
        if (pose, card_opacity) != self._rest_key:
            self._rest_key, self._rest = (pose, card_opacity), _NO_PIXELS
        elif not self._rest.size:
            self._rest = np.empty(self._view.size[::-1], np.uint32)
            self._draw(pose, None, self._rest, card_opacity)
        return self._rest


def unpack(packed: PackedRGBA) -> UInt8Array:
    """Return packed pixels (h, w) uint32 as (h, w, 3) uint8."""
    rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)
    return np.ascontiguousarray(rgba[..., :3])


def _linear_light(scene: Scene) -> Scene:
    """Return the scene with colours q = sqrt(alpha) * c, so that q^2 is premultiplied light.

    The layers are unmixed again in light, so that they composite to the photo there too.
    """
    width, height = scene.size
    backdrop = np.zeros((height, width, 3), np.float32)
    colours = np.empty((len(scene.layers), height, width), np.uint32)
    for k in range(len(scene.layers) - 1, -1, -1):
        rgba = scene.layers[k].colour.view(np.uint8).reshape(height, width, 4)
        alpha = rgba[..., 3:] * np.float32(1 / 255)
        visible = rgba[..., :3] + (1 - alpha) * backdrop
        front_light, back_light, top = visible * visible, backdrop * backdrop, np.float32(65025)
        # the smallest alpha with which a layer can turn its backdrop into the visible colour
        darker = 1 - front_light / np.maximum(back_light, 1)
        brighter = 1 - (top - front_light) / np.maximum(top - back_light, 1)
        min_alpha = np.maximum(darker, brighter).max(axis=2, keepdims=True)
        alpha = np.where(alpha > 0, np.maximum(alpha, np.ceil(min_alpha * 255) / 255), 0)
        light = np.clip(front_light - (1 - alpha) * back_light, 0, top * alpha)
        unmixed = np.concatenate([np.sqrt(light), alpha * 255], axis=2).round().astype(np.uint8)
        colours[k] = unmixed.view(np.uint32)[..., 0]
        backdrop = visible
    layers = [Layer(c, layer.inverse_depth) for c, layer in zip(colours, scene.layers)]
    return Scene(tuple(layers), scene.focal)


def _blocks(colour: PackedRGBA) -> PackedRGBA:
    """Return (K, rows + 1, columns + 1) summed-area tables of the layers' empty and opaque blocks."""
    count, height, width = colour.shape
    out = np.empty(
        (count, -(-height >> _OPACITY_BLOCK) + 1, -(-width >> _OPACITY_BLOCK) + 1), np.uint32
    )
    over_bands(
        lambda first, last: blocks.survey(colour[first:last], _OPACITY_BLOCK, out[first:last]),
        count,
    )
    return out


def _smooth_blocks(colour: PackedRGBA) -> PackedRGBA:
    """Return (K, rows + 1, columns + 1) summed-area tables of the layers' blocks without detail."""
    count, height, width = colour.shape
    out = np.empty(
        (count, -(-height >> _OPACITY_BLOCK) + 1, -(-width >> _OPACITY_BLOCK) + 1), np.uint32
    )
    levels = colour.view(np.uint8)
    over_bands(
        lambda first, last: blocks.smooth(
            levels[first:last], _OPACITY_BLOCK, _SMOOTH, out[first:last]
        ),
        count,
    )
    return out
