"""Kernels are compiled ahead, kept on disk, and compiled anew where that is broken."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numba
import pytest
from livingstill.jobs import warmup
from livingstill.kernels.compile import (
    declared,
    make_ready,
    named,
    types_of,
    weight,
    when_compiling,
)

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")


def test_only_who_asked_last_is_told_and_once():
    told = []
    when_compiling(lambda: told.append("first"))
    when_compiling(lambda: told.append("second"))
    twice = numba.njit(lambda x: 2 * x)
    assert (twice(2), twice(2.5)) == (4, 5.0)  # compiled for each type
    assert told == ["second"]


def test_a_closed_terminal_does_not_stop_the_compiler():
    def gone() -> None:
        raise OSError

    when_compiling(gone)
    assert numba.njit(lambda x: x + 1)(1) == 2


@pytest.mark.parametrize(("switch", "said"), [("--no-progress", 1), ("-q", 0), ("--json", 0)])
def test_a_first_run_says_why_it_takes_longer(livingstill, samples, monkeypatch, switch, said):
    monkeypatch.setattr(warmup, "when_compiling", lambda tell: tell())
    answer = livingstill(
        samples / "lake.jpg", "--size", "64x42", "--duration", "0.1", "--depth", "cues",
        "--motion", "none", "-o", "lake.mp4", switch,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert answer.err.count("compiling for this processor") == said
    assert "compiling" not in answer.out


FILL = """
import sys
import numpy as np
from livingstill.kernels import ahead, compile
from livingstill.kernels.inpaint import push
sys.platform = {platform!r}
if {broken}:
    sys.executable = sys.executable if {alive} else "/no/such/program"
    ahead._CODE = "raise SystemExit"
for job in ahead.begin(["inpaint.push"]):
    job.wait(60)
print(compile.is_ready("inpaint.push"))
fine = np.zeros((2, 2, 1), np.float32)
push(np.ones((1, 1, 1), np.float32), fine, np.zeros((2, 2), np.float32))
print(fine.min() == fine.max() == 1, compile.is_ready("inpaint.push"))
"""


def filled(cache, broken=False, alive=True, platform=sys.platform) -> list[str]:
    """Compile a kernel ahead in a fresh process, and run it; return what it says."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", FILL.format(broken=broken, alive=alive, platform=platform)],
        check=True, capture_output=True, text=True, env=environment, timeout=120,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.skipif(warmup.ahead.available() == 1, reason="nothing is begun on one core")
@pytest.mark.parametrize("platform", [sys.platform, "another, where processes are not forked"])
def test_a_kernel_is_compiled_by_another_process_and_loaded_here(tmp_path, platform):
    assert filled(tmp_path, platform=platform) == ["True", "True", "True"]


KILLED = """
import os, signal
from livingstill.kernels import ahead
ahead.start()
(compiler, *_) = ahead._pool._compilers
print(compiler._group.pid, flush=True)
ahead.begin(["inpaint.push"])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
@pytest.mark.skipif(warmup.ahead.available() == 1, reason="nothing is begun on one core")
def test_processes_end_with_the_one_that_began_them(tmp_path):
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", KILLED], check=False, capture_output=True, text=True, timeout=60,
        env=environment,
    )  # fmt: skip
    group, deadline = int(done.stdout), time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a process outlived the one that began it by a minute")


def test_nothing_is_begun_early_once_a_kernel_is_compiled(tmp_path, monkeypatch):
    monkeypatch.setattr(warmup.ahead, "cache_folder", lambda: str(tmp_path))
    monkeypatch.setattr(warmup.ahead, "available", lambda: 2)
    begun = []
    monkeypatch.setattr(warmup.ahead._pool, "start", lambda: begun.append(1))
    warmup.ahead.start()
    assert begun
    (tmp_path / "inpaint.push-1.py311.nbi").touch()
    warmup.ahead.start()
    assert len(begun) == 1


@pytest.mark.parametrize("alive", [False, True])
def test_processes_that_fail_fail_no_job(tmp_path, alive):
    assert filled(tmp_path, broken=True, alive=alive) == ["False", "True", "True"]


@pytest.mark.parametrize("kind", ["*.nbi", "*.nbc"])
def test_a_broken_cache_mends_itself(tmp_path, kind):
    filled(tmp_path)
    (file,) = tmp_path.rglob(f"inpaint.push*{kind[1:]}")
    file.write_bytes(file.read_bytes()[:40])
    assert filled(tmp_path, broken=True)[1:] == ["True", "True"]
    assert file.stat().st_size > 40


def test_asking_and_loading_what_is_ready_leave_numba_s_context_alone(monkeypatch):
    """It is asked while other threads compile, and the context is theirs then; to fill it takes long."""
    kernel = named("inpaint.push")
    types = types_of(kernel.declared[0])
    make_ready("inpaint.push")

    def refresh() -> None:
        raise ValueError("generator already executing")

    monkeypatch.setattr(kernel.targetctx, "refresh", refresh)
    assert kernel._cache.holds(types, kernel.targetctx)
    assert kernel._cache.load_overload(types, kernel.targetctx) is not None


def test_every_kernel_is_declared_and_its_declaration_can_be_read():
    names = declared()
    assert len(names) > 25
    for name in names:
        dispatcher = named(name)
        count = dispatcher.py_func.__code__.co_argcount
        assert dispatcher.declared and weight(name) > 0
        assert all(len(types_of(signature)) == count for signature in dispatcher.declared), name
