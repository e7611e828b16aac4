"""A long photo in overlapping windows, so that a network sees each part at its usual size and shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from livingstill.core.model import Float32Array, UInt8Array

LONG = 2.4
"""Long side over short side from which on a photo is looked at in windows."""

_SHAPE = 1.8
"""Long side over short side of a window."""

_OVERLAP = 0.3
"""Share of a window that the next one sees too, at least."""


def windows(width: int, height: int) -> list[slice]:
    """Return the parts of a photo's long side, in pixels, that are looked at one by one.

    >>> windows(1500, 1000)
    [slice(0, 1500, None)]
    >>> windows(4000, 1000)
    [slice(0, 1800, None), slice(1100, 2900, None), slice(2200, 4000, None)]
    """
    long, short = max(width, height), min(width, height)
    if long < LONG * short:
        return [slice(0, long)]
    size = round(_SHAPE * short)
    count = 1 + ceil((long - size) / ((1 - _OVERLAP) * size))
    starts = (round(i * (long - size) / (count - 1)) for i in range(count))
    return [slice(start, start + size) for start in starts]


def crop(rgb: UInt8Array, part: slice) -> UInt8Array:
    """Return the part (h, w, 3) of a photo along its long side."""
    return np.ascontiguousarray(rgb[:, part] if rgb.shape[1] >= rgb.shape[0] else rgb[part])


def join(answers: Sequence[Float32Array], parts: Sequence[slice], *, upright: bool) -> Float32Array:
    """Return the answers for windows (..., h, w) as one for the photo, cross-faded where they overlap.

    ``upright`` says that the photo is higher than wide. All answers have one size.
    """
    if len(answers) == 1:
        return answers[0]
    turned = [np.swapaxes(a, -1, -2) if upright else a for a in answers]
    window = turned[0].shape[-1]
    scale = window / (parts[0].stop - parts[0].start)
    length = round(parts[-1].stop * scale)
    shape = (*turned[0].shape[:-1], length)
    total, weight = np.zeros(shape, np.float32), np.zeros(length, np.float32)
    place = (np.arange(window, dtype=np.float32) + np.float32(0.5)) / np.float32(window)
    ramp = np.minimum(np.minimum(place, 1 - place) / np.float32(_OVERLAP), 1)
    for answer, part in zip(turned, parts):
        start = min(round(part.start * scale), length - window)
        total[..., start : start + window] += answer * ramp
        weight[start : start + window] += ramp
    joined = total / weight
    return np.ascontiguousarray(np.swapaxes(joined, -1, -2) if upright else joined, np.float32)
