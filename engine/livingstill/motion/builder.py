"""All regions of a photo, moved by one wind, become one motion of the scene."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np

from livingstill.core.model import Float32Array, Flow, Layer, Region, Scene, UInt8Array
from livingstill.core.registry import Registry
from livingstill.kernels import ahead
from livingstill.kernels.compile import declared
from livingstill.motion.canvas import Canvas, Effect
from livingstill.motion.context import STEP, Site, grid_shape, nodes
from livingstill.motion.harmonics import Sway, within
from livingstill.motion.kinds import (
    cloth,
    cloud,
    fire,
    flag,
    flow,
    foliage,
    glint,
    grass,
    hair,
    reflection,
    smoke,
    steam,
    twinkle,
    water,
)  # fmt: skip
from livingstill.motion.wind import breeze
from livingstill.settings.values import Wind


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of motion: what it is, in a line, and how its effects are built for a region."""

    help: str
    build: Callable[[Site], tuple[Effect, ...]]


KINDS: Registry[Kind] = Registry(
    "motion kind",
    "livingstill.kinds",
    {
        "water": Kind("lake, canal, sea: ripples bend reflections, or chop drifts", water.build),
        "flow": Kind("river, waterfall, fountain: water that goes somewhere", flow.build),
        "cloud": Kind("clouds drift and slowly change", cloud.build),
        "foliage": Kind("trees, bushes and flowers sway", foliage.build),
        "grass": Kind("grass and crops wave as gusts pass", grass.build),
        "flag": Kind("a flag waves from its pole; the background stays", flag.build),
        "cloth": Kind(
            "curtains and laundry swing from their upper edge, folds run through them", cloth.build
        ),
        "hair": Kind("strands of hair sway from their roots", hair.build),
        "steam": Kind("vapour rises where it is shown by a mask or a stroke", steam.build),
        "smoke": Kind("smoke in the photo drifts up and away", smoke.build),
        "fire": Kind("flames flicker and light their surroundings", fire.build),
        "glint": Kind("a band of light passes over a product", glint.build),
        "twinkle": Kind("lamps, stars and city lights twinkle", twinkle.build),
        "reflection": Kind("a mirror moves as what it mirrors", reflection.build),
    },
)


_CARRIED = ("flow", "cloud", "smoke", "steam", "fire")
"""Kinds whose matter is carried along a stream; water may be."""


def begin_kernels(kinds: Collection[str]) -> None:
    """Begin to compile the kernels that move regions of some kinds, if they are not ready."""
    if not kinds:
        return
    modules = {"spectral"}
    if not {*_CARRIED}.isdisjoint(kinds):
        modules.add("advect")
    if "fire" in kinds:
        modules.add("flame")
    ahead.begin([*declared(*sorted(modules)), "composite.lay_out", "composite.activity"])


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """The motion of a scene: for each of its layers the effects that move it."""

    shape: tuple[int, int]
    effects: tuple[tuple[Effect, ...], ...]

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return one flow per layer; layers with the same effects share one."""
        made: dict[tuple[int, ...], Flow | None] = {(): None}
        flows = []
        for effects in self.effects:
            key = tuple(id(effect) for effect in effects)
            if key not in made:
                canvas = Canvas(self.shape)
                for effect in effects:
                    effect.apply(phase, canvas)
                made[key] = canvas.flow()
            flows.append(made[key])
        return tuple(flows)


def compose(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    regions: tuple[Region, ...],
    *,
    wind: Wind,
    seconds: float,
    amount: float = 1.0,
    less: Mapping[str, float] | None = None,
    seed: int = 0,
    directions: Mapping[str, Float32Array] | None = None,
    scene: Scene | None = None,
) -> Composed:
    """Return the motion of a scene whose photo is ``rgb`` (H, W, 3) at the scene's size.

    Parameters
    ----------
    inverse_depth : (H, W) float32, 1 = nearest
    regions : what moves and how; kinds of ``KINDS``
    seconds : the motion's period
    less : per kind, the part of ``amount`` that is left to it
    directions : per kind (h, w, 2) float32, (dx, dy) in frame widths per second at any size,
        what brush strokes or the lie of the land say (``regions.brush``)
    scene : its layers move alike, like a rubber sheet, but for what only the layer in front does;
        None is one layer
    """
    height, width = rgb.shape[:2]
    shape = grid_shape(height, width)
    colour, depth = nodes(rgb.astype(np.float32)), nodes(inverse_depth)
    air = breeze(wind, seconds, seed)
    layers = scene.layers if scene else (None,)
    effects: list[list[Effect]] = [[] for _ in layers]
    moving = regions if amount > 0 else ()
    clouds = (region for region in moving if region.kind == "cloud")
    backdrop = next(clouds, None) if scene and scene.backdrop else None
    rest = len(layers) - (scene is not None and scene.backdrop)
    drifting: Site | None = None
    for index, region in enumerate(moving):
        mask = nodes(region.mask.astype(np.float32) * np.float32(1 / 255))
        given = (directions or {}).get(region.kind)
        paths = None if given is None else np.asarray(cv2.resize(given, shape[::-1]), np.float32)
        fronts = _holders(layers[:rest], region)
        apart = max(fronts) < rest - 1
        much = amount * (less or {}).get(region.kind, 1.0)
        site = Site(
            region.kind, rgb, colour, mask, depth, air, seconds, much, seed, index, paths, apart
        )
        if scene and region is backdrop:
            drifting = site
            effects[-1].extend(cloud.build(_behind(site, scene.layers[-1])))
            continue
        for effect in KINDS[region.kind].build(site):
            if isinstance(effect, Sway):
                effect = within(effect, shape)  # noqa: PLW2901
            for k, chosen in enumerate(effects[:rest]):
                if k in fronts or not effect.alone:
                    chosen.append(effect)
            if backdrop is not None and effect.order > 1 and not _mirrors(effect):
                effects[-1].append(effect)
    if drifting is not None and any(map(_shows, chain(*effects))):
        above = cloud.build(drifting)  # a mirror looks for what drifts in its own layer
        for chosen in effects[:rest]:
            chosen.extend(above)
    order = (tuple(sorted(chosen, key=lambda effect: effect.order)) for chosen in effects)
    return Composed(shape, tuple(order))


def _mirrors(effect: Effect) -> bool:
    return isinstance(effect, reflection.Mirror)


def _shows(effect: Effect) -> bool:
    """Return whether an effect mirrors what flows."""
    return isinstance(effect, reflection.Mirror) and effect.clear


def _behind(site: Site, layer: Layer) -> Site:
    """Return the site as the last layer has it, also behind the others."""
    rgba = np.ascontiguousarray(layer.colour).view(np.uint8).reshape(*layer.colour.shape, 4)
    rgb = np.ascontiguousarray(rgba[..., :3])
    return replace(site, rgb=rgb, colour=nodes(rgb.astype(np.float32)), behind=True)


def _holders(layers: Sequence[Layer | None], region: Region) -> tuple[int, ...]:
    """Return the numbers of the layers that show a region: a fold may have cut it in two."""
    left = region.mask[::STEP, ::STEP].astype(np.float32)
    shown = []
    for layer in layers:
        alpha = np.ones_like(left)
        if layer is not None:
            alpha = (layer.colour[::STEP, ::STEP] >> np.uint32(24)).astype(np.float32)
            alpha *= np.float32(1 / 255)
        shown.append(float((left * alpha).sum()))
        left = left * (1 - alpha)
    return tuple(k for k, part in enumerate(shown) if part >= max(0.12 * sum(shown), 1e-9)) or (0,)
