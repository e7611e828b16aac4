"""What a program costs: CPU seconds, wall seconds and memory of a process and all it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OURS = (sys.executable, "-m", "livingstill_cli")
"""Our command line, in the interpreter that runs the benchmark."""


@dataclass(frozen=True, slots=True)
class Cost:
    """``cpu`` and ``wall`` in seconds; ``memory`` of the largest process in MiB."""

    cpu: float
    wall: float
    memory: float

    def least(self, other: Cost | None) -> Cost:
        """Return the least of each figure: other programs can only add to them."""
        if other is None:
            return self
        return Cost(
            min(self.cpu, other.cpu), min(self.wall, other.wall), min(self.memory, other.memory)
        )


def cost(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end and return what it cost.

    Raises
    ------
    RuntimeError
        If it fails; with the last lines it said.
    """
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=said, stderr=said, env={**os.environ, **(environment or {})}
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            last = said.read().decode(errors="replace").strip()[-400:]
            raise RuntimeError(f"{Path(command[0]).name} left with {process.returncode}: {last}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)
