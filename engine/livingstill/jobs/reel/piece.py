"""A piece of a reel's work: a photo's survey, the segments of one shot, or a dissolve between two."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Generator, Mapping
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

    kind: Literal["survey", "shot", "dissolve"]
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


Runner = Callable[[deque[Piece]], Generator[list[dict[str, Any]], None, None]]
"""Takes pieces from the left of a queue, to which others may be added meanwhile, and yields the record
of each in a list as it ends, or an empty list where nothing has ended for a while."""


def finished(piece: Piece, unneeded: Collection[str] = ()) -> dict[str, Any] | None:
    """Return the record of a piece that is finished and still what it should be, else None.

    Of its files those in ``unneeded`` may be gone.
    """
    record = load(piece.record)
    if record.get("digest") != piece.digest or record.get("state") != "done":
        return None
    files = (name for name in record.get("files", ()) if name not in unneeded)
    return record if all((Path(piece.folder) / name).is_file() for name in files) else None
