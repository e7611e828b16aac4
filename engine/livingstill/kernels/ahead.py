"""Kernels compiled in processes of their own while this one does something else.

Numba compiles under a lock, one kernel at a time in a process, so threads gain nothing; processes
meet in the cache on disk. They only save time: whatever becomes of them, a kernel that is not ready
when it is called is compiled then. To begin them early, this file imports Numba only when needed.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from threading import Condition, Event, Thread
from typing import IO

from livingstill.core.threads import available
from livingstill.kernels.folder import cache_folder

_MOST = 8
"""Processes that compile; memory is about 100 MB each."""

_PATIENCE = 30.0
"""Seconds that a process waits for another kernel before it ends."""

_ENVIRONMENT = {
    # colours would be set up for every error message, and Numba makes thousands in vain
    "NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING": "1",
    "OPENBLAS_NUM_THREADS": "1",  # a process with threads must not fork
    "OMP_NUM_THREADS": "1",
}

_CODE = "import sys; sys.path[:] = {path!r}; from livingstill.kernels import ahead; ahead.{call}"


class _Compiler:
    """A process that compiles the kernels it is told the names of, and how to speak with it."""

    def __init__(self, group: subprocess.Popen[str], reader: IO[str], writer: IO[str]) -> None:
        self._group, self._reader, self._writer = group, reader, writer

    def compile(self, name: str) -> bool:
        """Compile a kernel; return whether the process lives."""
        try:
            self._writer.write(f"{name}\n")
            self._writer.flush()
            return self._reader.readline() == f"{name}\n"
        except (OSError, ValueError):
            return False

    def end(self) -> None:
        """Let the process end, by closing what it listens to."""
        for end in (self._writer, self._reader):
            with suppress(OSError, ValueError):
                end.close()

    def kill(self) -> None:
        """End it and its siblings; nothing half-written is left: Numba renames whole files."""
        with suppress(OSError):
            if sys.platform == "linux":
                os.killpg(self._group.pid, signal.SIGKILL)
            else:
                self._group.kill()


def _python(call: str, **how: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-c", _CODE.format(path=sys.path, call=call)],
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **_ENVIRONMENT},
        **how,
    )


def _start(count: int) -> list[_Compiler]:
    """Start so many processes; on Linux one that imports Numba once, and forks."""
    if sys.platform != "linux":
        alone = [
            _python("work()", stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(count)
        ]
        return [_Compiler(p, p.stdout, p.stdin) for p in alone if p.stdout and p.stdin]
    pairs = [socket.socketpair() for _ in range(count)]
    theirs = [pair[1].fileno() for pair in pairs]
    try:
        group = _python(
            f"fork_and_work({theirs})",
            pass_fds=theirs,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # so that they can be killed together
        )
    finally:
        for _, end in pairs:
            end.close()
    return [_Compiler(group, ours.makefile("r"), ours.makefile("w")) for ours, _ in pairs]


class _Pool:
    """The kernels that wait for a process, those being compiled, and the processes."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: deque[str] = deque()
        self._jobs: dict[str, Event] = {}
        self._compilers: set[_Compiler] = set()

    def start(self) -> None:
        """Start the processes, unless they run."""
        with self._changed:
            if self._compilers:
                return
            with suppress(OSError):
                self._compilers.update(_start(min(_MOST, available())))
            for compiler in self._compilers:
                # a daemon, because it waits for a process that is killed at exit
                Thread(
                    target=self._feed, args=(compiler,), name="livingstill-compile", daemon=True
                ).start()

    def add(self, names: Sequence[str]) -> list[Event]:
        """Queue kernels behind those that wait already; return what is set when each is done."""
        self.start()
        with self._changed:
            new = [name for name in names if name not in self._jobs]
            for name in new:
                self._jobs[name] = Event()
                if self._compilers:
                    self._waiting.append(name)
                else:
                    self._jobs[name].set()
            self._changed.notify_all()
            return [self._jobs[name] for name in new]

    def settle(self, name: str) -> None:
        """Wait for a kernel that is queued or being compiled, which is next if it waits."""
        with self._changed:
            job = self._jobs.get(name)
            if job is None:
                return
            if name in self._waiting:
                self._waiting.remove(name)
                self._waiting.appendleft(name)
        while not job.wait(1):  # on Windows, an endless wait would not hear Ctrl-C
            pass

    def kill(self) -> None:
        """End all processes."""
        for compiler in tuple(self._compilers):
            compiler.kill()

    def _next(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, _PATIENCE)
            return self._waiting.popleft() if self._waiting else None

    def _feed(self, compiler: _Compiler) -> None:
        """Hand kernels to a process until none comes any more, or until it dies."""
        while (name := self._next()) is not None:
            lives = compiler.compile(name)
            self._jobs[name].set()
            if not lives:
                break
        compiler.end()
        with self._changed:
            self._compilers.discard(compiler)
            if not self._compilers:  # who waits for them compiles for himself
                for name in self._waiting:
                    self._jobs[name].set()
                self._waiting.clear()


_pool = _Pool()
atexit.register(_pool.kill)


def start() -> None:
    """Start the processes before it is known what to compile, if there is no compiled kernel yet.

    Importing Numba takes them as long as compiling a few kernels, and this process imports too.
    """
    folder = cache_folder()
    if folder is not None and _possible() and not any(os.scandir(folder)):
        _pool.start()


def begin(names: Iterable[str]) -> list[Event]:
    """Begin to compile kernels that are not ready; return an event for each.

    The one that takes longest is first, then the others in the order given, which should be that of
    need. Nothing is begun on one core, where it would only import Numba twice, nor in a worker
    process of a pool, whose siblings would begin the same.

    Parameters
    ----------
    names : such as ``composite.compose``; see ``compile.declared``
    """
    from livingstill.kernels import compile

    if cache_folder() is None or not _possible():
        return []
    cold = [name for name in names if not compile.is_ready(name)]
    if not cold:
        return []
    compile.tell_compiling()
    compile.KernelCache.before_loading = _pool.settle
    longest = max(cold, key=compile.weight)
    return _pool.add([longest, *(name for name in cold if name != longest)])


def load(names: Iterable[str]) -> None:
    """Load in a thread those of some kernels that are compiled, before they are called."""

    def work() -> None:
        from livingstill.kernels import compile

        with suppress(Exception):  # what fails here fails in the job too, or only as that has ended
            for name in names:
                if compile.is_ready(name):
                    compile.make_ready(name)

    # no daemon: a process that ends while Numba works would abort
    Thread(target=work, name="livingstill-load").start()


def _possible() -> bool:
    # a frozen application's executable is no Python
    able = bool(sys.executable) and not getattr(sys, "frozen", False)
    return able and available() > 1 and multiprocessing.parent_process() is None


def work(reader: IO[str] = sys.stdin, writer: IO[str] = sys.stdout) -> None:
    """Compile the kernels whose names are read, a line each, and answer with each name."""
    from livingstill.kernels import compile

    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began us
    gc.disable()  # the compiler makes millions of objects, and the process ends soon
    for line in reader:
        name = line.strip()
        with suppress(Exception):  # it fails where it is called, too, and there it is reported
            compile.make_ready(name)
        writer.write(f"{name}\n")
        writer.flush()


def fork_and_work(sockets: Sequence[int]) -> None:
    """Become as many processes as there are sockets; each does the ``work`` it reads from its own.

    What every kernel contains is compiled once before, for all of them.
    """
    from livingstill.kernels import compile

    gc.disable()
    compile.compare_flags_faster()
    with suppress(Exception):  # what fails here fails in the job too, and there it is reported
        compile.make_common()
    mine = sockets[0]
    for other in sockets[1:]:
        if os.fork() == 0:
            mine = other
            break
    for descriptor in sockets:
        if descriptor != mine:
            os.close(descriptor)  # else nobody would notice that the process it belongs to is gone
    end = socket.socket(fileno=mine)
    work(end.makefile("r"), end.makefile("w"))
    os._exit(0)
