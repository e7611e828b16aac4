"""Near-duplicates among a reel's photos: of each view the best photo is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from livingstill.core.model import UInt8Array
from livingstill.jobs.reel.facts import Facts
from livingstill.photo import likeness


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A photo that is left out, and the one that shows the same."""

    left_out: Facts
    kept: Facts


def without_duplicates(
    photos: Sequence[Facts], grey: Callable[[Facts], UInt8Array]
) -> tuple[list[Facts], list[Duplicate]]:
    """Return the photos in their order, of each view one, and what was left out.

    ``grey`` gives a photo's small grey picture, see ``likeness.small_grey``. The sharper one is
    kept, the larger one where they are as sharp.
    """
    kept: list[Facts] = []
    dropped: list[Duplicate] = []
    pictures = {photo.record["sha256"]: grey(photo) for photo in photos}
    for photo in photos:
        twin = next((other for other in kept if _same(photo, other, pictures)), None)
        if twin is None:
            kept.append(photo)
        elif _quality(photo) > _quality(twin):
            kept[kept.index(twin)] = photo
            dropped.append(Duplicate(twin, photo))
        else:
            dropped.append(Duplicate(photo, twin))
    return kept, dropped


def _same(one: Facts, other: Facts, pictures: Mapping[str, UInt8Array]) -> bool:
    a, b = one.record["sha256"], other.record["sha256"]
    return a == b or likeness.same_view(pictures[a], pictures[b])


def _quality(photo: Facts) -> tuple[bool, float, int]:
    """Return a key that is larger for the better photo of a view."""
    return bool(photo.entry.room), -round(float(photo.record["blur"]), 1), photo.pixels
