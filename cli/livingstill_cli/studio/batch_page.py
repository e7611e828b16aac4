"""The batch's part of the page: many photos, one recipe, a contact sheet that fills, and a report."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from livingstill.core.errors import InputError
from livingstill.io.images import SUFFIXES
from livingstill.jobs.batch.plan import plan
from livingstill.jobs.batch.run import work
from livingstill.jobs.batch.sources import Row, gather
from livingstill.jobs.batch.work import RECORDS, Task, load
from livingstill.settings.presets import PRESETS, suffix_of

from livingstill_cli.studio import shots
from livingstill_cli.studio.channel import Channel, file_facts
from livingstill_cli.studio.handles import Stored
from livingstill_cli.studio.long_jobs import LongJobs, Steps
from livingstill_cli.studio.pictures import jpeg

if TYPE_CHECKING:
    from livingstill_cli.studio.server import Studio

PHOTO_SUFFIXES = tuple(sorted(SUFFIXES))
_THUMBNAIL = 320
_MOST_SHOWN = 500
"""Photos of a folder that are shown; the batch makes all of them."""


class BatchPage:
    """Answers what a page asks of a batch. Each public method is an operation of its name."""

    def __init__(self, channel: Channel, studio: Studio, jobs: LongJobs) -> None:
        self._channel, self._studio, self._jobs = channel, studio, jobs

    async def plan(self, message: dict[str, Any]) -> None:
        """Send the photos of the batch, each with a handle."""
        rows = await self._rows(message)
        handles = self._studio.handles
        photos = [
            {"handle": handles.refer(row.photo), "name": row.photo.name, "group": row.group}
            for row in rows[:_MOST_SHOWN]
        ]
        source = self._studio.photos
        await self._channel.send(
            {
                "type": "plan",
                "photos": photos,
                "count": len(rows),
                "source": str(source) if source else None,
            }
        )

    async def batch(self, message: dict[str, Any]) -> None:
        """Make a clip of every photo in a folder of the batch's own."""
        values, preset = dict(message.get("settings") or {}), message.get("preset") or None
        if preset is not None and preset not in PRESETS:
            raise InputError(f"no preset is called '{preset}'; choose one of the list")
        shot = shots.shot_of(values, self._studio.handles)
        settings = shots.settings_of(shot)
        suffix = str(message.get("suffix") or "") or suffix_of(preset)
        aspects = tuple(map(str, message.get("aspects") or ()))
        folder = self._studio.folder / shots.stem_of(message.get("name") or "batch")
        rows = await self._rows(message, folder)
        if not rows:
            raise InputError("there are no photos to make clips of; choose some")
        handles = self._studio.handles
        named = shots.named(values, handles, folder.parent)
        names = {str(row.photo): handles.refer(row.photo) for row in rows[:_MOST_SHOWN]}

        def run(steps: Steps) -> dict[str, Any]:
            tasks = plan(rows, folder, settings, preset, aspects, suffix)

            def tell(record: dict[str, Any]) -> None:
                path, clips = Path(record["photo"]), record["clips"]
                for one in clips:
                    if one["state"] == "done":
                        one["handle"] = handles.refer(folder / one["output"])
                    one["error"] = one.get("error", "").replace(str(path), path.name)
                photo = names.get(record["photo"])
                self._channel.post({"type": "record", "photo": photo, "clips": clips})

            watched = _Records(steps, tell, tasks)
            report = work(tasks, folder, suffix, progress=watched)
            page = folder / "report.html"
            return {
                "type": "batched",
                "folder": str(folder),
                "files": [file_facts(page, handles.refer(page))],
                "lines": report.lines()[-1:],
                "failed": len(report.failures),
                "command": shlex.join(
                    [
                        *_command(self._studio.photos, folder, preset, aspects, suffix),
                        *shots.option_words(named),
                    ]
                ),
            }

        self._jobs.start("batch", run)

    async def _rows(self, message: Mapping[str, Any], target: Path | None = None) -> list[Row]:
        """Return a row per photo: those of the studio's folder, and those that were uploaded.

        What batches have made is left out, and what lies in the ``target`` of this one.
        """
        uploaded = [self._studio.handles.of(one) for one in message.get("photos") or ()]
        find = partial(_rows, self._studio.photos, uploaded, target)
        return await self._channel.loop.run_in_executor(self._studio.helpers, find)


def _rows(folder: Path | None, uploaded: Sequence[Stored], target: Path | None) -> list[Row]:
    rows = () if folder is None else gather([folder], target).rows
    own = [row for row in rows if folder is None or not _is_made(row.photo, folder)]
    return [*own, *_uploaded_rows(uploaded)]


def _is_made(photo: Path, folder: Path) -> bool:
    """Return whether a picture below ``folder`` lies in a folder that a batch or a reel has filled."""
    between = takewhile(lambda one: one != folder, photo.absolute().parents)
    return any((one / RECORDS).is_dir() for one in between)


def _uploaded_rows(uploaded: Sequence[Stored]) -> list[Row]:
    """Return a row per uploaded photo; each is linked to by the name that its user knows it by."""
    rows = []
    for stored in uploaded:
        if not stored.own:
            rows.append(Row(stored.path))
            continue
        folder = stored.path.with_suffix("")  # of its own, so that names never meet
        folder.mkdir(exist_ok=True)
        named = folder / f"{shots.stem_of(stored.name)}{stored.path.suffix}"
        if not named.exists():
            named.hardlink_to(stored.path)
        rows.append(Row(named))
    return rows


class _Records:
    """Progress of a batch that also tells what became of each photo, from the records of its clips."""

    def __init__(
        self, steps: Steps, tell: Callable[[dict[str, Any]], None], tasks: Sequence[Task]
    ) -> None:
        self._steps, self._tell = steps, tell
        self._before = {path: _time(path) for task in tasks for path in _paths(task)}
        self._digests = {task.photo: [task.digest(one) for one in task.outputs] for task in tasks}
        self._waiting = list(tasks)

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:
        """Enter a stage; before each of its steps tell what is finished."""
        with self._steps.stage(name, total) as step:
            self._look()

            def one() -> None:
                self._look()
                step()

            yield one

    def say(self, line: str) -> None:
        """Tell nothing: a page has no place for passing lines."""

    def _look(self) -> None:
        for task in list(self._waiting):
            records = [load(path) for path in _paths(task)]
            if all(map(self._is_over, _paths(task), records, self._digests[task.photo])):
                self._waiting.remove(task)
                self._tell({"photo": task.photo, "clips": [_facts(one) for one in records]})

    def _is_over(self, path: Path, record: Mapping[str, Any], digest: str) -> bool:
        """Return whether a record says how a clip of these settings went, in this batch or before."""
        if record.get("state") == "failed":
            return _time(path) != self._before[path]  # one from before is tried again
        return record.get("state") == "done" and record.get("digest") == digest


def _paths(task: Task) -> list[Path]:
    return [task.record(output) for output in task.outputs]


def _time(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.exists() else None


def _facts(record: Mapping[str, Any]) -> dict[str, Any]:
    told = ("output", "aspect", "state", "error", "bytes", "camera", "kinds", "notes", "thumbnail")
    return {key: record[key] for key in told if key in record}


def _command(
    source: Path | None,
    folder: Path,
    preset: str | None,
    aspects: Sequence[str],
    suffix: str,
) -> list[str]:
    """Return the command that makes the same clips without the options of their shot.

    Photos that were uploaded are PHOTOS there.
    """
    words = ["livingstill", "batch", str(source) if source else "PHOTOS", "-o", folder.name]
    words += ["--preset", preset] if preset else []
    words += ["--aspect", ",".join(aspects)] if aspects else []
    return [*words, "--format", suffix] if suffix != ".mp4" else words


def thumbnail(path: Path) -> bytes | None:
    """Return a photo as a small JPEG, None if it cannot be read."""
    picture = cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_4)
    if picture is None:
        return None
    scale = min(1.0, _THUMBNAIL / max(picture.shape[:2]))
    size = tuple(max(1, round(n * scale)) for n in picture.shape[1::-1])
    return jpeg(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))
