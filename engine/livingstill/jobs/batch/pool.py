"""Worker processes for many tasks: a worker that dies costs only its own task."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from livingstill.core import threads
from livingstill.jobs.batch.work import begin

T = TypeVar("T")
Records = list[dict[str, Any]]

DIED = "its process died, perhaps for lack of memory; try a smaller --size"


def run(
    waiting: deque[T],
    workers: int,
    make: Callable[[T], Records],
    lost: Callable[[T, str], Records],
    tick: float | None = None,
) -> Generator[Records, None, None]:
    """Yield the records that ``make`` returns of each task as it ends, in processes of their own.

    Tasks are taken from the left of ``waiting``, to which others may be added meanwhile. No more
    are handed out than there are workers, so memory does not grow with their number. When a
    worker dies its pool is of no more use: what was under way is tried again one by one, and of
    the task that kills its worker again the records are those that ``lost`` returns. With ``tick``,
    nothing is yielded every so many seconds, so that the caller can end it.
    """
    retries = list[T]()
    while waiting or retries:
        if retries:
            task = retries.pop()
            with _pool(1, threads.available(), make) as submit:
                try:
                    yield submit(task).result()
                except BrokenProcessPool:
                    yield lost(task, DIED)
            continue
        with _pool(workers, max(1, threads.available() // workers), make) as submit:
            running: dict[Future[Records], T] = {}
            try:
                while waiting or running:
                    while waiting and len(running) < workers:
                        running[submit(waiting[0])] = waiting[0]
                        waiting.popleft()
                    ended = wait(running, tick, return_when=FIRST_COMPLETED).done
                    if not ended:
                        yield []
                    for done in ended:
                        records = done.result()
                        del running[done]
                        yield records
            except BrokenProcessPool:
                retries = list(running.values())


@contextmanager
def _pool(
    workers: int, threads_each: int, make: Callable[[T], Records]
) -> Iterator[Callable[[T], Future[Records]]]:
    """Give a function that hands a task to fresh processes of ``threads_each`` threads.

    If the block is left early they are told to stop, and clean up.
    """
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=begin, initargs=(threads_each,)
    )

    def submit(task: T) -> Future[Records]:
        with _sigint_blocked():
            return pool.submit(make, task)

    try:
        yield submit
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Block SIGINT: processes started meanwhile inherit the mask and unblock it when they are set up."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
