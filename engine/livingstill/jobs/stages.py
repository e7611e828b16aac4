"""Wall seconds per stage of a job, reported to a receiver of progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from livingstill.core.model import Progress, SilentProgress


class Stages:
    """Measures the stages of one job: ``seconds`` adds up under each stage's name."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress or SilentProgress()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:
        """Enter a stage of ``total`` steps; call what it gives once per step done.

        A stage of no steps that was entered before is not told again: it is resumed, to wait for what
        went on beside others.
        """
        start = time.perf_counter()
        resumed = name in self.seconds and not total
        progress = SilentProgress() if resumed else self.progress
        with progress.stage(name, total) as step:
            yield step
        elapsed = time.perf_counter() - start
        self.seconds[name] = round(self.seconds.get(name, 0.0) + elapsed, 4)
