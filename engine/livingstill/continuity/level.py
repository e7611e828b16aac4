"""Frames whose only fault is their level: brightness and colour set back to their neighbours'."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.model import Bytes, Floats

Flags = NDArray[np.bool_]

_NOTABLE = 0.5
"""Levels by which a frame's mean or spread must be off for its level to be the fault."""
_GRAIN = 0.12
"""How far detail, relative to contrast, may differ from the neighbours': more is another fault."""
_LEFT = 0.45
"""Share of the worst tiles' error that new levels may leave: more, and a part of it is off."""
_SLIGHT = 1.2
_ALONE = 0.04
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def levels(frame: Bytes) -> Floats:
    """Return (3, 2) float32: mean and standard deviation of R, G and B, of every other pixel."""
    mean, spread = cv2.meanStdDev(np.ascontiguousarray(frame[::2, ::2]))
    return np.concatenate([mean, spread], axis=1).astype(np.float32)


def wanted(found: Floats, bad: Flags) -> Floats:
    """Return (T, 3, 2) levels in which those of ``bad`` frames lead evenly from good to good."""
    good = np.flatnonzero(~bad)
    out = found.copy()
    times = np.flatnonzero(bad)
    for channel, figure in np.ndindex(found.shape[1:]):
        out[times, channel, figure] = np.interp(times, good, found[good, channel, figure])
    return out


def healable(found: Floats, luma: Floats, detail: Floats, bad: Flags) -> tuple[Flags, Flags]:
    """Tell which ``bad`` frames (T,) are off in level alone, all over alike; and which are sound.

    ``found`` is (T, 3, 2) ``levels``; ``luma`` (T, gy, gx) the mean luma of tiles; ``detail`` (T,)
    the mean difference of neighbouring pixels, which grows with contrast and with nothing else
    if the picture itself is sound.
    """
    if bad.all() or not bad.any():
        return np.zeros_like(bad), np.zeros_like(bad)
    aim = wanted(found, bad)
    good, times = np.flatnonzero(~bad), np.arange(len(bad))
    crisp = np.log((detail + 0.05) / (found[..., 1].mean(1) + 1e-3))
    usual = np.interp(times, good, crisp[good])
    whole = bad & (np.abs(crisp - usual) < _GRAIN)
    off = np.abs(found - aim).max((1, 2)) > _NOTABLE
    steps = np.quantile(np.abs(np.diff(luma, axis=0)), 0.97, axis=(1, 2))
    habit = float(np.median(steps[~bad[1:] & ~bad[:-1]])) if len(good) > 2 else 0.0
    for t in map(int, np.flatnonzero(whole)):
        before, after = good[good < t][-1:], good[good > t][:1]
        ends = [int(i) for i in (*before, *after)]
        share = (t - ends[0]) / max(1, ends[-1] - ends[0])
        truth = luma[ends[0]] * (1 - share) + luma[ends[-1]] * share
        have, want = _LUMA @ found[t], _LUMA @ aim[t]
        set_back = (luma[t] - have[0]) * (want[1] / max(float(have[1]), 0.5)) + want[0]
        was, left = (float(np.quantile(np.abs(x - truth), 0.97)) for x in (luma[t], set_back))
        moved = min(4, int(np.abs(good - t).min())) * habit
        whole[t] = left < max(_SLIGHT, _LEFT * was, 1.5 * moved)
    return whole & off, whole & ~off


def relevel(frame: Bytes, have: Floats, want: Floats) -> Bytes:
    """Return the frame with the levels ``want`` instead of ``have``, both (3, 2)."""
    gain = np.clip(want[:, 1] / np.maximum(have[:, 1], 0.5), 0.25, 4.0)
    exposure = np.clip(want[:, 0] / np.maximum(have[:, 0], 0.5), 0.25, 4.0)
    # clipped lights narrow the spread: an exposure that explains nearly all is taken for all
    simple = np.abs(exposure / gain - 1) < _ALONE
    gain = np.where(simple, exposure, gain)
    ramp = np.arange(256, dtype=np.float32)[:, None]
    table = np.clip((ramp - have[:, 0]) * gain + want[:, 0] + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(frame, table[None]), np.uint8)
