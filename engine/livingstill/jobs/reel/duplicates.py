"""Near-duplicates among a reel's photos: of each view the best photo is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    kept: list[int] = []
    dropped: list[Duplicate] = []
    pictures = [grey(photo) for photo in photos]
    candidates = likeness.candidates(pictures)

    def same(one: int, other: int) -> bool:
        if photos[one].record["sha256"] == photos[other].record["sha256"]:
            return True
        return bool(candidates[one, other]) and likeness.same_view(pictures[one], pictures[other])

    for index, photo in enumerate(photos):
        twin = next((other for other in kept if same(index, other)), None)
        if twin is None:
            kept.append(index)
        elif _quality(photo) > _quality(photos[twin]):
            kept[kept.index(twin)] = index
            dropped.append(Duplicate(photos[twin], photo))
        else:
            dropped.append(Duplicate(photo, photos[twin]))
    return [photos[index] for index in kept], dropped


def _quality(photo: Facts) -> tuple[bool, float, int]:
    """Return a key that is larger for the better photo of a view."""
    return bool(photo.entry.room), -round(float(photo.record["blur"]), 1), photo.pixels
