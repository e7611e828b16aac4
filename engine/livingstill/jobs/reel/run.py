"""Make a reel: survey the photos, plan, render what is not finished, join, say what is left out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Progress
from livingstill.finish import listing_cards
from livingstill.io.files import atomic_write
from livingstill.io.text import counted
from livingstill.jobs import certificate, credentials
from livingstill.jobs.batch import pool
from livingstill.jobs.batch.folder import folder_lock, remove_partial_files
from livingstill.jobs.batch.run import default_workers
from livingstill.jobs.batch.work import RECORDS, load, store
from livingstill.jobs.credentials import SigningFiles
from livingstill.jobs.reel import assembly, duplicates, music, order, pieces, plan, survey
from livingstill.jobs.reel.certified import metadata
from livingstill.jobs.reel.duplicates import Duplicate
from livingstill.jobs.reel.entries import Entries, gather
from livingstill.jobs.reel.facts import Facts
from livingstill.jobs.reel.piece import Piece, finished
from livingstill.jobs.reel.plan import Plan
from livingstill.jobs.reel.result import ReelResult
from livingstill.jobs.reel.work import lost, make
from livingstill.jobs.stages import Stages
from livingstill.jobs.warmup import warmup
from livingstill.media import sound
from livingstill.settings.declare import checked
from livingstill.settings.reel import ReelSettings

Runner = Callable[[Sequence[Piece]], Generator[list[dict[str, Any]], None, None]]
"""Makes pieces in any order and yields the record of each, in a list, as it ends."""


@dataclass(frozen=True, slots=True)
class _Rooms:
    """Photos in the reel's order, and what became of the others."""

    photos: tuple[Facts, ...]
    reason: str
    dropped: tuple[Duplicate, ...]
    unused: tuple[Facts, ...]


def reel(
    source: str | Path,
    folder: str | Path,
    values: Mapping[str, Any] | None = None,
    *,
    workers: int | None = None,
    overwrite: bool = False,
    runner: Runner | None = None,
    signing: SigningFiles | None = None,
    progress: Progress | None = None,
) -> ReelResult:
    """Make a reel of a listing's photos in every shape, branded and not, and what goes with it.

    Parameters
    ----------
    source : a folder of photos, or a CSV table of them; see ``entries.gather``
    folder : where the reels go; made if missing. What is finished there already is left as it is
    values : keys of ``ReelSettings``
    workers : processes; by default as many as cores and memory allow
    overwrite : make everything anew
    runner : who makes the pieces instead of worker processes of this machine
    signing : the user's certificate and key, by which every reel is signed

    A photo that cannot be used never stops the reel: the result says which and why. Call it from
    the main module only under ``if __name__ == "__main__"``: the workers are fresh processes.

    Raises
    ------
    InputError
        If the source, the folder or a setting cannot be used, or no photo can.
    """
    settings, folder = checked(ReelSettings, dict(values or {})), Path(folder)
    check(settings)
    if signing is not None:
        credentials.check(signing, ["reel.mp4"])
    entries = gather(Path(source), _made_in(folder))
    if settings.order == "table" and not entries.ordered:
        raise InputError("order is table, but a folder has none; name a CSV table of photos")
    if folder.suffix.lower() in (".mp4", ".mov", ".webm", ".mkv", ".gif"):
        raise InputError(
            f"output {folder} is a file's name; a reel is several files, so name a folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None
    with folder_lock(folder):
        remove_partial_files(folder)
        job = _Job(entries, settings, folder, workers, runner, signing, Stages(progress), overwrite)
        return job.run()


def check(settings: ReelSettings) -> None:
    """Validate what can be checked before any photo is read: the music and the cards in every shape.

    Raises
    ------
    InputError
        As said.
    """
    if settings.music is not None:
        sound.check(settings.music)
    if settings.watermark and settings.logo is None:
        raise InputError(
            "watermark puts the logo in a corner, but no logo is given; add --logo FILE"
        )
    for shape in settings.aspect:
        for card in (listing_cards.opening, listing_cards.closing):
            card(settings, settings.frame(shape), branded=True)
        listing_cards.notice(settings.disclosure, settings, settings.frame(shape))


def _made_in(folder: Path) -> frozenset[Path]:
    """Return the files that reels have written into a folder, so that none is taken for a photo."""
    made = load(folder / RECORDS / "reel.json").get("made", ())
    return frozenset((folder / name).resolve() for name in made)


class _Job:
    """One run of a reel."""

    def __init__(
        self,
        entries: Entries,
        settings: ReelSettings,
        folder: Path,
        workers: int | None,
        runner: Runner | None,
        signing: SigningFiles | None,
        stages: Stages,
        overwrite: bool,
    ) -> None:
        self._entries, self._settings, self._folder = entries, settings, folder
        self._workers, self._runner, self._stages = workers, runner, stages
        self._overwrite, self._signing = overwrite, signing
        self._work = folder / RECORDS / "reel"
        self._failed: dict[str, str] = {}
        self._warm = False

    def run(self) -> ReelResult:
        """Do all there is to do; return what came of it."""
        self._check_ours()
        self._work.mkdir(parents=True, exist_ok=True)
        if self._overwrite:
            shutil.rmtree(self._work)
            self._work.mkdir()
        photos = self._survey()
        recording = music.read(self._settings, self._settings.duration)
        while True:
            rooms = self._rooms(photos)
            beats, music_note = self._beats(recording, len(rooms.photos))
            planned = plan.make(rooms.photos, self._settings, survey.rate(self._settings), beats)
            shots = pieces.shot_pieces(planned, self._settings, self._work)
            digest = pieces.reel_digest(shots, self._settings, self._entries.photos)
            digest += ":signed" if self._signing else ""
            if self._is_finished(digest):
                return self._result(planned, rooms, music_note, kept=True)
            records = self._make("rooms", shots)
            lost_photos = self._lost(shots, records)
            if not lost_photos:
                break
            photos = [photo for photo in photos if str(photo.entry.photo) not in lost_photos]
        self._join(planned, shots, records, recording)
        result = self._result(planned, rooms, music_note, kept=False)
        self._report(result, digest)
        return result

    def _make(self, name: str, work: Sequence[Piece]) -> dict[str, dict[str, Any]]:
        """Return the record of every piece by its name; what is finished is not made again."""
        records = {piece.name: record for piece in work if (record := finished(piece))}
        todo = [piece for piece in work if piece.name not in records]
        if not todo:
            return records
        if not self._runner and not self._warm:
            warmup(self._stages.progress)  # once, before every worker compiles for itself
            self._warm = True
        longest = max(max(self._settings.frame(shape)) for shape in self._settings.aspect)
        count = self._workers or default_workers(longest, len(todo), threads_each=1)
        results = self._runner(todo) if self._runner else pool.run(todo, count, make, lost)
        with self._stages(name, len(todo)) as step, closing(results):
            for done in results:
                records.update({record["name"]: record for record in done})
                step()
        return records

    def _survey(self) -> list[Facts]:
        """Return the facts of every photo that can be used; of the others note why."""
        work = pieces.survey_pieces(self._entries.photos, self._settings, self._work)
        unique = {piece.name: piece for piece in work.values()}
        records = self._make("photos", list(unique.values()))
        photos = []
        for entry, piece in work.items():
            record = records[piece.name]
            if record["state"] == "done":
                photos.append(Facts.of(entry, record))
            else:
                self._failed[entry.photo.name] = record["error"]
        if not photos:
            raise InputError(f"none of the photos can be used; the first: {self._first_failure()}")
        return photos

    def _first_failure(self) -> str:
        return next(iter(self._failed.values()))

    def _rooms(self, photos: Sequence[Facts]) -> _Rooms:
        """Return the photos to show, in order, without duplicates."""
        if not photos:
            raise InputError(
                f"none of the photos can be used; the last: {list(self._failed.values())[-1]}"
            )
        dropped: list[Duplicate] = []
        if self._settings.duplicates == "drop":
            photos, dropped = duplicates.without_duplicates(
                photos, lambda photo: survey.read_picture(self._work / photo.record["files"][1])
            )
        ordering = order.order(photos, self._settings.order, has_table=self._entries.ordered)
        chosen = plan.choose_rooms(ordering.photos, self._settings)
        unused = [photo for photo in ordering.photos if photo not in chosen]
        return _Rooms(tuple(chosen), ordering.reason, tuple(dropped), tuple(unused))

    def _beats(self, recording: Float32Array | None, count: int) -> tuple[Any, str]:
        seconds = plan.seconds_of(count, self._settings)
        part = None if recording is None else music.ended(recording, seconds, 0.0)
        return music.beats_of(part)

    def _lost(self, shots: Sequence[Piece], records: Mapping[str, Mapping[str, Any]]) -> set[str]:
        """Return the photos whose shots could not be made, and note why."""
        failed = {
            piece.photo: records[piece.name]["error"]
            for piece in shots
            if records[piece.name]["state"] != "done"
        }
        self._failed |= {Path(photo).name: error for photo, error in failed.items()}
        return set(failed)

    def _join(
        self,
        planned: Plan,
        shots: Sequence[Piece],
        records: Mapping[str, Mapping[str, Any]],
        recording: Float32Array | None,
    ) -> None:
        """Write every reel with its certificate and its picture, and the subtitles."""
        settings, twins = self._settings, pieces.twins_of(self._settings)
        self._claim()
        track = None
        if recording is not None:
            track = music.ended(recording, planned.seconds, settings.music_fade)
        photos = list(dict.fromkeys(stop.photo.entry.photo for stop in planned.stops))
        with self._stages("reels", len(settings.aspect) * len(twins)) as step:
            for shape in settings.aspect:
                for twin in twins:
                    target = self._folder / assembly.video_name(shape, twin, twins)
                    certified = assembly.certificate_of(shots, records, shape, twin)
                    parts = assembly.segments_of(shots, shape, twin)
                    fields = metadata(certified)
                    assembly.write_video(target, parts, planned, settings, track, fields)
                    if self._signing is not None:
                        credentials.sign(target, certified, photos, self._signing)
                    certificate.write(certified, str(target), overwrite=True)
                    assembly.copy_cover(shots[0], shape, twin, target.with_suffix(".jpg"))
                    step()
        assembly.write_subtitles(self._folder, planned)

    def _files(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the reels, and of what lies beside them."""
        settings, twins = self._settings, pieces.twins_of(self._settings)
        stems = [assembly.stem_of(s, twin, twins) for s in settings.aspect for twin in twins]
        texts = [f"{assembly.NAME}{suffix}" for suffix in (".srt", ".vtt")]
        texts = [name for name in texts if (self._folder / name).is_file()]
        ends = (".jpg", ".certificate.json", ".certificate.txt")
        beside = (f"{stem}{end}" for stem in stems for end in ends)
        return tuple(f"{stem}.mp4" for stem in stems), (*beside, *texts)

    def _result(self, planned: Plan, rooms: _Rooms, music_note: str, *, kept: bool) -> ReelResult:
        videos, files = self._files()
        notes = [
            f"{s.photo.name}: {note}" for s in planned.stops for note in s.photo.record["notes"]
        ]
        if planned.seconds < self._settings.duration:
            notes.append(
                f"{counted(len(planned.stops), 'room')} {'makes' if len(planned.stops) == 1 else 'make'} {planned.seconds:g} s at this pace; add photos for "
                f"{self._settings.duration:g} s"
            )
        return ReelResult(
            self._folder, planned, videos, files, rooms.reason, music_note, dict(self._failed),
            rooms.dropped, rooms.unused, tuple(notes), self._entries.left_out,
            dict(self._stages.seconds), kept,
        )  # fmt: skip

    @property
    def _record(self) -> Path:
        return self._folder / RECORDS / "reel.json"

    def _is_finished(self, digest: str) -> bool:
        """Return whether the reels stand there as these settings make them."""
        record = load(self._record)
        names = record.get("files", ())
        return record.get("digest") == digest and all((self._folder / n).is_file() for n in names)

    def _names(self) -> list[str]:
        """Return the names of all files that this reel may write."""
        videos, files = self._files()
        texts = (f"{assembly.NAME}{suffix}" for suffix in (".srt", ".vtt", ".json"))
        return list(dict.fromkeys((*videos, *files, *texts)))

    def _check_ours(self) -> None:
        """Refuse to replace a file that no reel made, before any work."""
        made = load(self._record).get("made", ())
        for name in self._names():
            if name not in made and (self._folder / name).exists() and not self._overwrite:
                raise InputError(
                    f"{self._folder / name} was not made by a reel; give --overwrite to replace it, "
                    "or another folder"
                )

    def _claim(self) -> None:
        """Note before the first file is written that all are a reel's, whatever happens then."""
        made = load(self._record).get("made", ())
        store(self._record, {"made": sorted({*made, *self._names()})})

    def _report(self, result: ReelResult, digest: str) -> None:
        """Write ``reel.json``, note that all is finished, and remove the segments."""
        with atomic_write(self._folder / "reel.json", overwrite=True) as part:
            text = json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n"
            part.write_text(text, encoding="utf-8", errors="backslashreplace")
        record = {"digest": digest, "files": [*result.videos, *result.files]}
        store(self._record, {**load(self._record), **record})
        for path in self._work.iterdir():
            if path.name.startswith(("shot-", "closing-")):
                path.unlink()
