"""Bad frames between good ones, built anew from their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array

Box = tuple[int, int, int, int]

_ROUNDS = 4
_TILES = 16
"""Margins around a box in a picture: faults are told by tiles, and may reach into the next."""
_PLAIN = 0.03
"""Weight of a plain cross-fade: what is left where no flow makes the ends agree, as in fire."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A frame as a clip gives it, and what of it is lost; without a frame, all of it.

    ``lost`` are weights, (H, W) or (H, W, 3) uint8, 0 to 255. ``bright`` tells that what was lost
    was at least as bright as what ``frame`` has there.
    """

    frame: UInt8Array | None
    lost: UInt8Array | None = None
    bright: bool = False


def between(before: UInt8Array, after: UInt8Array, times: Sequence[float]) -> list[UInt8Array]:
    """Return the pictures at ``times`` in 0..1 on the way from ``before`` to ``after``.

    Every pixel x of a frame at time t is looked up along both flows (DIS, Kroeger et al., 2016):
    by the forward flow F, carried to time t by the fixed point d = F(x - t d), and likewise by
    the backward flow. The two candidates are blended by how well their ends agree; where an end
    was occluded, which the forward-backward check tells, the other end alone is taken.
    """
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (before, after)]
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    there: Float32Array = dis.calc(grey[0], grey[1], None)  # type: ignore[call-overload]
    back: Float32Array = dis.calc(grey[1], grey[0], None)  # type: ignore[call-overload]
    lost = [_unreturned(there, back), _unreturned(back, there)]
    return [_at(t, before, after, there, back, lost) for t in times]


def mend(pieces: Iterable[Piece], reach: int = 8) -> Iterator[UInt8Array]:
    """Yield a clip's frames with what is bad of them rebuilt; good frames pass as the very arrays.

    Runs of up to ``reach`` bad frames are interpolated; in longer ones, and at either end of the
    clip, the nearest good frame stands. Two good frames are held, and up to ``reach`` of those
    that are bad in part.
    """
    good: UInt8Array | None = None
    waiting: list[Piece] = []
    for piece in pieces:
        frame = piece.frame
        if frame is None or piece.lost is not None:
            waiting.append(piece if len(waiting) < reach else Piece(None))
            continue
        if waiting:
            yield from _bridge(good, frame, waiting, reach)
            waiting = []
        yield frame
        good = frame
    if good is not None:
        yield from (_patched(good, held) for held in waiting)


def around(box: Box, shape: tuple[int, ...]) -> UInt8Array:
    """Return (H, W) weights, 0 to 255, of a box in a picture and a soft margin around it."""
    x, y, width, height = box
    margin = max(shape[:2]) / _TILES
    mask = np.zeros(shape[:2], np.uint8)
    rows = slice(max(0, round(y - margin)), round(y + height + margin))
    mask[rows, max(0, round(x - margin)) : round(x + width + margin)] = 255
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), margin / 4), np.uint8)


def _bridge(
    before: UInt8Array | None, after: UInt8Array, waiting: list[Piece], reach: int
) -> Iterator[UInt8Array]:
    """Yield the frames that lead from ``before`` to ``after`` instead of those that wait."""
    count = len(waiting)
    if before is None:
        made = [after] * count
    elif count > reach:
        made = [before] * (count // 2) + [after] * (count - count // 2)
    else:
        made = between(before, after, [(i + 1) / (count + 1) for i in range(count)])
    yield from (_patched(frame, held) for frame, held in zip(made, waiting))


def _patched(made: UInt8Array, held: Piece) -> UInt8Array:
    """Return what is held, and what is lost of it from ``made``."""
    given, lost = held.frame, held.lost
    if given is None or lost is None:
        return made
    share = (lost if lost.ndim == 3 else lost[..., None]) * np.float32(1 / 255)
    there = np.maximum(made, given) if held.bright else made
    mixed = given + (there.astype(np.float32) - given) * share + np.float32(0.5)
    return np.asarray(np.clip(mixed, 0, 255).astype(np.uint8))


def _grid(shape: tuple[int, ...]) -> tuple[Float32Array, Float32Array]:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return x, y


def _look(
    picture: UInt8Array | Float32Array,
    x: Float32Array,
    y: Float32Array,
    how: int = cv2.INTER_LINEAR,
) -> Float32Array:
    return np.asarray(cv2.remap(picture, x, y, how, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _unreturned(there: Float32Array, back: Float32Array) -> Float32Array:
    """Return (H, W) float32, 1 where the way back misses the start (Sundaram et al., 2010)."""
    x, y = _grid(there.shape)
    returned = there + _look(back, x + there[..., 0], y + there[..., 1])
    a, b = cv2.split(returned)
    u, v = cv2.split(there)
    lost = (a * a + b * b > 0.02 * (u * u + v * v) + 0.5).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(lost, (0, 0), 1.5), np.float32)


def _at(
    t: float,
    before: UInt8Array,
    after: UInt8Array,
    there: Float32Array,
    back: Float32Array,
    lost: list[Float32Array],
) -> UInt8Array:
    """Return the picture at time ``t``."""
    x, y = _grid(there.shape)
    total = np.zeros(before.shape, np.float32)
    weights = np.full(there.shape[:2], _PLAIN, np.float32)
    plain = before.astype(np.float32) * (1 - t) + after.astype(np.float32) * t
    total += plain * _PLAIN
    for flow, share, missing in ((there, t, lost[0]), (-back, 1 - t, lost[1])):
        # d is the whole way from before to after of what is at x at time t
        sign = 1.0 if flow is there else -1.0
        way = flow
        for _ in range(_ROUNDS):
            way = _look(flow, x - sign * share * way[..., 0], y - sign * share * way[..., 1])
        u, v = way[..., 0], way[..., 1]
        at = (x - t * u, y - t * v), (x + (1 - t) * u, y + (1 - t) * v)
        ends = _look(before, *at[0], cv2.INTER_CUBIC), _look(after, *at[1], cv2.INTER_CUBIC)
        gone = [_look(mask, *place) for mask, place in zip(lost, at)]
        first = (1 - t) * (1 - gone[0]) + 1e-3
        second = t * (1 - gone[1]) + 1e-3
        mixed = (ends[0] * first[..., None] + ends[1] * second[..., None]) / (first + second)[
            ..., None
        ]
        off = cv2.GaussianBlur(np.abs(ends[0] - ends[1]).mean(-1), (0, 0), 1.5)
        weight = np.exp(-off / 6) * (1 - 0.9 * _look(missing, *at[0 if flow is there else 1]))
        total += mixed * weight[..., None]
        weights += weight
    mean = total / weights[..., None] + 0.5
    return np.asarray(np.clip(mean, 0, 255).astype(np.uint8))
