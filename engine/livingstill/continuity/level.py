"""Frames whose only fault is their level: brightness and colour set back to their neighbours'."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.model import Bytes, Floats

Flags = NDArray[np.bool_]

_NOTABLE = 0.5
"""Levels by which a frame's mean must be off for its level to be the fault."""
_GRAIN = 0.12
"""How far detail, relative to contrast, may differ from the neighbours': more is another fault."""


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


def healable(found: Floats, detail: Floats, bad: Flags) -> Flags:
    """Tell which ``bad`` frames (T,) are off in level alone.

    ``found`` is (T, 3, 2) ``levels``; ``detail`` (T,) the mean difference of neighbouring pixels,
    which grows with contrast and with nothing else if the picture itself is sound.
    """
    if bad.all() or not bad.any():
        return np.zeros_like(bad)
    aim = wanted(found, bad)
    contrast = found[..., 1].mean(1) + 1e-3
    crisp = np.log((detail + 0.05) / contrast)
    good = np.flatnonzero(~bad)
    usual = np.interp(np.arange(len(bad)), good, crisp[good])
    off = np.abs(found - aim).max((1, 2))
    out: Flags = bad & (off > _NOTABLE) & (np.abs(crisp - usual) < _GRAIN)
    return out


def relevel(frame: Bytes, have: Floats, want: Floats) -> Bytes:
    """Return the frame with the levels ``want`` instead of ``have``, both (3, 2)."""
    gain = np.clip(want[:, 1] / np.maximum(have[:, 1], 0.5), 0.25, 4.0)
    ramp = np.arange(256, dtype=np.float32)[:, None]
    table = np.clip((ramp - have[:, 0]) * gain + want[:, 0] + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(frame, table[None]), np.uint8)
