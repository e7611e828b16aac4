"""The weights of the points between which a picture is sampled, in whole numbers, by where it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA

PHASES = 1024
"""Steps from one pixel to the next in which a sample's position is told."""

WHOLE = 16384
"""What the weights of a sample add up to."""


def catmull_rom(t: Any) -> tuple[Any, Any, Any, Any]:
    """Return the weights of four points, ``t`` past the second (Catmull and Rom, 1974)."""
    one, half, two = np.float32(1), np.float32(0.5), np.float32(2)
    s = t * t
    a, d = half * t * (two * t - one - s), half * s * (t - one)
    b = one + half * s * (np.float32(3) * t - np.float32(5))
    return a, b, one - a - b - d, d


def _words(*weights: Float32Array) -> PackedRGBA:
    """Return weights (n,) of as many points, two to a word, (n, points / 2) uint32.

    They are rounded to 1/16384; the largest takes up what that misses, so that a flat area keeps its
    colour.
    """
    rounded = np.rint(np.stack(weights, axis=1) * np.float32(WHOLE)).astype(np.int32)
    largest = rounded.argmax(axis=1)
    rounded[np.arange(len(rounded)), largest] += WHOLE - rounded.sum(axis=1)
    return np.asarray(rounded.astype(np.int16).view(np.uint32), np.uint32)


def _cubic_weights() -> PackedRGBA:
    """Return the weights inside a picture, then at its first two pixels, then at its last two.

    No point lies beyond the border, where the last pixel repeats: its weights are added up.
    """
    t = np.arange(PHASES + 1, dtype=np.float32) / np.float32(PHASES)
    a, b, c, d = catmull_rom(t)
    none = np.zeros_like(t)
    return np.concatenate(
        [_words(a, b, c, d), _words(a + b, c, d, none), _words(none, a, b, c + d)]
    )


CUBIC = _cubic_weights()
"""(3 (PHASES + 1), 2) uint32: the weights of four points, by phase and by how near the border is."""
