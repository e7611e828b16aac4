"""The track of a clip's camera without the tremor of the hand and of the fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from livingstill.jobs.rescue.camera_track import Track
from livingstill.jobs.rescue.point_tracks import Float64Array

_SMOOTHING_SECONDS = 0.15
_LEAST_ROLL, _ROLL_TELLS, _ROLLS_AGREE = 2.0, 0.25, 0.8
"""Degrees up to which a roll may be the drift of a chain: a horizon would rather stay level. But a short
way is one chain: there it is seen from this share of what the frame's edge goes, where the camera's roll and
the picture's agree, cosine."""


def smooth(path: Track, fps: float, periodic: bool) -> Track:
    """Return a track without tremor (Gaussian, 0.15 s) from the first frame on; periodic, it returns."""
    sigma = _SMOOTHING_SECONDS * fps

    def one(values: Float64Array) -> Float64Array:
        values = values - values[0]
        if periodic:
            values = values - values[-1] * np.linspace(0, 1, len(values))
        line = values[-1] * np.linspace(0, 1, len(values))
        around = values - line
        filtered = _without_tremor(around, sigma)
        # twicing (Tukey, 1977) gives back what a turn lost, so that a way out and back keeps its length
        return np.asarray(line + filtered + _without_tremor(around - filtered, sigma), np.float64)

    picture, roll = path.picture, one(path.roll)
    level = float(np.ptp(path.roll)) <= _LEAST_ROLL
    if level and picture is not None:
        level = not _is_roll_seen(
            roll, one(picture.roll), float(path.displacement.max(initial=0.0))
        )
    return replace(
        path,
        x=one(path.x),
        y=one(path.y),
        zoom=np.exp(one(np.log(path.zoom))),
        roll=np.zeros_like(path.roll) if level else roll,
        parallax_x=one(path.parallax_x),
        parallax_y=one(path.parallax_y),
        approach=one(path.approach),
        picture=None if picture is None else smooth(picture, fps, periodic),
    )


def _is_roll_seen(roll: Float64Array, picture: Float64Array, way: float) -> bool:
    """Return whether a slight roll (T,), degrees, is a good part of the way, and the picture's (T,) too."""
    agree = float(roll @ picture) > _ROLLS_AGREE * float(
        np.linalg.norm(roll) * np.linalg.norm(picture)
    )
    return agree and float(np.radians(np.ptp(roll))) / 2 > _ROLL_TELLS * way


def _without_tremor(values: Float64Array, sigma: float) -> Float64Array:
    """Return values (T,) that begin and end at 0, filtered; odd reflection about both ends keeps them."""
    padded = np.concatenate([-values[:0:-1], values, -values[-2::-1]])
    filtered = gaussian_filter1d(padded, sigma, mode="nearest")
    return np.asarray(filtered[len(values) - 1 : 2 * len(values) - 1], np.float64)
