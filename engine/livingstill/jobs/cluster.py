"""Work on many machines with Dask: photos of a batch fan out, a long clip is cut into spans.

Frames are pure functions of their index, so where one is rendered changes nothing: what the
workers need is computed once here, sent to them, and their frames are encoded here in order.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from livingstill.core import threads
from livingstill.core.errors import InputError, LivingStillError
from livingstill.core.model import PackedRGBA, Photo
from livingstill.io.files import replacing
from livingstill.jobs.analyse import Estimates
from livingstill.jobs.batch.work import Output, Task, failure, make, store
from livingstill.jobs.clip import Clip
from livingstill.jobs.session import prepare
from livingstill.settings.shot import Shot

if TYPE_CHECKING:
    from distributed import Client, Future

LOCAL = "local"
SPAN = 12
"""Frames per task when a clip is cut: enough to keep a worker busy, few enough to lose one."""

AHEAD = 2
"""Tasks per worker that are handed out at once; the rest wait, and so does memory."""

TRIES = 3
"""How often a span is handed out anew when its worker is lost."""


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


def run(client: Client, tasks: Sequence[Task]) -> Generator[list[dict[str, Any]], None, None]:
    """Yield each task's records as it ends; for ``batch(runner=...)``.

    Photos travel to the workers and clips back, so nothing needs a shared disk, except files that
    settings name. A worker that dies costs its task another try, and the third time its failure.
    """
    from distributed import as_completed

    waiting = iter(tasks)
    under_way: dict[Future, Task] = {}
    done = as_completed()

    def hand_out() -> None:
        for task in waiting:
            if task.rescue:
                raise InputError(
                    f"clip {task.photo} is rescued on this machine only; leave out --cluster"
                )
            try:
                data = Path(task.photo).read_bytes()
            except OSError:
                data = b""
            future = client.submit(_make_there, task, data, pure=False, retries=TRIES)
            under_way[future] = task
            done.add(future)
            if len(under_way) >= AHEAD * _workers(client):
                return

    hand_out()
    for future in done:
        task = under_way.pop(future)
        try:
            records, clips = future.result()
        except Exception as error:
            message = f"its workers died or failed ({type(error).__name__}: {error})"
            yield [failure(task, output, message) for output in task.wanted]
        else:
            yield _bring_home(task, records, clips)
        hand_out()


def _make_there(task: Task, photo: bytes) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Make a task's clips in a folder of this machine; return the records and the clips."""
    with tempfile.TemporaryDirectory(prefix="livingstill-") as folder:
        there = replace(task, folder=folder)
        if photo:
            copy = Path(folder) / Path(task.photo).name
            copy.write_bytes(photo)
            there = replace(there, photo=str(copy))
        records = make(there)
        for record in records:
            if "error" in record:
                record["error"] = str(record["error"]).replace(there.photo, task.photo)
        made = [record["output"] for record in records if record["state"] == "done"]
        return records, {name: (Path(folder) / name).read_bytes() for name in made}


def _bring_home(
    task: Task, records: list[dict[str, Any]], clips: dict[str, bytes]
) -> list[dict[str, Any]]:
    """Write a task's clips and records into the batch's folder, the record's start first."""
    for record in records:
        output = Output(record["output"], record["aspect"])
        record |= {"photo": task.photo, "digest": task.digest(output)}
        if output.name in clips:
            target = Path(task.folder) / output.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            store(task.record(output), {**record, "state": "started"})
            with replacing(target) as part:
                part.write_bytes(clips[output.name])
        store(task.record(output), record)
    return records


# Spans of one clip


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """What a worker needs to make a clip ready: its settings and what was found in the photo."""

    key: str
    photo: Photo
    shot: Shot
    estimates: Estimates


def frames(client: Client, clip: Clip, span: int = SPAN) -> Iterator[PackedRGBA]:
    """Yield the bare frames of a clip that ``prepare`` made, rendered by the workers, in order.

    Give them to ``Clip.save(source=...)``. At most ``AHEAD`` spans per worker are under way.

    Raises
    ------
    LivingStillError
        If a span's workers died several times.
    """
    estimates = Estimates(clip.depth, clip.regions, clip.subject)
    said = clip.photo.sha256 + clip.shot.model_dump_json()
    key = hashlib.sha256(said.encode() + clip.depth.values.tobytes()).hexdigest()
    parcel = Parcel(key, clip.photo, clip.shot, estimates)
    height, width = clip.framing.size[1], clip.framing.size[0]
    spans = iter(_cut(clip.timeline.frames, span))
    sent = client.scatter(parcel, broadcast=True)
    queue: deque[tuple[range, Future]] = deque()

    def hand_out() -> None:
        while len(queue) < AHEAD * _workers(client):
            part = next(spans, None)
            if part is None:
                return
            queue.append((part, client.submit(_render_there, sent, part, pure=False)))

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
                sent = client.scatter(parcel, broadcast=True)
                future = client.submit(_render_there, sent, part, pure=False)
        future.release()
        hand_out()
        yield from np.frombuffer(data, np.uint32).reshape(len(part), height, width)


def _cut(count: int, span: int) -> Iterable[range]:
    return (range(first, min(first + span, count)) for first in range(0, count, span))


_ready: dict[str, Clip] = {}
_ready_lock = Lock()


def _render_there(parcel: Parcel, span: range) -> bytes:
    """Render a span of a clip; the clip is made ready once per worker and then kept."""
    with _ready_lock:
        if parcel.key not in _ready:
            _ready.clear()
            _ready[parcel.key] = prepare(parcel.photo, parcel.shot, estimates=parcel.estimates)
        clip = _ready[parcel.key]
    return b"".join(frame.tobytes() for frame in clip.bare(span))
