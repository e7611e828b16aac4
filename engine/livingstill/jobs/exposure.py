"""Exposure matched across photos: each one's middle tones brought towards the set's, white kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import UInt8Array
from livingstill.imaging import exact, image
from livingstill.imaging.srgb import decode_srgb
from livingstill.photo import read

MAX_STOPS = 1.25
"""Most that a photo is made brighter or darker: beyond, noise is seen, or a dusk becomes a day."""

_SIDE = 256
"""Long side of the picture whose luminance is measured, pixels."""

_DARK, _CLIPPED = 0.004, 0.9
"""Linear luminance of what is black or a bright window, which says nothing of a room's exposure."""

_STEPS = 20
"""Steps of the result per stop: what is finer is not seen, and would make finished clips outdated."""

_LUMA = (0.2126, 0.7152, 0.0722)


def luminance(rgb: UInt8Array) -> float:
    """Return the median linear luminance, 0..1, of a photo's pixels that are neither black nor clipped.

    Parameters
    ----------
    rgb : (H, W, 3) uint8, sRGB
    """
    small = image.downscale(rgb, _SIDE, min_side=1)
    table = decode_srgb(np.arange(256) / 255)
    light = sum(weight * table[small[..., c]] for c, weight in enumerate(_LUMA))
    values = np.asarray(light)
    used = values[(values > _DARK) & (values < _CLIPPED)]
    return float(exact.percentile(used if used.size else values.ravel(), 50))


def luminance_of(path: Path, max_pixels: int = 200_000_000) -> float | None:
    """Return ``luminance`` of the photo in a file, read small; None if it cannot be read."""
    try:
        photo = read.read_photo(path, max_pixels=max_pixels, min_long_side=_SIDE)
    except InputError:
        return None
    return luminance(photo.rgb)


def common_luminance(values: Sequence[float]) -> float:
    """Return the median of photos' luminances."""
    return float(exact.percentile(np.asarray(values, np.float64), 50))


def midtones_to(value: float, target: float) -> float:
    """Return the ``midtones`` setting, in stops, that brings a luminance to a target, within limits.

    >>> midtones_to(0.1, 0.2), midtones_to(0.2, 0.2), midtones_to(0.01, 0.5)
    (1.15, 0.0, 1.25)
    """
    low, high = 1e-4, 1 - 1e-4
    now, wanted = (min(high, max(low, one)) for one in (value, target))
    stops = math.log2(wanted * (1 - now) / (now * (1 - wanted)))
    return round(min(MAX_STOPS, max(-MAX_STOPS, stops)) * _STEPS) / _STEPS + 0.0


def match(luminances: Sequence[float | None], target: float | None = None) -> list[float]:
    """Return the ``midtones`` of each photo of a set, 0 where its luminance is not known.

    ``target`` is by default the set's ``common_luminance``.
    """
    known = [value for value in luminances if value is not None]
    if not known:
        return [0.0] * len(luminances)
    goal = common_luminance(known) if target is None else target
    return [0.0 if value is None else midtones_to(value, goal) for value in luminances]
