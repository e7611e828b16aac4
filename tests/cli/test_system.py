"""`doctor --system` and `warmup`: what there is here, and that it renders what it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from livingstill.jobs import selftest


def test_the_self_test_renders_what_this_version_should_whatever_the_threads(monkeypatch):
    from livingstill.core import threads

    first = selftest.run()
    assert first.passed, first
    before = threads._state["threads"]
    threads.limit(1)
    try:
        assert selftest.run().sha256 == first.sha256
    finally:
        threads.limit(before)


def test_the_system_is_told_in_lines_and_in_json(livingstill):
    words = livingstill("doctor", "--system")
    assert words.code == 0, words.err
    told = dict(line.split("  ", 1) for line in words.out.splitlines())
    answer = livingstill("doctor", "--system", "--json")
    facts = json.loads(answer.out)
    assert set(told) - {"self-test"} == {k.replace("_gb", ", GB") for k in facts} - {"self_test"}
    assert facts["self_test"]["passed"] and selftest.EXPECTED in words.out
    assert facts["opencv"]["version"] and facts["ffmpeg"]["encoders"]
    assert {"numpy", "numba", "av", "click"} <= set(facts["libraries"])
    assert facts["kernels"]["of"] > 20 and "EXR" in facts["reads"]


def test_frames_that_are_not_as_they_should_be_are_an_answer_of_no(livingstill, monkeypatch):
    monkeypatch.setattr(selftest, "EXPECTED", "0" * 64)
    answer = livingstill("doctor", "--system")
    assert answer.code == 1
    assert "it should be 000" in answer.out


@pytest.mark.parametrize(
    ("args", "says"), [(("doctor",), "no photo was given"), (("doctor", "a.jpg", "--system"), "a.jpg")]
)  # fmt: skip
def test_the_doctor_wants_a_photo_or_the_system(livingstill, args, says):
    answer = livingstill(*args)
    assert answer.code == 2 and says in answer.err and answer.err.count("\n") == 1


def test_a_second_warmup_finds_everything_compiled(livingstill):
    assert livingstill("warmup", "-q").out == ""
    again = json.loads(livingstill("warmup", "--json").out)
    assert again["compiled"] == 0 and again["kernels"] > 20
    assert "compiled already" in livingstill("warmup").out


def in_process(folder, *args: object) -> subprocess.CompletedProcess[str]:
    """Run ``livingstill ARGS`` with a fresh cache; list on stdout what Numba compiles in it."""
    code = """
import atexit
from numba.core import event
from livingstill_cli.entry import run
class Listener(event.Listener):
    def on_start(self, e):
        print("compiled", e.data["dispatcher"].py_func.__qualname__, e.data["args"])
    def on_end(self, e): pass
event.register("numba:compile", Listener())
run()
"""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    environment.pop("NUMBA_CACHE_DIR", None)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, args)],
        check=True, cwd=folder, capture_output=True, text=True, env=environment, timeout=600,
    )  # fmt: skip


@pytest.mark.slow
def test_after_a_warmup_no_clip_compiles_anything(samples, tmp_path):
    told = json.loads(in_process(tmp_path, "warmup", "--json").stdout.splitlines()[-1])
    assert told["compiled"] == told["kernels"]
    small = ("--size", "320x214", "--duration", "0.5", "-q", "--overwrite")
    finished = (
        "--camera",
        "push-in:aperture=2",
        "--quality",
        "high",
        "--title",
        "A lake",
        "--grain",
        "0.3",
        "--vignette",
        "0.3",
    )
    jobs = [(samples / "lake.jpg", *small, *finished, "--exposure", "0.2")]
    jobs += [
        (shot.with_suffix(".jpg"), "--shot", shot, *small)
        for shot in sorted(samples.glob("*.toml"))
    ]
    for job in jobs:
        done = in_process(tmp_path, *job, "-o", "clip.mp4")
        assert "compiled" not in done.stdout, f"{job}: {done.stdout}"
