"""One clip of a batch to rescue: the rescued clip and its record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from livingstill.jobs.batch.work import Task, Thumbnail, begun
from livingstill.settings.declare import checked
from livingstill.settings.rescue import RescueJob


def rescued(task: Task) -> Iterator[dict[str, Any]]:
    """Rescue the clip of a task; yield its record.

    Raises
    ------
    InputError
        As ``rescue.run.rescue``.
    """
    from livingstill.jobs.rescue.run import rescue
    from livingstill.media import clip_reader

    options = checked(RescueJob, {**task.values, "overwrite": True})
    for output in task.wanted:
        target, record = begun(task, output)
        done = rescue(
            Path(task.photo),
            target,
            Path(task.still) if task.still else None,
            options,
        )
        thumbnail = Thumbnail(done.verdict.frames // 2)
        for frame in clip_reader.frames(target):
            thumbnail.look(frame)
            if thumbnail.text:
                break
        yield record | {
            "state": "done",
            "decision": done.decision,
            "reasons": list(done.reasons),
            "size": list(done.verdict.size),
            "fps": done.verdict.fps,
            "duration": round(done.verdict.frames / done.verdict.fps, 4),
            "bytes": target.stat().st_size,
            "camera": done.camera,
            "rebuilt": list(done.rebuilt),
            "notes": list(done.notes),
            "seconds": dict(done.seconds),
            "thumbnail": thumbnail.text,
        }
