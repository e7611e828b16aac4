"""Water: whether it stands or runs, and where it falls.

On a level surface streaks are horizontal; a fall's are steep, and it is paler than the land around
it. Mirror images of trees and walls are steep too, but darker than what they mirror. A network's
outline of falls takes in the rock beside them and leaves out their upper half, so they are drawn anew
with colour models (see ``appearance``); all other water keeps its outline.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import anisotropy, exact, image
from livingstill.segmentation import appearance
from livingstill.segmentation.evidence import MEDIUM, Evidence

Mask = NDArray[np.bool_]

STREAK_SIDE = MEDIUM
"""Long side of the pictures in which streaks are measured."""

_PALE = 60
"""Grey level below which nothing is foam."""

_FALL_PALE = 1.12
"""Least lightness of falls over the median of the water they are in: of falls 1.2, of images 1.1."""

_STREAK_SIGMA = 6.0
"""Pixels over which the structure tensor of streaks is averaged."""

_LEAST_KEPT = 0.4
"""Share of an outline below which what looks like water in it is not told from the land."""

_ROUNDS, _FALL_ROUNDS = 3, 8
"""How often the outline of running water, and of a fall that feeds still water, is learned anew."""


STILL, RUNNING = "still water", "running water"
"""Names of the two parts of the class ``water``."""


def part_water(evidence: Evidence) -> Evidence:
    """Part water into what stands and what runs: a fall runs, the dark pool below it does not.

    In a room none runs: what looks like a fall is a curtain or a reflection.
    """
    water = evidence.mask("water")
    if not water.any():
        return evidence
    dry = [mask for name, mask in evidence.masks.items() if name != "water"]
    other = np.max([np.zeros_like(water), *dry], axis=0)
    if find_running_water not in evidence.strokes or evidence.room is not None:
        return evidence.with_masks({STILL: water})
    if find_still_water not in evidence.strokes or evidence.strokes[find_running_water]:
        return evidence.with_masks({RUNNING: water})
    picture, sky = evidence.reduced[MEDIUM], evidence.mask("sky")
    inside = image.mask_at(water, picture.shape)
    steep = fall_streaks(picture, inside)[0]
    fall = find_falls(picture, water, other, steep)
    small = fall.any() and fall.sum() < 0.3 * water.sum()
    if small and not has_foam(picture, inside & ~image.mask_at(fall, picture.shape)):
        return evidence.with_masks({RUNNING: fall, STILL: np.minimum(water, ~fall)})
    if not is_running(picture, inside, image.mask_at(sky, picture.shape), steep):
        return evidence.with_masks({STILL: water})
    if falls(picture, inside, steep):
        water = outline_falls(picture, water, other)
    return evidence.with_masks({RUNNING: water})


def find_still_water(evidence: Evidence) -> UInt8Array:
    """Return the water that stands."""
    return evidence.mask(STILL)


def find_running_water(evidence: Evidence) -> UInt8Array:
    """Return the water that runs."""
    return evidence.mask(RUNNING)


def is_running(picture: UInt8Array, water: Mask, sky: Mask, steep: Mask) -> bool:
    """Return whether water is running rather than still.

    Falls are running. A mirror is still, and so is what reaches to the sky. Of the rest, what is
    white in a good part, with the texture of foam, is running.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``MEDIUM``
    water, sky, steep : (h, w) bool, ``steep`` of ``fall_streaks``
    """
    if water.sum() < 40:
        return False
    if falls(picture, water, steep):
        return True
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if anisotropy.mirror_correlation(grey, water) > 0.27:
        return False
    columns = np.flatnonzero(water.any(0))
    reach = max(2, round(0.03 * water.shape[0]))
    shore = water[:, columns].argmax(0)
    open_ = [bool(sky[max(0, y - reach) : y + 1, x].any()) for y, x in zip(shore, columns)]
    return float(np.mean(open_)) <= 0.25 and has_foam(picture, water)


def falls(picture: UInt8Array, water: Mask, steep: Mask) -> bool:
    """Return whether over a tenth of water falls; parameters as in ``is_running``.

    Falls are paler than the water they feed, if any; mirror images of walls and trees are not.
    """
    value = image.brightest(picture)
    share = float(steep.sum()) / max(float(water.sum()), 1.0)
    if share <= 0.1 or share > 0.5:
        return share > 0.5
    return float(value[steep].mean()) > _FALL_PALE * float(np.median(value[water]))


def has_foam(picture: UInt8Array, water: Mask) -> bool:
    """Return whether over 12 % of water is white, rough and isotropic; crests of waves are flat.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``MEDIUM``
    water : (h, w) bool
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if anisotropy.gradient_anisotropy(grey, water) > 5:
        return False
    rough = exact.gaussian_blur(image.high_pass(picture, 2.0), 3.0)
    darkest = image.darkest(picture)
    white = (darkest > 130) & (image.brightest(picture) - darkest < 60) & water
    foam = white & (rough > 5)
    return float(foam.sum()) / max(float(water.sum()), 1.0) > 0.12


def fall_streaks(picture: UInt8Array, water: Mask) -> tuple[Mask, Float32Array]:
    """Return where water falls, (h, w) bool, and its unit direction (h, w, 2) float32, down.

    The direction is that of the structure tensor's weaker axis (Bigün and Granlund 1987).

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo with a long side of about ``STREAK_SIDE``
    water : (h, w) bool
    """
    value = image.brightest(picture).astype(np.float32)  # in the shade foam is blue
    tint = picture.reshape(-1, 3).mean(0, dtype=np.float64)
    neutral = picture * (tint.mean() / np.maximum(tint, 1)).astype(np.float32)
    core = cv2.erode(water.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
    soft = exact.gaussian_blur(value, 1.0)
    weight = exact.gaussian_blur(core, _STREAK_SIGMA) + np.float32(1e-3)

    def mean(values: Float32Array) -> Float32Array:
        total = exact.gaussian_blur(values * core, _STREAK_SIGMA)
        return np.asarray(total / weight, np.float32)

    dx, dy = exact.sobel(soft)
    xx, yy, xy = mean(dx * dx), mean(dy * dy), mean(dx * dy)
    land = exact.percentile(value[~water], 75) if not water.all() else 255.0
    pale = (value > max(_PALE, land)) & (image.brightest(neutral) - image.darkest(neutral) < 110)
    steep = (xx > yy) & (xx + yy > 40) & (mean(pale.astype(np.float32)) > 0.5)
    falls = (steep & (core > 0)).astype(np.uint8)
    falls = np.asarray(cv2.morphologyEx(falls, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)), np.uint8)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)  # of the steepest gradient, within 45 degrees
    return falls > 0, np.stack([-np.sin(angle), np.cos(angle)], axis=-1).astype(np.float32)


def find_falls(
    picture: UInt8Array, water: UInt8Array, other: UInt8Array, steep: Mask
) -> UInt8Array:
    """Return the falls that feed still water, (H, W) uint8: pale, streaked, at its top.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``MEDIUM``
    water : (H, W) uint8
    other : (H, W) uint8, what falls cannot grow into: sky, leaves, people
    steep : (h, w) bool, of ``fall_streaks``
    """
    inside = image.mask_at(water, picture.shape)
    value = image.brightest(picture)
    seed = _fall_seeds(value, inside, steep)
    if not seed.any():
        return np.zeros_like(water)
    soft = exact.gaussian_blur(value, 3.0)
    barred = image.mask_at(other, picture.shape, 100)
    barred |= soft < 0.72 * float(soft[seed].mean())  # its mirror image is darker
    nowhere = np.zeros_like(seed)
    grown = appearance.grow(picture, seed, nowhere, barred, inside, _FALL_ROUNDS).astype(np.uint8)
    rims = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    cv2.drawContours(grown, rims, -1, 1, cv2.FILLED)  # where a fall is thin, rock shows through
    return _soft(grown > 0, water.shape)


def _fall_seeds(value: UInt8Array, water: Mask, steep: Mask) -> Mask:
    """Return the connected parts of ``steep`` water, (h, w) bool, that begin high and are pale."""
    seed = np.zeros_like(water)
    if not steep.any():
        return seed
    rows = np.flatnonzero(water.any(1))
    median = float(np.median(value[water]))
    count, part, stats, _ = cv2.connectedComponentsWithStats(steep.astype(np.uint8))
    for k in range(1, count):
        high = (stats[k, cv2.CC_STAT_TOP] - rows[0]) / (rows[-1] - rows[0] + 1) < 0.2
        inside_part = part == k
        pale = float(value[inside_part].mean()) > 1.25 * median
        if high and pale and stats[k, cv2.CC_STAT_AREA] > 5e-4 * water.size:
            seed |= inside_part
    return seed


def outline_falls(picture: UInt8Array, water: UInt8Array, other: UInt8Array) -> UInt8Array:
    """Return falls and what they run into, (H, W) uint8, by colour and texture, in ``water`` and beside it.

    A network's outline of a fall takes in the rock beside it and leaves out its upper half.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``MEDIUM``
    water : (H, W) uint8, the network's outline; it is returned if water there looks like the land
    other : (H, W) uint8, what water cannot grow into: sky, leaves, people
    """
    inside = image.mask_at(water, picture.shape)
    barred = image.mask_at(other, picture.shape, 100)
    grown = appearance.grow(picture, inside, inside, barred, np.zeros_like(inside), _ROUNDS)
    if (grown & inside).sum() < _LEAST_KEPT * inside.sum():
        return water
    return _soft(grown, water.shape)


def _soft(mask: Mask, shape: tuple[int, ...]) -> UInt8Array:
    """Return (H, W) uint8, a reduced mask (h, w) bool at the photo's size with a soft border."""
    soft = exact.gaussian_blur(mask.astype(np.float32) * 255, 1.0)
    return image.upsample(np.asarray(soft, np.float32), shape).astype(np.uint8)
