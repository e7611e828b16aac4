"""Plants as damped oscillators driven by one turbulent wind: crowns, branches and leaves.

Each scale of a plant is a vibration mode; the wind's amplitudes fall with the cube root of the
frequency; a gust front reaches every point with its own lag. Parameters are fitted to published
loops of trees (Generative Image Dynamics, Li et al. 2024): rms .38 %W, f50 .6, f90 1.4 Hz.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.arrays import read_only
from livingstill.core.model import Float32Array
from livingstill.core.threads import over_bands
from livingstill.imaging import exact
from livingstill.motion import noise as chance
from livingstill.motion.canvas import Effect
from livingstill.motion.context import Box, MotionContext, bounding_box, luma, smoothstep
from livingstill.motion.harmonics import (
    HarmonicDisplacement,
    Spectrum,
    coarse,
    factor_for,
    gusts,
    limit_gradient,
    limit_to_frame,
)
from livingstill.motion.wind import bandwidth, choose_harmonics

if TYPE_CHECKING:
    from livingstill.kernels.oscillators import Limbs, Oscillators

Numbers = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_HARMONICS = 24

_WEAK_SHARE = 0.4
"""Share of the displacement up to which a mode's nodes may lie wider apart: what interpolation between them
loses, 2 to 4 % of the mode, is little of the whole."""

_PHASOR_STEP = 2.0**-20
"""Step of the phasors of a front's arrival: coarser than what processors disagree on."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A vibration mode: resonance in Hz, damping ratio, correlation length in frame widths, share.

    ``coherence`` is the share of its amplitude that the whole region has in common; ``aspect`` the
    ratio of its correlation lengths down and across: blades are narrow.
    """

    frequency: float
    damping: float
    length: float
    share: float
    coherence: float = 0.0
    aspect: float = 1.0


FALLOFF = 0.009
"""Distance outside a region at which its displacement has fallen to 0, in frame widths."""

BORDER_MARGIN = 0.03
"""Distance from the frame's border from which on the displacement is full, in frame widths."""


def plant_sway(
    context: MotionContext,
    rms: float,
    reach: Float32Array,
    modes: tuple[Mode, ...],
    cross: float = 0.4,
    gust: float = 1.0,
    light: float = 0.0,
) -> tuple[Effect, ...]:
    """Return the displacement of a region's plants by the wind.

    Outside the region it falls off elastically, and its gradient stays below a third.

    Parameters
    ----------
    rms : mean displacement in pixels
    reach : (h, w) float32, the displacement's envelope, of any scale
    modes : the plant's vibration modes
    cross : displacement across the wind, as a share of that along it
    gust : share of the wind's gusts that modulates it
    light : rms by which plants turn brighter as they bend with the wind, and darker as they bend
        back; the region's mean brightness stays
    """
    inside = reach[context.mask >= 0.5].astype(np.float64)  # sums of floats depend on the processor
    mean = float((inside**2).sum() / max(float(inside.sum()), 1e-3))
    weight = np.minimum(reach * np.float32(rms / max(mean, 1e-3)), 2 * rms) * elastic_falloff(
        context
    )
    weight = np.asarray(weight, np.float32)
    box = bounding_box(weight)
    if box is None:
        return ()
    weight = np.ascontiguousarray(weight[box.slices])
    limit = np.full(weight.shape, 0.03 * context.width, np.float32)
    parts = driven_response(context, box, modes, cross, light > 0)
    shade = None
    if light > 0:
        shade = np.ascontiguousarray(np.clip(context.mask, 0, 1)[box.slices] * np.float32(light))
    swell = gusts(context.wind, box, context.width, gust)
    sway = limit_gradient(
        HarmonicDisplacement(box, context.step, parts, weight, limit, swell, shade)
    )
    return (limit_to_frame(sway, context.mask.shape),)


def elastic_falloff(context: MotionContext, front_only: bool = False) -> Float32Array:
    """Return (h, w) float32: 1 well inside the region, falling to 0 at ``FALLOFF`` outside it.

    With ``front_only``, on a layer of its own, nothing around it is displaced and the falloff is
    wide. At the frame's border it is 0: nothing is known that could come in from beyond.
    """
    signed = np.asarray(
        exact.gaussian_blur(context.distance_inside() - context.distance_outside(), 1.2),
        np.float32,
    )
    feather = FALLOFF * context.width
    border_weight = smoothstep(
        from_border(context.mask.shape) * context.step / np.float32(BORDER_MARGIN * context.width)
    )
    if front_only and context.own_layer:
        return border_weight * smoothstep(1 + (signed - context.step) / (0.05 * context.width))
    return border_weight * smoothstep((signed + feather - context.step) / (3 * feather))


def from_border(shape: tuple[int, ...]) -> Float32Array:
    """Return (h, w) float32, the distance in nodes to the nearest border of the frame.

    Vertical distances count three times, as sway is mostly horizontal.
    """
    down, right = (np.minimum(np.arange(n), np.arange(n)[::-1]) for n in shape)
    return np.asarray(np.minimum(3 * down[:, None], right[None]), np.float32)


def driven_response(
    context: MotionContext,
    box: Box,
    modes: tuple[Mode, ...],
    cross: float = 0.4,
    shaded: bool = False,
) -> tuple[Spectrum, ...]:
    """Return one spectrum per limb, in units of the displacement's rms along the wind.

    If they are ``shaded``, a third channel is the displacement along the wind, of no mean
    brightness.
    """
    total = float(np.sqrt(sum(mode.share**2 for mode in modes)))
    return tuple(
        _response(context, box, mode, mode.share / total, cross, j, shaded)
        for j, mode in enumerate(modes)
    )


def _response(
    context: MotionContext,
    box: Box,
    mode: Mode,
    share: float,
    cross: float,
    index: int,
    shaded: bool,
) -> Spectrum:
    """Return the spectrum of one mode's response to the wind."""
    from livingstill.kernels import oscillators as kernels

    wind, seconds, width = context.wind, context.seconds, context.width
    top = min(4.8, 2.2 * mode.frequency)
    harmonics = choose_harmonics(
        seconds, 0.15, top, MAX_HARMONICS, context.generator("harmonics", index)
    )
    hertz = harmonics / seconds
    front = wind.front_speed * width / max(float(hertz.max()), 0.1)
    length = mode.length * width
    factor = factor_for(min(length, front * 0.8) / context.step, 5 if share > _WEAK_SHARE else 3)
    shape = coarse(box.shape, factor)
    step = context.step * factor / width

    rng = context.generator("limb", index)
    nodes = length / (context.step * factor)
    own = mode.frequency * (
        1 + 0.1 * chance.smooth_noise(rng, 1, shape, 1.5 * nodes)[0].clip(-2, 2)
    )
    drive = hertz ** (-1 / 3) * np.sqrt(bandwidth(harmonics, seconds))
    lag = wind.lag(shape, step, box.top * context.step / width, box.left * context.step / width)
    lags, steps = _phasor_powers(-2 * np.pi / seconds * lag.astype(np.float64), harmonics)
    turn = np.exp(2j * np.pi * wind.turns(harmonics))
    limb = kernels.Oscillators(
        np.asarray(own, np.float32), mode.damping, hertz, drive,
        np.stack([turn.real, turn.imag], axis=1), lags, steps,
    )  # fmt: skip
    wx, wy = wind.x, 0.5 * wind.y
    norm = max(float(np.hypot(wx, wy)), 1e-6)
    limbs = kernels.Limbs(
        *_noise(rng, 4 * len(harmonics), shape, nodes, mode.aspect),
        mode.coherence, float(np.sqrt(1 - mode.coherence**2)), share, cross, wx / norm, wy / norm,
    )  # fmt: skip
    mean = np.zeros((len(harmonics), 2))
    if shaded:
        bright = context.mask * luma(context.colour.astype(np.float64))
        bright = np.ascontiguousarray(bright[box.slices][::factor, ::factor])
        _, _, sums = _respond(limb, limbs, bright, mean, 0)
        mean = np.add.accumulate(sums)[-1] / max(float(bright.sum()), 1e-6)
    values, largest, _ = _respond(limb, limbs, np.zeros((0, 0)), mean, 3 if shaded else 2)
    return Spectrum.of_values(harmonics, values, largest, factor)


def _respond(
    limb: Oscillators, limbs: Limbs, bright: Numbers, mean: Numbers, channels: int
) -> tuple[Float32Array, Numbers, Numbers]:
    """Return what ``kernels.oscillators.respond`` fills: values, the largest per harmonic, and sums."""
    from livingstill.kernels import oscillators as kernels

    (rows, columns), count = limb.own.shape, len(limb.hertz)
    out = np.empty((rows, count, 2 * channels, columns) if channels else (0, 0, 0, 0), np.float32)
    largest, sums = np.zeros((rows, count)), np.zeros((rows, count, 2))
    weights = read_only(bright)
    over_bands(
        lambda a, b: kernels.respond(limb, limbs, weights, mean, sums, out, largest, a, b), rows
    )
    return out, largest.max(0), sums


def _phasor_powers(angle: Numbers, exponents: np.ndarray) -> tuple[Float32Array, Ints]:
    """Return powers of the phasors of ``angle`` (h, w), (S, 2, h, w), and which of them leads to each
    ascending exponent (M,).

    It is multiplied by the power of the exponent before. Sines differ in their last bits by processor,
    and powers of complex numbers by more: they are taken in float64 and rounded to ``_PHASOR_STEP``.
    """
    ways = np.diff(exponents, prepend=0)
    distinct, which = np.unique(ways, return_inverse=True)
    turned = [int(step) * angle for step in distinct]
    phasors = np.stack([np.stack([np.cos(turn), np.sin(turn)]) for turn in turned])
    rounded = np.rint(phasors / _PHASOR_STEP) * _PHASOR_STEP
    return rounded.astype(np.float32), which.astype(np.int64)


def _noise(
    rng: np.random.Generator, channels: int, shape: tuple[int, int], length: float, aspect: float
) -> tuple[Float32Array, Ints, Float32Array]:
    """Return smooth noise of ``length`` nodes, (n, w, C) float32, and where each of (h,) rows lies in it.

    That is the row above, int64, and the share of the next one, float32; vertically the noise is
    ``aspect`` times as long.
    """
    at = np.arange(shape[0]) / aspect
    rows = shape[0] if aspect == 1 else max(2, math.ceil((shape[0] - 1) / aspect) + 1)
    above = np.minimum(at.astype(int), rows - (aspect != 1) - 1)
    field = chance.smooth_field(rng, channels, (rows, shape[1]), length)
    return read_only(field), above.astype(np.int64), np.asarray(at - above, np.float32)


def from_roots(context: MotionContext, sag: float = 1.2) -> Float32Array:
    """Return (h, w) float32 in 0..1: the envelope of a plant's sway, 0 at its support.

    It is the geodesic distance inside the region to the lowest node of each column, where leaves
    meet ground or trunk, over its 90th percentile, to the power ``sag``; continued outside.
    """
    factor = max(1, round(max(context.mask.shape) / 140))
    solid = context.mask[::factor, ::factor] >= 0.5
    if not solid.any():
        return np.zeros(context.mask.shape, np.float32)
    columns = solid.shape[1]
    low = np.flatnonzero(solid.any(0))
    floor = np.zeros(columns, int)
    for x in low:
        floor[x] = np.flatnonzero(solid[:, x])[-1]
    support = np.zeros_like(solid)
    support[floor[low], low] = True
    distance = _geodesic_distance(solid, support)
    reach = exact.percentile(distance[solid], 90) if solid.any() else 1.0
    # the last bit of float32 powers depends on the processor, of rounded float64 powers it does not
    swing = (np.clip(distance / max(float(reach), 1.0), 0, 1) ** sag).astype(np.float32)
    _, nearest = cv2.distanceTransformWithLabels(
        (~solid).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    value = np.zeros(int(nearest.max()) + 1, np.float32)
    value[nearest[solid]] = swing[solid]
    swing = exact.resize_linear(value[nearest], context.mask.shape[::-1])
    return np.asarray(exact.gaussian_blur(swing, factor), np.float32)


def nearness(context: MotionContext) -> Float32Array:
    """Return (h, w) float32 in .05..1: the size of plants in the picture, from inverse depth.

    Plants eight times as far as the photo's nearest point, a hillside, hardly sway.
    """
    inside = context.inverse_depth[context.mask >= 0.5]
    full = max(0.8 * exact.percentile(inside, 85), 0.12) if inside.size else 1.0
    near = exact.gaussian_blur(context.inverse_depth, 0.03 * context.width / context.step)
    return np.asarray(np.clip(near / np.float32(full), 0.05, 1), np.float32)


def from_top(context: MotionContext) -> Float32Array:
    """Return (h, w) float32 in 0..1: the way from the top of each column to its bottom."""
    solid = context.mask >= 0.5
    rows, columns = solid.shape
    known = np.flatnonzero(solid.any(0))
    if known.size == 0:
        return np.zeros(solid.shape, np.float32)
    top = np.interp(np.arange(columns), known, solid[:, known].argmax(0))
    low = np.interp(np.arange(columns), known, rows - 1 - solid[::-1, known].argmax(0))
    top, low = (
        exact.gaussian_blur(edge.astype(np.float32)[None], 0.02 * columns)[0] for edge in (top, low)
    )
    y = np.arange(rows, dtype=np.float32)[:, None]
    return np.asarray(np.clip((y - top) / np.maximum(low - top, 1), 0, 1), np.float32)


def _geodesic_distance(solid: NDArray[np.bool_], sources: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (h, w) float64: shortest paths inside ``solid`` from ``sources``, in nodes, else 0."""
    from livingstill.kernels import geodesic as kernels

    out = np.where(sources & solid, 0.0, np.inf)
    kernels.shorten(read_only(np.ascontiguousarray(solid)), out)
    out[~np.isfinite(out)] = 0
    return out
