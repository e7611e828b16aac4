"""The thread pool: its size, parallel bands of rows and concurrent work; never changes a pixel."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
Result = Callable[[], T]
"""Returns a result when called, waiting for it if need be, or raises its error."""

MOST = 64
_MIN_ROWS = 16
_state = {"threads": os.cpu_count() or 1}


def available() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit(threads: int | None) -> int:
    """Use ``threads`` (all cores if None) in our bands and in OpenCV; return the number.

    More than ``MOST`` are of use only where there are as many cores.
    """
    import cv2

    _state["threads"] = min(threads or available(), max(MOST, available()))
    cv2.setNumThreads(_state["threads"])
    return _state["threads"]


def begin(work: Result[T]) -> Result[T]:
    """Start ``work`` in a thread of its own; return a callable that waits for its result.

    No daemon thread: OpenCV must not be running while the process exits.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    Thread(target=run, name="livingstill-ahead").start()
    return done.result


def lazy(work: Result[T]) -> Result[T]:
    """Return a callable that does ``work`` on its first call and caches the result."""
    return cache(work)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="livingstill-band")


def over_bands(work: Callable[[int, int], object], rows: int, align: int = 1) -> None:
    """Call ``work(first, last)`` over disjoint bands that cover ``range(rows)``.

    Bands start at multiples of ``align``. An exception in one band is raised here.
    """
    threads = _state["threads"]
    count = max(1, min(threads * 4, rows // max(_MIN_ROWS, align))) if threads > 1 else 1
    edges = sorted(
        {min(rows, round(rows * i / count / align) * align) for i in range(count)} | {rows}
    )
    if edges[0] != 0:
        edges.insert(0, 0)
    bands = list(pairwise(edges))
    if len(bands) == 1:
        work(0, rows)
        return
    for done in [_pool(threads).submit(work, first, last) for first, last in bands]:
        done.result()


def over_shares(work: Callable[[int, int], object], first: int, last: int, unit: int = 1) -> None:
    """Call ``work(start, stop)`` over one share of ``range(first, last)`` for each thread.

    For short work of equal cost: the caller takes a share too. Shares are whole ``unit``s.
    """
    units = -(-(last - first) // unit)
    count = max(1, min(_state["threads"], units))
    edges = [min(first + units * i // count * unit, last) for i in range(count + 1)]
    others = [_pool(count).submit(work, *pair) for pair in pairwise(edges[1:])]
    work(edges[0], edges[1])
    for done in others:
        done.result()
