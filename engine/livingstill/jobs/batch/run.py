"""Run a batch: plan it, skip what is finished, render by processes, report."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Progress, SilentProgress
from livingstill.jobs import credentials
from livingstill.jobs.batch import matching, overview, pool, timeline, tour
from livingstill.jobs.batch.folder import folder_lock, remove_partial_files
from livingstill.jobs.batch.overview import Report
from livingstill.jobs.batch.plan import plan
from livingstill.jobs.batch.pool import Records
from livingstill.jobs.batch.sources import Row, gather
from livingstill.jobs.batch.work import Output, Task, failure, load, make, store
from livingstill.jobs.credentials import SigningFiles
from livingstill.jobs.warmup import warmup
from livingstill.media.formats import choose
from livingstill.settings.presets import PRESETS, suffix_of
from livingstill.settings.timeline import TimelineSettings
from livingstill.settings.values import fixes_aspect, long_side

_GIGABYTES_PER_WORKER = ((4096, 8.0), (2560, 3.0), (1920, 1.6), (0, 1.0))
"""Memory to count on per worker where the long side of the frame is above so many pixels."""

Runner = Callable[[Sequence[Task]], Generator[Records, None, None]]
"""Runs tasks in any order and yields the records of each as it ends; closing it stops the work."""


def batch(
    sources: Iterable[str | Path],
    folder: str | Path,
    values: Mapping[str, Any] | None = None,
    *,
    preset: str | None = None,
    aspects: Sequence[str] = (),
    suffix: str | None = None,
    workers: int | None = None,
    join: bool = False,
    dissolve: float = 0.6,
    timelines: TimelineSettings | None = None,
    overwrite: bool = False,
    match_exposure: bool = False,
    signing: SigningFiles | None = None,
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> Report:
    """Make clips of many photos; what is finished already is left as it is.

    Parameters
    ----------
    sources : folders, globs, photos, CSV or JSON Lines tables; see ``sources.gather``. A table's
        row may also name a clip to rescue, and its still
    folder : where the clips, ``report.html`` and ``report.json`` go; made if missing
    values : keys of ``Shot`` for all photos; they win over the preset, a table's row over them. A
        size with both sides wins over the preset's shapes
    preset : a name of ``PRESETS``
    aspects : several frames from one scene, as in ``("16:9", "9:16")``
    suffix : the clips' format; by default the preset's, or .mp4
    workers : processes; by default as many as cores and memory allow
    join : also join the clips of each group and shape into one video with cross-dissolves
    dissolve : seconds of each cross-dissolve
    timelines : whether timelines for editors are written, and how clips are cut in them; a
        ``livingstill.settings.timeline.TimelineSettings``
    overwrite : make every clip anew
    match_exposure : bring the photos of each group to one brightness, by their middle tones
    signing : the user's certificate and key, by which every clip is signed
    runner : who does the tasks instead of worker processes of this machine

    One photo that fails never stops the others: its record and the report say why. Call it from
    the main module only under ``if __name__ == "__main__"``: the workers are fresh processes.

    Raises
    ------
    InputError
        If a source, the folder, a setting or the signature cannot be used, or another batch works in
        the folder.
    """
    folder = Path(folder)
    shapes = PRESETS[preset].aspects if preset and not aspects else ()
    if shapes and fixes_aspect((values or {}).get("size")) and progress is not None:
        progress.say(f"the size wins over {' and '.join(shapes)} of the preset {preset}")
    suffix = suffix or suffix_of(preset)
    gathered = gather(sources, folder)
    if gathered.note and progress is not None:
        progress.say(gathered.note)
    rows: Sequence[Row] = gathered.rows
    if match_exposure:
        _make_folder(folder)
        with folder_lock(folder):  # whose targets another batch may be setting
            rows = matching.match_rows(rows, folder, overwrite)
    tasks = plan(rows, folder, values, preset, aspects, suffix)
    if signing is not None:
        credentials.check(signing, [f"clip{suffix}"])
        tasks = [replace(task, signing=signing, error=_unsigned(task)) for task in tasks]
    return work(
        tasks,
        folder,
        suffix,
        workers=workers,
        dissolve=dissolve if join else None,
        timelines=timelines,
        overwrite=overwrite,
        runner=runner,
        progress=progress,
        left_out=gathered.left_out,
    )


def work(
    tasks: Sequence[Task],
    folder: Path,
    suffix: str,
    *,
    workers: int | None = None,
    dissolve: float | None = None,
    timelines: TimelineSettings | None = None,
    overwrite: bool = False,
    runner: Runner | None = None,
    progress: Progress | None = None,
    left_out: Mapping[str, int] | None = None,
) -> Report:
    """Do the tasks of a batch that are not finished, and write its report.

    ``dissolve`` is of the cross-dissolves that join the clips, None = they stay apart; ``left_out``
    counts the files that are no photos; the rest is as in ``batch``.

    Raises
    ------
    InputError
        If the format or the folder cannot be used, or another batch works in the folder.
    """
    progress = progress or SilentProgress()
    if choose(f"clip{suffix}").format.suffix.startswith("%"):
        raise InputError(f"format {suffix} is a sequence; a batch makes one file per clip")
    _make_folder(folder)
    timelines = timelines or TimelineSettings()
    if timelines.timeline:
        timeline.check(folder, tasks, overwrite)
    with folder_lock(folder):
        remove_partial_files(folder)
        records: dict[str, dict[str, Any]] = {}
        todo = []
        for task in tasks:
            finished_records = {} if overwrite else _finished_records(task)
            records |= finished_records
            if len(finished_records) < len(task.outputs):
                todo.append(replace(task, completed=frozenset(finished_records)))
        if todo and not runner:
            warmup(progress)  # once, before every worker compiles for itself
        longest = max((long_side(str(t.values.get("size", "1080p"))) for t in tasks), default=0)
        count = workers or default_workers(longest, len(tasks))
        results = runner(todo) if runner else pool.run(deque(todo), count, make, _lost)
        with progress.stage("photos", len(todo)) as step, closing(results):
            for records_done in results:
                records.update({record["output"]: record for record in records_done})
                step()
        ordered = [records[output.name] for task in tasks for output in task.outputs]
        tours: list[dict[str, Any]] = []
        timeline_records: list[dict[str, Any]] = []
        problems: list[str] = []
        if dissolve is not None:
            with _problems(problems, "no tours were made"), progress.stage("tours"):
                tours = tour.join_all(folder, ordered, suffix, dissolve)
        if timelines.timeline:
            done = [record["output"] for record in ordered if record["state"] == "done"]
            with _problems(problems, "no timelines were written"):
                timeline_records = timeline.write_all(
                    folder, tasks, done, timelines.handles, dissolve
                )
        report = Report(
            folder, tuple(ordered), tuple(tours), left_out or {}, tuple(timeline_records),
            tuple(problems),
        )  # fmt: skip
        with _problems(problems, "no report was written"):
            overview.write(report)
    return replace(report, problems=tuple(problems))


def _unsigned(task: Task) -> str:
    """Return why a task's clips cannot be made or signed; "" if they can."""
    refusal = None if task.rescue else credentials.refusal(Path(task.photo))
    return task.error or refusal or ""


@contextmanager
def _problems(told: list[str], what: str) -> Iterator[None]:
    """Add a sentence to ``told`` if the block cannot write, and go on: the clips are there."""
    try:
        yield
    except (InputError, OSError) as error:
        told.append(f"{what}: {error}")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None


def finished(task: Task, output: Output) -> dict[str, Any] | None:
    """Return the record of a clip that is finished and still what it should be, else None.

    A clip appears whole or not at all, so one that stands there with the record of these settings
    and with its certificates is finished, even if the batch was killed before it could say so.

    Raises
    ------
    InputError
        If a file stands there that no batch made.
    """
    target, record = Path(task.folder) / output.name, load(task.record(output))
    if not target.is_file():
        return None
    if not record:
        raise InputError(
            f"{target} was not made by a batch; give --overwrite to replace it, or another folder"
        )
    if record.get("digest") != task.digest(output):
        return None
    if not all(path.is_file() for path in task.beside(output)):
        return None
    if task.signing and not (record.get("signed") and record.get("state") == "done"):
        return None  # a kill may have come between the clip and its signature
    if record.get("state") != "done":
        record |= {"state": "done", "bytes": target.stat().st_size}
        store(task.record(output), record)
    return record | {"kept": True}


def _finished_records(task: Task) -> dict[str, dict[str, Any]]:
    """Return the records of a task's finished clips by name."""
    records = {output.name: finished(task, output) for output in task.outputs}
    return {name: record for name, record in records.items() if record is not None}


def _lost(task: Task, message: str) -> Records:
    """Return the records of a task whose process died."""
    return [failure(task, output, message) for output in task.pending]


def default_workers(longest: int, tasks: int, threads_each: int = 2) -> int:
    """Return the number of workers that cores and free memory allow.

    ``longest`` is the long side of the largest frame in pixels, ``tasks`` how many there are.
    """
    per_worker = next(size for above, size in _GIGABYTES_PER_WORKER if longest > above or not above)
    by_memory = float("inf")
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        available_line = next(line for line in lines if line.startswith("MemAvailable"))
        by_memory = int(available_line.split()[1]) / 1e6 / per_worker
    return max(1, int(min(-(-threads.available() // threads_each), by_memory, tasks)))
