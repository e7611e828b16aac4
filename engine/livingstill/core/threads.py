"""The thread pool: its size, parallel bands of rows and concurrent work; never changes a pixel."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise
from threading import Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
Result = Callable[[], T]
"""Returns a result when called, waiting for it if need be, or raises its error."""

MOST = 64
MIN_ROWS = 16
"""Fewer rows of a field or a picture are not worth a thread."""
_FIELD_ROWS = 64
"""Rows of a field that take no longer than to hand them to another thread."""
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
    """Return a callable that does ``work`` on its first call and caches the result.

    What ``work`` holds may leave memory then. Work that raises is done again by the next call.
    """
    lock, left = Lock(), [work]
    results: list[T] = []

    def once() -> T:
        with lock:  # several threads may ask at the same time
            if left:
                results.append(left[0]())
                left.clear()
            return results[0]

    return once


def concurrent(works: Iterable[Result[T]]) -> list[T]:
    """Return the results of independent works in their order, computed in threads of their own.

    >>> concurrent([lambda: 1, lambda: 2])
    [1, 2]
    """
    queued = list(works)
    count = max(1, min(_state["threads"], len(queued)))

    def share(first: int) -> list[T]:
        return [work() for work in queued[first::count]]

    others = [begin(partial(share, first)) for first in range(1, count)]
    shares = [share(0), *(other() for other in others)]
    return [shares[i % count][i // count] for i in range(len(queued))]


class Prefetched(Generic[T]):
    """Calls a pure function of an index and begins the call of the next index in a thread.

    ``stop`` is the first index that is not called ahead. With one thread nothing is begun.

    >>> squares = Prefetched(lambda index: index**2, stop=3)
    >>> [squares(index) for index in (1, 2, 0)]
    [1, 4, 0]
    """

    def __init__(self, work: Callable[[int], T], stop: int) -> None:
        self._work, self._stop = work, stop
        self._index, self._begun = -1, lazy(partial(work, -1))

    def __call__(self, index: int) -> T:
        """Return ``work(index)``, which runs already if the index before was called last."""
        result = self._begun() if index == self._index else self._work(index)
        self._index = -1
        if index + 1 < self._stop and _state["threads"] > 1:
            self._index, self._begun = index + 1, begin(partial(self._work, index + 1))
        return result


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="livingstill-band")


def over_bands(
    work: Callable[[int, int], object], rows: int, align: int = 1, most: int | None = None
) -> None:
    """Call ``work(first, last)`` over disjoint bands that cover ``range(rows)``.

    Bands start at multiples of ``align``, and have about ``most`` rows at most: for work that takes
    memory by the row. An exception in one band is raised here.
    """
    threads = _state["threads"]
    count = max(1, min(threads * 4, rows // max(MIN_ROWS, align))) if threads > 1 else 1
    count = max(count, -(-rows // most) if most else 1)
    edges = sorted(
        {min(rows, round(rows * i / count / align) * align) for i in range(count)} | {rows}
    )
    if edges[0] != 0:
        edges.insert(0, 0)
    bands = list(pairwise(edges))
    if len(bands) == 1 or threads == 1:
        for first, last in bands:
            work(first, last)
        return
    for done in [_pool(threads).submit(work, first, last) for first, last in bands]:
        done.result()


def over_shares(work: Callable[[int, int], object], first: int, last: int, unit: int = 1) -> None:
    """Call ``work(start, stop)`` over one share of ``range(first, last)`` for each thread.

    For short work of equal cost, of which handing out many bands would be a good part: the caller
    takes a share too. Shares are whole ``unit``s.
    """
    units = -(-(last - first) // unit)
    count = max(1, min(_state["threads"], units))
    edges = [min(first + units * i // count * unit, last) for i in range(count + 1)]
    others = [_pool(_state["threads"]).submit(work, *pair) for pair in pairwise(edges[1:])]
    work(edges[0], edges[1])
    for done in others:
        done.result()


def over_field(work: Callable[[int, int], object], rows: int) -> None:
    """Call ``work(first, last)`` over shares of the rows of a field.

    A field is computed while the frame before is drawn: of two threads the other one draws, and would
    only be held up by half of it.
    """
    if _state["threads"] <= 2:
        work(0, rows)
    else:
        over_shares(work, 0, rows, _FIELD_ROWS)
