"""One clip of a batch to rescue: the rescued clip and its record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from livingstill.jobs.batch.work import Task, Thumbnail, start_output
from livingstill.settings.declare import checked
from livingstill.settings.rescue import RescueJob


def rescue_records(task: Task) -> Iterator[dict[str, Any]]:
    """Rescue the clip of a task; yield its record.

    Raises
    ------
    InputError
        As ``rescue.run.rescue``.
    """
    from livingstill.jobs.rescue.run import rescue
    from livingstill.media import clip_reader

    options = checked(RescueJob, {**task.values, "overwrite": True})
    for output in task.pending:
        target, record = start_output(task, output)
        result = rescue(
            Path(task.photo),
            target,
            Path(task.still) if task.still else None,
            options,
        )
        thumbnail = Thumbnail(result.verdict.frames // 2)
        for frame in clip_reader.frames(target):
            thumbnail.add(frame)
            if thumbnail.text:
                break
        yield record | {
            "state": "done",
            "decision": result.decision,
            "reasons": list(result.reasons),
            "size": list(result.verdict.size),
            "fps": result.verdict.fps,
            "duration": round(result.verdict.frames / result.verdict.fps, 4),
            "bytes": target.stat().st_size,
            "camera": result.camera,
            "rebuilt": list(result.rebuilt),
            "notes": list(result.notes),
            "seconds": dict(result.seconds),
            "thumbnail": thumbnail.text,
        }
