"""What a page starts and what outlives it: an export, a rescue, a batch or a reel, one at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from livingstill.core.errors import Cancelled, InputError

from livingstill_cli.studio.channel import Channel, sentence

if TYPE_CHECKING:
    from livingstill_cli.studio.server import Studio

_TOLD_EVERY = 0.2
"""Seconds between two messages on a job's progress."""


class Steps:
    """Progress of a job, told to its page; ends the job once it is cancelled."""

    def __init__(self, channel: Channel, operation: str) -> None:
        self._channel, self._operation = channel, operation
        self._start = self._last = 0.0
        self.cancelled = False

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:
        """Enter a stage; tell each of its steps.

        Raises
        ------
        Cancelled
            From this or a step, once the job is cancelled.
        """
        done = 0
        self._start = time.monotonic()
        self._tell(0, total, name)

        def one() -> None:
            nonlocal done
            done += 1
            self._tell(done, total, name)

        yield one

    def say(self, line: str) -> None:
        """Tell nothing: a page has no place for passing lines."""

    def _tell(self, done: int, total: int, stage: str) -> None:
        if self.cancelled:
            raise Cancelled("it was cancelled; nothing was written")
        now = time.monotonic()
        if done not in (0, total) and now - self._last < _TOLD_EVERY:
            return
        self._last = now
        left = (now - self._start) / done * (total - done) if done else None
        message = {"type": "progress", "op": self._operation, "stage": stage}
        self._channel.post({**message, "done": done, "total": total, "left": left})


class LongJobs:
    """The job of one page, if one is under way."""

    def __init__(self, channel: Channel, studio: Studio) -> None:
        self._channel, self._studio = channel, studio
        self._task: asyncio.Task[None] | None = None
        self._steps: Steps | None = None

    def start(self, operation: str, work: Callable[[Steps], dict[str, Any]]) -> None:
        """Begin a job in a thread; its page is sent what ``work`` returns.

        Raises
        ------
        InputError
            If one is under way.
        """
        if self._task is not None and not self._task.done():
            raise InputError("something is being made; wait for it, or cancel it")
        steps = self._steps = Steps(self._channel, operation)

        async def run() -> None:
            try:
                pool = self._studio.exports
                message = await self._channel.loop.run_in_executor(pool, work, steps)
            except Cancelled:
                message = {"type": "cancelled", "op": operation}
            except Exception as error:
                message = {"type": "error", "op": operation, "message": sentence(error)}
            await self._channel.send(message)

        self._task = self._studio.keep(asyncio.create_task(run()))

    def cancel(self) -> None:
        """End the job at its next step."""
        if self._steps is not None:
            self._steps.cancelled = True
