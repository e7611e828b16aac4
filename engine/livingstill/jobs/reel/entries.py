"""What a reel is made from: the photos of a folder, or the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from livingstill.core.errors import InputError
from livingstill.core.registry import nearest
from livingstill.io import images, table
from livingstill.io.files import refuse_url
from livingstill.jobs.reel.rooms import BY_NAME, room_of_name

COLUMNS = ("photo", "room", "caption", "facts")
"""Columns of a table of rooms."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo as it was given: its file, and what the table or its name says it shows.

    ``room`` is a name of ``ROOMS`` or "", ``told_by`` table, name or "", ``caption`` what
    subtitles call it, ``facts`` what they add.
    """

    photo: Path
    room: str = ""
    told_by: str = ""
    caption: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """Photos in the order in which they were given; ``ordered`` says that a table gave it, and
    ``left_out`` how many files of a folder are no photos."""

    photos: tuple[Entry, ...]
    ordered: bool = False
    left_out: int = 0


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Return a key by which numbers in names sort as numbers.

    >>> sorted(["10.jpg", "2.jpg", "a.jpg"], key=natural_key)
    ['2.jpg', '10.jpg', 'a.jpg']
    """
    parts = re.findall(r"\d+|\D+", name.casefold())
    return tuple((int(part), "") if part.isdecimal() else (2**63, part) for part in parts)


def gather(source: Path, excluded: Collection[Path] = ()) -> Entries:
    """Return the photos of a folder by name, or those of a CSV table in its order.

    ``excluded`` are files, by their resolved paths, that are passed over in a folder.

    Raises
    ------
    InputError
        If there is no such folder or table, it has no photos, or a row is wrong.
    """
    refuse_url(source, "folder")
    if source.is_dir():
        files = [f for f in source.iterdir() if f.is_file() and not f.name.startswith(".")]
        files = [f for f in files if f.resolve() not in excluded]
        photos = sorted(filter(_is_photo, files), key=lambda f: (natural_key(f.name), f.name))
        entries = Entries(tuple(map(_named, photos)), left_out=len(files) - len(photos))
    elif source.suffix.lower() == ".csv" and source.is_file():
        rows = table.read_csv(source, COLUMNS)[1]
        entries = Entries(tuple(_row(source, row) for row in rows), ordered=True)
    elif source.exists():
        raise InputError(f"{source} is neither a folder nor a CSV table; name a folder of photos")
    else:
        raise InputError(f"folder {source} does not exist; check its name")
    if not entries.photos:
        raise InputError(f"{source} has no photos; name a folder of photos, or a CSV table of them")
    return entries


def _is_photo(file: Path) -> bool:
    return file.suffix.lower() in images.SUFFIXES and not images.is_animation(file)


def _named(photo: Path) -> Entry:
    room = room_of_name(photo.stem)
    return Entry(photo, room or "", "name" if room else "")


def _row(source: Path, row: table.TableRow) -> Entry:
    cells: Mapping[str, str] = row.cells
    if "photo" not in cells:
        raise InputError(f"{row.place} has no photo; name one")
    entry = _named(source.parent / cells["photo"])
    if said := cells.get("room"):
        room = said.lower() if said.lower() in BY_NAME else room_of_name(said)
        if room is None and "caption" not in cells:
            raise InputError(f"{row.place} has room '{said}'{nearest(said, list(BY_NAME))}")
        entry = Entry(entry.photo, room or "", "table" if room else "")
    return Entry(
        entry.photo, entry.room, entry.told_by, cells.get("caption", ""), cells.get("facts", "")
    )
