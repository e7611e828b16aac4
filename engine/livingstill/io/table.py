"""Tables that people write: CSV as spreadsheets save it, with named columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from livingstill.core.errors import InputError
from livingstill.io import text

LARGEST = 2**26
"""Bytes of a table."""

_DELIMITERS = ",;\t"
_DECLARED_DELIMITER = re.compile(r'"?sep=(.)"?[,;\t]*', re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its ``place`` for messages, as in "list.csv, line 3", and its cells that hold text."""

    place: str
    cells: Mapping[str, str]


def read_csv(
    path: Path, columns: Sequence[str], numbers: Collection[str] = ()
) -> tuple[tuple[str, ...], list[TableRow]]:
    """Return the columns and the rows of a CSV table whose first row names ``columns``.

    As Excel and its kin save it: UTF-8 or UTF-16, with or without a byte order mark; cells
    separated by commas, semicolons or tabs, as a first line ``sep=;`` says or else as gives the most
    known columns; line breaks in quoted cells. Rows, columns and cells without text are left out.

    Parameters
    ----------
    columns : the names that are known; case, hyphens and spaces do not matter
    numbers : columns of numbers, which have a decimal comma where cells are not separated by commas

    Raises
    ------
    InputError
        If it cannot be read, or has columns that are unknown or have one name.
    """
    lines = io.StringIO(text.read(path, "table", LARGEST), newline="")
    records, delimiter = _records(path, lines, columns)
    head_line, head = next(records, (1, []))
    names = column_names(str(path), head, columns)
    rows = []
    for number, cells in records:
        place = f"{path}, line {number}"
        if any(cells[len(names) :]):
            raise InputError(f"{place} has more cells than columns; quote cells with {delimiter!r}")
        nameless = next((i for i, n in enumerate(names[: len(cells)]) if not n and cells[i]), None)
        if nameless is not None:
            raise InputError(
                f"{path}, line {head_line} has no name for column {nameless + 1}; write one"
            )
        values = {name: cell for name, cell in zip(names, cells) if cell}
        if delimiter != ",":
            values |= {
                name: values[name].replace(",", ".")
                for name in values.keys() & set(numbers)
                if _DECIMAL_COMMA.fullmatch(values[name])
            }
        if values:
            rows.append(TableRow(place, values))
    return tuple(filter(None, names)), rows


def column_names(place: str, names: Iterable[str], known: Sequence[str]) -> list[str]:
    """Return the columns that ``names`` mean, as ``known`` spells them; "" where a name is empty.

    >>> column_names("list.csv", ["Photo", "--Title-Size", ""], ["photo", "title_size"])
    ['photo', 'title_size', '']
    >>> column_names("list.csv", ["foto", "photo", "x"], ["photo", "title"])
    Traceback (most recent call last):
    livingstill.core.errors.InputError: list.csv has unknown columns 'foto' (did you mean 'photo'?) and 'x'; rename or remove them

    Raises
    ------
    InputError
        Naming every column that is unknown with the nearest that is known, or one that is there
        twice.
    """
    written = list(names)
    keys = [_key(name) for name in written]
    unknown = [name for name, key in zip(written, keys) if key and key not in known]
    if unknown:
        raise InputError(f"{place} has {_unknown_columns(unknown, known)}")
    twice = next((key for i, key in enumerate(keys) if key and key in keys[:i]), None)
    if twice is not None:
        raise InputError(f"{place} has two columns '{twice}'; rename or remove one")
    return keys


def _key(name: str) -> str:
    """Return a column's name as settings spell theirs."""
    return re.sub(r"[\s-]+", "_", name.strip().lstrip("-").strip()).lower()


def _unknown_columns(names: Sequence[str], known: Sequence[str]) -> str:
    """Return the names with the nearest that are known, and the remedy."""
    told = []
    for name in names:
        close = get_close_matches(name.strip().lower(), known, n=1, cutoff=0.6)
        told.append(f"'{name.strip()}'" + (f" (did you mean '{close[0]}'?)" if close else ""))
    if len(told) == 1:
        return f"an unknown column {told[0]}; rename or remove it"
    return f"unknown columns {', '.join(told[:-1])} and {told[-1]}; rename or remove them"


def _records(
    path: Path, lines: io.StringIO, columns: Sequence[str]
) -> tuple[Iterator[tuple[int, list[str]]], str]:
    """Return an iterator of line numbers and stripped cells of the rows that have any, and the
    delimiter."""
    first, skipped = lines.readline(), 1
    declared = _DECLARED_DELIMITER.fullmatch(first.strip("\r\n"))
    if declared is None:
        lines.seek(0)
        skipped = 0
    start = lines.tell()
    delimiter = declared[1] if declared else _delimiter(lines, columns)
    lines.seek(start)

    def rows() -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        line = skipped + 1
        try:
            for cells in reader:
                stripped = [cell.strip() for cell in cells]
                if any(stripped):
                    yield line, stripped
                line = skipped + reader.line_num + 1
        except csv.Error as error:
            raise InputError(f"{path}, line {line} is no CSV: {error}") from None

    return rows(), delimiter


def _delimiter(lines: io.StringIO, columns: Sequence[str]) -> str:
    """Return the delimiter by which the first row has the most known columns, then most cells."""
    head = next((line for line in lines if line.strip(_DELIMITERS + " \r\n")), "")

    def fit(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([head], delimiter=delimiter), [])
        return sum(_key(cell) in columns for cell in cells), len(cells)

    return max(_DELIMITERS, key=fit)
