"""Clear stray patches, and classes that are hardly there, from what the network says."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array

ISLAND = 0.0008
"""Share of the photo below which a patch of a class is given to its neighbours."""

LEAST = {"sky": 0.010, "water": 0.015, "foliage": 0.012, "grass": 0.006, "person": 0.003}
"""Share of the photo below which a class counts as not there."""

SURE = {"sky": 0.85, "water": 0.85, "foliage": 0.60, "grass": 0.50, "person": 0.85}
"""The likeliest tenth of a class must be this likely, or the class counts as not there."""


NEAR = 0.10
"""Sky below the upper edge of more than this median inverse depth is a white wall or a wave."""


FAR = 0.06
"""What the sky encloses, if its median inverse depth is below this, is a cloud."""


def tidy(
    chance: Float32Array, names: tuple[str, ...], inverse: Float32Array | None = None
) -> Float32Array:
    """Return probabilities (C, h, w) whose likeliest classes form no islands.

    The first name is the class of all the rest; it takes what no other class may have.
    ``inverse`` is the inverse depth (h, w) of the same pass, 1 = nearest.
    """
    chance = chance.copy()
    if inverse is not None and "sky" in names:
        sky = names.index("sky")
        chance[sky][_close(np.argmax(chance, 0) == sky, inverse)] = 0
    for _ in range(2):
        for i in range(len(names)):
            chance[i][_islands(np.argmax(chance, 0) == i)] = 0
    if inverse is not None and "sky" in names:
        winner = np.argmax(chance, 0)
        clouds = _enclosed(winner == 0, winner == names.index("sky"), inverse)
        chance[:, clouds] = 0
        chance[names.index("sky"), clouds] = 1
    for i, name in enumerate(names[1:], 1):
        mine = np.argmax(chance, 0) == i
        if not mine.any():
            continue
        sure = float(np.percentile(chance[i][mine], 90, method="lower"))
        if mine.mean() < LEAST.get(name, 0) or sure < SURE.get(name, 0):
            chance[i] = 0
    total = chance.sum(0)
    chance[0] += total <= 0
    return np.asarray(chance / np.where(total > 0, total, np.float32(1)), np.float32)


def _close(mine: NDArray[np.bool_], inverse: Float32Array) -> NDArray[np.bool_]:
    """Return the connected parts of a mask that are near and do not touch the upper edge."""
    count, labels = cv2.connectedComponents(mine.astype(np.uint8), connectivity=8)
    near = np.zeros(count, np.bool_)
    for part in range(1, count):
        where = labels == part
        near[part] = not where[0].any() and float(np.median(inverse[where])) > NEAR
    return np.asarray(near[labels])


def _enclosed(
    mine: NDArray[np.bool_], sky: NDArray[np.bool_], inverse: Float32Array
) -> NDArray[np.bool_]:
    """Return the far parts of a mask that have nothing but sky around them: dark clouds."""
    count, labels = cv2.connectedComponents(mine.astype(np.uint8), connectivity=8)
    found = np.zeros(mine.shape, np.bool_)
    square = np.ones((3, 3), np.uint8)
    for part in range(1, count):
        where = labels == part
        if where[-1].any() or where[:, 0].any() or where[:, -1].any():
            continue
        rim = (cv2.dilate(where.astype(np.uint8), square) > 0) & ~where
        if rim.any() and sky[rim].all() and float(np.median(inverse[where])) < FAR:
            found |= where
    return found


def _islands(mine: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where the connected parts of a mask are too small to be meant."""
    if not mine.any():
        return mine
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mine.astype(np.uint8), connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < ISLAND * mine.size
    small[0] = False
    return np.asarray(small[labels])
