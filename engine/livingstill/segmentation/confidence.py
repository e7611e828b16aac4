"""How sure the network is of each region that moves, and in how much of a photo it is in doubt.

Probabilities are the mean of the network's views of a photo, so that views that disagree count as
doubt as a view that hesitates does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import cv2
import numpy as np

from livingstill.core.finding import SURE, Doubt, Finding
from livingstill.core.kinds import KINDS
from livingstill.core.model import Float32Array, Perception, Region, UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation import appearance
from livingstill.segmentation.evidence import MEDIUM
from livingstill.segmentation.plan import DetectedKinds

_ALIKE = frozenset({"sky", "water"})
"""Classes whose parts look alike in one photo; those of leaves, flowers and grass need not."""

_CERTAIN, _EXCLUDED, _MIN_LEARNED = 0.9, 0.1, 0.01
"""Probabilities of what is learned from as the class and as all else, and the least share of each."""

_UNLIKE = -0.5
"""Logarithm of the likelihood ratio of colour and roughness below which something is not the class."""


def findings(
    regions: tuple[Region, ...],
    perception: Callable[[], Perception],
    given: Collection[str] = (),
    reflection: UInt8Array | None = None,
) -> tuple[Finding, ...]:
    """Return the findings of regions, in their order; ``given`` are the kinds whose mask was given.

    ``perception`` is called where a region is of the network's classes, and not otherwise.
    ``reflection`` (H, W) uint8 says where a mirror image shows that there is water.
    """
    return tuple(
        Finding(
            region.label,
            region.share,
            _confidence(region, perception(), reflection)
            if KINDS[region.label].classes and region.label not in given
            else None,
        )
        for region in regions
    )


def hold_uncertain(
    detection: DetectedKinds,
    perception: Callable[[], Perception],
    named: Collection[str],
    rgb: UInt8Array,
) -> DetectedKinds:
    """Return what was detected in ``rgb`` (H, W, 3) without what may be something else.

    A part moves if the mean probability of its kind's classes reaches the kind's
    ``min_confidence``: what should move and does not is missed less than what moves and should not.
    Of sky and water that is not sure, what does not look like the rest of it is left still too.
    Kinds that are ``named`` move wherever they were found.
    """
    kinds, uncertain = dict(detection.kinds), list[Finding]()
    for kind, share in detection.kinds.items():
        if not KINDS[kind].classes or kind in named:
            continue
        probability = _probability(KINDS[kind].classes, perception(), detection.reflection)
        if probability is None:
            continue
        certain, lost, confidence = _certain_parts(kind, share, probability)
        if lost:
            kinds[kind] = share * certain
        if _ALIKE.intersection(KINDS[kind].classes):
            strange = image.upsample(_strange(rgb, probability), share.shape)
            kinds[kind] = kinds[kind] * (1 - strange)
        if lost >= KINDS[kind].min_share:
            uncertain.append(Finding(kind, lost, confidence, moves=False))
    return replace(detection, kinds=kinds, uncertain=tuple(uncertain))


def _certain_parts(
    kind: str, share: Float32Array, probability: Float32Array
) -> tuple[Float32Array, float, float]:
    """Return where a kind's parts are certain, (H, W) float32 in 0..1, and of those that are not
    their share of the picture and mean probability."""
    height, width = probability.shape
    small = np.asarray(exact.resize_area(share, (width, height)), np.float32)
    count, part = cv2.connectedComponents((small > 0.5).astype(np.uint8))
    held, certain = np.zeros(small.shape, np.uint8), np.zeros(small.shape, np.uint8)
    for k in range(1, count):
        inside = part == k
        sure = _core_mean(probability[inside], small[inside])
        (held if sure < KINDS[kind].min_confidence else certain)[inside] = 1
    if not held.any():
        return np.ones_like(share), 0.0, 1.0
    lost = small * held
    area = float(lost.mean(dtype=np.float64))
    # what is too thin or faint to be a part goes with the parts it is beside
    grown = cv2.dilate(certain, np.ones((5, 5), np.uint8)).astype(np.float32)
    return image.upsample(grown, share.shape), area, _weighted_mean(probability, lost)


def _strange(rgb: UInt8Array, probability: Float32Array) -> Float32Array:
    """Return (h, w) float32, 1 on what is not surely of a class and does not look like what is.

    How often its colours and roughness occur where the class is certain, and where it certainly is not,
    are evidence that the network's probability does not hold: a rock in a fall, sand beside a sea.
    """
    picture = image.downscale(rgb, MEDIUM)
    chance = exact.resize_linear(probability, picture.shape[1::-1])
    certain, excluded = chance > _CERTAIN, chance < _EXCLUDED
    if min(certain.mean(), excluded.mean()) < _MIN_LEARNED:
        return np.zeros_like(chance)
    ratio = appearance.log_likelihood_ratio(picture, certain, excluded)
    strange = ((chance < SURE) & (ratio < _UNLIKE)).astype(np.float32)
    opened = cv2.morphologyEx(strange, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return exact.gaussian_blur(np.asarray(opened, np.float32), 1.0)


def _probability(
    classes: Collection[str], perception: Perception, reflection: UInt8Array | None
) -> Float32Array | None:
    """Return the probability (h, w) float32 of being of one of some classes; None of none.

    A mirror image shows water, whatever the network takes it for.
    """
    planes = [perception.classes.index(name) for name in classes if name in perception.classes]
    if not planes:
        return None
    total = perception.probabilities[planes].astype(np.float32).sum(0)
    if reflection is not None and "water" in classes:
        height, width = total.shape
        total = np.maximum(total, exact.resize_area(reflection, (width, height)))
    return np.asarray(np.minimum(total / np.float32(255), np.float32(1)))


def _confidence(
    region: Region, perception: Perception, reflection: UInt8Array | None
) -> float | None:
    """Return the mean probability of a region's classes under its mask; None for an empty mask."""
    height, width = perception.inverse_depth.shape
    mask = np.asarray(exact.resize_area(region.mask, (width, height)), np.float32)
    probability = _probability(KINDS[region.label].classes, perception, reflection)
    if not mask.any() or probability is None:
        return None
    return _core_mean(probability, mask)


def _core_mean(probability: Float32Array, mask: Float32Array) -> float:
    """Return the mean probability under a mask where it is likelier than not, if that is most of it.

    Beside that colours decide, as in gaps between leaves, and the probability is of a mixture.
    """
    core = mask * (probability > 0.5)
    mostly = 2 * core.sum(dtype=np.float64) > mask.sum(dtype=np.float64)
    return _weighted_mean(probability, core if mostly else mask)


def _weighted_mean(values: Float32Array, weights: Float32Array) -> float:
    """Return the mean of probabilities, 1 at most, by weights that are not all 0."""
    total = float(weights.sum(dtype=np.float64))
    return min(1.0, float((values * weights).sum(dtype=np.float64)) / total)


def doubt(
    perception: Perception,
    requested: Collection[str],
    regions: tuple[Region, ...] = (),
    given: Collection[str] = (),
) -> Doubt:
    """Return how much of a photo may or may not be of the ``requested`` kinds.

    In doubt is where no class has a probability of ``SURE`` and one of the two likeliest is of such a
    kind. ``regions`` are what moves, ``given`` the kinds whose mask was given: where those move, and
    kinds that have a detector of their own, there is no doubt.
    """
    classes = {name for kind in requested for name in KINDS[kind].classes}
    moves = np.array([name in classes for name in perception.classes])
    probability: Float32Array = perception.probabilities.astype(np.float32) / np.float32(255)
    order = np.argsort(probability, 0, kind="stable")
    hesitant = np.take_along_axis(probability, order[-1:], 0)[0] < np.float32(SURE)
    hesitant &= moves[order[-1]] | moves[order[-2]]
    moving, settled = np.zeros(hesitant.shape, bool), np.zeros(hesitant.shape, bool)
    for region in regions:
        inside = exact.resize_area(region.mask, hesitant.shape[::-1]) > 127
        moving |= inside
        if region.label in given or not KINDS[region.label].classes:
            settled |= inside
    hesitant &= ~settled
    certain = moving & ~hesitant
    share = float(hesitant.mean())
    return Doubt(share, share / (share + float(certain.mean())) if share else 0.0)
