"""The photos that fit a reel's length: every kind of room first, the best photo of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from livingstill.jobs.reel.facts import Facts
from livingstill.jobs.reel.rooms import BY_NAME


class Pace(NamedTuple):
    """Seconds that a room is seen: as aimed at, the shortest on the average, and the longest."""

    usual: float
    shortest: float
    longest: float


PACES = {
    "calm": Pace(4.6, 3.6, 7.0),
    "standard": Pace(3.2, 2.4, 5.0),
    "fast": Pace(2.1, 1.5, 3.4),
}
"""Every pace by its name."""

_REPEAT = 0.45
"""Weight of a further photo of a kind of room, against the one before it."""


def count_of_rooms(available: int, seconds: float, pace: Pace) -> int:
    """Return how many of the photos fit ``seconds``: all, if each is then seen long enough.

    >>> count_of_rooms(20, 56, PACES["standard"]), count_of_rooms(20, 12, PACES["standard"])
    (20, 4)
    """
    if seconds / available >= pace.shortest:
        return available
    return max(1, min(available, round(seconds / pace.usual)))


def choose(photos: Sequence[Facts], count: int) -> list[Facts]:
    """Return ``count`` of the photos in their order.

    A kind of room's first photo has the weight that a listing gives that room, and each further
    one less than half of the one before it; of one kind the sharper photos come first. Rooms that
    nobody can tell apart count as different.
    """
    weights = []
    seen: dict[str, int] = {}
    for photo in sorted(photos, key=lambda p: (round(float(p.record["blur"]), 1), -p.pixels)):
        before = seen.get(photo.room, 0) if photo.room != "room" else 0
        seen[photo.room] = before + 1
        weights.append((BY_NAME[photo.room].weight * _REPEAT**before, photo))
    ranked = sorted(weights, key=lambda pair: (-pair[0], photos.index(pair[1])))
    chosen = [photo for _, photo in ranked[:count]]
    return [photo for photo in photos if photo in chosen]
