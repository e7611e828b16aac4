"""Renders a shot and a job to files: clip, manifest, report, poster and sidecar."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import PackedRGBA, Photo, Progress
from livingstill.core.threads import Result
from livingstill.finish import files
from livingstill.io.files import atomic_write
from livingstill.jobs import (
    certificate,
    credentials,
    fingerprint,
    manifest,
    modulation,
    provenance,
    soundtrack,
    stereo,
    warmup,
    write,
)
from livingstill.jobs.analyse import Analysis, Estimates
from livingstill.jobs.clip import Clip, reframe
from livingstill.jobs.job_result import JobResult
from livingstill.jobs.outputs import check_outputs, default_name, files_of, free_names
from livingstill.jobs.page import write as page
from livingstill.jobs.session import Session, check_settings
from livingstill.jobs.stages import Stages
from livingstill.photo.read import read_with_settings
from livingstill.settings.groups import PageSettings
from livingstill.settings.page import is_page
from livingstill.settings.shot import Job, Shot
from livingstill.settings.shot_file import dump_shot_file
from livingstill.settings.values import quilt_grid

if TYPE_CHECKING:
    from livingstill.jobs.report_observer import ReportObserver


def animate_file(
    shot: Shot,
    job: Job,
    *,
    save_shot: Path | None = None,
    hashes: bool = False,
    progress: Progress | None = None,
    record: Mapping[str, Any] | None = None,
    remote_frames: Callable[[Clip], Iterable[PackedRGBA]] | None = None,
    scene: Clip | None = None,
    ahead: Result[tuple[Photo, Analysis]] | None = None,
    renamed: tuple[str, ...] = (),
) -> JobResult:
    """Render the job's photo by a shot and write its files.

    ``hashes`` asks for frame hashes even without a manifest; ``record`` is a manifest to replay;
    ``remote_frames`` renders the frames on other machines; ``scene`` is a clip of the same photo and
    settings whose scene is taken, in the shot's shape of frame; ``ahead`` is what ``begin_analysis``
    of the photo gave, if that runs already; ``renamed`` is said of the outputs' names. Without outputs
    the clip is ``<photo>.mp4`` in the current folder, or the next name that is free.

    Raises
    ------
    InputError
        If anything the user gave cannot be used; then no file is left behind.
    """
    start = time.perf_counter()
    if job.photo is None:
        raise InputError("no photo was given; name one, as in `livingstill lake.jpg`")
    threads.limit(job.threads)
    check_settings(shot)
    outputs = job.output
    if not outputs:
        name = default_name(shot, job.photo, _photo_size(job.photo, shot))
        outputs, renamed = free_names((name,), job.overwrite, partial(files_of, shot))
    as_page = any(map(is_page, outputs))
    shot = page.settle(shot, job, outputs) if as_page else stereo.settle(shot, outputs)
    if remote_frames and (as_page or shot.stereo):
        raise InputError("a cluster renders clips of one view; leave --cluster out")
    check_outputs(shot, job, outputs, save_shot)
    shot_text = ""
    if save_shot is not None:  # refused here, if a name is no text, and written in the end
        shot_text = dump_shot_file(shot, os.path.relpath(job.photo, save_shot.parent or "."))
    stages = Stages(progress)
    warmup.begin(shot, stages.progress.say)
    if scene is not None:
        with stages("scene"):
            clip = reframe(scene, shot.aspect)
    else:
        single = job.report is None  # which looks at the photo in the end
        clip = _prepare_photo(job.photo, shot, stages, record, ahead, as_page, single)
    if not as_page:
        clip = replace(clip, notes=(*clip.notes, *_notes_on_page_settings(shot)))
    observer = _observer(clip, outputs[0]) if job.report is not None else None
    signing = credentials.signing_files(job.c2pa_cert, job.c2pa_key)
    certify = None
    if certificate.wanted(shot) or signing:
        certify = threads.lazy(partial(certificate.certify, clip))
    kinds = {region.label: region.share for region in clip.regions}
    if as_page:
        target, poster = Path(outputs[0]), job.poster
        rendered = page.write_page(
            clip, target, overwrite=job.overwrite, poster=poster, stages=stages
        )
    else:
        write_clip = write.begin(
            clip,
            tuple(map(str, outputs)),
            overwrite=job.overwrite,
            hashes=hashes or job.manifest is not None or record is not None,
            on_frame=observer.add if observer else None,
            source=remote_frames(clip) if remote_frames else None,
            poster=job.poster,
            stages=stages,
            meanwhile=certify,
        )
        if not (job.manifest or record or observer or certify):
            clip = clip.without_pictures()
        rendered = write_clip()
    if job.sidecar is not None:
        origin = provenance.metadata(clip.shot, clip.photo, clip.moving)
        provenance.write_sidecar(job.sidecar, origin, outputs, job.overwrite)
    if certify is not None:
        with stages("certificate"):
            photos = [job.photo]
            credentials.certify_files(certify(), shot, outputs, photos, signing, job.overwrite)
    if job.report is not None and observer is not None:
        with stages("report"):
            observer.write(rendered.figures, job.report, job.overwrite)
    difference, stage = (None, None) if record is None else _replayed(record, clip, rendered.frames)
    elapsed = time.perf_counter() - start
    renamed = (*renamed, *stereo.name_note(clip, outputs))
    result = JobResult(
        clip, kinds, outputs, rendered, elapsed, stages.seconds, difference, stage, renamed
    )
    if job.manifest is not None:
        manifest.write(job.manifest, _record(result, job), job.overwrite)
    if save_shot is not None:
        with atomic_write(save_shot, job.overwrite) as part:
            part.write_text(shot_text, encoding="utf-8")
    return result


def _observer(clip: Clip, output: str) -> ReportObserver:
    from livingstill.jobs.report_observer import ReportObserver  # detectors of every fault with it

    return ReportObserver(clip, output)


def _photo_size(path: Path, shot: Shot) -> tuple[int, int]:
    """Return the photo's size where a file's name tells the shape of its views; else any."""
    if shot.stereo is None or quilt_grid(shot.stereo) is None:
        return 1, 1
    return read_with_settings(path, shot).size


def _replayed(
    record: Mapping[str, Any], clip: Clip, frames: tuple[str, ...]
) -> tuple[int | None, str | None]:
    """Return the first frame that is not as the manifest records it, and the stage that differs."""
    difference = manifest.first_difference(list(record["frames"]), list(frames))
    if difference is None:
        return None, None
    recorded = manifest.stages_of(dict(record))
    return difference, fingerprint.first_difference(recorded, fingerprint.stages(clip))


def _notes_on_page_settings(shot: Shot) -> tuple[str, ...]:
    """Return a note on the settings of pages that a shot changes, for outputs that are none."""
    fields = PageSettings.model_fields.items()
    changed = [name for name, field in fields if getattr(shot, name) != field.default]
    said = " and ".join(f"--{name.replace('_', '-')}" for name in changed)
    return (
        (f"no output is a page, so {said} changes nothing; -o lake.html writes one",)
        if said
        else ()
    )


def _prepare_photo(
    path: Path,
    shot: Shot,
    stages: Stages,
    record: Mapping[str, Any] | None,
    ahead: Result[tuple[Photo, Analysis]] | None,
    as_page: bool,
    single: bool,
) -> Clip:
    """Return the photo at ``path`` ready to render, by a manifest's estimates if there is one.

    ``single`` is as for ``Session``.
    """
    with stages("photo"):
        photo, analysis = ahead() if ahead else (read_with_settings(path, shot), None)
    if record is not None and photo.sha256 != record["photo"].get("sha256"):
        raise InputError(
            f"photo {path} is not the one of the manifest; name the right one with --photo"
        )
    if as_page:
        return page.prepare(photo, shot, stages, _estimates(record))
    session = Session(photo, estimates=_estimates(record), analysis=analysis, single=single)
    del photo, analysis  # the session's alone, and gone when it needs them no more
    return session.clip(shot, stages)


def _estimates(record: Mapping[str, Any] | None) -> Estimates | None:
    if record is None:
        return None
    values = dict(record)
    return Estimates(
        manifest.depth_of(values), manifest.regions_of(values), manifest.subject_of(values)
    )


def _record(result: JobResult, job: Job) -> dict[str, Any]:
    clip = result.clip
    return manifest.build(
        shot=clip.shot,
        photo=str(job.photo),
        photo_sha256=clip.photo.sha256,
        size=clip.output_size,
        fps=str(clip.timeline.fps),
        outputs=list(result.outputs),
        frames=list(result.render.frames),
        seconds=dict(result.seconds),
        depth=clip.depth,
        regions=clip.regions,
        subject=clip.subject,
        notes=clip.notes,
        continuity=result.render.figures,
        camera_cost=clip.cost,
        stages=fingerprint.stages(clip),
        files=files.files(clip.shot) | soundtrack.files(clip.shot) | modulation.files(clip.shot),
    )
