"""What a batch is made from: folders, globs, single photos, and tables with settings per row.

A row of a table names a photo to animate, or a clip to rescue and its still.
"""

from __future__ import annotations

import glob
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.io import table, text
from livingstill.io.files import refuse_url
from livingstill.io.images import SUFFIXES, is_animation
from livingstill.settings.rescue import RescueSettings
from livingstill.settings.shot import Shot
from livingstill.settings.shot_file import resolve_beside

LONGEST_NAME = 200
"""Bytes of a group's or a clip's name, so that what is added to it still makes a file's name."""

CLIPS = frozenset((".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".gif"))
"""What is taken for a clip in a folder of clips to rescue."""


COLUMNS = tuple(
    dict.fromkeys(
        ("photo", "group", *Shot.model_fields, "clip", "still", *RescueSettings.model_fields)
    )
)
"""What a row of a table may say: the photo, the folder its clips go to, and any setting; or the
clip to rescue, its still, and how."""

_NUMBERS = tuple(
    name
    for model in (Shot, RescueSettings)
    for name, one in model.model_fields.items()
    if one.annotation in (float, float | None)
)
"""Columns of numbers that may have decimals."""


@dataclass(frozen=True, slots=True)
class Row:
    """One photo to make clips of: ``group`` is the folder, below the batch's, that they go to.

    With ``rescue``, ``photo`` is a clip to rescue, ``still`` the picture it was made of.
    """

    photo: Path
    group: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    rescue: bool = False
    still: Path | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """The rows of all sources, and how many files of their folders are no photos, by what they are."""

    rows: tuple[Row, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def note(self) -> str:
        """What was left out, as a sentence; empty if nothing was.

        >>> Gathered((), {".txt": 2, "animated GIF": 1}).note
        '3 files of the folders are no photos and were left out: 2 .txt, 1 animated GIF'
        """
        if not self.left_out:
            return ""
        count = sum(self.left_out.values())
        kinds = ", ".join(f"{number} {kind}" for kind, number in self.left_out.items())
        said = (
            "file of the folders is no photo and was"
            if count == 1
            else ("files of the folders are no photos and were")
        )
        return f"{count} {said} left out: {kinds}"


def gather(sources: Iterable[str | Path], excluded: Path | None = None) -> Gathered:
    """Return a row for every photo in ``sources``, each once, in order; none inside ``excluded``.

    A folder gives its photos and those of its subfolders, whose names become the groups; hidden
    files and folders are passed over. A table (CSV with a header, or JSON Lines) gives its rows,
    with paths from its own folder.

    Raises
    ------
    InputError
        If a source is missing, empty or wholly within ``excluded``, or a table has an unknown
        column or cannot be read.
    """
    rows: list[Row] = []
    left_out: Counter[str] = Counter()
    for source in map(str, sources):
        found, others = _folder(Path(source)) if Path(source).is_dir() else (_rows(source), [])
        rows_found = list(found)
        source_rows = [
            row for row in rows_found if excluded is None or not _inside(row.photo, excluded)
        ]
        if rows_found and not source_rows:
            raise InputError(
                f"the photos of {source} lie in the output folder {excluded}; give another output folder"
            )
        if not source_rows:
            raise InputError(
                f"{source} has no photos; name a folder, photos, a CSV or a JSONL file"
            )
        rows += source_rows
        left_out.update(
            "animated GIF" if other.suffix.lower() == ".gif" else other.suffix.lower() or "unnamed"
            for other in others
            if excluded is None or not _inside(other, excluded)
        )
    unique: dict[tuple[Path, str], Row] = {}
    for row in rows:
        settings = [row.values, row.rescue, row.still]
        key = (row.photo.absolute(), json.dumps(settings, sort_keys=True, default=str))
        unique.setdefault(key, row)
    return Gathered(tuple(unique.values()), dict(left_out.most_common()))


def _folder(folder: Path) -> tuple[list[Row], list[Path]]:
    """Return a row for each photo in a folder and below it, and the files that are none."""
    rows, others = [], []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if any(part.startswith(".") for part in inner.parts) or not path.is_file():
            continue
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES or (suffix == ".gif" and is_animation(path)):
            others.append(path)
            continue
        group = inner.parent.as_posix()
        rows.append(Row(path, "" if group == "." else group))
    return rows, others


def _rows(source: str) -> Iterator[Row]:
    """Yield the rows of a source that is no folder."""
    path = Path(source)
    if path.suffix.lower() == ".csv" and path.is_file():
        yield from _csv(path)
    elif path.suffix.lower() in (".jsonl", ".ndjson") and path.is_file():
        yield from _jsonl(path)
    elif path.is_file():
        yield Row(path)
    elif glob.has_magic(source):
        matches = glob.glob(source, recursive=True)  # noqa: PTH207  (patterns may be absolute)
        yield from (Row(Path(name)) for name in sorted(matches))
    else:
        refuse_url(path, "photo")
        raise InputError(f"{source} does not exist; check its name and folder")


def _csv(path: Path) -> Iterator[Row]:
    names, rows = table.read_csv(path, COLUMNS, _NUMBERS)
    if not {"photo", "clip"} & set(names):
        raise InputError(f"{path} has no column 'photo'; its first line must name the columns")
    for row in rows:
        yield from _row(path, row.place, dict(row.cells))


def _jsonl(path: Path) -> Iterator[Row]:
    for number, line in enumerate(text.read(path, "table", table.LARGEST).split("\n"), 1):
        if not line.strip():
            continue
        values = text.parse_json(line, f"{path}, line {number}")
        if not isinstance(values, dict):
            raise InputError(f'{path}, line {number} is no object; write {{"photo": ...}}')
        place = f"{path}, line {number}"
        names = table.column_names(place, values, COLUMNS)
        yield from _row(path, place, dict(zip(names, values.values())))


def _row(path: Path, place: str, values: dict[str, Any]) -> Iterator[Row]:
    """Yield the row of a line; a folder of clips gives a row each."""
    kind = "clip" if "clip" in values else "photo"
    if kind == "clip" and "photo" in values:
        raise InputError(f"{place} names a photo and a clip; name the clip's picture as its still")
    named = values.pop(kind, None)
    if not isinstance(named, str) or not named or "\0" in named:
        raise InputError(f"{place} has no photo; name one")
    group = str(values.pop("group", "")).strip("/")
    parts = Path(group).parts
    valid = "\0" not in group and all(len(os.fsencode(part)) <= LONGEST_NAME for part in parts)
    if Path(group).is_absolute() or ".." in parts or not valid:
        raise InputError(f"{place} has group '{group}'; it must be a plain name")
    if kind == "photo":
        if "still" in values:
            raise InputError(f"{place} has a still and no clip; name the clip to rescue")
        values = {key: resolve_beside(path.parent, key, value) for key, value in values.items()}
        yield Row(path.parent / named, group, values)
        return
    clip, still = path.parent / named, str(values.pop("still", ""))
    picture = path.parent / still if still else None
    for clip_path in _clips(clip):
        yield Row(clip_path, group, values, rescue=True, still=_still(clip_path, picture, place))


def _clips(clip: Path) -> list[Path]:
    if not clip.is_dir():
        return [clip]
    return sorted(p for p in clip.iterdir() if p.suffix.lower() in CLIPS and p.is_file())


def _still(clip: Path, picture: Path | None, place: str) -> Path | None:
    """Return the still of a clip: as named, or the picture of its name in the folder named."""
    if picture is None or not picture.is_dir():
        return picture
    candidates = sorted(
        p for p in picture.iterdir() if p.stem == clip.stem and p.suffix.lower() in SUFFIXES
    )
    if not candidates:
        raise InputError(
            f"{place}: {picture} has no picture called {clip.stem}; add the clip's still"
        )
    return candidates[0]


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
