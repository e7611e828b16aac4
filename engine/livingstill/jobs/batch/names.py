"""Names of a batch's clips: a finished clip belongs to its photo, whatever lies beside it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from livingstill.jobs.batch.sources import LONGEST_NAME, Row
from livingstill.jobs.batch.work import RECORDS, file_digest, load


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose clips a stem names: the photo's path and SHA-256, and the digest of its row."""

    photo: str
    sha256: str
    row: str

    def has_path(self, other: Owner) -> bool:
        """Say whether both photos have one path."""
        return os.path.abspath(self.photo) == os.path.abspath(other.photo)  # noqa: PTH100

    def has_photo(self, other: Owner) -> bool:
        """Say whether both are one photo; records of livingstill 0.1 know the path alone."""
        return self.sha256 == other.sha256 if self.sha256 else self.has_path(other)

    def has_row(self, other: Owner) -> bool:
        """Say whether both have the settings of one row."""
        return self.row in ("", other.row)


Match = Callable[[Owner, Owner], bool]
_BY_PHOTO: tuple[Match, ...] = (
    lambda made, row: made.has_photo(row) and made.has_row(row) and made.has_path(row),
    lambda made, row: made.has_photo(row) and made.has_row(row),
    lambda made, row: made.has_photo(row) and made.has_path(row),
    lambda made, row: made.has_photo(row),
)
"""What makes a finished clip a row's, the surest first."""

_BY_PATH: tuple[Match, ...] = (
    lambda made, row: made.has_path(row) and made.has_row(row),
    lambda made, row: made.has_path(row),
)
"""The same for a photo that was replaced by another under its name."""


def stems(rows: Sequence[Row], folder: Path) -> list[str]:
    """Return a stem for the clips of each row, below ``folder``; no two rows have the same.

    A photo whose clips are finished in the folder keeps their stem, known by the photo's SHA-256;
    so does a photo that was edited, if no other row has the former one. All others take the photo's
    name, or the first of ``<name>-2``, ``<name>-3``... that neither a row nor a finished clip has.
    Case does not tell names apart, as on many file systems.
    """
    finished = _finished(folder)
    owners = [_owner(row, hashed=bool(finished)) for row in rows]
    present = {owner.sha256 for owner in owners}
    chosen: dict[int, str] = {}
    taken: set[str] = set()

    def claim(matches: tuple[Match, ...], free: Mapping[str, Owner]) -> None:
        for match in matches:
            for index, (row, owner) in enumerate(zip(rows, owners)):
                own = (
                    stem
                    for stem, made in free.items()
                    if stem not in taken and _group(stem) == row.group and match(made, owner)
                )
                if index not in chosen and (stem := next(own, None)) is not None:
                    chosen[index] = stem
                    taken.add(stem)

    claim(_BY_PHOTO, finished)
    claim(_BY_PATH, {s: made for s, made in finished.items() if made.sha256 not in present})
    used = {stem.casefold() for stem in (*finished, *chosen.values())}
    for index, row in enumerate(rows):
        if index not in chosen:
            chosen[index] = _free_stem(row, used)
            used.add(chosen[index].casefold())
    return [chosen[index] for index in range(len(rows))]


def row_digest(row: Row) -> str:
    """Return the SHA-256 of what a row says beside its photo."""
    said = json.dumps([row.values, row.rescue, row.still], sort_keys=True, default=str)
    return hashlib.sha256(said.encode(errors="surrogateescape")).hexdigest()


def _owner(row: Row, *, hashed: bool) -> Owner:
    return Owner(str(row.photo), file_digest(row.photo) if hashed else "", row_digest(row))


def _finished(folder: Path) -> dict[str, Owner]:
    """Return the owner of each stem of which a clip stands in the folder, in the order of names."""
    made: dict[str, Owner] = {}
    for path in sorted((folder / RECORDS).rglob("*.json")):
        record = load(path)
        output = str(record.get("output", ""))
        if output and (folder / output).is_file():
            facts = (str(record.get(key, "")) for key in ("photo", "photo_sha256", "row"))
            made.setdefault(_recorded_stem(record, output), Owner(*facts))
    return made


def _recorded_stem(record: Mapping[str, Any], output: str) -> str:
    """Return the stem of a record; those of livingstill 0.1 have it in the output's name alone.

    >>> _recorded_stem({"aspect": "9:16"}, "villa/hall-9x16.mp4")
    'villa/hall'
    """
    shape = str(record.get("aspect") or "").replace(":", "x")
    bare = PurePosixPath(output).with_suffix("").as_posix()
    return str(record.get("stem") or (bare.removesuffix(f"-{shape}") if shape else bare))


def _group(stem: str) -> str:
    group = PurePosixPath(stem).parent.as_posix()
    return "" if group == "." else group


def _free_stem(row: Row, used: set[str]) -> str:
    """Return a stem for a row that is not used yet."""
    name = os.fsdecode(os.fsencode(row.photo.stem)[:LONGEST_NAME])
    stem = (PurePosixPath(row.group) / name).as_posix()
    candidate, count = stem, 1
    while candidate.casefold() in used:
        count += 1
        candidate = f"{stem}-{count}"
    return candidate
