"""Where running water ends: it is told from the land around it by its colours and its texture.

A network's outline of a fall takes in the rock beside it, and leaves the upper half of the fall out.
But water looks like water and rock like rock: how often each colour and roughness occurs inside and
around the outline says which is which (the colour models of Boykov and Jolly 2001, without their
cut), and what is learned from a better outline makes it better again.
"""

from __future__ import annotations

import cv2
import numpy as np
import scipy  # its parts are imported when they are used
from numpy.typing import NDArray

from livingstill.core import anisotropy, image
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.segmentation import falls

Mask = NDArray[np.bool_]

_ROUNDS = 3

_FALL_ROUNDS = 8

_BINS = (16, 8, 8, 5)
"""Classes of lightness, of green to red, of blue to yellow, and of roughness (octaves)."""

_AROUND = 0.15
"""How far around water, in long sides, is the land that it is told from."""

_FURTHER = 0.04
"""How far, in long sides, an outline grows in a round."""


def told(rgb: UInt8Array, water: UInt8Array, other: UInt8Array) -> UInt8Array:
    """Return what of ``water`` and right beside it runs, (H, W) uint8.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    water : (H, W) uint8, where water was seen
    other : (H, W) uint8, what it cannot grow into: sky, leaves, people
    """
    small, before, taken = _reduced(rgb, water, other)
    now = _grown(small, before, before, taken, np.zeros_like(before), _ROUNDS)
    if now.sum() < 0.2 * before.sum():  # it looks like the land around it
        return water
    return _at_size(now, rgb.shape[:2])


def trimmed(rgb: UInt8Array, water: UInt8Array) -> UInt8Array:
    """Return ``water`` that stands without the land in its outline, if it shows its waves.

    Their facets lie, so the finest gradients stand up; a mirror looks like land and is let be.
    """
    value = image.photo(rgb, 960).max(2).astype(np.float32)
    if anisotropy.gradient_anisotropy(value, image.where(water, value.shape)) < 2.9:
        return water
    return np.minimum(water, told(rgb, water, np.full_like(water, 255)))


def falling(rgb: UInt8Array, water: UInt8Array, other: UInt8Array) -> UInt8Array:
    """Return the falls that feed ``water`` that stands, (H, W) uint8: pale, streaked, at its top."""
    small, before, taken = _reduced(rgb, water, other)
    upright = falls.streaks(small, before)[0]
    seed = np.zeros_like(before)
    if upright.any():
        rows = np.flatnonzero(before.any(1))
        value = small.max(2)
        usual = float(np.median(value[before]))
        count, part, stats, _ = cv2.connectedComponentsWithStats(upright.astype(np.uint8))
        for k in range(1, count):
            high = (stats[k, cv2.CC_STAT_TOP] - rows[0]) / (rows[-1] - rows[0] + 1) < 0.2
            here = part == k
            pale = float(value[here].mean()) > 1.25 * usual
            if high and pale and stats[k, cv2.CC_STAT_AREA] > 5e-4 * before.size:
                seed |= here
    if not seed.any():
        return np.zeros_like(water)
    soft = cv2.GaussianBlur(small.max(2), (0, 0), 3.0)
    taken |= soft < 0.72 * float(soft[seed].mean())  # its mirror image is darker
    none = np.zeros_like(seed)
    whole = _grown(small, seed, none, taken, before, _FALL_ROUNDS).astype(np.uint8)
    rims = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    cv2.drawContours(whole, rims, -1, 1, cv2.FILLED)  # where a fall is thin, rock shows through
    return _at_size(whole > 0, rgb.shape[:2])


def _grown(
    small: UInt8Array, start: Mask, within: Mask, taken: Mask, unsure: Mask, rounds: int
) -> Mask:
    """Return what looks like ``start``, in ``within`` and beside it, learned again every round.

    Nothing is learned from what is ``unsure``.
    """
    side = max(start.shape)
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    now, kind = start, _looks(small)
    for _ in range(rounds):
        away = cv2.distanceTransform((~now).astype(np.uint8), cv2.DIST_L2, 5)
        like = _likeness(kind, now, (away > 4) & (away < _AROUND * side) & ~unsure)
        beside = (away < _FURTHER * side) & ~taken & ~within
        wet = ((within & (like > 0)) | (beside & (like > 0.5))).astype(np.uint8)
        wet = cv2.morphologyEx(wet, cv2.MORPH_CLOSE, near)
        wet = cv2.morphologyEx(wet, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        count, part, stats, _ = cv2.connectedComponentsWithStats(wet)
        known = np.bincount(part[start], minlength=count)
        area = stats[:, cv2.CC_STAT_AREA]
        kept = (area > 8e-4 * start.size) & (known > 0.3 * area * within.any())
        kept &= known > 0
        kept[0] = False
        now = np.asarray(kept[part], bool)
    return now


def _looks(small: UInt8Array) -> NDArray[np.int64]:
    """Return (h, w): the class of colour and roughness that each pixel is of."""
    lab = cv2.cvtColor(cv2.GaussianBlur(small, (0, 0), 1.0), cv2.COLOR_RGB2LAB).astype(np.float32)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0))
    # logarithms of float32 depend on the processor in their last bit, and here they decide
    rough = np.log2(cv2.GaussianBlur(fine, (0, 0), 3.0).astype(np.float64) + 1)
    axes = (lab[..., 0] / 16, (lab[..., 1] - 96) / 8, (lab[..., 2] - 96) / 8, rough)
    classes = [np.clip(v, 0, n - 1).astype(np.int64) for v, n in zip(axes, _BINS)]
    return np.asarray(np.ravel_multi_index(classes, _BINS), np.int64)


def _likeness(kind: NDArray[np.int64], wet: Mask, land: Mask) -> Float32Array:
    """Return (h, w) float32: the logarithm of how much likelier a look is in water than on land."""

    def often(where: Mask) -> NDArray[np.float64]:
        count = np.bincount(kind[where], minlength=int(np.prod(_BINS))).reshape(_BINS)
        share = count.astype(np.float64)
        for axis in range(len(_BINS)):
            share = scipy.ndimage.convolve1d(share, [0.25, 0.5, 0.25], axis=axis, mode="nearest")
        return np.asarray(share.ravel() / max(float(share.sum()), 1.0))

    ratio = np.log((often(wet) + 1e-5) / (often(land) + 1e-5)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(ratio[kind], (0, 0), 2.0), np.float32)


def _reduced(
    rgb: UInt8Array, water: UInt8Array, other: UInt8Array
) -> tuple[UInt8Array, Mask, Mask]:
    """Return all three at most ``falls.SIDE`` long, masks as where they hold."""
    small = image.photo(rgb, falls.SIDE)
    return small, image.where(water, small.shape), image.where(other, small.shape, 100)


def _at_size(mask: Mask, shape: tuple[int, int]) -> UInt8Array:
    soft = cv2.GaussianBlur(mask.astype(np.float32) * 255, (0, 0), 1.0)
    return np.asarray(cv2.resize(soft, shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
