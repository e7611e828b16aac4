"""Progress on stderr: live bars on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from livingstill.core.model import Progress, SilentProgress


def _say(line: str) -> None:
    """Print a line on stderr; where a bar is live, it appears above."""
    click.echo(line, err=True)


class Lines:
    """One plain line when a stage ends, for logs and pipes."""

    say = staticmethod(_say)

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:
        """Enter a stage; print how long it took."""
        start = time.perf_counter()
        yield lambda: None
        seconds = time.perf_counter() - start
        count = f"{total} in " if total else ""
        click.echo(f"{name}: {count}{seconds:.1f} s", err=True)


class Bars:
    """One live bar per stage of several steps, with steps per second and time left."""

    say = staticmethod(_say)

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:
        """Enter a stage; show a bar, or a spinner where the steps cannot be counted."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        counted = (
            BarColumn(),
            TextColumn("{task.completed}/{task.total}  {task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        columns = (TextColumn("{task.description:>8}"), *(counted if total else (SpinnerColumn(),)))
        start = time.perf_counter()
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(name, total=total or None, rate="")
            done = 0

            def step() -> None:
                nonlocal done
                done += 1
                rate = f"{done / max(1e-6, time.perf_counter() - start):.0f} fps"
                rate = "" if name == "kernels" else rate
                progress.update(task, completed=done, rate=rate)

            yield step


def choose(quiet: bool, plain: bool) -> Progress:
    """Return the progress that fits where stderr goes."""
    if quiet:
        return SilentProgress()
    return Lines() if plain or not sys.stderr.isatty() else Bars()
