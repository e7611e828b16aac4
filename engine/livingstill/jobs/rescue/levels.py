"""Gain and offset per channel that restore frames whose only fault is brightness or colour."""

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
_MIN_UNCLIPPED_SHARE = 0.25
"""Share of the tiles that must not be clipped, to judge by."""
_MIN_CHANGE, _HABIT_RATIO = 0.5, 6.0
"""Levels by which a frame must be off in the mean, for its level to be the fault; and times what
good frames are, where no fault names it."""
_MAX_DETAIL_CHANGE, _DETAIL_RATIO = 0.12, 4.0
"""How far the logarithm of detail may be off for its level: more is another fault, unless it is
within so many times what detail does by itself."""
_MAX_RESIDUAL_RATIO, _MAX_RESIDUAL, _MOTION_RATIO = 0.45, 1.2, 2.0
"""What new levels may leave of a tile's error: a share of it, so many levels, or so many times
what the tile and those beside it change by themselves; more, and it is not the level..."""
_MAX_STRAY_SHARE, _MAX_UNAFFECTED_STRAY = 0.15, 0.03
"""...unless it is so small a share of the tiles; of those of a frame that needs nothing, this."""
_AFFINE_GAIN = 0.7
"""Share of a gain's error that a gain and an offset must come down to, to be believed."""
_IRLS_ROUNDS = 4
_MAX_DISTANCE = 4
_MIN_CLIPPED_SHARE = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The level correction of a clip's frames: ``gain`` and ``offset`` (T, 3) of R, G and B.

    ``shifted`` (T,) bool are the frames that are off in level alone; ``unaffected`` those, taken
    for bad, that are not off at all.
    """

    gain: Float32Array
    offset: Float32Array
    shifted: Flags
    unaffected: Flags


def estimate_levels(series: Series, bad: Flags, by_fault: Flags) -> Levels:
    """Find the levels of ``bad`` frames (T,), and which of them are off in nothing else.

    The tiles are held against those of the good frames around, in time evenly between; tiles that
    hardly move by themselves count most, those that are clipped or disagree not at all. Of
    ``bad`` frames those flagged ``by_fault`` need less to count as shifted.
    """
    count = len(series)
    gains, offsets = np.ones((count, 3), np.float32), np.zeros((count, 3), np.float32)
    shifted, unaffected = np.zeros(count, bool), np.zeros(count, bool)
    if bad.all() or not bad.any():
        return Levels(gains, offsets, shifted, unaffected)
    tiles = colours(series)
    detail = np.log(series.detail + 0.3)
    good = np.flatnonzero(~bad)
    tile_variation, level_variation, detail_variation = _baseline_variation(
        tiles, detail, series.contrast, bad
    )
    for t in map(int, np.flatnonzero(bad)):
        ends = [*good[good < t][-1:], *good[good > t][:1]]
        first, last = int(ends[0]), int(ends[-1])
        share = (t - first) / max(1, last - first)
        expected = tiles[first] * (1 - share) + tiles[last] * share
        expected_detail = detail[first] * (1 - share) + detail[last] * share
        variation = min(_MAX_DISTANCE, int(np.abs(good - t).min())) * tile_variation
        unclipped = _unclipped_tiles(tiles[t], series.contrast[t])
        gain, offset = _fit(tiles[t][unclipped], expected[unclipped], variation[unclipped])
        corrected = tiles[t] * gain + offset
        error_before, error_after = (np.abs(x - expected).max(-1) for x in (tiles[t], corrected))
        unexplained = error_after > np.maximum(
            np.maximum(_MAX_RESIDUAL, _MAX_RESIDUAL_RATIO * error_before), _MOTION_RATIO * variation
        )
        detail_change = float(np.median((detail[t] - expected_detail)[unclipped])) + float(
            np.log(gain.mean())
        )
        same_detail = abs(detail_change) < max(_MAX_DETAIL_CHANGE, _DETAIL_RATIO * detail_variation)
        change = _change(tiles[t], gain, offset)
        if change > max(_MIN_CHANGE, 0.0 if by_fault[t] else _HABIT_RATIO * level_variation):
            shifted[t] = same_detail and unexplained[unclipped].mean() < _MAX_STRAY_SHARE
        else:
            unaffected[t] = same_detail and unexplained[unclipped].mean() < _MAX_UNAFFECTED_STRAY
        gains[t], offsets[t] = gain, offset
    return Levels(gains, offsets, shifted, unaffected)


def _baseline_variation(
    tiles: Float32Array, detail: Float32Array, contrast: Float32Array, bad: Flags
) -> tuple[Float32Array, float, float]:
    """Return the variation of levels and detail over the good frames.

    That is (gy, gx) how much tiles and those beside them change in a step, how much the levels
    bend, and how much the logarithm of detail does.
    """
    changes = np.abs(np.diff(tiles, axis=0)).max(-1)[~bad[1:] & ~bad[:-1]]
    median = np.median(changes, axis=0) if len(changes) else np.zeros(tiles.shape[1:3])
    dilated = np.asarray(
        cv2.dilate(median.astype(np.float32), np.ones((3, 3), np.uint8)), np.float32
    )
    level_changes, detail_changes = [0.0], [0.0]
    for t in map(int, np.flatnonzero(~(bad[:-2] | bad[1:-1] | bad[2:])) + 1):
        unclipped = _unclipped_tiles(tiles[t], contrast[t])
        mean = (tiles[t - 1] + tiles[t + 1]) / 2
        level_changes.append(
            _change(tiles[t], *_fit(tiles[t][unclipped], mean[unclipped], dilated[unclipped]))
        )
        detail_changes.append(
            abs(float(np.median(detail[t] - (detail[t - 1] + detail[t + 1]) / 2)))
        )
    return dilated, float(np.median(level_changes)), float(np.median(detail_changes))


def _unclipped_tiles(tiles: Float32Array, contrast: Float32Array) -> Flags:
    """Return the tiles (gy, gx) of a frame that are not clipped; all, where nearly all are."""
    unclipped: Flags = tiles.max(-1) + contrast < _CLIPPED
    return unclipped if unclipped.mean() >= _MIN_UNCLIPPED_SHARE else np.ones_like(unclipped)


def _change(tiles: Float32Array, gain: Float32Array, offset: Float32Array) -> float:
    """Return by how much new levels change a frame in the mean, in the channel of most."""
    return float(np.abs(tiles * (gain - 1) + offset).mean((0, 1)).max())


def _fit(
    actual: Float32Array, target: Float32Array, variation: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Return (3,) gain and offset that lead from tiles (n, 3) to others.

    Least squares, reweighted (Tukey's biweight), each tile by how much it has ``variation`` (n,). An
    exposure is a gain alone; an offset is added where it explains clearly more.
    """
    gains, offsets = np.ones(3, np.float32), np.zeros(3, np.float32)
    weights: Float32Array = np.asarray(1 / (variation + 0.5) ** 2, np.float32)
    for channel in range(3):
        x, y = actual[:, channel], target[:, channel]
        gain_only = _robust_fit(x, y, weights, affine=False)
        affine = _robust_fit(x, y, weights, affine=True)
        error, affine_error = (_error(x, y, weights, *fit) for fit in (gain_only, affine))
        gain, offset = affine if affine_error < _AFFINE_GAIN * error - 0.1 else gain_only
        gains[channel], offsets[channel] = np.clip(gain, 0.25, 4.0), offset
    return gains, offsets


def _error(
    x: Float32Array, y: Float32Array, weights: Float32Array, gain: float, offset: float
) -> float:
    """Return the mean error of a fit, levels."""
    return float(np.average(np.abs(y - gain * x - offset), weights=weights))


def _robust_fit(
    x: Float32Array, y: Float32Array, base_weights: Float32Array, *, affine: bool
) -> tuple[float, float]:
    """Return gain and offset of a robust fit of y to x."""
    weights, gain, offset = base_weights, 1.0, 0.0
    for _ in range(_IRLS_ROUNDS):
        total = max(float(weights.sum()), 1e-9)
        mx, my = (float((weights * v).sum()) / total if affine else 0.0 for v in (x, y))
        power = float((weights * (x - mx) ** 2).sum()) / total
        gain = float((weights * (x - mx) * (y - my)).sum()) / total / power if power > 1 else 1.0
        offset = my - gain * mx
        # in units of what each tile may be off by
        residual = np.abs(y - gain * x - offset) * np.sqrt(base_weights)
        scale = 4.685 * max(1.4826 * float(np.median(residual)), 1e-3)
        weights = base_weights * np.maximum(1 - (residual / scale) ** 2, 0) ** 2
    return gain, offset


def apply_levels(frame: UInt8Array, gain: Float32Array, offset: Float32Array) -> UInt8Array:
    """Return the frame with ``gain`` and ``offset`` (3,) on its channels."""
    ramp = np.arange(256, dtype=np.float32)[:, None]
    table = np.clip(ramp * gain + offset + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(frame, table[None]), np.uint8)


def clipped_area(frame: UInt8Array, gain: Float32Array) -> UInt8Array | None:
    """Return where (H, W, 3) a frame too bright lost its lights, 0 to 255; None if nowhere.

    New levels make them grey: what they were, at least as bright as that, has to be rebuilt.
    """
    clipped = (frame >= _CLIPPED) & (gain < 1)
    if clipped.mean() < _MIN_CLIPPED_SHARE:
        return None
    mask = cv2.dilate(clipped.view(np.uint8) * np.uint8(255), np.ones((5, 5), np.uint8))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.0), np.uint8)
