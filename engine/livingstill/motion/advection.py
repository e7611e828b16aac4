"""Advected texture: detail of the photo carried along streamlines in cross-faded generations.

Velocity is stationary, so the exact inverse of "forward by a seconds" is "back by a", and plain
backward lookup along traced paths leaves no holes (compare Holynski et al. 2021, who splat). Every
half life a generation of matter is born that lives twice as long; each pixel shows two, cross-faded
by a window whose centre varies over the picture, so nothing pulses. A generation's age is the same
everywhere: varying it would shear the picture. Ages are offset per generation, so the loop does
not repeat within itself.

What is advected is the photo's *detail*; its low-passed base and local contrast stay in place to
the degree ``structure`` (foam stays where it foams). The contrast that the blend of two samples
loses is restored for their correlation rho at their distance: 1 / sqrt(w0^2 + w1^2 + 2 rho w0 w1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core import threads
from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion import texture
from livingstill.motion.canvas import Canvas, Placement, Stage
from livingstill.motion.context import Box, MotionContext, bounding_box, smoothstep
from livingstill.motion.noise import smooth_noise

_MAX_PATHS = 40
_STRIDE = 0.0104
"""Frame widths that matter may travel from one stored path to the next, or five nodes."""

_DRAWS = 2000
"""Random rings of offsets of which the best is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class AdvectedTexture:
    """Detail of a box of nodes, carried along ``paths`` (see ``kernels.advect.crossfade``).

    ``paths`` (A, h, w, 2) float32 are displacements in nodes at ages from ``oldest`` (below 0)
    on, ``spacing`` seconds apart; ``seconds`` is the loop's length; ``shift`` (h, w) moves the
    centre of the cross-fade and ``offsets`` (G,) the age of each generation, in seconds; ``base``
    (h, w, 4) is base colour and local contrast, which stay to the degree ``structure``; ``reach``
    is the autocorrelation's length in nodes, ``gains`` (h, w) the gain of detail, ``size`` the last
    pixel's place, x and y, in nodes.
    """

    box: Box
    paths: Float32Array
    oldest: float
    spacing: float
    seconds: float
    shift: Float32Array
    offsets: Float32Array
    base: Float32Array
    structure: float
    reach: float
    gains: Float32Array
    size: tuple[float, float]
    placement: ClassVar[Placement] = Placement(Stage.SAMPLE, travels=True)

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Write both samples, their gains and the bias inside the box."""
        from livingstill.kernels import advect as kernels

        now = (phase % 1.0) * self.seconds
        half_life = self.seconds / len(self.offsets)
        canvas.gain(), canvas.ensure_bias(), canvas.ensure_second()
        paths = kernels.Paths(self.paths, self.oldest, self.spacing)
        matter = kernels.Matter(
            self.shift, self.offsets, self.base, float(self.structure), self.reach, self.gains,
            *self.size, float(canvas.step),
        )  # fmt: skip
        flow = canvas.box(self.box)
        threads.over_field(
            lambda a, b: kernels.crossfade(paths, matter, now, half_life, flow, a, b),
            self.box.shape[0],
        )


def generation_count(context: MotionContext, lifetime: float) -> int:
    """Return how many generations of about ``lifetime`` seconds fill the loop, an even number."""
    return 2 * max(1, round(context.seconds / lifetime))


def advect_texture(
    context: MotionContext,
    velocity: Float32Array,
    *,
    generations: int,
    jitter: float,
    window: float = 0.3,
    structure: float = 1.0,
    blur: float = 15.0,
    max_offset: float = 1.5,
    alternate: bool = False,
    visible: Float32Array | None = None,
    scatter: float = 0.0,
) -> AdvectedTexture | None:
    """Return the effect that carries a region along ``velocity``, None if nothing flows.

    Parameters
    ----------
    velocity : (h, w, 2) float32, (dx, dy) in pixels per second, 0 at banks and outside the region
    generations : how many in a loop; each lives till the next but one is born
    jitter : mean distance in pixels by which a generation is ahead of or behind its age
    window : largest shift of the cross-fade, in lifetimes
    structure : share of base and contrast that stay in place
    blur : standard deviation of the base, in pixels of the reference width
    max_offset : most that a generation's age may be offset, in lifetimes
    alternate : whether generations are ahead and behind in turn: those that cross-fade lie as far
        apart as can be, which keeps slow matter from stalling, but every second one is more alike
    visible : (h, w) float32, the visible part of the region; the rest lies behind something and is
        filled
    scatter : standard deviation in pixels of a constant displacement of matter from its place:
        without it there is an instant at which all lies between no pixels and is sharper
    """
    speed = np.hypot(velocity[..., 0], velocity[..., 1])
    flowing = speed > 1e-3 * max(float(speed.max()), 1e-9)
    box = bounding_box(np.where(flowing, speed, 0).astype(np.float32))
    if box is None or speed.max() < 1e-3:
        return None
    cut = box.slices
    velocity, speed = np.ascontiguousarray(velocity[cut]) / np.float32(context.step), speed[cut]
    rms = float(np.sqrt((speed[speed > 0] ** 2).mean()))

    lifetime = 2 * context.seconds / generations
    ahead = min(jitter / rms, max_offset * lifetime)
    rng = context.generator("stream")
    offsets = (ahead * _spaced_offsets(generations, rng, alternate)).astype(np.float32)
    noise = smooth_noise(rng, 1, box.shape, 0.03 * context.width / context.step)[0]
    base = texture.base_and_contrast(context, blur)[cut]

    oldest = -max((0.5 + window) * lifetime + ahead, lifetime + 2 * ahead) - 0.01
    start = _scattered(context, box, speed * np.float32(lifetime / 6), scatter)
    travel = -oldest * float(speed.max()) / context.step
    count = _path_count(travel, max(5.0, _STRIDE * context.width / context.step))
    spacing = -2 * oldest / (count - 1)
    paths = _paths(velocity, count, spacing, start)

    size = ((context.rgb.shape[1] - 1) / context.step, (context.rgb.shape[0] - 1) / context.step)
    weight, known = speed * base[..., 3], None
    if visible is not None:
        weight, known = weight * visible[cut], _visible_mask(context, visible)
    shift = _equalized(noise, weight) * np.float32(window * lifetime)
    shift = _keep_in_frame(shift, paths, spacing, box, size, lifetime / 2 + ahead, known)
    return AdvectedTexture(
        box,
        paths,
        oldest,
        spacing,
        context.seconds,
        shift,
        offsets,
        np.ascontiguousarray(base),
        structure,
        texture.correlation_length(context) / context.step,
        _detail_gain(context, speed, lifetime),
        size,
    )


def _detail_gain(context: MotionContext, speed: Float32Array, lifetime: float) -> Float32Array:
    """Return (h, w) float32, the gain of detail where matter moves, 0 where it is at rest."""
    travel = np.minimum(speed * np.float32(lifetime), 1)  # half a pixel and more blurs alike
    gain = 1 + (texture.interpolation_gain(context) - 1) * smoothstep(travel)
    return np.where(speed > 0, gain, 0).astype(np.float32)


def _scattered(
    context: MotionContext, box: Box, limit: Float32Array, scatter: float
) -> Float32Array:
    """Return (h, w, 2) float32 nodes: smooth noise of ``scatter`` pixels, up to ``limit`` (h, w)."""
    start = np.zeros((*box.shape, 2), np.float32)
    if scatter:
        length = 0.08 * context.width / context.step
        noise = smooth_noise(context.generator("scatter"), 2, box.shape, length)
        share = np.minimum(limit, np.float32(scatter)) / np.float32(context.step)
        start += np.moveaxis(noise, 0, -1) * share[..., None]
    return start


def _path_count(travel: float, stride: float) -> int:
    """Return how many paths to store, odd: one per ``stride`` nodes of ``travel`` each way."""
    return 2 * min(_MAX_PATHS // 2, max(2, math.ceil(travel / stride))) + 1


def _paths(velocity: Float32Array, count: int, spacing: float, start: Float32Array) -> Float32Array:
    """Return (A, h, w, 2) float32 displacements in nodes, along streamlines, at evenly spaced ages.

    Ages are -n..n times ``spacing`` seconds; at age 0 the displacement is ``start`` (h, w, 2).
    """
    from livingstill.kernels import advect as kernels

    half = count // 2
    paths = np.zeros((count, *velocity.shape), np.float32)
    paths[half] = start
    rows = velocity.shape[0]
    steps = max(1, math.ceil(spacing * float(np.abs(velocity).max()) / 1.5))
    for sign in (1, -1):
        for k in range(half):
            start, end = paths[half + sign * k], paths[half + sign * (k + 1)]
            threads.over_bands(
                lambda a, b, start=start, end=end, sign=sign: kernels.trace(  # type: ignore[misc]
                    velocity, start, sign * spacing, steps, end, a, b
                ),
                rows,
            )
    return paths


def _spaced_offsets(count: int, rng: np.random.Generator, alternate: bool) -> NDArray[np.float64]:
    """Return ``count`` random numbers over -1..1 in a ring, each far from its neighbours.

    Neighbours that lie close together would stall the motion while they cross-fade, and a ring that
    correlates with itself at a lag would repeat it. It is the best of many drawn at random: of low
    and high numbers in turn if ``alternate``, else of any order.
    """
    if count == 1:
        return np.zeros(1)
    places = np.tile(np.arange(count), (_DRAWS, 1))
    if alternate:
        lows, highs = (rng.permuted(part, axis=1) for part in np.split(places, 2, axis=1))
        order = np.stack([lows, highs], axis=2).reshape(places.shape)
    else:
        order = rng.permuted(places, axis=1)
    candidates = (order + rng.random()) / count
    steps = np.abs(candidates - np.roll(candidates, 1, axis=1))
    near, penalty = (0.1, 1) if alternate else (0.2, 3)
    correlation = [
        np.exp(-(((candidates - np.roll(candidates, turn, axis=1)) / near) ** 2)).mean(1)
        for turn in range(1, count // 2 + 1)
    ]
    cost = steps.std(1) / steps.mean(1) + penalty * np.max(correlation, axis=0)
    # rings that are mirror images or turned are as good as each other, but for the last bits, which
    # other processors round otherwise: the first is taken
    return np.asarray(candidates[np.argmin(cost.round(6))] * 2 - 1)


def _equalized(noise: Float32Array, weight: Float32Array) -> Float32Array:
    """Return ``noise`` (h, w) with its histogram by ``weight`` (h, w) equalized over -1..1.

    As much of what moves is cross-fading at any moment as at any other, so the whole does not
    pulse.
    """
    order = np.argsort(noise, axis=None, kind="stable")
    below = np.cumsum(weight.ravel()[order], dtype=np.float64)
    out = np.empty(noise.size, np.float32)
    out[order] = 2 * below / max(float(below[-1]), 1e-9) - 1
    return out.reshape(noise.shape)


def _keep_in_frame(
    shift: Float32Array,
    paths: Float32Array,
    spacing: float,
    box: Box,
    size: tuple[float, float],
    life: float,
    known: NDArray[np.bool_] | None = None,
) -> Float32Array:
    """Return ``shift`` (h, w) limited so that matter is shown only while it is in the frame.

    Where it leaves the frame soon it is shown when it is old, and where it has just come in while
    it is young; beyond the border, and outside ``known``, there is nothing to show. ``life`` is
    half the time that it is shown, in seconds.
    """
    x = np.arange(box.left, box.right, dtype=np.float32)[None]
    y = np.arange(box.top, box.bottom, dtype=np.float32)[:, None]
    inside = np.empty(paths.shape[:3], bool)
    for path, here in zip(paths, inside):
        right, down = x + path[..., 0], y + path[..., 1]
        here[:] = (right >= 0) & (right <= size[0]) & (down >= 0) & (down <= size[1])
        if known is not None:
            at = (np.rint(n).astype(np.int32) for n in (down, right))
            here[:] &= known[tuple(np.clip(n, 0, top - 1) for n, top in zip(at, known.shape))]
    half = len(paths) // 2

    def time(stays: NDArray[np.bool_]) -> Float32Array:
        steps = np.logical_and.accumulate(stays).sum(0, dtype=np.float32)
        return np.where(steps < len(stays), (steps - 1) * np.float32(spacing), np.float32(1e3))

    least, limit = life - time(inside[half:]), time(inside[half::-1]) - life
    middle = (least + limit) / 2  # what crosses the frame faster than it lives
    limited = np.clip(shift, np.minimum(least, middle), np.maximum(limit, middle))
    return np.asarray(exact.gaussian_blur(limited, 1.5), np.float32)


def _visible_mask(context: MotionContext, visible: Float32Array) -> NDArray[np.bool_]:
    """Return (h, w) bool where ``visible`` holds, thin gaps closed: colour behind a mast is known."""
    size = max(3, round(0.02 * context.width / context.step) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    solid = cv2.morphologyEx((visible >= 0.5).astype(np.uint8), cv2.MORPH_CLOSE, disc)
    return np.asarray(solid, bool)
