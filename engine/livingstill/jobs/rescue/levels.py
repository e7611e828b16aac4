"""Frames whose only fault is their level: brightness and colour set back to their neighbours'."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.quality.no_reference import Series, colours

Flags = NDArray[np.bool_]

_CLIPPED = 248.0
"""Level from which on a picture is clipped: what was there is lost, and tells no gain."""
_KNOWN = 0.25
"""Share of the tiles that must not be clipped, to judge by."""
_NOTABLE, _HABIT = 0.5, 6.0
"""Levels by which a frame must be off in the mean, for its level to be the fault; and times what
good frames are, where no fault names it."""
_GRAIN, _OWN = 0.12, 4.0
"""How far the logarithm of detail may be off for its level: more is another fault, unless it is
within so many times what detail does by itself."""
_LEFT, _SLIGHT, _MOVED = 0.45, 1.2, 2.0
"""What new levels may leave of a tile's error: a share of it, so many levels, or so many times
what the tile and those beside it change by themselves; more, and it is not the level..."""
_STRAY, _SOUND = 0.15, 0.03
"""...unless it is so small a share of the tiles; of those of a frame that needs nothing, this."""
_BETTER = 0.7
"""Share of a gain's error that a gain and an offset must come down to, to be believed."""
_ROUNDS = 4
_FAR = 4
_SPECKS = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """What sets a clip's levels right: ``gain`` and ``offset`` (T, 3) of R, G and B.

    ``off`` (T,) bool are the frames that are off in level alone; ``sound`` those, taken for bad,
    that are not off at all.
    """

    gain: Float32Array
    offset: Float32Array
    off: Flags
    sound: Flags


def estimate(series: Series, bad: Flags, named: Flags) -> Levels:
    """Find the levels of ``bad`` frames (T,), and which of them are off in nothing else.

    The tiles are held against those of the good frames around, in time evenly between; tiles that
    hardly move by themselves count most, those that are clipped or disagree not at all. Of
    ``bad`` frames those ``named`` by a fault need less to be off.
    """
    count = len(series)
    found = Levels(
        np.ones((count, 3), np.float32),
        np.zeros((count, 3), np.float32),
        np.zeros(count, bool),
        np.zeros(count, bool),
    )
    if bad.all() or not bad.any():
        return found
    tiles = colours(series)
    detail = np.log(series.detail + 0.3)
    good = np.flatnonzero(~bad)
    habit, unrest, own = _habits(tiles, detail, series.contrast, bad)
    for t in map(int, np.flatnonzero(bad)):
        ends = [*good[good < t][-1:], *good[good > t][:1]]
        first, last = int(ends[0]), int(ends[-1])
        share = (t - first) / max(1, last - first)
        truth = tiles[first] * (1 - share) + tiles[last] * share
        usual = detail[first] * (1 - share) + detail[last] * share
        moved = min(_FAR, int(np.abs(good - t).min())) * habit
        known = _unclipped(tiles[t], series.contrast[t])
        gain, offset = _fit(tiles[t][known], truth[known], moved[known])
        new = tiles[t] * gain + offset
        was, left = (np.abs(x - truth).max(-1) for x in (tiles[t], new))
        stray = left > np.maximum(np.maximum(_SLIGHT, _LEFT * was), _MOVED * moved)
        crisp = float(np.median((detail[t] - usual)[known])) + float(np.log(gain.mean()))
        alike = abs(crisp) < max(_GRAIN, _OWN * own)
        change = _change(tiles[t], gain, offset)
        if change > max(_NOTABLE, 0.0 if named[t] else _HABIT * unrest):
            found.off[t] = alike and stray[known].mean() < _STRAY
        else:
            found.sound[t] = alike and stray[known].mean() < _SOUND
        found.gain[t], found.offset[t] = gain, offset
    return found


def _habits(
    tiles: Float32Array, detail: Float32Array, contrast: Float32Array, bad: Flags
) -> tuple[Float32Array, float, float]:
    """Return what good frames do by themselves.

    That is (gy, gx) how much tiles and those beside them change in a step, how much the levels
    bend, and how much the logarithm of detail does.
    """
    changes = np.abs(np.diff(tiles, axis=0)).max(-1)[~bad[1:] & ~bad[:-1]]
    usual = np.median(changes, axis=0) if len(changes) else np.zeros(tiles.shape[1:3])
    near = np.asarray(cv2.dilate(usual.astype(np.float32), np.ones((3, 3), np.uint8)), np.float32)
    bends, owns = [0.0], [0.0]
    for t in map(int, np.flatnonzero(~(bad[:-2] | bad[1:-1] | bad[2:])) + 1):
        known = _unclipped(tiles[t], contrast[t])
        middle = (tiles[t - 1] + tiles[t + 1]) / 2
        bends.append(_change(tiles[t], *_fit(tiles[t][known], middle[known], near[known])))
        owns.append(abs(float(np.median(detail[t] - (detail[t - 1] + detail[t + 1]) / 2))))
    return near, float(np.median(bends)), float(np.median(owns))


def _unclipped(tiles: Float32Array, contrast: Float32Array) -> Flags:
    """Return the tiles (gy, gx) of a frame that are not clipped; all, where nearly all are."""
    known: Flags = tiles.max(-1) + contrast < _CLIPPED
    return known if known.mean() >= _KNOWN else np.ones_like(known)


def _change(tiles: Float32Array, gain: Float32Array, offset: Float32Array) -> float:
    """Return by how much new levels change a frame in the mean, in the channel of most."""
    return float(np.abs(tiles * (gain - 1) + offset).mean((0, 1)).max())


def _fit(
    have: Float32Array, want: Float32Array, moved: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Return (3,) gain and offset that lead from tiles (n, 3) to others.

    Least squares, reweighted (Tukey's biweight), each tile by how much it has ``moved`` (n,). An
    exposure is a gain alone; an offset is added where it explains clearly more.
    """
    gains, offsets = np.ones(3, np.float32), np.zeros(3, np.float32)
    trust: Float32Array = np.asarray(1 / (moved + 0.5) ** 2, np.float32)
    for channel in range(3):
        x, y = have[:, channel], want[:, channel]
        alone = _weighted(x, y, trust, affine=False)
        both = _weighted(x, y, trust, affine=True)
        error, less = (_error(x, y, trust, *way) for way in (alone, both))
        gain, offset = both if less < _BETTER * error - 0.1 else alone
        gains[channel], offsets[channel] = np.clip(gain, 0.25, 4.0), offset
    return gains, offsets


def _error(
    x: Float32Array, y: Float32Array, trust: Float32Array, gain: float, offset: float
) -> float:
    """Return the mean error of a fit, levels."""
    return float(np.average(np.abs(y - gain * x - offset), weights=trust))


def _weighted(
    x: Float32Array, y: Float32Array, trust: Float32Array, *, affine: bool
) -> tuple[float, float]:
    """Return gain and offset of a robust fit of y to x."""
    weights, gain, offset = trust, 1.0, 0.0
    for _ in range(_ROUNDS):
        total = max(float(weights.sum()), 1e-9)
        mx, my = (float((weights * v).sum()) / total if affine else 0.0 for v in (x, y))
        power = float((weights * (x - mx) ** 2).sum()) / total
        gain = float((weights * (x - mx) * (y - my)).sum()) / total / power if power > 1 else 1.0
        offset = my - gain * mx
        # in units of what each tile may be off by
        off = np.abs(y - gain * x - offset) * np.sqrt(trust)
        scale = 4.685 * max(1.4826 * float(np.median(off)), 1e-3)
        weights = trust * np.maximum(1 - (off / scale) ** 2, 0) ** 2
    return gain, offset


def corrected(frame: UInt8Array, gain: Float32Array, offset: Float32Array) -> UInt8Array:
    """Return the frame with ``gain`` and ``offset`` (3,) on its channels."""
    ramp = np.arange(256, dtype=np.float32)[:, None]
    table = np.clip(ramp * gain + offset + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(frame, table[None]), np.uint8)


def clipped_area(frame: UInt8Array, gain: Float32Array) -> UInt8Array | None:
    """Return where (H, W, 3) a frame too bright lost its lights, 0 to 255; None if nowhere.

    New levels make them grey: what they were, at least as bright as that, has to be rebuilt.
    """
    lost = (frame >= _CLIPPED) & (gain < 1)
    if lost.mean() < _SPECKS:
        return None
    mask = cv2.dilate(lost.view(np.uint8) * np.uint8(255), np.ones((5, 5), np.uint8))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.0), np.uint8)
