"""Where tests find pictures, none of them needed to pass; the command line's real entry point."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from livingstill_cli.main import main

settings.register_profile(  # the same examples everywhere, and no clock: CI machines are slow
    "livingstill", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("livingstill")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "samples"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real photos and clips that are not ours to ship; tests that want them skip without."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data is not here")
    return folder


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
