"""Matter that flows: detail of the photo carried along streamlines, generation after generation.

Velocity is stationary, so the exact inverse of "forward by a seconds" is "back by a", and plain
backward lookup along traced paths leaves no holes (compare Holynski et al. 2021, who splat). Every
half life a generation of matter is born that lives twice as long; each pixel sees two, cross-faded
by a window whose centre varies over the picture, so nothing pulses. A generation's age is the same
everywhere: varying it would shear the picture. Ages are jittered per generation, so the loop does
not repeat within itself.

What flows is the photo's *detail*; its smooth base and local contrast stay in place to the degree
``structure`` (foam stays where it foams). The blend's loss of contrast is undone for the likeness
that two samples at their distance have: 1 / sqrt(w0^2 + w1^2 + 2 rho w0 w1).
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
from livingstill.motion.canvas import Canvas, Placement, Stage
from livingstill.motion.context import STEP, Box, MotionContext, bounding_box, nodes, smoothstep
from livingstill.motion.noise import smooth_noise

_MOST_PATHS = 40
_STRIDE = 0.0104
"""Frame widths that matter may travel from one stored path to the next, or five nodes."""

_DRAWS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class AdvectedTexture:
    """Matter of a box of nodes, carried along ``paths`` (see ``kernels.advect.crossfade``)."""

    box: Box
    paths: Float32Array
    oldest: float
    spacing: float
    seconds: float
    shift: Float32Array
    jitter: Float32Array
    look: Float32Array
    structure: float
    reach: float
    gains: Float32Array
    size: tuple[float, float]
    placement: ClassVar[Placement] = Placement(Stage.SAMPLE)

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Write both samples, their gains and the bias inside the box."""
        from livingstill.kernels import advect as kernels

        now = (phase % 1.0) * self.seconds
        half_life = self.seconds / len(self.jitter)
        first_gain, bias = canvas.gain(), canvas.added()
        second, second_gain = canvas.pair()
        threads.over_bands(
            lambda a, b: kernels.crossfade(
                self.paths, self.oldest, self.spacing, now, half_life, self.shift, self.jitter,
                self.look, self.structure, self.reach, self.box.top, self.box.left, *self.size,
                float(STEP), self.gains, canvas.first, first_gain, second, second_gain, bias, a, b,
            ),
            self.box.shape[0],
        )  # fmt: skip


def generation_count(context: MotionContext, lifetime: float) -> int:
    """Return how many generations of about ``lifetime`` seconds fill the loop, an even number."""
    return 2 * max(1, round(context.seconds / lifetime))


def advect_texture(
    context: MotionContext,
    velocity: Float32Array,
    *,
    births: int,
    jitter: float,
    window: float = 0.3,
    structure: float = 1.0,
    blur: float = 15.0,
    lead: float = 1.5,
    by_turns: bool = False,
    shown: Float32Array | None = None,
    scatter: float = 0.0,
) -> AdvectedTexture | None:
    """Return the effect that carries a region along ``velocity``, None if nothing flows.

    Parameters
    ----------
    velocity : (h, w, 2) float32, (dx, dy) in pixels per second, 0 at banks and outside the region
    births : generations in a loop, each of which lives till the next but one is born
    jitter : pixels that a generation may be ahead or behind, on average
    window : largest shift of the cross-fade, in lifetimes
    structure : share of base and contrast that stay in place
    blur : standard deviation of the base, in pixels of the reference width
    lead : most that a generation may be ahead or behind, in lifetimes
    by_turns : whether generations are ahead and behind by turns: those that fade into each other lie
        as far apart as can be, which keeps slow matter from stalling; every second one is more alike
    shown : (h, w) float32, what of the region is seen; the rest lies behind something and is made up
    scatter : pixels by which matter lies beside its place all the time, some here and some there: so
        there is no instant at which everything is where it was, between no pixels, and changes less
    """
    speed = np.hypot(velocity[..., 0], velocity[..., 1])
    box = bounding_box(
        np.where(speed > 1e-3 * max(float(speed.max()), 1e-9), speed, 0).astype(np.float32)
    )
    if box is None or speed.max() < 1e-3:
        return None
    cut = box.slices
    velocity, speed = np.ascontiguousarray(velocity[cut]) / np.float32(STEP), speed[cut]
    usual = float(np.sqrt((speed[speed > 0] ** 2).mean()))

    lifetime = 2 * context.seconds / births
    ahead = min(jitter / usual, lead * lifetime)
    rng = context.generator("stream")
    late = (ahead * _spaced_offsets(births, rng, by_turns)).astype(np.float32)
    noise = smooth_noise(rng, 1, box.shape, 0.03 * context.width / STEP)[0]
    look = _base_and_contrast(context, context.mask, blur)[cut]

    oldest = -max((0.5 + window) * lifetime + ahead, lifetime + 2 * ahead) - 0.01
    travel = -oldest * float(speed.max()) / STEP
    stride = max(5.0, _STRIDE * context.width / STEP)
    count = 2 * min(_MOST_PATHS // 2, max(2, math.ceil(travel / stride))) + 1
    spacing = -2 * oldest / (count - 1)
    start = np.zeros_like(velocity)
    if scatter:
        beside = smooth_noise(
            context.generator("scatter"), 2, box.shape, 0.08 * context.width / STEP
        )
        share = np.minimum(speed * np.float32(lifetime / 6), np.float32(scatter)) / np.float32(STEP)
        start += np.moveaxis(beside, 0, -1) * share[..., None]
    paths = _paths(velocity, count, spacing, start)

    size = ((context.rgb.shape[1] - 1) / STEP, (context.rgb.shape[0] - 1) / STEP)
    weight, known = speed * look[..., 3], None
    if shown is not None:
        weight, known = weight * shown[cut], _known_mask(context, shown)
    shift = _equalized(noise, weight) * np.float32(window * lifetime)
    shift = _keep_in_frame(shift, paths, spacing, box, size, lifetime / 2 + ahead, known)

    carried = np.minimum(speed * np.float32(lifetime), 1)  # half a pixel and more blurs alike
    crisp = 1 + (_interpolation_gain(context) - 1) * smoothstep(carried)
    moving = np.where(speed > 0, crisp, 0).astype(np.float32)
    reach = _correlation_length(context) / STEP
    return AdvectedTexture(
        box, paths, oldest, spacing, context.seconds, shift, late,
        np.ascontiguousarray(look), structure, reach, moving, size,
    )  # fmt: skip


def add_curl_noise(
    context: MotionContext, velocity: Float32Array, length: float, share: float
) -> Float32Array:
    """Return ``velocity`` with eddies: curl noise of ``length`` frame widths, ``share`` of its speed.

    The curl of a scalar has no sources, so eddies neither gather nor thin matter (Bridson 2007).
    """
    speed = np.hypot(velocity[..., 0], velocity[..., 1])
    nodes_long = max(2.0, length * context.width / STEP)
    psi = smooth_noise(context.generator("curl"), 1, context.mask.shape, nodes_long)[0]
    psi *= np.float32(share * float(speed.max()) * nodes_long * 0.7)
    out = velocity.copy()
    local = speed / max(float(speed.max()), 1e-9)
    out[..., 0] += np.gradient(psi, axis=0) * local
    out[..., 1] -= np.gradient(psi, axis=1) * local
    return out


def limit_boundary_speed(
    context: MotionContext, velocity: Float32Array, seconds: float
) -> Float32Array:
    """Return ``velocity`` as it crosses towards an edge no faster than edge distance per ``seconds``.

    So matter that appears or vanishes at an edge is stretched by a factor e at most in that time.
    """
    inside = context.distance_inside()
    smooth = cv2.GaussianBlur(np.minimum(inside, np.float32(1e4)), (0, 0), 1.5)
    normal = np.stack([np.gradient(smooth, axis=1), np.gradient(smooth, axis=0)], axis=-1)
    normal /= np.maximum(np.hypot(normal[..., 0], normal[..., 1]), 1e-6)[..., None]
    across = (velocity * normal).sum(2)
    most = inside / np.float32(seconds)
    excess = across - np.clip(across, -most, most)
    return np.asarray(velocity - excess[..., None] * normal, np.float32)


def limit_transverse_strain(velocity: Float32Array, seconds: float) -> Float32Array:
    """Return ``velocity`` slowed where it fans out or gathers by more than e in ``seconds``.

    Streamlines that spread from a narrow source would draw its few pixels out into rays. What
    stretches along the way is let be: falling water looks like that.
    """
    out = velocity.copy()
    for _ in range(3):
        soft = np.asarray(cv2.GaussianBlur(out, (0, 0), 1.5), np.float32)
        speed = np.maximum(np.hypot(soft[..., 0], soft[..., 1]), np.float32(1e-6))
        x, y = soft[..., 0] / speed, soft[..., 1] / speed
        (uy, ux), (vy, vx) = (np.gradient(soft[..., c]) for c in (0, 1))
        across = np.abs(y * y * ux - x * y * (uy + vx) + x * x * vy) / np.float32(STEP)
        slower = 1 / np.maximum(across * np.float32(seconds), 1)
        slower = cv2.GaussianBlur(cv2.erode(slower, np.ones((3, 3), np.uint8)), (0, 0), 1.5)
        out *= np.minimum(slower, 1)[..., None]
    return out


def _paths(velocity: Float32Array, count: int, spacing: float, start: Float32Array) -> Float32Array:
    """Return (A, h, w, 2): displacements in nodes at ages -n..n times ``spacing`` s, ``start`` at 0."""
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


def _spaced_offsets(count: int, rng: np.random.Generator, by_turns: bool) -> NDArray[np.float64]:
    """Return ``count`` numbers over -1..1 by chance, but each far from the next, in a ring.

    Neighbours that lie close together would stall the motion while they cross-fade, and a ring that
    turned by some places looks like itself would repeat it. It is the best of many drawn by chance:
    of lows and highs ``by_turns``, or of any order.
    """
    if count == 1:
        return np.zeros(1)
    places = np.tile(np.arange(count), (_DRAWS, 1))
    if by_turns:
        lows, highs = (rng.permuted(part, axis=1) for part in np.split(places, 2, axis=1))
        order = np.stack([lows, highs], axis=2).reshape(places.shape)
    else:
        order = rng.permuted(places, axis=1)
    drawn = (order + rng.random()) / count
    steps = np.abs(drawn - np.roll(drawn, 1, axis=1))
    near, much = (0.1, 1) if by_turns else (0.2, 3)
    alike = [
        np.exp(-(((drawn - np.roll(drawn, turn, axis=1)) / near) ** 2)).mean(1)
        for turn in range(1, count // 2 + 1)
    ]
    fault = steps.std(1) / steps.mean(1) + much * np.max(alike, axis=0)
    # rings that are mirror images or turned are as good as each other, but for the last bits, which
    # other processors round otherwise: the first is taken
    return np.asarray(drawn[np.argmin(fault.round(6))] * 2 - 1)


def _equalized(noise: Float32Array, weight: Float32Array) -> Float32Array:
    """Return ``noise`` raised and lowered to lie evenly over -1..1, by ``weight``, both (h, w).

    At any moment as much of what moves is fading as at any other, so the whole does not pulse.
    """
    order = np.argsort(noise, axis=None, kind="stable")
    below = np.cumsum(weight.ravel()[order], dtype=np.float64)
    out = np.empty(noise.size, np.float32)
    out[order] = 2 * below / max(float(below[-1]), 1e-9) - 1
    return out.reshape(noise.shape)


def _keep_in_frame(
    shift: Float32Array, paths: Float32Array, spacing: float, box: Box, size: tuple[float, float], life: float,
    known: NDArray[np.bool_] | None = None,
) -> Float32Array:  # fmt: skip
    """Return ``shift`` (h, w) so that matter is seen only while it is in the frame, and ``known``.

    Where it leaves the frame soon it is seen when it is old, and where it has just come in while it
    is young; beyond the border there is nothing to see. ``life`` is half of what is seen of it.
    """
    x = np.arange(box.left, box.right, dtype=np.float32)[None]
    y = np.arange(box.top, box.bottom, dtype=np.float32)[:, None]
    seen = np.empty(paths.shape[:3], bool)
    for path, stays in zip(paths, seen):
        right, down = x + path[..., 0], y + path[..., 1]
        stays[:] = (right >= 0) & (right <= size[0]) & (down >= 0) & (down <= size[1])
        if known is not None:
            at = (np.rint(n).astype(np.int32) for n in (down, right))
            stays[:] &= known[tuple(np.clip(n, 0, top - 1) for n, top in zip(at, known.shape))]
    half = len(paths) // 2

    def time(stays: NDArray[np.bool_]) -> Float32Array:
        steps = np.logical_and.accumulate(stays).sum(0, dtype=np.float32)
        return np.where(steps < len(stays), (steps - 1) * np.float32(spacing), np.float32(1e3))

    least, most = life - time(seen[half:]), time(seen[half::-1]) - life
    middle = (least + most) / 2  # what crosses the frame faster than it lives
    held = np.clip(shift, np.minimum(least, middle), np.maximum(most, middle))
    return np.asarray(cv2.GaussianBlur(held, (0, 0), 1.5), np.float32)


def _known_mask(context: MotionContext, seen: Float32Array) -> NDArray[np.bool_]:
    """Return where ``seen`` (h, w) holds, thin gaps closed: what passes behind a mast is known."""
    size = max(3, round(0.02 * context.width / STEP) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    solid = cv2.morphologyEx((seen >= 0.5).astype(np.uint8), cv2.MORPH_CLOSE, disc)
    return np.asarray(solid, bool)


def _base_and_contrast(context: MotionContext, mask: Float32Array, blur: float) -> Float32Array:
    """Return (h, w, 4) float32: the base colour and the local contrast, both mask-normalised."""
    sigma = blur * context.scale / STEP
    inside = np.maximum(mask, np.float32(1e-3))[..., None]

    def mean(values: Float32Array, sigma: float) -> Float32Array:
        above = cv2.GaussianBlur(values * inside, (0, 0), sigma).reshape(values.shape)
        under = cv2.GaussianBlur(inside[..., 0], (0, 0), sigma)[..., None]
        return np.asarray(above / under, np.float32)

    base = mean(context.colour, sigma)
    fine = context.rgb.astype(np.float32)
    detail = cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY)
    rough = cv2.GaussianBlur(detail, (0, 0), blur * context.scale)
    power = nodes((detail - rough) ** 2)
    contrast = np.sqrt(mean(power[..., None], 1.2 * sigma) + np.float32(1.5**2))
    return np.concatenate([base, contrast], axis=2).astype(np.float32)


def _interpolation_gain(context: MotionContext) -> float:
    """Return the gain that gives fine detail back what taking it between pixels costs, 1.05 at most.

    Between pixels the renderer weighs four of them (Catmull and Rom, 1974), worst half way; what is
    carried is seen at any offset. Gained is all detail, from its base, so nothing rings.
    """
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    inside = cv2.resize(context.mask, grey.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    if not inside.any():
        return 1.0
    none, half = np.ones(1, np.float32), np.array([-1, 9, 9, -1], np.float32) / 16
    power = []
    for x in (none, half):
        for y in (none, half):
            seen = cv2.sepFilter2D(grey, cv2.CV_32F, x, y)
            fine = seen - cv2.GaussianBlur(seen, (0, 0), 1.5)
            power.append(float((fine[inside] ** 2).mean()))
    return min(math.sqrt(4 * power[0] / max(sum(power), 1e-6)), 1.05) if power[0] > 0 else 1.0


def _correlation_length(context: MotionContext) -> float:
    """Return the distance in pixels at which the region's detail has lost its likeness to itself.

    Where the autocorrelation of the high-passed photo is 1/2, the model 1 / (1 + (d/r)^2)^2 has
    d = .64 r.
    """
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey -= cv2.GaussianBlur(grey, (0, 0), 12 * context.scale)
    height, width = grey.shape
    inside = cv2.resize(context.mask, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
    power = float((grey[inside] ** 2).mean()) if inside.any() else 0.0
    if power < 1e-3:
        return 16.0 * context.scale
    before, last = 1.0, 0
    for d in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32):
        both = inside[:-d, :-d] & inside[d:, :-d] & inside[:-d, d:]
        if not both.any():
            break
        here = grey[:-d, :-d][both]
        like = float((here * (grey[d:, :-d][both] + grey[:-d, d:][both])).mean()) / 2 / power
        if like < 0.5:
            where = last + (d - last) * (before - 0.5) / max(before - like, 1e-6)
            return where / 0.64
        before, last = like, d
    return 32 / 0.64
