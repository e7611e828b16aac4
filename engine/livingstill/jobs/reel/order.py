"""The order of a reel's photos: a table's, the camera's clock's, the names', or a tour of the house."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from livingstill.core.errors import InputError
from livingstill.io.text import counted
from livingstill.jobs.reel.entries import natural_key
from livingstill.jobs.reel.facts import Facts
from livingstill.jobs.reel.recognition import frontality
from livingstill.jobs.reel.rooms import BY_NAME, RANK

FRONTS = 2
"""Views of the house that open a tour where only the pictures tell them; more of them close it."""

_VISIT = 24 * 3600.0
"""Seconds within which photos count as taken on one visit."""

_LEADING = re.compile(r"\D{0,12}?(\d{1,6})(?!\d)")


@dataclass(frozen=True, slots=True)
class Ordering:
    """Photos in a reel's order, and in a sentence why that is the order."""

    photos: tuple[Facts, ...]
    reason: str


def order(photos: Sequence[Facts], wanted: str = "auto", *, has_table: bool = False) -> Ordering:
    """Return the photos, given in the order of the table or of the names, in the reel's order.

    ``wanted`` is a value of the setting ``order``. By itself the first of these that says an order
    counts: the table; the camera's clock, where every photo has a time and the numbers in the names
    do not contradict it; numbers that begin the names; the rooms that names and pictures tell.

    Raises
    ------
    InputError
        If a table or a time is wanted and there is none.
    """
    if wanted == "table" or (wanted == "auto" and has_table):
        if not has_table:
            raise InputError("order is table, but a folder has none; name a CSV table of photos")
        return Ordering(tuple(photos), "in the order of the table")
    if wanted == "time" or (wanted == "auto" and _clock_is_consistent(photos)):
        return _by_time(photos)
    numbers = [_number(photo) for photo in photos]
    numbered = None not in numbers and len({*numbers}) == len(numbers) > 1
    if wanted == "name" or (wanted == "auto" and numbered and not _all_named(photos)):
        by_name = sorted(photos, key=lambda photo: natural_key(photo.name))
        return Ordering(tuple(by_name), "in the order of the file names")
    return tour(photos)


def tour(photos: Sequence[Facts]) -> Ordering:
    """Return the photos as a walk through the house: front, entrance, living room... garden, view.

    Rooms that nothing tells apart stay where they are among their neighbours in the order given.
    """
    placed = _with_back_of_house(photos)
    ranks: list[int] = []
    for photo in placed:
        known = photo.room != "room"
        inside = [r for r in ranks if RANK["entrance"] <= r < RANK["room"]]
        ranks.append(RANK[photo.room] if known else (inside[-1] if inside else RANK["living"]))
    tour_order = sorted(range(len(placed)), key=lambda i: (ranks[i], i))
    return Ordering(tuple(placed[i] for i in tour_order), _tour_reason(placed))


def _tour_reason(photos: Sequence[Facts]) -> str:
    untold = [photo.name for photo in photos if photo.room == "room"]
    seen = [photo for photo in photos if photo.told_by == "picture" and photo.room != "room"]
    parts = ["as a tour of the house"]
    if seen:
        parts.append(f"{counted(len(seen), 'view')} told by the picture")
    if untold:
        parts.append(
            f"which rooms {len(untold)} photos show cannot be told from the pictures, so they keep the "
            "order of their names; names such as kitchen.jpg, numbers, or a table say it"
        )
    return "; ".join(parts)


def _with_back_of_house(photos: Sequence[Facts]) -> list[Facts]:
    """Return the photos with all but the most frontal views of the house among the garden's.

    Only where the pictures alone tell them: what a name calls the front is the front.
    """
    seen = [p for p in photos if p.room == "front" and p.told_by == "picture"]
    room_for = max(0, FRONTS - sum(p.room == "front" for p in photos) + len(seen))
    best = sorted(seen, key=lambda p: -frontality(p.record["shares"]))[:room_for]
    behind = [p for p in seen if p not in best]
    return [replace(p, room="garden") if p in behind else p for p in photos]


def _all_named(photos: Sequence[Facts]) -> bool:
    """Return whether names say the room of every photo, so that their numbers count within rooms."""
    return all(photo.told_by == "name" for photo in photos) and not all(
        photo.name[:1].isdecimal() for photo in photos
    )


def _by_time(photos: Sequence[Facts]) -> Ordering:
    missing = next((photo.name for photo in photos if photo.taken is None), None)
    if missing is not None:
        raise InputError(f"order is time, but {missing} does not say when it was taken; use name")
    by_time = sorted(photos, key=lambda photo: (photo.taken, natural_key(photo.name)))
    return Ordering(tuple(by_time), "in the order in which they were taken")


def _clock_is_consistent(photos: Sequence[Facts]) -> bool:
    """Return whether all photos are of different times of one visit, in their numbers' order."""
    times = [photo.taken for photo in photos]
    known = [time for time in times if time is not None]
    if len(known) < len(photos) or len(photos) < 2 or len({*known}) < len(known):
        return False
    if max(known) - min(known) > _VISIT:
        return False
    numbers = [_number(photo) for photo in photos]
    if None in numbers or len({*numbers}) < len(numbers):
        return not _all_named(photos)
    by_number = [time for _, time in sorted(zip(numbers, known))]
    return all(before < after for before, after in pairwise(by_number))


def _number(photo: Facts) -> int | None:
    """Return the number near the beginning of a file's name, as in 03-kitchen or DSC_0412."""
    found = _LEADING.match(photo.entry.photo.stem)
    return int(found[1]) if found else None


def is_outside(photo: Facts) -> bool:
    """Return whether a photo shows the house or its surroundings from outside."""
    return BY_NAME[photo.room].outside
