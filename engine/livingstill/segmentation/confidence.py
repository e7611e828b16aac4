"""How sure the network is of each region that moves, and in how much of a photo it is in doubt.

Probabilities are the mean of the network's views of a photo, so that views that disagree count as
doubt as a view that hesitates does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from livingstill.core.finding import SURE, Finding
from livingstill.core.kinds import KINDS
from livingstill.core.model import Float32Array, Perception, Region
from livingstill.imaging import exact


def findings(
    regions: tuple[Region, ...], perception: Callable[[], Perception], given: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings of regions, in their order; ``given`` are the kinds whose mask was given.

    ``perception`` is called where a region is of the network's classes, and not otherwise.
    """
    return tuple(
        Finding(
            region.label,
            region.share,
            _confidence(region, perception())
            if KINDS[region.label].classes and region.label not in given
            else None,
        )
        for region in regions
    )


def _confidence(region: Region, perception: Perception) -> float | None:
    """Return the mean probability of a region's classes under its mask; None for an empty mask."""
    height, width = perception.inverse_depth.shape
    mask = np.asarray(exact.resize_area(region.mask, (width, height)), np.float32)
    classes = KINDS[region.label].classes
    planes = [perception.classes.index(name) for name in classes if name in perception.classes]
    probability = perception.probabilities[planes].astype(np.float32).sum(0) / np.float32(255)
    total = float(mask.sum(dtype=np.float64))
    if not total or not planes:
        return None
    return min(1.0, float((mask * probability).sum(dtype=np.float64)) / total)


def doubtful_share(perception: Perception) -> float:
    """Return the share of a photo, 0..1, that may or may not be of a class that moves.

    There no class has a probability of ``SURE``, and one of the two likeliest is of a kind that
    moves.
    """
    moving = {name for kind in KINDS.values() for name in kind.classes}
    moves = np.array([name in moving for name in perception.classes])
    probability: Float32Array = perception.probabilities.astype(np.float32) / np.float32(255)
    order = np.argsort(probability, 0, kind="stable")
    hesitant = np.take_along_axis(probability, order[-1:], 0)[0] < np.float32(SURE)
    return float((hesitant & (moves[order[-1]] | moves[order[-2]])).mean())
