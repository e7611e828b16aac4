"""Outlines from appearance: a region grows and shrinks to what its colours and roughness occur in.

How often each colour and roughness occurs inside and around an outline says which pixels belong to
it (the colour models of Boykov and Jolly 2001, without their cut), and what is learned from a better
outline makes it better again.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image

Mask = NDArray[np.bool_]

_BINS = (16, 8, 8, 5)
"""Bins of lightness, of green to red, of blue to yellow, and of roughness (octaves)."""

_AROUND = 0.15
"""How far around a region, in long sides, the background is sampled."""

_MARGIN = 0.04
"""How far, in long sides, an outline grows in a round."""


def grow(
    picture: UInt8Array, seed: Mask, inside: Mask, excluded: Mask, uncertain: Mask, rounds: int
) -> Mask:
    """Return (h, w) bool, what looks like ``seed`` within ``inside`` and beside it.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    seed : (h, w) bool, the first outline
    inside : (h, w) bool, where a pixel belongs if it is likelier in the region than around it;
        elsewhere it must be clearly likelier
    excluded : (h, w) bool, what the outline cannot grow into
    uncertain : (h, w) bool, what is not learned from as background
    rounds : how often the histograms are learned anew
    """
    side = max(seed.shape)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    region, code = seed, _appearance(picture)
    for _ in range(rounds):
        distance = exact.distance_transform((~region).astype(np.uint8))
        around = (distance > 4) & (distance < _AROUND * side) & ~uncertain
        ratio = _log_likelihood_ratio(code, region, around)
        margin = (distance < _MARGIN * side) & ~excluded & ~inside
        grown = ((inside & (ratio > 0)) | (margin & (ratio > 0.5))).astype(np.uint8)
        grown = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, disc)
        grown = cv2.morphologyEx(grown, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        count, part, stats, _ = cv2.connectedComponentsWithStats(grown)
        seeded = np.bincount(part[seed], minlength=count)
        area = stats[:, cv2.CC_STAT_AREA]
        connected = (area > 8e-4 * seed.size) & (seeded > 0.3 * area * inside.any())
        connected &= seeded > 0
        connected[0] = False
        region = np.asarray(connected[part], bool)
    return region


def _appearance(picture: UInt8Array) -> NDArray[np.int64]:
    """Return (h, w) int64: the histogram bin of each pixel's colour and roughness."""
    lab = cv2.cvtColor(exact.gaussian_blur(picture, 1.0), cv2.COLOR_RGB2LAB).astype(np.float32)
    energy = exact.gaussian_blur(image.high_pass(picture, 2.0), 3.0)
    # logarithms of float32 depend on the processor in their last bit, and here they decide
    octave = np.log2(energy.astype(np.float64) + 1)
    axes = (lab[..., 0] / 16, (lab[..., 1] - 96) / 8, (lab[..., 2] - 96) / 8, octave)
    bins = [np.clip(v, 0, n - 1).astype(np.int64) for v, n in zip(axes, _BINS)]
    return np.asarray(np.ravel_multi_index(bins, _BINS), np.int64)


def log_likelihood_ratio(picture: UInt8Array, region: Mask, around: Mask) -> Float32Array:
    """Return (h, w) float32: the smoothed logarithm of p(look | region) / p(look | around).

    Parameters
    ----------
    picture : (h, w, 3) uint8, whose colours and roughness are the look of a pixel
    region, around : (h, w) bool, what is learned from, neither empty
    """
    return _log_likelihood_ratio(_appearance(picture), region, around)


def _log_likelihood_ratio(code: NDArray[np.int64], region: Mask, around: Mask) -> Float32Array:
    """Return (h, w) float32: the smoothed logarithm of p(bin | region) / p(bin | around)."""

    def histogram(mask: Mask) -> NDArray[np.float64]:
        count = np.bincount(code[mask], minlength=int(np.prod(_BINS))).reshape(_BINS)
        share = count.astype(np.float64)
        for axis in range(len(_BINS)):
            share = _smooth_bins(share, axis)
        return np.asarray(share.ravel() / max(float(share.sum()), 1.0))

    ratio = np.log((histogram(region) + 1e-5) / (histogram(around) + 1e-5)).astype(np.float32)
    return np.asarray(exact.gaussian_blur(ratio[code], 2.0), np.float32)


def _smooth_bins(share: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return counts averaged along an axis with weights 1/4, 1/2, 1/4; the last bin repeats.

    Exact: sums of whole numbers over powers of two.
    """
    bins = np.moveaxis(share, axis, 0)
    before, after = np.concatenate([bins[:1], bins[:-1]]), np.concatenate([bins[1:], bins[-1:]])
    return np.moveaxis(0.5 * bins + 0.25 * (before + after), 0, axis)
