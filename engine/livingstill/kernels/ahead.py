"""Kernels compiled in processes of their own while this one does something else.

Numba compiles under a lock, one kernel at a time in a process, so threads gain nothing; processes
meet in the cache on disk. They only save time: whatever becomes of them, a kernel that is not ready
when it is called is compiled then.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event, Lock, Thread

from livingstill.core.threads import available
from livingstill.kernels import compile

_MOST = 8
"""Processes: each imports Numba first, which takes as long as a usual kernel."""

_CODE = "import sys; sys.path[:] = {path!r}; from livingstill.kernels.ahead import work; work()"


class _Pool:
    """The kernels that wait for a process, those being compiled, and the processes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[str] = deque()
        self._jobs: dict[str, Event] = {}
        self._feeders = 0
        self._processes: set[subprocess.Popen[str]] = set()

    def add(self, names: Iterable[str]) -> list[Event]:
        """Queue kernels behind those that wait already; return what is set when each is done."""
        with self._lock:
            new = [name for name in names if name not in self._jobs]
            for name in sorted(new, key=compile.weight, reverse=True):
                self._jobs[name] = Event()
                self._waiting.append(name)
            more = min(_MOST, available(), len(self._waiting)) - self._feeders
            for _ in range(max(0, more)):
                self._feeders += 1
                # a daemon, because it waits for a process that is killed at exit
                Thread(target=self._feed, name="livingstill-compile", daemon=True).start()
            return [self._jobs[name] for name in new]

    def settle(self, name: str) -> None:
        """Wait for a kernel that is being compiled; take one that waits out of the queue."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None:
                return
            if name in self._waiting:
                self._waiting.remove(name)
                job.set()
        while not job.wait(1):  # on Windows, an endless wait would not hear Ctrl-C
            pass

    def kill(self) -> None:
        """End all processes; nothing half-written is left, since Numba renames whole files."""
        for process in tuple(self._processes):
            process.kill()

    def _next(self) -> str | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._feeders -= 1
            return None

    def _feed(self) -> None:
        """Hand kernels to one process until none waits; without it, they are done unready."""
        process = None
        with suppress(OSError):
            process = _process()
            self._processes.add(process)
        while (name := self._next()) is not None:
            if process is not None and not _compiled(process, name):
                self._end(process)
                process = None
            self._jobs[name].set()
        if process is not None:
            self._end(process)

    def _end(self, process: subprocess.Popen[str]) -> None:
        with suppress(OSError, ValueError):
            process.communicate()  # closes its input, by which it ends
        self._processes.discard(process)


_pool = _Pool()
atexit.register(_pool.kill)
compile.KernelCache.before_loading = _pool.settle


def begin(names: Iterable[str]) -> list[Event]:
    """Begin to compile kernels that are not ready, the longest first; return an event for each.

    Nothing is begun on one core, where it would only import Numba twice, nor in a worker process of
    a pool, whose siblings would begin the same.

    Parameters
    ----------
    names : such as ``composite.compose``; see ``compile.declared``
    """
    if available() == 1 or multiprocessing.parent_process() is not None:
        return []
    # a frozen application's executable is no Python
    if compile.cache_folder() is None or getattr(sys, "frozen", False) or not sys.executable:
        return []
    cold = [name for name in names if not compile.is_ready(name)]
    if cold:
        compile.tell_compiling()
    return _pool.add(cold)


def _process() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _CODE.format(path=sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # colours would be set up for every error message, and Numba makes thousands in vain
        env={**os.environ, "NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING": "1"},
    )


def _compiled(process: subprocess.Popen[str], name: str) -> bool:
    """Let a process compile a kernel; return whether the process lives."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        return process.stdout.readline() == f"{name}\n"
    except (OSError, ValueError):
        return False


def work(answer: Callable[[str], object] = print) -> None:
    """Compile the kernels that stdin names, a line each, and ``answer`` with each name."""
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began us
    gc.disable()  # the compiler makes millions of objects, and the process ends soon
    for line in sys.stdin:
        name = line.strip()
        with suppress(Exception):  # it fails where it is called, too, and there it is reported
            compile.make_ready(name)
        answer(name)
        sys.stdout.flush()
