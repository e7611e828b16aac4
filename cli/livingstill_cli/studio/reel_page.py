"""The reel's part of the page: the rooms of a listing in an order, on the beat, and the reels of them."""

from __future__ import annotations

import csv
import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingstill.core.errors import InputError
from livingstill.jobs.batch.work import RECORDS
from livingstill.jobs.reel.entries import COLUMNS, gather
from livingstill.jobs.reel.listing import read_listing
from livingstill.jobs.reel.rooms import BY_NAME
from livingstill.jobs.reel.run import plan_reel, reel
from livingstill.settings.declare import checked
from livingstill.settings.reel import ReelSettings

from livingstill_cli.studio import shots
from livingstill_cli.studio.channel import Channel, file_facts
from livingstill_cli.studio.handles import Handles, Stored
from livingstill_cli.studio.long_jobs import LongJobs, Steps

if TYPE_CHECKING:
    from livingstill_cli.studio.server import Studio

FILES = ("music", "logo", "font", "subtitle_font")
"""Settings of a reel that are a file."""

HIDDEN = ("max_pixels", "depth", "depth_far", "background")
"""Settings that a page cannot set."""

MOST_PHOTOS = 500
_LONGEST_TEXT = 200
_TABLE = "rooms.csv"


@dataclass(frozen=True, slots=True)
class _Photo:
    """A photo of a reel as its page has it: its file, and what it is said to show."""

    handle: str
    stored: Stored
    room: str
    caption: str


class ReelPage:
    """Answers what a page asks of a reel. Each public method is an operation of its name."""

    def __init__(self, channel: Channel, studio: Studio, jobs: LongJobs) -> None:
        self._channel, self._studio, self._jobs = channel, studio, jobs
        self._folder: Path | None = None

    async def reel_photos(self, message: dict[str, Any]) -> None:
        """Send the photos of the studio's folder and those that were uploaded, each with a handle."""
        handles, folder = self._studio.handles, self._studio.photos
        found = [] if folder is None else [entry.photo for entry in gather(folder).photos]
        uploaded = [(str(one), handles.of(one)) for one in message.get("photos") or ()]
        photos = [{"handle": handles.refer(path), "name": path.name} for path in found]
        photos += [{"handle": handle, "name": stored.name} for handle, stored in uploaded]
        await self._channel.send({"type": "reel-photos", "photos": photos[:MOST_PHOTOS]})

    async def reel_listing(self, message: dict[str, Any]) -> None:
        """Send the settings that a table of one row says of a listing, and the files that it names."""
        stored = self._studio.handles.of(message["handle"])
        try:
            values: dict[str, Any] = read_listing(stored.path)
        except InputError as error:
            raise InputError(str(error).replace(str(stored.path), stored.name)) from None
        files = [Path(values.pop(key)).name for key in FILES if key in values]
        checked(ReelSettings, values)
        await self._channel.send({"type": "reel-listing", "settings": values, "missing": files})

    async def reel_plan(self, message: dict[str, Any]) -> None:
        """Plan a reel, nothing rendered: which rooms, when and how, and what is left out."""
        photos, values = self._photos(message), self._values(message)
        serial, ordered = message.get("serial"), bool(message.get("ordered"))
        work = self._work()

        def run(steps: Steps) -> dict[str, Any]:
            source, links = _source(photos, work, ordered)
            found = plan_reel(
                source, work / "plan", values, progress=steps, cancelled=lambda: steps.cancelled
            )
            told = _told(found.as_json(), links)
            return {"type": "reel-planned", "serial": serial, **told}

        self._jobs.start("reel_plan", run)

    async def reel(self, message: dict[str, Any]) -> None:
        """Make the reels, in a folder of their own."""
        photos, values = self._photos(message), self._values(message)
        folder = self._studio.folder / shots.stem_of(message.get("name") or "reel")
        ordered, work, handles = bool(message.get("ordered")), self._work(), self._studio.handles
        command = self._command(photos, message, folder)

        def run(steps: Steps) -> dict[str, Any]:
            source, links = _source(photos, work, ordered)
            _take_estimates(work / "plan", folder)
            done = reel(source, folder, values, progress=steps, cancelled=lambda: steps.cancelled)
            told = _told(done.as_json(), links)
            paths = [folder / name for name in (*done.videos, *done.files)]
            if ordered:
                paths.append(folder / _TABLE)
                _write_table(paths[-1], photos, [_name_from(folder, p.stored) for p in photos])
            return {
                **told,
                "type": "reeled",
                "folder": str(folder),
                "files": [file_facts(path, handles.refer(path)) for path in paths],
                "command": command,
            }

        self._jobs.start("reel", run)

    def _command(self, photos: Sequence[_Photo], message: Mapping[str, Any], folder: Path) -> str:
        """Return the command that makes the same reels: of files that were uploaded, by their names."""
        source, base = "PHOTOS", self._studio.folder
        if message.get("ordered"):
            source = f"{folder.name}/{_TABLE}"
        elif self._studio.photos and not any(photo.stored.own for photo in photos):
            source = os.path.relpath(self._studio.photos, base)
        words = ["livingstill", "reel", source, "-o", folder.name]
        for key, value in dict(message.get("settings") or {}).items():
            option = f"--{key.replace('_', '-')}"
            if isinstance(value, bool):
                words.append(option if value else f"--no-{option[2:]}")
            elif key in FILES:
                words += [option, _name_from(base, self._studio.handles.of(value))]
            else:
                words += [option, ",".join(value) if isinstance(value, list) else f"{value}"]
        return shlex.join(words)

    def _work(self) -> Path:
        """Return the session's folder of this page's reel."""
        if self._folder is None:
            self._folder = self._studio.handles.new_path("-reel")
            self._folder.mkdir()
        return self._folder

    def _photos(self, message: Mapping[str, Any]) -> list[_Photo]:
        given = message.get("photos")
        if not isinstance(given, list) or not given:
            raise InputError("there are no photos to make a reel of; choose some")
        if len(given) > MOST_PHOTOS:
            raise InputError(f"a reel is made of at most {MOST_PHOTOS} photos; choose fewer")
        return [_photo(one, self._studio.handles) for one in given]

    def _values(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Return a page's settings with files in the place of handles, checked."""
        values = dict(message.get("settings") or {})
        known = ReelSettings.model_fields
        unknown = next((key for key in values if key not in known or key in HIDDEN), None)
        if unknown is not None:
            raise InputError(f"no setting of a reel in the studio is called '{unknown}'")
        for key in FILES:
            if values.get(key) is not None:
                values[key] = str(self._studio.handles.of(values[key]).path)
        checked(ReelSettings, values)
        return values


def _photo(given: Any, handles: Handles) -> _Photo:
    if not isinstance(given, dict):
        raise InputError("a photo of the reel is no object; send its handle and room")
    room, caption = str(given.get("room") or ""), str(given.get("caption") or "")
    if room and room not in BY_NAME:
        raise InputError(f"no room is called '{room}'; choose one of the list")
    if len(caption) > _LONGEST_TEXT or not caption.isprintable():
        raise InputError(f"a caption is one line of at most {_LONGEST_TEXT} characters")
    return _Photo(str(given["handle"]), handles.of(given["handle"]), room, caption)


def _source(photos: Sequence[_Photo], work: Path, ordered: bool) -> tuple[Path, dict[str, str]]:
    """Return what the reel is made from, and the handle of each photo by its path there.

    That is a folder of links to the photos, by the names that their user knows them by, or, if they
    are ``ordered``, a table of those.
    """
    folder = work / "photos"
    folder.mkdir(exist_ok=True)
    links: dict[str, str] = {}
    for photo in photos:
        link = folder / _free(photo, folder, links)
        links[str(link)] = photo.handle
        if not (link.exists() and link.samefile(photo.stored.path)):
            link.unlink(missing_ok=True)
            _link(photo.stored.path, link)
    for path in folder.iterdir():
        if str(path) not in links:
            path.unlink()
    if not ordered:
        return folder, links
    table = work / _TABLE
    _write_table(table, photos, list(links))
    return table, links


def _write_table(table: Path, photos: Sequence[_Photo], names: Sequence[str]) -> None:
    """Write the table of a reel's photos in their order, each by its name there."""
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS[:3])
        writer.writerows((name, p.room, p.caption) for name, p in zip(names, photos))


def _name_from(folder: Path, stored: Stored) -> str:
    """Return how a command or table in a folder names a file: one that was uploaded by its name."""
    return stored.name if stored.own else os.path.relpath(stored.path, folder)


def _free(photo: _Photo, folder: Path, taken: Mapping[str, str]) -> str:
    """Return the name of a photo in a folder of links, which no other one has."""
    stem, suffix = shots.stem_of(photo.stored.name), photo.stored.path.suffix
    names = (f"{stem}{suffix}", *(f"{stem}-{n}{suffix}" for n in range(2, MOST_PHOTOS + 2)))
    return next(name for name in names if str(folder / name) not in taken)


def _link(photo: Path, link: Path) -> None:
    """Make a photo known by another name, in whichever way the system allows."""
    for make in (link.hardlink_to, link.symlink_to):
        try:
            make(photo.absolute())
        except OSError:
            continue
        return
    shutil.copyfile(photo, link)


def _take_estimates(planned: Path, folder: Path) -> None:
    """Copy what was found out of the photos for the plan, so that the reel need not find it again."""
    source, target = planned / RECORDS / "reel", folder / RECORDS / "reel"
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.is_file() and not (target / file.name).exists():
            shutil.copyfile(file, target / file.name)


def _told(plan: dict[str, Any], links: Mapping[str, str]) -> dict[str, Any]:
    """Return a plan for a page: photos by handle, and no path of the session."""
    names = {Path(path).name: handle for path, handle in links.items()}
    folder = f"{Path(next(iter(links))).parent}{os.sep}"
    rooms = [{**room, "handle": links.get(room["path"])} for room in plan["rooms"]]
    for room in rooms:
        del room["path"]
    lists = {
        "duplicates": [
            {"name": left, "handle": names.get(left), "kept": kept}
            for left, kept in plan["duplicates"].items()
        ],
        "unused": [{"name": name, "handle": names.get(name)} for name in plan["unused"]],
        "failed": [
            {"name": name, "handle": names.get(name), "reason": reason.replace(folder, "")}
            for name, reason in plan["failed"].items()
        ],
        "notes": [note.replace(folder, "") for note in plan["notes"]],
    }
    return {**plan, "rooms": rooms, **lists}
