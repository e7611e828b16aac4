"""Run one case in this process through the real entry point; say which promises it broke."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from torture.cases import Case, case, sound_jobs

HALF = re.compile(r"\.part|\.copy$")
_LINE = 2000
_OWN_PICKLES = {"numba", "copyreg", "builtins", "collections", "concurrent", "livingstill"}
"""Numba's cache of our own machine code, and what a batch's processes tell each other."""
_watch: dict[str, list[str] | str | None] = {"seen": [], "folder": None}


@dataclass(frozen=True)
class Result:
    """How a case went: ``wrong`` is empty if every promise held; ``seconds`` of the processor."""

    number: int
    family: str
    args: tuple[str, ...]
    code: int
    seconds: float
    err: str
    wrong: tuple[str, ...]


def _audit(event: str, args: tuple[object, ...]) -> None:
    """Note what no input may make us do: use the network, unpickle, run programs, write elsewhere."""
    folder = _watch["folder"]
    seen = _watch["seen"]
    if folder is None or not isinstance(seen, list):
        return
    if event in ("socket.connect", "socket.getaddrinfo", "os.system"):
        seen.append(f"{event} {args!r}"[:200])
    elif event == "pickle.find_class" and str(args[0]).split(".")[0] not in _OWN_PICKLES:
        seen.append(f"unpickles {args!r}"[:200])
    elif event == "open" and isinstance(args[0], (str, bytes)) and isinstance(args[2], int):
        path = os.path.abspath(os.fsdecode(args[0]))  # noqa: PTH100  (links stay links)
        writes = args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        ours = path.startswith((str(folder), "/dev/null", "/dev/tty")) or "/livingstill/" in path
        if writes and not ours and "/__pycache__/" not in path:
            seen.append(f"writes {path}")


@contextmanager
def _captured(folder: Path) -> Iterator[None]:
    """Send the file descriptors 1 and 2 to files."""
    sys.stdout.flush(), sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    try:
        for number, name in ((1, "out"), (2, "err")):
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(handle, number)
            os.close(handle)
        yield
    finally:
        sys.stdout.flush(), sys.stderr.flush()
        for number, handle in zip((1, 2), kept):
            os.dup2(handle, number)
            os.close(handle)


def _here(args: tuple[str, ...]) -> int:
    """Run ``livingstill *args`` in this process; return the exit code."""
    from livingstill_cli.main import main

    sys.argv = ["livingstill", *args]
    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0 if left.code is None else 1
    except BaseException:
        traceback.print_exc()
        return 99
    return 0


def _apart(args: tuple[str, ...]) -> int:
    """Run it as a user does, in a process of its own."""
    words = [sys.executable, "-m", "livingstill_cli", *args]
    if any("\0" in word for word in words):
        return 2
    return subprocess.run(words, check=False, stdin=subprocess.DEVNULL).returncode


def _state(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"folder"
        for path in folder.rglob("*")
    }


def run(one: Case, number: int = -1, apart: bool = False) -> Result:
    """Run a case and look at all it left."""
    home = Path(tempfile.mkdtemp(prefix="torture-"))
    here = Path.cwd()
    try:
        return _run(number, one, home, apart)
    finally:
        os.chdir(here)
        shutil.rmtree(home, ignore_errors=True)


def _run(number: int, one: Case, home: Path, apart: bool) -> Result:
    folder, scratch = home / "in", home / "tmp"
    folder.mkdir(), scratch.mkdir()
    for name, data in one.files.items():
        (folder / name).write_bytes(data)
    before = _state(folder)
    os.chdir(folder)
    old = tempfile.tempdir
    tempfile.tempdir = os.environ["TMPDIR"] = str(scratch)
    seen: list[str] = []
    start = time.process_time()
    try:
        with _captured(home):
            _watch["seen"], _watch["folder"] = seen, str(home)
            code = (_apart if apart else _here)(one.args)
    finally:
        _watch["folder"] = None
        tempfile.tempdir = old
        os.environ.pop("TMPDIR")
    seconds = time.process_time() - start
    err = (home / "err").read_bytes().decode(errors="replace")
    out = (home / "out").read_bytes()[:_LINE].decode(errors="replace")
    wrong = [*seen, *_broken(one, code, err, out)]
    after = _state(folder)
    left = sorted(set(after) - set(before))
    lost = [name for name in before if after.get(name) != before[name]]
    if "--overwrite" not in one.args and b"overwrite = true" not in before.get("shot.toml", b""):
        wrong += [f"changed {name}" for name in lost]
    if code not in (0, 1):
        wrong += [f"left {name}" for name in left if not name.endswith((".livingstill", "lock"))]
    wrong += [f"half-done {name}" for name in left if HALF.search(name)]
    for name in _state(scratch):
        log = scratch / name
        wrong.append(f"left in TMPDIR {name}")
        if log.suffix == ".log":
            err += log.read_text(errors="replace")
    return Result(number, one.family, one.args, code, seconds, err, tuple(wrong))


def _broken(one: Case, code: int, err: str, out: str) -> Iterator[str]:
    """Yield the promises on exit code and words that a run broke."""
    if code not in one.codes:
        yield f"exit code {code}"
    if "Traceback" in err or "Traceback" in out:
        yield "traceback"
    if code == 2:
        lines = [line for line in err.splitlines() if line.strip()]
        if not lines or not lines[-1].startswith("livingstill: "):
            yield "no sentence"
        elif "-q" in one.args and len(lines) > 1:
            yield f"{len(lines)} lines instead of one"
        elif len(lines[-1]) > _LINE:
            yield f"a sentence of {len(lines[-1])} characters"


def serve(pipe: Connection, seed: int, limit: float) -> None:
    """Run the cases whose numbers come through ``pipe``; send back how each went.

    A case that takes more than ``limit`` seconds of the processor ends the process: seconds of a
    clock would tell how busy the machine is. Libraries are loaded and kernels compiled before.
    """
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # no input may eat the machine
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_audit)
    for job in sound_jobs():
        run(job)
    while True:
        number, apart = pipe.recv()
        if number is None:
            return
        signal.setitimer(signal.ITIMER_PROF, limit)
        result = run(case(number, seed), number, apart)
        signal.setitimer(signal.ITIMER_PROF, 0)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        pipe.send((result, peak))
