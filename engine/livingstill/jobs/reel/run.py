"""Plan a reel, or make it: render what is not finished, join, say what is left out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.core.model import Progress
from livingstill.finish import listing_cards
from livingstill.io.files import is_full
from livingstill.io.text import counted
from livingstill.jobs import credentials
from livingstill.jobs.batch.folder import folder_lock, remove_partial_files
from livingstill.jobs.credentials import SigningFiles
from livingstill.jobs.reel import pieces
from livingstill.jobs.reel.entries import Entries, gather
from livingstill.jobs.reel.folder import ReelFolder
from livingstill.jobs.reel.makers import Makers
from livingstill.jobs.reel.piece import Runner
from livingstill.jobs.reel.plan import Plan
from livingstill.jobs.reel.prepare import PreparedReel, prepare
from livingstill.jobs.reel.result import ReelPlan, ReelResult
from livingstill.jobs.reel.shots import produce
from livingstill.jobs.stages import Stages
from livingstill.media import sound
from livingstill.settings.declare import checked
from livingstill.settings.reel import ReelSettings

_VIDEOS = (".mp4", ".mov", ".webm", ".mkv", ".gif")


def plan_reel(
    source: str | Path,
    folder: str | Path,
    values: Mapping[str, Any] | None = None,
    *,
    workers: int | None = None,
    runner: Runner | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ReelPlan:
    """Return what a reel of these photos would be: its rooms, when each is seen and how, the beats.

    Every photo is analysed once, and what is found is kept in ``folder``, so another plan of the same
    photos, or the reel itself, does not analyse them again; nothing is rendered. The parameters
    and errors are those of ``reel``.
    """
    settings, entries, place = _begin(source, folder, values)
    makers = Makers(Stages(progress), workers, runner, cancelled)
    with _working_in(place):
        prepared = prepare(entries, settings, place.work, makers)
    return ReelPlan(**_told(prepared, prepared.plan, settings))


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
    cancelled: Callable[[], bool] | None = None,
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
    cancelled : asked twice a second; once it returns true the reel ends

    A photo that cannot be used never stops the reel: the result says which and why. Call it from
    the main module only under ``if __name__ == "__main__"``: the workers are fresh processes.

    Raises
    ------
    InputError
        If the source, the folder or a setting cannot be used, or no photo can.
    Cancelled
        If it is; what is finished is not made again by another call.
    """
    if signing is not None:
        credentials.check(signing, ["reel.mp4"])
    settings, entries, place = _begin(source, folder, values, signing)
    makers = Makers(Stages(progress), workers, runner, cancelled)
    with _working_in(place):
        if not overwrite:
            place.check_ours()
        else:
            shutil.rmtree(place.work)
            place.work.mkdir()
        return _make(entries, settings, place, makers)


def _make(
    entries: Entries, settings: ReelSettings, place: ReelFolder, makers: Makers
) -> ReelResult:
    """Prepare, produce and deliver a reel; return what came of it."""
    signed = place.signing is not None
    prepared = prepare(entries, settings, place.work, makers, signed=signed)

    def digest_of(plan: Plan) -> str:
        shots = pieces.shot_pieces(plan, settings, place.work)
        digest = pieces.reel_digest(shots, settings, entries.photos)
        return f"{digest}:signed" if signed else digest

    def result(plan: Plan, failed: Mapping[str, str], **more: Any) -> ReelResult:
        told = _told(prepared, plan, settings, failed)
        return ReelResult(**told, folder=place.folder, seconds=dict(makers.stages.seconds), **more)

    if place.is_finished(digest_of(prepared.plan)):
        videos, files = place.files()
        return result(prepared.plan, {}, videos=videos, files=files, kept=True)
    produced = produce(prepared.plan, settings, place.work, makers)
    if produced.missing:
        missing = {Path(photo).name: reason for photo, reason in produced.missing.items()}
        return result(produced.plan, produced.failed, missing=missing)
    digest = digest_of(produced.plan)
    kept = place.is_finished(digest)
    if not kept:
        try:
            place.write(prepared, produced, makers.stages)
        except (InputError, OSError) as error:
            if not is_full(error if isinstance(error, OSError) else str(error)):
                raise
            told = str(error)
            missing = dict.fromkeys((s.photo.name for s in produced.plan.stops), told)
            return result(produced.plan, produced.failed, missing=missing)
    videos, files = place.files()
    done = result(produced.plan, produced.failed, videos=videos, files=files, kept=kept)
    if not kept:
        place.report(done.as_json(), digest, complete=not produced.failed)
    return done


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


def _begin(
    source: str | Path,
    folder: str | Path,
    values: Mapping[str, Any] | None,
    signing: SigningFiles | None = None,
) -> tuple[ReelSettings, Entries, ReelFolder]:
    """Return the settings, the photos and the place of a reel, all checked; make its folder."""
    settings = checked(ReelSettings, dict(values or {}))
    check(settings)
    place = ReelFolder(Path(folder), settings, signing)
    entries = gather(Path(source), place.made())
    if settings.order == "table" and not entries.ordered:
        raise InputError("order is table, but a folder has none; name a CSV table of photos")
    if place.folder.suffix.lower() in _VIDEOS:
        raise InputError(
            f"output {folder} is a file's name; a reel is several files, so name a folder"
        )
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None
    return settings, entries, place


@contextmanager
def _working_in(place: ReelFolder) -> Iterator[None]:
    """Hold the folder of a reel, without what a killed run has left half-written."""
    with folder_lock(place.folder):
        remove_partial_files(place.folder)
        place.work.mkdir(parents=True, exist_ok=True)
        yield


def _told(
    prepared: PreparedReel,
    plan: Plan,
    settings: ReelSettings,
    failed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the fields of ``ReelPlan``; ``failed`` are photos that could not be rendered."""
    notes = [f"{s.photo.name}: {note}" for s in plan.stops for note in s.photo.record["notes"]]
    if plan.seconds < settings.duration:
        notes.append(
            f"{counted(len(plan.stops), 'room')} {'makes' if len(plan.stops) == 1 else 'make'} {plan.seconds:g} s at this pace; add photos for "
            f"{settings.duration:g} s"
        )
    selection, reasons = prepared.selection, {**prepared.failed, **(failed or {})}
    return {
        "plan": plan,
        "order": selection.reason,
        "music": prepared.music,
        "beats": prepared.beats,
        "failed": {Path(photo).name: reason for photo, reason in reasons.items()},
        "duplicates": selection.duplicates,
        "unused": selection.unused,
        "notes": tuple(notes),
        "left_out": prepared.left_out,
    }
