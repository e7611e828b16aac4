"""Statistics that detectors share: runs, per-tile baselines, clusters beyond them, isolation in time.

Natural clips differ by orders of magnitude in how much they change (a candle, a flag in a storm),
so nearly every limit is a multiple of the clip's own median or median absolute deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Finding, Flags, mark
from livingstill.quality.faults.kinds import FaultKind
from livingstill.quality.no_reference import Series

MAD = 1.4826
"""Standard deviations of a Gaussian in one median absolute deviation."""
WHOLE_PICTURE = 0.4
"""Share of the tiles from which a change counts as one of the whole picture."""

_FAULT_FRAMES = 24
"""Number of bad frames above which their measurements count as the clip's baseline."""
_EDGE_STRENGTH, _EDGE_AREA, _EDGE_TILES = 3.0, 0.1, 0.25
"""Strength that a burst needs of which so many tiles lie at the frame's edge, if it takes no more of
the picture than that: a finger, a head or a branch comes in there."""
_SIDE_FRAMES, _SIDE_RATIO = 3, 0.5
"""Frames before and after a fault, at least, in which the tiles around must be below this share of it."""


def all_tiles(series: Series) -> Flags:
    """Return (gy, gx) true flags."""
    return np.ones(series.grid, bool)


def minimum_tiles(tiles: int) -> int:
    """Return the fewest tiles that make a fault: fewer are a glint, a spark, a leaf."""
    return min(tiles, max(2, round(0.025 * tiles)))


def runs(flags: Flags, gap: int = 0) -> Iterator[tuple[int, int]]:
    """Yield first and last index of each run of true flags, bridging ``gap`` false ones.

    >>> list(runs(np.array([0, 1, 1, 0, 1, 0, 0, 1], bool), gap=1))
    [(1, 4), (7, 7)]
    """
    indices = np.flatnonzero(flags)
    if indices.size == 0:
        return
    breaks = np.flatnonzero(np.diff(indices) > gap + 1)
    for first, last in zip(
        np.r_[indices[0], indices[breaks + 1]], np.r_[indices[breaks], indices[-1]]
    ):
        yield int(first), int(last)


def clustered_tiles(flags: Flags) -> Flags:
    """Return the flags (gy, gx) that have another among their eight neighbours."""
    neighbours = cv2.boxFilter(
        flags.astype(np.float32), -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    out: Flags = flags & (neighbours > 1.5)
    return out


def same_sign(values: Float32Array) -> bool:
    """Return whether the tiles (n, axes) change the same way along their strongest axis."""
    axis = int(np.abs(values.mean(0)).argmax())
    total = float(np.abs(values[:, axis]).sum())
    return abs(float(values[:, axis].sum())) > 0.75 * total


def running_median(values: Float32Array, reach: int) -> Float32Array:
    """Return the median of (T, ...) over ``reach`` frames to either side."""
    count = len(values)
    out: Float32Array = np.stack(
        [
            np.median(values[max(0, t - reach) : min(count, t + reach + 1)], axis=0)
            for t in range(count)
        ]
    )
    return out


def second_difference(values: Float32Array) -> Float32Array:
    """Return by how much each frame of (T, ...) leaves the mean of its two neighbours, 0 at the ends."""
    bend = np.zeros_like(values)
    bend[1:-1] = values[1:-1] - (values[:-2] + values[2:]) / 2
    return bend


def level_planes(series: Series) -> Float32Array:
    """Return (T, gy, gx, 3): 40 times the logarithm of luma (+ 8 levels), then Cr and Cb."""
    log = 40 * np.log(series.luma + 8)[..., None]
    return np.concatenate([log, series.chroma], axis=-1)


def baseline_quantile(count: int) -> float:
    """Return the quantile that estimates a baseline over ``count`` frames despite a fault in them.

    >>> baseline_quantile(40), baseline_quantile(1000)
    (0.75, 0.9)
    """
    return min(0.9, max(0.75, 1 - _FAULT_FRAMES / count))


def neighbourhood_baseline(baseline: Float32Array) -> Float32Array:
    """Return (gy, gx) baselines, no less than a third of the largest neighbour's."""
    neighbour_maximum = cv2.dilate(baseline.astype(np.float32), np.ones((3, 3), np.uint8))
    return np.maximum(baseline, np.asarray(neighbour_maximum) / 3)


def most_active_level(ratio: Float32Array) -> Float32Array:
    """Return (T,) the n-th largest of the tiles (T, gy, gx), n the fewest that make a fault."""
    flat = np.sort(ratio.reshape(len(ratio), -1), axis=1)
    return np.asarray(flat[:, -minimum_tiles(ratio[0].size)])


def residual_scale(series: Series) -> float:
    """Return a factor on limits for clips of irregular motion, as of flames: 1 = regular.

    Where the most active tiles of ordinary frames exceed their own baselines by far, any part of
    the picture is an outlier now and then by chance.
    """
    residual = np.nan_to_num(series.residual)
    ratio = residual / (2.2 * neighbourhood_baseline(np.median(residual[1:], axis=0)) + 1.2)
    top = most_active_level(ratio)
    return max(1.0, float(np.quantile(top, baseline_quantile(len(top))) ** 1.5))


def exceeds_baseline(ratio: Float32Array, scale: float) -> Flags:
    """Return where (T, gy, gx) ratios exceed 1 and what their neighbourhood often reaches.

    Flames, spray and flags throw outliers into the tiles around them, so the baseline is that of
    the most active tile within two; and where the most active tiles of most frames come near the
    limit, it rises for all. ``scale`` is the clip's ``residual_scale``.
    """
    return np.stack([clustered_tiles(flags) for flags in ratio > baseline_bar(ratio, scale)])


def baseline_bar(ratio: Float32Array, scale: float) -> Float32Array:
    """Return (gy, gx) the bar of ``exceeds_baseline``."""
    rank = baseline_quantile(len(ratio))
    top = np.quantile(ratio, rank, axis=0).astype(np.float32)
    dilated = np.asarray(cv2.dilate(top, np.ones((5, 5), np.uint8)))
    activity = float(np.quantile(most_active_level(ratio), rank))
    return np.asarray(scale * np.maximum(max(1.0, 1.7 * activity), 2.0 * dilated), np.float32)


def exceeds_baseline_count(over: Flags) -> Flags:
    """Return the frames (T,) in which enough tiles of (T, gy, gx) are over, and 2.5 times the baseline."""
    count = over.sum((1, 2))
    limit = 2.5 * np.quantile(count, baseline_quantile(len(count)))
    return np.asarray((count >= minimum_tiles(over[0].size)) & (count > limit))


def is_isolated(
    values: Float32Array,
    tiles: Flags,
    first: int,
    last: int,
    explained: Flags,
    reach: int = 2,
    area: float | None = None,
) -> bool:
    """Return whether what is odd in ``tiles`` of frames ``first`` to ``last`` arose and ended there.

    ``values`` (T, gy, gx) are held against the frames before and after, within ``reach`` tiles:
    whoever walks into the picture, or the tip of a flag, surprises a tile and not its neighbour.
    What is odd nearly everywhere at once came from nowhere: ``area`` is the largest share of the
    tiles in one frame, that of ``tiles`` if None.
    """
    if (tiles.mean() if area is None else area) >= WHOLE_PICTURE:
        return True
    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    dilated = np.stack([cv2.dilate(v, window)[tiles] for v in values])
    inside = float(dilated[first : last + 1].max(0).mean())
    length = max(_SIDE_FRAMES, last + 1 - first)
    sides = slice(max(1, first - length), first), slice(last + 1, last + 1 + length)
    return all(
        len(dilated[side]) > 1 and float(dilated[side].max(0).mean()) < _SIDE_RATIO * inside
        for side in sides
        if not explained[side].any()
    )


def local_bursts(
    ratio: Float32Array,
    values: Float32Array,
    scale: float,
    explained: Flags,
    kind: FaultKind,
    finish: Callable[[Finding], Finding],
) -> Iterator[Finding]:
    """Yield runs of frames in which clusters of tiles exceed their limits, and not their surround.

    ``ratio`` (T, gy, gx) is what speaks for a fault, in limits; ``values`` what there is in all;
    ``finish`` turns a run of steps into a run of bad frames.
    """
    excluded = explained.copy()
    over = exceeds_baseline(ratio, scale)
    bad = exceeds_baseline_count(over) & ~excluded
    bad[:2] = False  # the step after a key frame, while the coder settles
    for first, last in runs(bad, gap=2):
        tiles = np.asarray(over[first : last + 1].any(0))
        strength = float(ratio[first : last + 1][:, tiles].max())
        start, end = _widen_run(ratio[:, tiles].mean(1), first, last, excluded)
        area = float(over[first : last + 1].mean((1, 2)).max())
        if may_come_in(tiles, strength, area):
            continue
        if is_isolated(values, tiles, start, end, excluded, area=area):
            finding = finish(Finding(kind, start, end, tiles, strength))
            yield finding
            mark(excluded, finding)


def may_come_in(tiles: Flags, strength: float, area: float) -> bool:
    """Return whether what is odd in ``tiles`` (gy, gx) may be something that comes into the frame.

    ``area`` is the largest share of the tiles in one frame.
    """
    edge = tiles.copy()
    edge[1:-1, 1:-1] = False
    at_edge = edge.sum() >= _EDGE_TILES * tiles.sum()
    return bool(at_edge) and strength < _EDGE_STRENGTH and area < _EDGE_AREA


def _widen_run(level: Float32Array, first: int, last: int, explained: Flags) -> tuple[int, int]:
    """Return the run with the neighbours that belong to it: well above the usual level."""
    median = float(np.median(level))
    high = max(median + 0.3 * (float(level[first : last + 1].max()) - median), 2 * median)
    while first > 2 and level[first - 1] > high and not explained[first - 1]:
        first -= 1
    while last < len(level) - 1 and level[last + 1] > high and not explained[last + 1]:
        last += 1
    return first, last


def pattern_correlation(a: Float32Array, b: Float32Array) -> Float32Array:
    """Return (n,) the correlation over tiles of maps (n, gy, gx): 1 where a scene stays as it is."""
    a = a.reshape(len(a), -1) - a.mean((1, 2))[:, None]
    b = b.reshape(len(b), -1) - b.mean((1, 2))[:, None]
    product, power = (a * b).sum(1), (a * a).sum(1) * (b * b).sum(1)
    return np.asarray((product + 1) / (np.sqrt(power) + 1), np.float32)  # of flat maps 1
