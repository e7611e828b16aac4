"""Hands tasks out to workers that may die, or whose disks may be full, until each has an outcome."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from livingstill.jobs.batch.pool import Records
from livingstill.jobs.cluster.connection import (
    TASKS_PER_WORKER,
    TRIES,
    addresses,
    count_workers,
)

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds without any worker after which what is missing is told."""

_POLL = 1.0
"""Seconds between two looks at the workers while nothing ends."""


@dataclass(frozen=True, slots=True)
class WorkerResult:
    """What a worker made of a task: records, files by name, and whether its own disk was full."""

    records: list[dict[str, Any]]
    files: dict[str, bytes]
    worker: str
    disk_full: bool = False


@dataclass(frozen=True, slots=True)
class TaskProtocol(Generic[T]):
    """How tasks of one kind are handed out.

    ``name`` tells tasks apart, ``load`` gives a function and its arguments, which makes ``WorkerResult``
    of a task on a worker, ``keep`` writes what it made and returns the records, ``fail`` returns those
    of a task without an outcome: of one that is lost, or (True) that could not even be tried.
    """

    name: Callable[[T], str]
    load: Callable[[T], tuple[Any, ...]]
    keep: Callable[[T, WorkerResult], Records]
    fail: Callable[[T, str, bool], Records]


@dataclass(frozen=True, slots=True)
class _SubmittedTask(Generic[T]):
    """A task that is handed out, and the workers that may do it; none = any."""

    task: T
    workers: frozenset[str]

    def stranded(self, live: set[str]) -> bool:
        """Say whether the workers that may do it are gone while there are others."""
        return bool(self.workers and live and not self.workers & live)


def hand_out(
    client: Client, waiting: deque[T], protocol: TaskProtocol[T], patience: float | None = None
) -> Generator[Records, None, None]:
    """Yield each task's records as it ends, or an empty list where none has ended for a while.

    Tasks are taken from the left of ``waiting``, to which others may be added meanwhile. A worker
    that dies or has no space left costs its tasks another try elsewhere, and the third time their
    failure. If no worker is left for ``patience`` seconds, the records of all say so.
    """
    patience = PATIENCE if patience is None else patience
    running: dict[Future, _SubmittedTask[T]] = {}
    full_disks, tries, last_alive = set[str](), Counter[str](), time.monotonic()
    try:
        while waiting or running:
            while waiting and len(running) < TASKS_PER_WORKER * count_workers(client):
                task = waiting.popleft()
                allowed = frozenset(addresses(client) - full_disks if full_disks else ())
                running[_submit(client, protocol, task, allowed)] = _SubmittedTask(task, allowed)
            ended = _wait(list(running))
            live = addresses(client) if client.status == "running" else set()
            if ended or live:
                last_alive = time.monotonic()
            elif time.monotonic() - last_alive > patience:
                message = (
                    f"no worker has been left for {patience:.0f} s; start some and run it again"
                )
                left = [*(handed.task for handed in running.values()), *waiting]
                waiting.clear()
                for task in left:
                    yield protocol.fail(task, message, True)
                return
            for future in ended:
                task = running.pop(future).task
                try:
                    made: WorkerResult = future.result()
                except Exception as error:
                    message = f"its workers died or failed ({type(error).__name__}: {error})"
                    yield protocol.fail(task, message, False)
                    continue
                if made.disk_full:
                    full_disks.add(made.worker)
                    tries[protocol.name(task)] += 1
                    if tries[protocol.name(task)] < TRIES and live - full_disks:
                        waiting.appendleft(task)
                        continue
                yield protocol.keep(task, made)
            for future in [f for f, handed in running.items() if handed.stranded(live)]:
                waiting.appendleft(running.pop(future).task)
                future.cancel()
            if not ended:
                yield []
    finally:
        for future in running:
            future.cancel()


def _submit(client: Client, protocol: TaskProtocol[T], task: T, allowed: frozenset[str]) -> Future:
    function, *arguments = protocol.load(task)
    workers = sorted(allowed) or None
    return client.submit(function, *arguments, pure=False, retries=TRIES, workers=workers)


def _wait(futures: Sequence[Future]) -> Sequence[Future]:
    """Return the futures that are done, none if none is after a while."""
    from distributed import wait

    with suppress(TimeoutError):
        return list(wait(futures, timeout=_POLL, return_when="FIRST_COMPLETED").done)
    return ()
