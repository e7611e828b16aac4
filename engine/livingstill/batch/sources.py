"""What a batch is made from: folders, globs, single photos, and tables with settings per row."""

from __future__ import annotations

import csv
import glob
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livingstill.errors import InputError
from livingstill.registry import nearest
from livingstill.settings import Shot

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".heic", ".heif", ".avif", ".jp2")
)
"""What is taken for a photo in a folder."""

LONGEST_NAME = 200
"""Bytes of a group's or a clip's name, so that what is added to it still makes a file's name."""

COLUMNS = ("photo", "group", *Shot.model_fields)
"""What a row of a table may say: the photo, the folder its clips go to, and any setting."""


@dataclass(frozen=True, slots=True)
class Row:
    """One photo to make clips of: ``group`` is the folder, below the batch's, that they go to."""

    photo: Path
    group: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def gather(sources: Iterable[str | Path], apart: Path | None = None) -> list[Row]:
    """Return a row for every photo in ``sources``, each once, in order; none inside ``apart``.

    A folder gives its photos and those of its subfolders, whose names become the groups; a table
    (CSV with a header, or JSON Lines) gives its rows, with paths from its own folder.

    Raises
    ------
    InputError
        If a source is missing or empty, or a table has an unknown column or cannot be read.
    """
    rows: list[Row] = []
    for source in sources:
        found = list(_rows(str(source)))
        if apart is not None:
            found = [row for row in found if not _inside(row.photo, apart)]
        if not found:
            raise InputError(
                f"{source} has no photos; name a folder, photos, a CSV or a JSONL file"
            )
        rows += found
    once: dict[tuple[Path, str], Row] = {}
    for row in rows:
        key = (row.photo.absolute(), json.dumps(row.values, sort_keys=True, default=str))
        once.setdefault(key, row)
    return list(once.values())


def _rows(source: str) -> Iterator[Row]:
    path = Path(source)
    if path.is_dir():
        for photo in sorted(path.rglob("*")):
            inner = photo.relative_to(path)
            hidden = any(part.startswith(".") for part in inner.parts)
            if photo.suffix.lower() in SUFFIXES and photo.is_file() and not hidden:
                group = inner.parent.as_posix()
                yield Row(photo, "" if group == "." else group)
    elif path.suffix.lower() == ".csv" and path.is_file():
        yield from _csv(path)
    elif path.suffix.lower() in (".jsonl", ".ndjson") and path.is_file():
        yield from _jsonl(path)
    elif path.is_file():
        yield Row(path)
    elif glob.has_magic(source):
        found = glob.glob(source, recursive=True)  # noqa: PTH207  (patterns may be absolute)
        yield from (Row(Path(name)) for name in sorted(found))
    else:
        raise InputError(f"{source} does not exist; check its name and folder")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise InputError(f"cannot read {path}: {reason}") from None


def _csv(path: Path) -> Iterator[Row]:
    reader = csv.DictReader(_text(path).splitlines())
    names = [_column(path, name) for name in reader.fieldnames or ()]
    if "photo" not in names:
        raise InputError(f"{path} has no column 'photo'; its first line must name the columns")
    for number, cells in enumerate(reader, 2):
        if None in cells:
            raise InputError(f"{path}, line {number} has more cells than columns; quote commas")
        values = dict(zip(names, cells.values()))
        yield _row(path, number, {k: v.strip() for k, v in values.items() if v and v.strip()})


def _jsonl(path: Path) -> Iterator[Row]:
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{path}, line {number} is no JSON: {error.msg}") from None
        if not isinstance(values, dict):
            raise InputError(f'{path}, line {number} is no object; write {{"photo": ...}}')
        yield _row(path, number, {_column(path, key): value for key, value in values.items()})


def _column(path: Path, name: str) -> str:
    key = name.strip().lstrip("-").replace("-", "_").lower()
    if key not in COLUMNS:
        raise InputError(f"{path} has a column '{name}'{nearest(key, list(COLUMNS))}")
    return key


def _row(path: Path, number: int, values: dict[str, Any]) -> Row:
    photo = values.pop("photo", None)
    if not isinstance(photo, str) or not photo or "\0" in photo:
        raise InputError(f"{path}, line {number} has no photo; name one")
    group = str(values.pop("group", "")).strip("/")
    parts = Path(group).parts
    plain = "\0" not in group and all(len(os.fsencode(part)) <= LONGEST_NAME for part in parts)
    if Path(group).is_absolute() or ".." in parts or not plain:
        raise InputError(f"{path}, line {number} has group '{group}'; it must be a plain name")
    return Row(path.parent / photo, group, values)


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
