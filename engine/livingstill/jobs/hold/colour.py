"""The colours of a frame brought to those of the still: a map of RGB, and gains that vary slowly."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging.image import reduced_size
from livingstill.jobs.hold.track import Matrix

_SIDE = 160
"""Pixels of the long side at which colours are compared."""
_DARK, _BRIGHT = 3.0, 251.0
"""Levels between which a colour is not clipped."""
_WINDOW = 3.0
_FLAT = 2.0
"""Standard deviation, levels, below which a place is flat, and only its colour can tell it."""
_ALIKE, _SURE = 0.5, 0.85
"""Local correlation from which on a place shows the same, and from which on certainly so."""
_RIDGE = 4.0
"""Variance, levels squared, that colours must have for their gain to be told."""
_FIELD = 14.0
"""Places along the long side that the field tells apart."""
_SLOW_STEP = 7
"""One in so many pixels tells what varies slowly."""
_SLOW_RIDGE = 30.0
"""Variance, levels squared, that a gain which varies over the whole picture must explain to be believed."""
_CELL = 8
"""Pixels of a cell of its grid."""
_FIELD_TRUST, _MEAN_POWER = 0.1, 60.0**2
"""Weight, at a usual mean square of levels, that draws the field to nothing where little corresponds."""
_MAX_GAIN = 0.3
_ROUNDS = 5
_LEAST_SHARE = 0.04
"""Share of the picture that must correspond for its colours to be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A frame looked up at the still's places: ``rgb`` (h, w, 3) float32, and how surely each shows
    the same, ``weight`` (h, w) float32 0..1."""

    rgb: Float32Array
    weight: Float32Array


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What brings a frame's colours to the still's.

    ``affine`` (3, 4) float32 of RGB levels, and ``curve`` (3, 3) of what bends between black and white,
    x (255 - x) / 255; then ``field``, a coarse grid (gh, gw, 3) float32 over the
    still, the gains there less 1; ``shift`` (3,) is the mean change, ``trust`` 0..1 the share of the
    picture it rests on.
    """

    affine: Float32Array
    curve: Float32Array
    field: Float32Array
    shift: Float32Array
    trust: float


class Comparison:
    """Compares frames with a still at a small size; ``still`` is (H, W, 3) uint8."""

    def __init__(self, still: UInt8Array) -> None:
        self.size = reduced_size(still.shape, _SIDE, 8)
        self.grid = max(2, self.size[0] // _CELL), max(2, self.size[1] // _CELL)
        self.scale = self.size[0] / still.shape[1], self.size[1] / still.shape[0]
        small = cv2.resize(still, self.size, interpolation=cv2.INTER_AREA)
        self.still = small.astype(np.float32)
        self._luma = np.asarray(cv2.cvtColor(self.still, cv2.COLOR_RGB2GRAY), np.float32)

    def sample(self, frame: UInt8Array, place: Matrix) -> Sample:
        """Return the frame as the still lies in it, by the homography ``place`` from still to frame."""
        small = cv2.resize(frame, self.size, interpolation=cv2.INTER_AREA).astype(np.float32)
        inside = np.ones(self.size[::-1], np.float32)
        if not np.array_equal(place, np.eye(3)):
            matrix, flags = self.reduced(place), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            small = np.asarray(
                cv2.warpPerspective(
                    small, matrix, self.size, flags=flags, borderMode=cv2.BORDER_REPLICATE
                ),
                np.float32,
            )
            inside = np.asarray(
                cv2.warpPerspective(inside, matrix, self.size, flags=flags), np.float32
            )
        weight = self._correspondence(small) * (inside > 0.99)
        return Sample(small, np.asarray(weight, np.float32))

    def reduced(self, place: Matrix) -> Matrix:
        """Return a homography at the size of the comparison, pixel centres at whole numbers."""
        x, y = self.scale
        scaling = np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])
        return np.asarray(scaling @ place @ np.linalg.inv(scaling))

    def _correspondence(self, small: Float32Array) -> Float32Array:
        """Return (h, w) how surely each place of a picture shows what the still does there."""
        luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)

        def mean(values: Float32Array) -> Float32Array:
            return np.asarray(cv2.GaussianBlur(values, (0, 0), _WINDOW), np.float32)

        ours, theirs = luma - mean(luma), self._luma - mean(self._luma)
        a, b = mean(ours * ours), mean(theirs * theirs)
        correlation = mean(ours * theirs) / np.sqrt(np.maximum(a * b, 1e-6))
        structured = np.clip((correlation - _ALIKE) / (_SURE - _ALIKE), 0, 1)
        flat = (np.maximum(a, b) < _FLAT**2).astype(np.float32)
        weight = np.maximum(structured * (np.minimum(a, b) > 0.5), 0.5 * flat)
        clipped = (np.minimum(small, self.still).min(-1) < _DARK) | (
            np.maximum(small, self.still).max(-1) > _BRIGHT
        )
        return np.asarray(weight * ~clipped, np.float32)

    def correct(self, sample: Sample) -> Correction | None:
        """Return what brings a sample's colours to the still's; None if too little corresponds.

        Gains that vary slowly over the picture are fitted together with a map, for colours have their
        places: a map by itself would take up some of them. The map is then the robust least squares fit (Tukey's
        biweight) that strays from the identity only where colours vary enough to tell; the field
        are the slow gains, and local ones of what both leave.
        """
        trust = float(sample.weight.mean())
        if trust < _LEAST_SHARE:
            return None
        y = self.still.reshape(-1, 3)
        x = np.concatenate([sample.rgb, _bend(sample.rgb)], axis=-1).reshape(-1, 6)
        base = sample.weight.ravel().astype(np.float64)
        slow = self._slow_gains(x, y, base)
        matrix, weight = _fit_robustly(x, y / slow, base)
        mapped = ((x @ matrix[:, :6].T + matrix[:, 6]) * slow).reshape(self.still.shape)
        kept: Float32Array = weight.reshape(self.still.shape[:2]).astype(np.float32)
        gains = slow.reshape(self.still.shape) * self._gains(mapped.astype(np.float32), kept)
        field = cv2.resize(gains.astype(np.float32) - 1, self.grid, interpolation=cv2.INTER_AREA)
        shift = np.average(y - x[:, :3], axis=0, weights=np.maximum(weight, 1e-9))
        return Correction(
            np.asarray(matrix[:, [0, 1, 2, 6]], np.float32),
            np.asarray(matrix[:, 3:6], np.float32),
            np.asarray(np.clip(field, -_MAX_GAIN, _MAX_GAIN), np.float32),
            np.asarray(shift, np.float32),
            trust,
        )

    def _slow_gains(self, x: Float32Array, y: Float32Array, weight: np.ndarray) -> np.ndarray:
        """Return (n, 3) gains, quadratic over the picture, that leave a map of its colours least to do.

        Robust ridge regression of y (n, 3) on x (n, 6) and on each channel times the terms of the
        place, towards y = x.
        """
        down, across = np.mgrid[-1 : 1 : 1j * self.size[1], -1 : 1 : 1j * self.size[0]]
        terms = np.stack([across, down, across**2, across * down, down**2], -1).reshape(-1, 5)
        terms -= np.average(terms, axis=0, weights=weight + 1e-12)
        ridge = np.array([_RIDGE] * 6 + [_SLOW_RIDGE] * 5)
        gains = np.ones((len(x), 3))
        some = np.arange(0, len(x), _SLOW_STEP)
        for channel in range(3):
            column = slice(channel, channel + 1)
            features = np.concatenate([x[some], x[some, column] * terms[some]], axis=1)
            start = np.eye(1, 11, channel)
            matrix, _ = _fit_robustly(features, y[some, column], weight[some], start, ridge)
            gains[:, channel] += terms @ matrix[0, 6:11]
        return np.clip(gains, 1 - _MAX_GAIN, 1 + _MAX_GAIN)

    def _gains(self, mapped: Float32Array, weight: Float32Array) -> Float32Array:
        """Return (h, w, 3) the local gains that a picture still lacks, by least squares."""
        sigma = max(self.size) / _FIELD / 2
        left, power = (
            cv2.GaussianBlur(values * mapped * weight[..., None], (0, 0), sigma)
            for values in (self.still - mapped, mapped)
        )
        return np.asarray(1 + left / (power + _FIELD_TRUST * _MEAN_POWER), np.float32)

    def difference(self, rgb: Float32Array, weight: Float32Array) -> float:
        """Return the mean colour difference (CIE 1976) of two pictures where they correspond.

        Both are smoothed, so that noise is no difference of colour.
        """
        ours, theirs = (
            cv2.cvtColor(
                np.clip(cv2.GaussianBlur(picture, (0, 0), _WINDOW), 0, 255) / np.float32(255),
                cv2.COLOR_RGB2LAB,
            )
            for picture in (rgb, self.still)
        )
        return float(np.average(np.linalg.norm(ours - theirs, axis=-1), weights=weight + 1e-9))


def _bend(rgb: Float32Array) -> Float32Array:
    """Return x (255 - x) / 255 of every level."""
    return np.asarray(rgb * (1 - rgb * np.float32(1 / 255)), np.float32)


def _mapped(rgb: Float32Array, correction: Correction) -> Float32Array:
    bent = cv2.transform(_bend(rgb), correction.curve)
    return np.asarray(cv2.transform(rgb, correction.affine) + bent, np.float32)


def corrected(rgb: Float32Array, correction: Correction) -> Float32Array:
    """Return a sample's colours (h, w, 3) as a correction leaves them."""
    field = cv2.resize(correction.field, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(_mapped(rgb, correction) * (1 + field), np.float32)


def apply(
    frame: UInt8Array, correction: Correction, place: Matrix, comparison: Comparison
) -> UInt8Array:
    """Return a frame, (H, W, 3) uint8, in the still's colours."""
    field = cv2.resize(correction.field, comparison.size, interpolation=cv2.INTER_CUBIC)
    if not np.array_equal(place, np.eye(3)):
        field = cv2.warpPerspective(
            field, comparison.reduced(place), comparison.size, borderMode=cv2.BORDER_REPLICATE
        )
    values = _mapped(frame.astype(np.float32), correction)
    values = values * (1 + cv2.resize(field, frame.shape[1::-1], interpolation=cv2.INTER_LINEAR))
    return np.asarray(np.clip(values + np.float32(0.5), 0, 255).astype(np.uint8))


def _fit_robustly(
    x: Float32Array,
    y: np.ndarray,
    base: np.ndarray,
    start: np.ndarray | None = None,
    ridge: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``_fit`` of what is no outlier, by Tukey's biweight, and the weights (n,) that it leaves."""
    count = x.shape[1]
    start = np.eye(3, count) if start is None else start
    ridge = np.full(count, _RIDGE) if ridge is None else ridge
    weight, matrix = base, np.zeros((len(start), count + 1))
    for _ in range(_ROUNDS):
        matrix = _fit(x, y, weight, start, ridge)
        left = np.abs(y - x @ matrix[:, :count].T - matrix[:, count]).max(axis=1)
        scale = 4.685 * max(1.4826 * _weighted_median(left, base), 0.7)
        weight = base * np.maximum(1 - (left / scale) ** 2, 0) ** 2
    return matrix, weight


def _fit(
    x: Float32Array, y: np.ndarray, weight: np.ndarray, start: np.ndarray, ridge: np.ndarray
) -> np.ndarray:
    """Return (k, m + 1) of the ridge regression of y (n, k) on x (n, m) and 1, towards ``start`` (k, m)."""
    total = max(float(weight.sum()), 1e-9)
    mx, my = (np.average(v, axis=0, weights=weight + 1e-12) for v in (x, y))
    centred = x - mx
    power = (centred * weight[:, None]).T @ centred / total + np.diag(ridge)
    change = ((y - my - centred @ start.T) * weight[:, None]).T @ centred / total
    gain = start + change @ np.linalg.inv(power)
    return np.hstack([gain, (my - gain @ mx)[:, None]])


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(total, total[-1] / 2)]])
