"""What a reel will be, before anything is rendered: its photos surveyed, its rooms, beats and plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from livingstill.audio.beat import Beats
from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array
from livingstill.jobs import credentials
from livingstill.jobs.reel import duplicates, music, order, pieces, plan, survey
from livingstill.jobs.reel.duplicates import Duplicate
from livingstill.jobs.reel.entries import Entries
from livingstill.jobs.reel.facts import Facts
from livingstill.jobs.reel.makers import Makers
from livingstill.jobs.reel.plan import Plan
from livingstill.settings.reel import ReelSettings


@dataclass(frozen=True, slots=True)
class Selection:
    """Photos in the reel's order, in a sentence why, and those that are left out."""

    photos: tuple[Facts, ...]
    reason: str
    duplicates: tuple[Duplicate, ...]
    unused: tuple[Facts, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PreparedReel:
    """All that is decided of a reel.

    ``recording`` is its music, (n, 2) float32 or None, ``music`` a sentence of it; ``failed`` are
    photos, by their paths, that cannot be used and why; ``left_out`` counts files that are none.
    """

    plan: Plan
    selection: Selection
    recording: Float32Array | None
    beats: Beats | None
    music: str
    failed: Mapping[str, str]
    left_out: int


def prepare(
    entries: Entries, settings: ReelSettings, work: Path, makers: Makers, *, signed: bool = False
) -> PreparedReel:
    """Survey the photos that are not yet surveyed in the folder ``work``, and plan the reel.

    Raises
    ------
    InputError
        If no photo can be used, or the music cannot.
    """
    recording = music.read(settings, settings.duration)
    photos, failed = _survey(entries, settings, work, makers, signed=signed)
    selection = _select(photos, entries, settings, work)
    seconds = plan.seconds_of(len(selection.photos), settings)
    part = None if recording is None else music.ended(recording, seconds, 0.0)
    beats, sentence = music.beats_of(part)
    planned = plan.make(selection.photos, settings, survey.rate(settings), beats)
    return PreparedReel(planned, selection, recording, beats, sentence, failed, entries.left_out)


def _survey(
    entries: Entries, settings: ReelSettings, work: Path, makers: Makers, *, signed: bool
) -> tuple[list[Facts], dict[str, str]]:
    """Return the facts of every photo that can be used, and of the others why they cannot."""
    failed: dict[str, str] = {}
    for entry in entries.photos if signed else ():
        if (reason := credentials.refusal(entry.photo)) is not None:
            failed[str(entry.photo)] = reason
    usable = tuple(entry for entry in entries.photos if str(entry.photo) not in failed)
    surveys = pieces.survey_pieces(usable, settings, work)
    records = makers.make("photos", list(surveys.values()), settings)
    missing = next((r["error"] for r in records.values() if r.get("missing")), None)
    if missing is not None:
        raise InputError(f"photos were left unread: {missing}; run it again, it goes on from there")
    photos = []
    for entry, piece in surveys.items():
        record = records[piece.name]
        if record["state"] == "done":
            photos.append(Facts.of(entry, record))
        else:
            failed[str(entry.photo)] = str(record["error"])
    if not photos:
        raise InputError(
            f"none of the photos can be used; the first: {next(iter(failed.values()))}"
        )
    return photos, failed


def _select(
    photos: Sequence[Facts], entries: Entries, settings: ReelSettings, work: Path
) -> Selection:
    """Return the photos to show, in order, without duplicates."""
    dropped: list[Duplicate] = []
    if settings.duplicates == "drop":
        photos, dropped = duplicates.without_duplicates(
            photos, lambda photo: survey.read_picture(work / photo.record["files"][1])
        )
    ordering = order.order(photos, settings.order, has_table=entries.ordered)
    chosen = plan.choose_rooms(ordering.photos, settings)
    unused = [photo for photo in ordering.photos if photo not in chosen]
    return Selection(tuple(chosen), ordering.reason, tuple(dropped), tuple(unused))
