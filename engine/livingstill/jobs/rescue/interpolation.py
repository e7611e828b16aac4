"""Frame interpolation: bad frames rebuilt from the good ones on either side by optical flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging.dense_flow import dis_flow, look_up, pixel_grid, round_trip_error

Box = tuple[int, int, int, int]

_FIXED_POINT_ROUNDS = 4
_TILES = 16
"""Margins around a box per picture side: faults are located by tiles, and may reach the next."""
_CROSS_FADE_WEIGHT = 0.03
"""Weight of a plain cross-fade: it prevails where no flow makes the ends agree, as in fire."""
_EVIDENT_CHANGE = 6.0
"""Levels of change by the motion around from which on a place that does not change stands."""
_OVERLAY_SHARE = 0.2
"""Share of that change up to which a place does not change."""
_CODING_NOISE = 6.0
"""Levels by which a coder may change a pixel that stands."""


@dataclass(frozen=True, slots=True, eq=False)
class DamagedFrame:
    """A frame as a clip gives it, and what of it is lost; without a frame, all of it.

    ``damage`` are weights, (H, W) or (H, W, 3) uint8, 0 to 255. ``clipped_high`` tells that what
    was lost was at least as bright as what ``frame`` has there.
    """

    frame: UInt8Array | None
    damage: UInt8Array | None = None
    clipped_high: bool = False


def interpolate(before: UInt8Array, after: UInt8Array, times: Sequence[float]) -> list[UInt8Array]:
    """Return the pictures at ``times`` in 0..1 on the way from ``before`` to ``after``.

    Every pixel x of a frame at time t is looked up along both flows (DIS, Kroeger et al., 2016):
    by the forward flow F, carried to time t by the fixed point d = F(x - t d), and likewise by
    the backward flow. The two candidates are blended by how well their ends agree; where an end
    was occluded, which the forward-backward check tells, the other end alone is taken.
    """
    grey = [
        np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8) for frame in (before, after)
    ]
    forward, backward = dis_flow(grey[0], grey[1])
    occluded = [round_trip_error(forward, backward), round_trip_error(backward, forward)]
    overlay = overlay_weights(before, after, forward, backward)
    out = []
    for t in times:
        blended = _blend_at(t, before, after, forward, backward, occluded, overlay)
        blended += (before * (1 - t) + after * t - blended) * overlay[..., None]
        out.append(np.asarray(np.clip(blended + 0.5, 0, 255).astype(np.uint8)))
    return out


def overlay_weights(
    before: UInt8Array, after: UInt8Array, forward: Float32Array, backward: Float32Array
) -> Float32Array:
    """Return (H, W) weights 0..1 of what stays in place while the picture around it moves, as logos do.

    What moves with its surroundings changes as they do when they are moved so. Where next to nothing
    changes instead, a flow was smoothed across something that stands.
    """
    sigma = max(1.5, before.shape[1] / 300)
    # across a letter the flow itself may stand: the motion is that of a wider neighbourhood
    around = cv2.GaussianBlur((forward - backward) * np.float32(0.5), (0, 0), 4 * sigma)
    x, y = pixel_grid(forward.shape)
    moved = look_up(before, x - around[..., 0], y - around[..., 1])
    expected = _blurred_difference(before, moved, sigma)
    share = _blurred_difference(before, after, sigma) / np.maximum(expected, 1)
    stands = (share < _OVERLAY_SHARE) & (expected > _EVIDENT_CHANGE)
    # what is found at the edges of letters reaches across them, as far as each pixel stands itself
    width = 2 * round(4 * sigma) + 1
    near = cv2.morphologyEx(stands.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((width, width)))
    near = cv2.dilate(near, np.ones((width // 2 | 1, width // 2 | 1)))
    still = np.clip(2 - _blurred_difference(before, after, 0.7) / _CODING_NOISE, 0, 1)
    return np.asarray(cv2.GaussianBlur(near.astype(np.float32), (0, 0), 1) * still, np.float32)


def _blurred_difference(a: UInt8Array, b: NDArray[Any], sigma: float) -> Float32Array:
    """Return (H, W) levels: the largest difference of a pixel's channels, in a Gaussian window."""
    difference = np.abs(a.astype(np.float32) - b).max(-1)
    return np.asarray(cv2.GaussianBlur(difference, (0, 0), sigma), np.float32)


def rebuild(pieces: Iterable[DamagedFrame], reach: int = 8) -> Iterator[UInt8Array]:
    """Yield a clip's frames with their damage rebuilt; good frames pass as the very arrays.

    Runs of up to ``reach`` bad frames are interpolated; in longer ones, and at either end of the
    clip, the nearest good frame stands. Two good frames are held, and up to ``reach`` of those
    that are bad in part.
    """
    good: UInt8Array | None = None
    waiting: list[DamagedFrame] = []
    for piece in pieces:
        frame = piece.frame
        if frame is None or piece.damage is not None:
            waiting.append(piece if len(waiting) < reach else DamagedFrame(None))
            continue
        if waiting:
            yield from _interpolate_run(good, frame, waiting, reach)
            waiting = []
        yield frame
        good = frame
    if good is not None:
        yield from (_composite(good, waiting_frame) for waiting_frame in waiting)


def soft_box_mask(box: Box, shape: tuple[int, ...]) -> UInt8Array:
    """Return (H, W) weights, 0 to 255, of a box in a picture and a soft margin around it."""
    x, y, width, height = box
    margin = max(shape[:2]) / _TILES
    mask = np.zeros(shape[:2], np.uint8)
    rows = slice(max(0, round(y - margin)), round(y + height + margin))
    mask[rows, max(0, round(x - margin)) : round(x + width + margin)] = 255
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), margin / 4), np.uint8)


def _interpolate_run(
    before: UInt8Array | None, after: UInt8Array, waiting: list[DamagedFrame], reach: int
) -> Iterator[UInt8Array]:
    """Yield the frames that lead from ``before`` to ``after`` instead of those that wait."""
    count = len(waiting)
    if before is None:
        rebuilt = [after] * count
    elif count > reach:
        rebuilt = [before] * (count // 2) + [after] * (count - count // 2)
    else:
        rebuilt = interpolate(before, after, [(i + 1) / (count + 1) for i in range(count)])
    yield from (_composite(frame, damaged) for frame, damaged in zip(rebuilt, waiting))


def _composite(rebuilt: UInt8Array, damaged: DamagedFrame) -> UInt8Array:
    """Return what is held, and what is lost of it from ``rebuilt``."""
    original, damage = damaged.frame, damaged.damage
    if original is None or damage is None:
        return rebuilt
    weight = (damage if damage.ndim == 3 else damage[..., None]) * np.float32(1 / 255)
    replacement = np.maximum(rebuilt, original) if damaged.clipped_high else rebuilt
    blended = original + (replacement.astype(np.float32) - original) * weight + np.float32(0.5)
    return np.asarray(np.clip(blended, 0, 255).astype(np.uint8))


def _blend_at(
    t: float,
    before: UInt8Array,
    after: UInt8Array,
    forward: Float32Array,
    backward: Float32Array,
    occluded: list[Float32Array],
    overlay: Float32Array,
) -> Float32Array:
    """Return the picture at time ``t``, as levels, of what moves; none of it is of an overlay."""
    x, y = pixel_grid(forward.shape)
    total = np.zeros(before.shape, np.float32)
    weights = np.full(forward.shape[:2], _CROSS_FADE_WEIGHT, np.float32)
    cross_fade = before.astype(np.float32) * (1 - t) + after.astype(np.float32) * t
    total += cross_fade * _CROSS_FADE_WEIGHT
    for flow, share, occlusion_mask in ((forward, t, occluded[0]), (-backward, 1 - t, occluded[1])):
        # d is the whole way from before to after of what is at x at time t
        sign = 1.0 if flow is forward else -1.0
        displacement = flow
        for _ in range(_FIXED_POINT_ROUNDS):
            displacement = look_up(
                flow,
                x - sign * share * displacement[..., 0],
                y - sign * share * displacement[..., 1],
            )
        u, v = displacement[..., 0], displacement[..., 1]
        positions = (x - t * u, y - t * v), (x + (1 - t) * u, y + (1 - t) * v)
        ends = (
            look_up(before, *positions[0], cv2.INTER_CUBIC),
            look_up(after, *positions[1], cv2.INTER_CUBIC),
        )
        occlusion = [look_up(mask, *position) for mask, position in zip(occluded, positions)]
        first = (1 - t) * (1 - occlusion[0]) + 1e-3
        second = t * (1 - occlusion[1]) + 1e-3
        blended = (ends[0] * first[..., None] + ends[1] * second[..., None]) / (first + second)[
            ..., None
        ]
        disagreement = cv2.GaussianBlur(np.abs(ends[0] - ends[1]).mean(-1), (0, 0), 1.5)
        weight = np.exp(-disagreement / 6) * (
            1 - 0.9 * look_up(occlusion_mask, *positions[0 if flow is forward else 1])
        )
        for position in positions:
            weight = weight * (1 - np.clip(look_up(overlay, *position), 0, 1))
        total += blended * weight[..., None]
        weights += weight
    return np.asarray(total / weights[..., None], np.float32)
