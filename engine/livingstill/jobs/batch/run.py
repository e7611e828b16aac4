"""Run a batch: plan it, skip what is finished, render by processes, report."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Progress, SilentProgress
from livingstill.io.files import remove_stale_parts
from livingstill.jobs.batch import overview, tour
from livingstill.jobs.batch.overview import Report
from livingstill.jobs.batch.sources import LONGEST_NAME, Row, gather
from livingstill.jobs.batch.work import RECORDS, Output, Task, begin, failure, load, make, store
from livingstill.jobs.stereo import name_with_layout
from livingstill.jobs.warmup import warmup
from livingstill.media.formats import choose
from livingstill.settings.declare import checked
from livingstill.settings.presets import PRESETS, suffix_of
from livingstill.settings.rescue import RescueSettings
from livingstill.settings.shot import Shot, expand_presets
from livingstill.settings.values import fixes_aspect, long_side, override_settings

_GIGABYTES_PER_WORKER = ((4096, 8.0), (2560, 3.0), (1920, 1.6), (0, 1.0))
"""Memory to count on per worker where the long side of the frame is above so many pixels."""

_RESCUE_SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".gif", ".webp", ".png")
"""Formats that a rescued clip keeps; others become MP4."""

Records = list[dict[str, Any]]
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
    overwrite: bool = False,
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
    overwrite : make every clip anew
    runner : who does the tasks instead of worker processes of this machine

    One photo that fails never stops the others: its record and the report say why. Call it from
    the main module only under ``if __name__ == "__main__"``: the workers are fresh processes.

    Raises
    ------
    InputError
        If a source, the folder or a setting cannot be used, or another batch works in the folder.
    """
    folder = Path(folder)
    shapes = PRESETS[preset].aspects if preset and not aspects else ()
    if shapes and fixes_aspect((values or {}).get("size")) and progress is not None:
        progress.say(f"the size wins over {' and '.join(shapes)} of the preset {preset}")
    suffix = suffix or suffix_of(preset)
    tasks = plan(gather(sources, folder), folder, values, preset, aspects, suffix)
    return work(
        tasks,
        folder,
        suffix,
        workers=workers,
        dissolve=dissolve if join else None,
        overwrite=overwrite,
        runner=runner,
        progress=progress,
    )


def work(
    tasks: Sequence[Task],
    folder: Path,
    suffix: str,
    *,
    workers: int | None = None,
    dissolve: float | None = None,
    overwrite: bool = False,
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> Report:
    """Do the tasks of a batch that are not finished, and write its report.

    ``dissolve`` is of the cross-dissolves that join the clips, None = they stay apart; the rest is
    as in ``batch``.

    Raises
    ------
    InputError
        If the format or the folder cannot be used, or another batch works in the folder.
    """
    progress = progress or SilentProgress()
    if choose(f"clip{suffix}").format.suffix.startswith("%"):
        raise InputError(f"format {suffix} is a sequence; a batch makes one file per clip")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None
    with _folder_lock(folder):
        _remove_partial_files(folder)
        records: dict[str, dict[str, Any]] = {}
        todo = []
        for task in tasks:
            finished_records = {} if overwrite else _finished_records(task)
            records |= finished_records
            if len(finished_records) < len(task.outputs):
                todo.append(replace(task, completed=frozenset(finished_records)))
        if todo and not runner:
            warmup(progress)  # once, before every worker compiles for itself
        results = runner(todo) if runner else _run(todo, workers or _default_workers(tasks))
        with progress.stage("photos", len(todo)) as step, closing(results):
            for records_done in results:
                records.update({record["output"]: record for record in records_done})
                step()
        ordered = [records[output.name] for task in tasks for output in task.outputs]
        tour_records = []
        if dissolve is not None:
            with progress.stage("tours"):
                tour_records = tour.join_all(folder, ordered, suffix, dissolve)
        report = Report(folder, tuple(ordered), tuple(tour_records))
        overview.write(report)
    return report


def plan(
    rows: Sequence[Row],
    folder: Path,
    values: Mapping[str, Any] | None = None,
    preset: str | None = None,
    aspects: Sequence[str] = (),
    suffix: str = ".mp4",
) -> list[Task]:
    """Return a task per row with names that never meet; the same rows give the same names.

    Raises
    ------
    InputError
        If the preset or a setting for all photos is wrong; a row's own mistake is its failure.
    """
    preset_settings = PRESETS[preset] if preset else None
    common = override_settings(values or {}, preset_settings.values if preset_settings else {})
    for aspect in aspects or (None,):
        checked(Shot, expand_presets({**common, **({"aspect": aspect} if aspect else {})}))
    tasks, used_stems = [], set[str]()
    for row in rows:
        stem = _unique_stem(row, used_stems)
        if row.rescue:
            tasks.append(_rescue_task(row, folder, common, stem))
            continue
        merged = override_settings(row.values, common)
        shapes: Sequence[str | None] = aspects or (
            preset_settings.aspects if preset_settings else ()
        )
        if not aspects and fixes_aspect(merged.get("size")):
            shapes = ()  # the size says the shape, and what is said wins over the preset
        if merged.get("aspect") or not shapes:
            shapes = (merged.pop("aspect", None),)
        outputs = tuple(
            Output(f"{stem}{_aspect_suffix(shape) if len(shapes) > 1 else ''}{suffix}", shape)
            for shape in shapes
        )
        error = ""
        try:
            shots = [
                checked(Shot, expand_presets({**merged, **({"aspect": shape} if shape else {})}))
                for shape in shapes
            ]
            outputs = tuple(
                replace(output, name=name_with_layout(output.name, shot))
                for output, shot in zip(outputs, shots, strict=True)
            )
        except InputError as mistake:
            error = str(mistake)
        tasks.append(Task(str(row.photo), str(folder), outputs, merged, error))
    return tasks


def _unique_stem(row: Row, used: set[str]) -> str:
    """Return a name for a row's clips that no other row has, and take it."""
    name = os.fsdecode(os.fsencode(row.photo.stem)[:LONGEST_NAME])
    stem = (Path(row.group) / name).as_posix()
    count = 1
    while (stem if count == 1 else f"{stem}-{count}") in used:
        count += 1
    stem = stem if count == 1 else f"{stem}-{count}"
    used.add(stem)
    return stem


def _rescue_task(row: Row, folder: Path, common: Mapping[str, Any], stem: str) -> Task:
    """Return the task of a clip to rescue, in its own format; of ``common``, what concerns it."""
    values = {k: v for k, v in common.items() if k in ("seed", "quality")} | dict(row.values)
    suffix, error = row.photo.suffix.lower(), ""
    try:
        checked(RescueSettings, values)
        if "%" in row.photo.name:
            error = f"clip {row.photo} is a sequence of pictures; rescue it by itself"
    except InputError as mistake:
        error = str(mistake)
    suffix = suffix if suffix in _RESCUE_SUFFIXES else ".mp4"
    still = str(row.still) if row.still else ""
    return Task(
        str(row.photo),
        str(folder),
        (Output(stem + suffix),),
        values,
        error,
        rescue=True,
        still=still,
    )


def _aspect_suffix(aspect: str | None) -> str:
    return f"-{aspect.replace(':', 'x')}" if aspect else ""


def finished(task: Task, output: Output) -> dict[str, Any] | None:
    """Return the record of a clip that is finished and still what it should be, else None.

    A clip appears whole or not at all, so one that stands there with the record of these settings
    is finished, even if the batch was killed before it could say so.

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
    if record.get("state") != "done":
        record |= {"state": "done", "bytes": target.stat().st_size}
        store(task.record(output), record)
    return record | {"kept": True}


def _finished_records(task: Task) -> dict[str, dict[str, Any]]:
    """Return the records of a task's finished clips by name."""
    records = {output.name: finished(task, output) for output in task.outputs}
    return {name: record for name, record in records.items() if record is not None}


def _default_workers(tasks: Sequence[Task]) -> int:
    """Return the number of workers that cores (two threads each) and free memory allow."""
    longest = max((long_side(str(task.values.get("size", "1080p"))) for task in tasks), default=0)
    per_worker = next(size for above, size in _GIGABYTES_PER_WORKER if longest > above or not above)
    by_memory = float("inf")
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        available_line = next(line for line in lines if line.startswith("MemAvailable"))
        by_memory = int(available_line.split()[1]) / 1e6 / per_worker
    return max(1, int(min((threads.available() + 1) // 2, by_memory, len(tasks))))


def _run(tasks: Sequence[Task], workers: int) -> Generator[Records, None, None]:
    """Yield each task's records as it ends; a worker that dies costs only its own task.

    No more tasks are handed out than there are workers, so memory does not grow with the batch.
    When a worker dies its pool is of no more use: what was under way is tried again one by one,
    and the task that kills its worker again has failed.
    """
    waiting, retries = list(reversed(tasks)), list[Task]()
    while waiting or retries:
        if retries:
            task = retries.pop()
            with _pool(1, threads.available()) as submit:
                try:
                    yield submit(task).result()
                except BrokenProcessPool:
                    message = "its process died, perhaps for lack of memory; try a smaller --size"
                    yield [failure(task, output, message) for output in task.pending]
            continue
        with _pool(workers, max(1, threads.available() // workers)) as submit:
            running: dict[Future[Records], Task] = {}
            try:
                while waiting or running:
                    while waiting and len(running) < workers:
                        running[submit(waiting[-1])] = waiting[-1]
                        waiting.pop()
                    for done in wait(running, return_when=FIRST_COMPLETED).done:
                        records = done.result()
                        del running[done]
                        yield records
            except BrokenProcessPool:
                retries = list(running.values())


@contextmanager
def _pool(workers: int, threads_each: int) -> Iterator[Callable[[Task], Future[Records]]]:
    """Give a function that hands a task to fresh processes of ``threads_each`` threads.

    If the block is left early they are told to stop, and clean up.
    """
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=begin, initargs=(threads_each,)
    )

    def submit(task: Task) -> Future[Records]:
        with _sigint_blocked():
            return pool.submit(make, task)

    try:
        yield submit
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Block SIGINT: processes started meanwhile inherit the mask and unblock it when they are set up."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _remove_partial_files(folder: Path) -> None:
    """Remove the partial files of a killed batch."""
    for path in (folder, *filter(Path.is_dir, folder.rglob("*"))):
        remove_stale_parts(path)


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    """Hold an exclusive lock on the batch's folder; the system releases it with the process.

    Raises
    ------
    InputError
        If another batch holds it, or the folder cannot be written.
    """
    try:
        import fcntl
    except ImportError:  # no such lock on this system
        yield
        return
    path = folder / RECORDS / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be written: {error.strerror}") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                f"another batch works in {folder}; wait for it or choose another folder"
            ) from None
        yield
