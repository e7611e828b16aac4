"""A clip that is stopped half-way leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

# a shell's background jobs, and what they start, ignore SIGINT unless told otherwise
RUN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from livingstill_cli.entry import run
run()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_clip_leaves_no_file(samples, tmp_path, number):
    command = [sys.executable, "-c", RUN, str(samples / "lake.jpg")]
    options = ["--size", "320x214", "--duration", "600", "--motion", "none"]
    running = subprocess.Popen(
        [*command, *options],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(".lake.*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.glob(".lake.*")), "the clip was never begun"
    running.send_signal(number)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in errors
    assert errors.strip().splitlines()[-1].startswith("livingstill: interrupted")
    assert list(tmp_path.iterdir()) == []
