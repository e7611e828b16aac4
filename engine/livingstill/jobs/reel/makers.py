"""Makes the pieces of a reel that are not finished, by worker processes or whoever else is given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from livingstill.core.errors import Cancelled
from livingstill.jobs.batch import pool
from livingstill.jobs.batch.run import default_workers
from livingstill.jobs.reel.piece import Piece, Runner, finished
from livingstill.jobs.reel.work import lost, make
from livingstill.jobs.stages import Stages
from livingstill.jobs.warmup import warmup
from livingstill.settings.reel import ReelSettings

Record = Mapping[str, Any]
Then = Callable[[Record], Iterable[Piece]]
"""Returns the pieces that a record has made possible."""

_TICK = 0.5
"""Seconds between two looks at whether the job was cancelled."""


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes pieces: ``workers`` processes of this machine (None = as many as cores and memory
    allow), or ``runner``; ``cancelled`` is asked twice a second whether to stop."""

    stages: Stages
    workers: int | None = None
    runner: Runner | None = None
    cancelled: Callable[[], bool] | None = None

    def make(
        self,
        stage: str,
        pieces: Sequence[Piece],
        settings: ReelSettings,
        *,
        total: int | None = None,
        unneeded: Collection[str] = (),
        then: Then = lambda _: (),
    ) -> dict[str, Record]:
        """Return the record of every piece by its name; what is finished is not made again.

        Pieces that ``then`` returns of a record are made next. The first piece that is missing for
        the machine's fault ends all: the others have no record.

        Parameters
        ----------
        total : number of pieces with those that ``then`` will return
        unneeded : names of files that may be gone

        Raises
        ------
        Cancelled
            If the job is; what is finished stays so.
        """
        records: dict[str, Record] = {}
        queue: deque[Piece] = deque()
        unique = {piece.name: piece for piece in pieces}
        with self.stages(stage, total or len(unique)) as step:

            def admit(found: Iterable[Piece]) -> list[Piece]:
                todo = []
                for piece in found:
                    record = finished(piece, unneeded)
                    if record is None:
                        todo.append(piece)
                    else:
                        records[piece.name] = record
                        step()
                        todo += admit(then(record))
                return todo

            queue.extend(admit(unique.values()))
            if not queue:
                return records
            with closing(self._runner(settings, len(queue))(queue)) as results:
                for done in results:
                    if self.cancelled is not None and self.cancelled():
                        raise Cancelled("it was cancelled; what is finished is not made again")
                    for record in done:
                        records[record["name"]] = record
                        step()
                        if record.get("missing"):
                            return records
                        queue.extendleft(reversed(admit(then(record))))
        return records

    def _runner(self, settings: ReelSettings, count: int) -> Runner:
        if self.runner is not None:
            return self.runner
        warmup(self.stages.progress)  # once, before every worker compiles for itself
        longest = max(max(settings.frame(shape)) for shape in settings.aspect)
        workers = self.workers or default_workers(longest, count, threads_each=1)
        return partial(pool.run, workers=workers, make=make, lost=lost, tick=_TICK)
