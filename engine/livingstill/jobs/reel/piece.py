"""A piece of a reel's work: a photo's survey, or the segments of one shot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from livingstill.jobs.batch.work import load


@dataclass(frozen=True, slots=True)
class Piece:
    """What one worker makes.

    ``digest`` is of all that its result depends on, ``name`` begins the names of its files in
    ``folder``, ``values`` are plain values, ``reads`` names of files in the folder.
    """

    kind: Literal["survey", "shot"]
    name: str
    photo: str
    folder: str
    digest: str
    values: Mapping[str, Any]
    reads: tuple[str, ...] = ()

    @property
    def record(self) -> Path:
        """Where the record of what was made is kept."""
        return Path(self.folder) / f"{self.name}.json"


def finished(piece: Piece) -> dict[str, Any] | None:
    """Return the record of a piece that is finished and still what it should be, else None."""
    record = load(piece.record)
    if record.get("digest") != piece.digest or record.get("state") != "done":
        return None
    files = record.get("files", ())
    return record if all((Path(piece.folder) / name).is_file() for name in files) else None
