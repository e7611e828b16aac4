"""Work on many machines with Dask: photos of a batch fan out, a long clip is cut into spans.

Frames are pure functions of their index, so where one is rendered changes nothing: what the
workers need is computed once here, sent to them, and their frames are encoded here in order.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import time
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from livingstill.core import threads
from livingstill.core.errors import InputError, LivingStillError
from livingstill.core.model import PackedRGBA, Photo
from livingstill.io.files import atomic_write
from livingstill.jobs.analyse import Estimates
from livingstill.jobs.batch.pool import Records
from livingstill.jobs.batch.work import (
    Output,
    Task,
    failed_record,
    failure,
    make,
    store,
)
from livingstill.jobs.clip import Clip
from livingstill.jobs.reel.piece import Piece
from livingstill.jobs.reel.work import lost
from livingstill.jobs.reel.work import make as make_piece
from livingstill.jobs.session import prepare
from livingstill.settings.shot import Shot

if TYPE_CHECKING:
    from distributed import Client, Future

LOCAL = "local"
SPAN = 12
"""Frames per task when a clip is cut: enough to keep a worker busy, few enough to lose one."""

TASKS_PER_WORKER = 2
"""Tasks per worker in flight; the rest wait, which bounds memory."""

TRIES = 3
"""How often a span or a photo is handed out anew when its worker is lost or full."""

PATIENCE = 60.0
"""Seconds without any worker after which a batch says what is missing."""

_POLL = 2.0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of a disk that is full, for this user or in all."""


@contextmanager
def connect(address: str, workers: int | None = None) -> Iterator[Client]:
    """Give a client of the scheduler at ``address``, or of worker processes of our own if local.

    Raises
    ------
    InputError
        If Dask distributed is not installed, or no scheduler with workers answers in 15 seconds.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise InputError("--cluster needs Dask; pip install 'livingstill[cluster]'") from None
    if address != LOCAL and "://" not in address:
        raise InputError(f"cluster is {address}; it must be local or tcp://HOST:PORT")
    quiet = {"logging.distributed": "error", "distributed.admin.system-monitor.gil.enabled": False}
    with dask.config.set(quiet):
        if address == LOCAL:
            count = workers or max(1, threads.available() // 2)
            with (
                LocalCluster(
                    n_workers=count, threads_per_worker=1, dashboard_address=None
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(address, timeout="15s")
            client.wait_for_workers(1, timeout=15)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                f"no cluster answers at {address} ({type(error).__name__}); "
                "start `dask scheduler` and `dask worker`"
            ) from None
        with client:
            yield client


def _workers(client: Client) -> int:
    return max(1, len(client.scheduler_info(n_workers=-1)["workers"]))


# Photos of a batch


@dataclass(frozen=True, slots=True)
class Made:
    """What a worker made of a task: records, files by name, and whether its own disk was full."""

    records: list[dict[str, Any]]
    files: dict[str, bytes]
    worker: str
    disk_full: bool = False


@dataclass(frozen=True, slots=True)
class _Handed:
    """A task that is handed out, and the workers that may do it; none = any."""

    task: Task
    workers: frozenset[str]

    def stranded(self, live: set[str]) -> bool:
        """Say whether the workers that may do it are gone while there are others."""
        return bool(self.workers and live and not self.workers & live)


def run(client: Client, tasks: Sequence[Task]) -> Generator[list[dict[str, Any]], None, None]:
    """Yield each task's records as it ends; for ``batch(runner=...)``.

    Photos travel to the workers and clips back, so nothing needs a shared disk, except files that
    settings name. A worker that dies or has no space left costs its tasks another try elsewhere, and
    the third time their failure. Nothing that goes wrong stops the others: if no worker is left for
    a minute, or our own disk is full, the records say so.

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
    waiting, running = deque(tasks), dict[Any, _Handed]()
    full_disks, tries, seen = set[str](), Counter[str](), time.monotonic()
    while waiting or running:
        while waiting and len(running) < TASKS_PER_WORKER * _workers(client):
            task = waiting.popleft()
            handed = _Handed(task, frozenset(_addresses(client) - full_disks if full_disks else ()))
            running[_submit(client, handed)] = handed
        finished = _wait(list(running))
        live = _addresses(client) if client.status == "running" else set()
        if finished or live:
            seen = time.monotonic()
        elif time.monotonic() - seen > PATIENCE:
            message = f"no worker has been left for {PATIENCE:.0f} s; start some and run it again"
            for task in (*(handed.task for handed in running.values()), *waiting):
                yield [failure(task, output, message) for output in task.pending]
            return
        for future in finished:
            task = running.pop(future).task
            try:
                made: Made = future.result()
            except Exception as error:
                message = f"its workers died or failed ({type(error).__name__}: {error})"
                yield [failure(task, output, message) for output in task.pending]
                continue
            if made.disk_full:
                full_disks.add(made.worker)
                tries[task.outputs[0].name] += 1
                if tries[task.outputs[0].name] < TRIES and live - full_disks:
                    waiting.appendleft(task)
                    continue
            yield _store_results(task, made.records, made.files)
        for future in [f for f, handed in running.items() if handed.stranded(live)]:
            waiting.appendleft(running.pop(future).task)
            future.cancel()


def _addresses(client: Client) -> set[str]:
    return set(client.scheduler_info(n_workers=-1)["workers"])


def _submit(client: Client, handed: _Handed) -> Future:
    """Hand a task and its photo out."""
    try:
        data = Path(handed.task.photo).read_bytes()
    except OSError:
        data = b""
    workers = sorted(handed.workers) or None
    return client.submit(
        _make_on_worker, handed.task, data, pure=False, retries=TRIES, workers=workers
    )


def _wait(futures: Sequence[Future]) -> Sequence[Future]:
    """Return the futures that are done, none if none is after a while."""
    from distributed import wait

    with suppress(TimeoutError):
        return list(wait(futures, timeout=_POLL, return_when="FIRST_COMPLETED").done)
    return ()


def _make_on_worker(task: Task, photo: bytes) -> Made:
    """Make a task's clips in a folder of this machine."""
    from distributed import get_worker

    worker = get_worker().address
    try:
        with tempfile.TemporaryDirectory(prefix="livingstill-") as folder:
            records, files = _make_in(Path(folder), task, photo)
            full = any(_says_full(str(record.get("error", ""))) for record in records)
            return Made(records, files, worker, full)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        message = "a worker has no space left in its folder for temporary files"
        records = [failed_record(task, output, message) for output in task.pending]
        return Made(records, {}, worker, disk_full=True)


def _says_full(message: str) -> bool:
    """Say whether an error's sentence has the system's words for a full disk."""
    return any(os.strerror(code) in message for code in _FULL)


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


# Pieces of a reel


def run_reel(client: Client, work: Sequence[Piece]) -> Generator[list[dict[str, Any]], None, None]:
    """Yield the record of each piece of a reel, in a list, as it ends; for ``reel(runner=...)``.

    Photos and what a piece reads travel to the workers, its files come back, so nothing needs a shared
    disk, except a logo or a font. A worker that dies costs its piece another try, as in ``run``.
    """
    from distributed import as_completed

    waiting = iter(work)
    running: dict[Future, Piece] = {}
    done = as_completed()

    def hand_out() -> None:
        for piece in waiting:
            reads = {name: (Path(piece.folder) / name).read_bytes() for name in piece.reads}
            try:
                photo = Path(piece.photo).read_bytes()
            except OSError:
                photo = b""
            future = client.submit(
                _make_piece_on_worker, piece, photo, reads, pure=False, retries=TRIES
            )
            running[future] = piece
            done.add(future)
            if len(running) >= TASKS_PER_WORKER * _workers(client):
                return

    hand_out()
    for future in done:
        piece = running.pop(future)
        try:
            record, made = future.result()
        except Exception as error:
            yield lost(piece, f"its workers died or failed ({type(error).__name__}: {error})")
        else:
            yield _store_piece(piece, record, made)
        hand_out()


def _store_piece(piece: Piece, record: dict[str, Any], made: Mapping[str, bytes]) -> Records:
    """Write a piece's files and its record; one that cannot be written is lost."""
    try:
        for name, data in made.items():
            with atomic_write(Path(piece.folder) / name, overwrite=True) as part:
                part.write_bytes(data)
        record["photo"] = piece.photo
        if record["state"] == "done":
            store(piece.record, record)
    except (InputError, OSError) as error:
        return lost(piece, str(error))
    return [record]


def _make_piece_on_worker(
    piece: Piece, photo: bytes, reads: Mapping[str, bytes]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Make a piece in a folder of this machine; return its record and its files."""
    with tempfile.TemporaryDirectory(prefix="livingstill-") as name:
        folder = Path(name)
        for file, data in reads.items():
            (folder / file).write_bytes(data)
        local = replace(piece, folder=name)
        if photo:
            copy = folder / "photo" / Path(piece.photo).name  # which the certificate tells
            copy.parent.mkdir()
            copy.write_bytes(photo)
            local = replace(local, photo=str(copy))
        (record,) = make_piece(local)
        if "error" in record:
            record["error"] = str(record["error"]).replace(local.photo, piece.photo)
        return record, {file: (folder / file).read_bytes() for file in record.get("files", ())}


# Spans of one clip


@dataclass(frozen=True, slots=True, eq=False)
class ClipJob:
    """What a worker needs to prepare a clip: the photo, its shot and its estimates."""

    key: str
    photo: Photo
    shot: Shot
    estimates: Estimates


def frames(client: Client, clip: Clip, span: int = SPAN) -> Iterator[PackedRGBA]:
    """Yield the bare frames of a clip that ``prepare`` made, rendered by the workers, in order.

    Give them to ``Clip.save(source=...)``. At most ``TASKS_PER_WORKER`` spans per worker are under way.

    Raises
    ------
    LivingStillError
        If a span's workers died several times.
    """
    estimates = Estimates(clip.depth, clip.regions, clip.subject)
    text = clip.photo.sha256 + clip.shot.model_dump_json()
    key = hashlib.sha256(text.encode() + clip.depth.values.tobytes()).hexdigest()
    clip_job = ClipJob(key, clip.photo, clip.shot, estimates)
    height, width = clip.framing.size[1], clip.framing.size[0]
    spans = iter(_split_spans(clip.timeline.frames, span))
    scattered = client.scatter(clip_job, broadcast=True)
    queue: deque[tuple[range, Future]] = deque()

    def hand_out() -> None:
        while len(queue) < TASKS_PER_WORKER * _workers(client):
            part = next(spans, None)
            if part is None:
                return
            queue.append((part, client.submit(_render_on_worker, scattered, part, pure=False)))

    hand_out()
    while queue:
        part, future = queue.popleft()
        for tries in range(TRIES):
            try:
                data = future.result()
                break
            except LivingStillError:
                raise
            except Exception as error:
                if tries == TRIES - 1:
                    raise LivingStillError(
                        f"frames {part.start} to {part.stop - 1} were lost {TRIES} times "
                        f"({type(error).__name__}); look at the workers' logs"
                    ) from error
                scattered = client.scatter(clip_job, broadcast=True)
                future = client.submit(_render_on_worker, scattered, part, pure=False)
        future.release()
        hand_out()
        yield from np.frombuffer(data, np.uint32).reshape(len(part), height, width)


def _split_spans(count: int, span: int) -> Iterable[range]:
    return (range(first, min(first + span, count)) for first in range(0, count, span))


_prepared_clips: dict[str, Clip] = {}
_prepared_lock = Lock()


def _render_on_worker(clip_job: ClipJob, span: range) -> bytes:
    """Render a span of a clip; the clip is made ready once per worker and then kept."""
    with _prepared_lock:
        if clip_job.key not in _prepared_clips:
            _prepared_clips.clear()
            _prepared_clips[clip_job.key] = prepare(
                clip_job.photo, clip_job.shot, estimates=clip_job.estimates
            )
        clip = _prepared_clips[clip_job.key]
    return b"".join(frame.tobytes() for frame in clip.rendered(span))
