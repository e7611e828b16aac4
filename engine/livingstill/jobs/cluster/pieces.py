"""The pieces of a reel, made by the workers of a cluster."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingstill.core.errors import InputError
from livingstill.io.files import atomic_write, is_full
from livingstill.jobs.batch.pool import Records
from livingstill.jobs.batch.work import store
from livingstill.jobs.cluster.handout import TaskProtocol, WorkerResult, hand_out
from livingstill.jobs.cluster.photos import FULL_WORKER, bytes_of_photo
from livingstill.jobs.reel.piece import Piece
from livingstill.jobs.reel.work import lost, make

if TYPE_CHECKING:
    from distributed import Client


def run_reel(client: Client, work: deque[Piece]) -> Generator[Records, None, None]:
    """Yield the record of each piece of a reel, in a list, as it ends; for ``reel(runner=...)``.

    Photos and what a piece reads travel to the workers, its files come back, so nothing needs a shared
    disk, except a logo or a font. Dissolves are made here, where their frames are. If no worker is left
    for a minute, or our own disk is full, the records say that the piece is missing.
    """
    protocol = TaskProtocol(name=lambda piece: piece.name, load=_loaded, keep=_kept, fail=_failed)
    remote: deque[Piece] = deque()
    with closing(hand_out(client, remote, protocol)) as results:
        while True:
            while work:
                piece = work.popleft()
                if piece.kind == "dissolve":
                    yield make(piece)
                else:
                    remote.append(piece)
            records = next(results, None)
            if records is None:
                return
            yield records


def _loaded(piece: Piece) -> tuple[Any, ...]:
    reads = {name: (Path(piece.folder) / name).read_bytes() for name in piece.reads}
    return _make_on_worker, piece, bytes_of_photo(piece.photo), reads


def _kept(piece: Piece, made: WorkerResult) -> Records:
    """Write a piece's files and its record; one that cannot be written is missing."""
    (record,) = made.records
    if made.disk_full:
        return lost(piece, FULL_WORKER, missing=True)
    try:
        for name, data in made.files.items():
            with atomic_write(Path(piece.folder) / name, overwrite=True) as part:
                part.write_bytes(data)
        record["photo"] = piece.photo
        if record["state"] == "done":
            store(piece.record, record)
    except (InputError, OSError) as error:
        return lost(piece, str(error))
    return [record]


def _failed(piece: Piece, message: str, untried: bool) -> Records:
    return lost(piece, message, missing=untried)


def _make_on_worker(piece: Piece, photo: bytes, reads: Mapping[str, bytes]) -> WorkerResult:
    """Make a piece in a folder of this machine."""
    from distributed import get_worker

    worker = get_worker().address
    try:
        with tempfile.TemporaryDirectory(prefix="livingstill-") as name:
            record, files = _make_in(Path(name), piece, photo, reads)
            return WorkerResult([record], files, worker, is_full(str(record.get("error", ""))))
    except OSError as error:
        if not is_full(error):
            raise
        return WorkerResult(lost(piece, FULL_WORKER), {}, worker, disk_full=True)


def _make_in(
    folder: Path, piece: Piece, photo: bytes, reads: Mapping[str, bytes]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Make a piece in a folder; return its record, and its files by name."""
    for file, data in reads.items():
        (folder / file).write_bytes(data)
    local = replace(piece, folder=str(folder))
    if photo:
        copy = folder / "photo" / Path(piece.photo).name  # which the certificate tells
        copy.parent.mkdir()
        copy.write_bytes(photo)
        local = replace(local, photo=str(copy))
    (record,) = make(local)
    if "error" in record:
        record["error"] = str(record["error"]).replace(local.photo, piece.photo)
    return record, {file: (folder / file).read_bytes() for file in record.get("files", ())}
