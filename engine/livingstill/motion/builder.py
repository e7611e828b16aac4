"""All regions of a photo, moved by one wind, become one motion of the scene."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from livingstill.core.envelope import Envelope
from livingstill.core.kinds import KINDS, resolve
from livingstill.core.model import Float32Array, Flow, Layer, Region, Scene, UInt8Array
from livingstill.core.threads import begin, lazy
from livingstill.imaging import exact
from livingstill.kernels import ahead
from livingstill.kernels.compile import declared
from livingstill.motion.canvas import Canvas, Effect
from livingstill.motion.context import MotionContext, flow_step, grid_shape, nodes
from livingstill.motion.modulation import build_modulated
from livingstill.motion.wind import wind_field
from livingstill.settings.wind import Wind

Build = Callable[[MotionContext], tuple[Effect, ...]]

_LARGE_PIXELS = 2**22
"""Above this many pixels regions are built one after another: together they would take much memory."""

MIN_VISIBLE_SHARE = 0.12
"""Share of a region from which on a layer counts as showing it."""


def begin_kernels(kinds: Collection[str]) -> None:
    """Begin to compile the kernels that move regions of some kinds, or to load what is compiled."""
    if not kinds:
        return
    modules = {"spectral"}.union(*(KINDS[kind].kernels for kind in kinds))
    names = [*declared(*sorted(modules)), *declared("blocks")]
    ahead.begin(names)
    ahead.load(names)


@dataclass(frozen=True, slots=True, eq=False)
class SceneMotion:
    """The motion of a scene: ``effects``, and for each layer the indices of its own, in order.

    It lives on ``shape`` nodes, ``step`` pixels apart.
    """

    shape: tuple[int, int]
    step: int
    effects: tuple[Effect, ...]
    layers: tuple[tuple[int, ...], ...]

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return one flow per layer; layers with the same effects share one."""
        flows: dict[tuple[int, ...], Flow | None] = {(): None}
        for indices in self.layers:
            if indices not in flows:
                canvas = Canvas(self.shape, self.step)
                for index in indices:
                    self.effects[index].apply(phase, canvas)
                flows[indices] = canvas.flow()
        return tuple(flows[indices] for indices in self.layers)


def compose(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    regions: tuple[Region, ...],
    *,
    wind: Wind,
    seconds: float,
    amount: float | Mapping[str, float] = 1.0,
    seed: int = 0,
    directions: Mapping[str, Float32Array] | None = None,
    scene: Scene | None = None,
    envelopes: Mapping[str, Envelope] | None = None,
    build: Build | None = None,
) -> SceneMotion:
    """Return the motion of a scene whose photo is ``rgb`` (H, W, 3) at the scene's size.

    Parameters
    ----------
    inverse_depth : (H, W) float32, 1 = nearest
    regions : what moves and how; kinds of ``KINDS``
    seconds : the motion's period
    amount : factor on all motion, or one per kind, 1 where it is silent; what has 0 stands still
    directions : per kind (h, w, 2) float32, (dx, dy) in frame widths per second at any size, of
        brush strokes or found in the photo (``segmentation.flow_field``)
    scene : its layers move together, like one elastic sheet, but for effects that are placed in
        front only; None is one layer
    envelopes : per kind its strength, or its speed, over the loop; 1 where it is silent
    build : gives the effects of a region, by default those of its kind built anew
    """
    build = build or build_effects
    shape = grid_shape(*rgb.shape[:2])
    colour, depth = nodes(rgb), nodes(inverse_depth)
    scene_wind = wind_field(wind, seconds, seed)
    layers = scene.layers if scene else (None,)
    foreground = layers[:-1] if scene and scene.has_background else layers

    def factor(region: Region) -> float:
        return amount.get(region.label, 1.0) if isinstance(amount, Mapping) else amount

    moving = tuple(region for region in regions if factor(region) > 0)
    visible_in = [_layers_showing(foreground, region) for region in moving]
    contexts = []
    for index, region in enumerate(moving):
        field = (directions or {}).get(region.label)
        context = MotionContext(
            kind=region.label,
            rgb=rgb,
            colour=colour,
            mask=nodes(region.mask) * np.float32(1 / 255),
            inverse_depth=depth,
            wind=scene_wind,
            seconds=seconds,
            amount=factor(region),
            seed=seed,
            index=index,
            direction=None if field is None else _resized(field, shape),
            own_layer=max(visible_in[index]) < len(foreground) - 1,
            envelope=(envelopes or {}).get(region.label),
        )
        contexts.append(context)
    background = scene.layers[-1] if scene and scene.has_background else None
    placements = _place_effects(contexts, visible_in, len(foreground), background, build)
    placements.sort(key=lambda one: one[0].placement.stage)  # stable: within a stage by region
    return SceneMotion(
        shape,
        flow_step(rgb.shape[1]),
        tuple(effect for effect, _ in placements),
        tuple(
            tuple(i for i, (_, numbers) in enumerate(placements) if layer in numbers)
            for layer in range(len(layers))
        ),
    )


def _place_effects(
    contexts: Sequence[MotionContext],
    visible_in: Sequence[tuple[int, ...]],
    count: int,
    background: Layer | None,
    build: Build,
) -> list[tuple[Effect, tuple[int, ...]]]:
    """Return the effects of all regions, each with the numbers of the layers that it moves.

    Parameters
    ----------
    visible_in : per region the layers that show it
    count : how many layers there are, without the background layer
    background : the last layer, number ``count``; the first region of a background kind moves on it
    """
    everywhere = tuple(range(count))
    kinds = [KINDS[context.kind] for context in contexts]
    indices = [k for k, kind in enumerate(kinds) if kind.layer == "background"][:1]
    drifting = contexts[indices[0]] if background and indices else None
    # regions know nothing of each other: of small pictures, all are built at once
    small = bool(contexts) and contexts[0].rgb.size <= 3 * _LARGE_PIXELS and len(contexts) > 1
    start = begin if small else lazy

    def effects_of(context: MotionContext) -> tuple[Effect, ...]:
        behind = background if context is drifting else None
        return build(_on_background_layer(context, behind) if behind else context)

    built = [start(partial(effects_of, context)) for context in contexts]
    placements: list[tuple[Effect, tuple[int, ...]]] = []
    for context, effects, numbers in zip(contexts, built, visible_in):
        if background and context is drifting:
            placements += ((effect, (count,)) for effect in effects())
            continue
        for effect in effects():
            on = numbers if effect.placement.front_only else everywhere
            covers = drifting is not None and effect.placement.covers_background
            placements.append((effect, (*on, count) if covers else on))
    if drifting and any(effect.placement.reflects_samples for effect, _ in placements):
        # a mirror copies motion of its own layer: what drifts behind has to drift there, too
        placements += ((effect, everywhere) for effect in build(drifting))
    return placements


def build_effects(context: MotionContext) -> tuple[Effect, ...]:
    """Return the effects that animate a region."""
    build: Callable[[MotionContext], tuple[Effect, ...]] = resolve(KINDS[context.kind].build)
    return build(context) if context.envelope is None else build_modulated(context, build)


def _resized(field: Float32Array, shape: tuple[int, int]) -> Float32Array:
    return np.asarray(exact.resize_linear(field, shape[::-1]), np.float32)


def _on_background_layer(context: MotionContext, layer: Layer) -> MotionContext:
    """Return the context of a region as the background layer shows it, behind other layers too."""
    rgba = np.ascontiguousarray(layer.colour).view(np.uint8).reshape(*layer.colour.shape, 4)
    rgb = np.ascontiguousarray(rgba[..., :3])
    return replace(context, rgb=rgb, colour=nodes(rgb), on_background=True)


def _layers_showing(layers: Sequence[Layer | None], region: Region) -> tuple[int, ...]:
    """Return the numbers of the layers that show a region: a fold may have cut it in two."""
    step = flow_step(region.mask.shape[1])
    left = region.mask[::step, ::step].astype(np.float32)
    visible = []
    for layer in layers:
        alpha = np.ones_like(left)
        if layer is not None:
            alpha = (layer.colour[::step, ::step] >> np.uint32(24)).astype(np.float32)
            alpha *= np.float32(1 / 255)
        visible.append(float((left * alpha).sum()))
        left = left * (1 - alpha)
    least = max(MIN_VISIBLE_SHARE * sum(visible), 1e-9)
    return tuple(k for k, part in enumerate(visible) if part >= least) or (0,)
