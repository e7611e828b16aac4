"""That kernels are compiled is told once, and only while somebody wants to know."""

from __future__ import annotations

import numba
import pytest
from livingstill.jobs import warmup
from livingstill.kernels.compile import when_compiling


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
