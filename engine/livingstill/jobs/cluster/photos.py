"""The photos of a batch, made by the workers of a cluster."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingstill.core.errors import InputError
from livingstill.io.files import atomic_write, is_full
from livingstill.jobs.batch.pool import Records
from livingstill.jobs.batch.work import Output, Task, failed_record, failure, make, store
from livingstill.jobs.cluster.handout import TaskProtocol, WorkerResult, hand_out

if TYPE_CHECKING:
    from distributed import Client

FULL_WORKER = "a worker has no space left in its folder for temporary files"


def run(client: Client, tasks: Sequence[Task]) -> Generator[Records, None, None]:
    """Yield each task's records as it ends; for ``batch(runner=...)``.

    Photos travel to the workers and clips back, so nothing needs a shared disk, except files that
    settings name. Nothing that goes wrong stops the others: if no worker is left for a minute, or our
    own disk is full, the records say so.

    Raises
    ------
    InputError
        If a task can be done on this machine only.
    """
    for task in tasks:
        if task.rescue or task.signing:
            what = "rescued" if task.rescue else "signed"
            raise InputError(
                f"clip {task.photo} is {what} on this machine only; leave out --cluster"
            )
    protocol = TaskProtocol(
        name=lambda task: task.outputs[0].name, load=_loaded, keep=_kept, fail=_failed
    )
    with closing(hand_out(client, deque(tasks), protocol)) as results:
        yield from filter(None, results)


def bytes_of_photo(photo: str) -> bytes:
    """Return a photo's bytes, none where it cannot be read: whoever makes it says why."""
    try:
        return Path(photo).read_bytes()
    except OSError:
        return b""


def _loaded(task: Task) -> tuple[Any, ...]:
    return _make_on_worker, task, bytes_of_photo(task.photo)


def _kept(task: Task, made: WorkerResult) -> Records:
    return _store_results(task, made.records, made.files)


def _failed(task: Task, message: str, _: bool) -> Records:
    return [failure(task, output, message) for output in task.pending]


def _make_on_worker(task: Task, photo: bytes) -> WorkerResult:
    """Make a task's clips in a folder of this machine."""
    from distributed import get_worker

    worker = get_worker().address
    try:
        with tempfile.TemporaryDirectory(prefix="livingstill-") as folder:
            records, files = _make_in(Path(folder), task, photo)
            full = any(is_full(str(record.get("error", ""))) for record in records)
            return WorkerResult(records, files, worker, full)
    except OSError as error:
        if not is_full(error):
            raise
        records = [failed_record(task, output, FULL_WORKER) for output in task.pending]
        return WorkerResult(records, {}, worker, disk_full=True)


def _make_in(
    folder: Path, task: Task, photo: bytes
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Make a task's clips in a folder; return the records, and the clips and certificates by name."""
    local = replace(task, folder=str(folder))
    if photo:
        copy = folder / Path(task.photo).name
        copy.write_bytes(photo)
        local = replace(local, photo=str(copy))
    records = make(local)
    for record in records:
        if "error" in record:
            record["error"] = str(record["error"]).replace(local.photo, task.photo)
    done = [Output(record["output"]) for record in records if record["state"] == "done"]
    made = (path for one in done for path in (folder / one.name, *local.beside(one)))
    return records, {path.relative_to(folder).as_posix(): path.read_bytes() for path in made}


def _store_results(
    task: Task, records: list[dict[str, Any]], files: Mapping[str, bytes]
) -> list[dict[str, Any]]:
    """Write a task's clips and records into the batch's folder, each "started" record before its clip.

    A clip that cannot be written has failed; its record says why.
    """
    stored = []
    for record in records:
        output = Output(record["output"], record["aspect"])
        record |= {"photo": task.photo, "digest": task.digest(output)}
        try:
            if output.name in files:
                _store_files(task, output, record, files)
            store(task.record(output), record)
            stored.append(record)
        except (InputError, OSError) as error:
            stored.append(failure(task, output, str(error)))
    return stored


def _store_files(
    task: Task, output: Output, record: Mapping[str, Any], files: Mapping[str, bytes]
) -> None:
    """Write an output's certificates, then its clip, under their names."""
    target = Path(task.folder) / output.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    store(task.record(output), {**record, "state": "started"})
    for path in (*task.beside(output), target):
        with atomic_write(path, overwrite=True) as part:
            part.write_bytes(files[path.relative_to(task.folder).as_posix()])
