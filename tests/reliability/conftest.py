"""The command line as in the tests of the commands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest
from livingstill_cli.main import main


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def livingstill(monkeypatch, capfd, tmp_path) -> Callable[..., Answer]:
    """Run ``livingstill ARGS`` in an empty folder; return exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*args: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["livingstill", *map(str, args)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        code = left.value.code
        return Answer(code if isinstance(code, int) else 1, *capfd.readouterr())

    return run
