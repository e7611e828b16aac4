"""The process's entry point: an interrupt at any moment prints one sentence and exits with 130."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import time
from contextlib import suppress
from typing import NoReturn

from livingstill.core import memory

_NUMBERS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

_GRACE = 5.0
"""Seconds after an interrupt in which another one is ignored, so that the cleanup completes."""

_NEW_OBJECTS = 100_000
"""How many make the garbage collector look at them. Imports make a million, none of it garbage."""

_WITHOUT_KERNELS = ("help", "version", "moves", "kinds", "formats", "models")
"""Commands that compute no picture."""

_last = {"interrupt": -_GRACE}


def run() -> NoReturn:
    """Run the command line in a process of its own, and leave; the heavy imports come after."""
    gc.set_threshold(_NEW_OBJECTS)
    # its threads wait by spinning, and no matrix here is large enough for a second one
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.argv[1:2] != ["studio"]:  # which waits for hours between its clips
        memory.reuse_freed()
    code: str | int | None = 0
    try:
        try:
            for number in _NUMBERS:
                if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
                    signal.signal(number, _interrupt)
            try:
                _begin_kernels(sys.argv[1:])
                from livingstill_cli.main import main
            except ImportError as error:
                _leave(error)
            main()
        except SystemExit as end:
            code = end.code
        finally:  # the answer is decided: nothing disturbs the leaving
            for number in _NUMBERS:
                signal.signal(number, signal.SIG_IGN)
            gc.freeze()  # what is left ends with the process: no search for garbage in it
    except KeyboardInterrupt:
        if files := sys.modules.get("livingstill.io.files"):
            files.remove_unfinished()
        with suppress(OSError):  # stderr may be closed or full
            os.write(2, b"livingstill: interrupted; nothing half-done is left behind\n")
        # one that fell in an exec, as of a dataclass, stays marked, and would end python -m by SIGINT
        exec("")  # which takes the mark away
        sys.exit(130)
    if isinstance(code, int):
        _end(code)
    sys.exit(code)


def _end(code: int) -> NoReturn:
    """End the process without taking the interpreter apart, which takes a tenth of a second for nothing."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):  # None where a process begins with it closed
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def _begin_kernels(words: list[str]) -> None:
    """Let kernels be compiled while this process imports, if none is compiled yet."""
    if (
        words
        and words[0] not in _WITHOUT_KERNELS
        and not {"-h", "--help", "--version"} & set(words)
    ):
        from livingstill.kernels import ahead

        ahead.start()


def _leave(error: ImportError) -> NoReturn:
    """Print which library the command line lacks and exit with 2; re-raise a fault of our own."""
    from livingstill_cli.libraries import remedy

    sentence = remedy(error)
    if not sentence:
        raise error
    with suppress(OSError):  # stderr may be closed or full
        os.write(2, f"livingstill: {sentence}\n".encode())
    sys.exit(2)


def _interrupt(number: int, frame: object) -> None:  # noqa: ARG001
    """Raise KeyboardInterrupt for any termination signal, at most once per grace period."""
    if time.monotonic() - _last["interrupt"] >= _GRACE:
        _last["interrupt"] = time.monotonic()
        raise KeyboardInterrupt
