"""The classes, and which of them each value of each label picture allows.

Every pixel carries the *set* of classes it may be, as bits, because the sources say different
things: a photo labelled "foliage" may show leaves or grass, "not water" leaves all the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLASSES = ("other", "sky", "water", "foliage", "grass", "person", "land", "building", "fire")
"""What the class network tells apart, in the order of its channels.

``land`` (rock, mountain, sand, snow, bare ground) and ``building`` help it to learn where water
and foliage end.
"""

OTHER, SKY, WATER, FOLIAGE, GRASS, PERSON, LAND, BUILDING, FIRE = (
    1 << k for k in range(len(CLASSES))
)
ANY = (1 << len(CLASSES)) - 1

UP_TO_SHIFT = 1 << 15
"""Set beside the classes of pictures whose inverse depth is known up to a factor and a shift."""

_STATIC = OTHER | LAND | BUILDING
_UNKNOWN = {
    250: ANY & ~SKY,
    251: ANY & ~FIRE,
    252: ANY & ~PERSON,
    253: ANY & ~(SKY | WATER),
    254: ANY & ~WATER,
    255: ANY,
}

PHOTOS = _UNKNOWN | {0: _STATIC | PERSON, 1: SKY, 2: WATER, 3: FOLIAGE | GRASS}
"""Label pictures of the first set, in which grass was labelled with the leaves."""

PHOTOS_FINE = _UNKNOWN | {
    0: _STATIC | PERSON,
    1: SKY,
    2: WATER,
    3: FOLIAGE,
    4: GRASS,
    5: PERSON,
    6: LAND,
    7: BUILDING | OTHER,
    8: FIRE,
    9: OTHER | PERSON,
}
"""Label pictures of the second set, which have more classes."""

FIELDS = {"rural_cn"}
"""Sources of the second set whose foliage includes fields."""

RENDERS = {0: _STATIC, 1: SKY, 2: WATER, 3: FOLIAGE, 4: OTHER | PERSON, 5: GRASS}
"""Class pictures of renders (4 is cloth or a mannequin)."""

ROOMS = OTHER | PERSON | BUILDING
"""What pictures of rooms with measured depth and without labels allow."""


def table(sets: dict[int, int]) -> NDArray[np.uint16]:
    """Return the allowed classes of each of the 256 values of a label picture."""
    values = np.full(256, ANY, np.uint16)
    for value, allowed in sets.items():
        values[value] = allowed
    return values


def table_of(source: str, *, fine: bool) -> NDArray[np.uint16]:
    """Return the table of a source of labelled photos; ``fine`` for the second set."""
    sets = dict(PHOTOS_FINE if fine else PHOTOS)
    if source in FIELDS:
        sets[3] = FOLIAGE | GRASS
    return table(sets)
