"""One photo in several shapes of frame, rendered from one scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from livingstill.camera import framing
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Progress
from livingstill.io.files import with_tag
from livingstill.jobs.animate import animate_file
from livingstill.jobs.job_result import JobResult
from livingstill.jobs.outputs import check_outputs, default_name, files_of, free_names
from livingstill.jobs.session import check_settings, prepare
from livingstill.jobs.stages import Stages
from livingstill.photo.read import read_with_settings
from livingstill.settings.declare import checked
from livingstill.settings.page import is_page
from livingstill.settings.shot import Job, Shot


def animate_shapes(
    shot: Shot,
    job: Job,
    shapes: Sequence[str],
    *,
    save_shot: Path | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> list[JobResult]:
    """Render a photo in several shapes of frame from one scene, as in ("16:9", "9:16").

    Every file of ``job`` gets the shape in its name: lake.mp4 becomes lake-16x9.mp4. ``options``
    are those of ``animate_file``.

    Raises
    ------
    InputError
        As ``animate_file``, or if a shape is named twice, or a manifest or shot file is asked for.
    """
    if job.photo is None:
        raise InputError("no photo was given; name one, as in `livingstill lake.jpg`")
    if job.manifest is not None or save_shot is not None:
        raise InputError("manifests and shot files are of one clip; give one --aspect with them")
    if len(set(shapes)) != len(shapes):
        raise InputError(f"aspect {','.join(shapes)} names a shape twice; name each once")
    if any(map(is_page, job.output)):
        raise InputError(f"page {job.output[0]} has one shape; give one --aspect")
    shots = [checked(Shot, {**dict(shot), "aspect": shape}) for shape in shapes]
    check_settings(shot)
    outputs = job.output or (default_name(shot, job.photo),)
    renamed: tuple[str, ...] = ()
    if not job.output:
        outputs, renamed = free_names(
            outputs,
            job.overwrite,
            lambda output: (
                name for shape in shapes for name in files_of(shot, with_shape(output, shape))
            ),
        )
    jobs = [_of_shape(job, outputs, shape) for shape in shapes]
    for shaped_shot, shaped_job in zip(shots, jobs):
        check_outputs(shaped_shot, shaped_job, shaped_job.output, None)
    threads.limit(job.threads)
    stages = Stages(progress)
    with stages("photo"):
        photo = read_with_settings(job.photo, shot)

    def enlargement(shaped: Shot) -> float:
        return framing.fit_photo_to(photo.size, shaped).scale

    scene = prepare(photo, max(shots, key=enlargement), stages)  # fine enough for all of them
    results = []
    for shaped_shot, shaped_job in zip(shots, jobs):
        result = animate_file(
            shaped_shot, shaped_job, progress=progress, scene=scene, renamed=renamed, **options
        )
        results.append(result)
        renamed = ()  # said once
    spent = Counter(stages.seconds) + Counter(results[0].seconds)  # done once, told with the first
    return [replace(results[0], seconds=dict(spent)), *results[1:]]


def _of_shape(job: Job, outputs: tuple[str, ...], shape: str) -> Job:
    """Return the job of one shape: every file has the shape in its name."""
    extras = {
        name: Path(with_shape(str(getattr(job, name)), shape))
        for name in ("report", "poster", "sidecar")
        if getattr(job, name) is not None
    }
    return job.model_copy(
        update={"output": tuple(with_shape(output, shape) for output in outputs), **extras}
    )


def with_shape(output: str, shape: str) -> str:
    """Return a file's name with the shape of its frame in it.

    >>> with_shape("out/lake.mp4", "9:16")
    'out/lake-9x16.mp4'
    """
    if output == "-":
        raise InputError("several shapes cannot go to one stream; name a file with --output")
    return str(with_tag(Path(output), shape.replace(":", "x")))
