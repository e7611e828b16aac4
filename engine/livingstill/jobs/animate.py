"""Renders a shot and a job to files: clip, manifest, report, poster and sidecar."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from livingstill.camera import framing
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS
from livingstill.core.model import PackedRGBA, Photo, Progress, UInt8Array
from livingstill.core.threads import Result
from livingstill.finish import files
from livingstill.io.files import check_inputs_kept, check_target, free_name, replacing
from livingstill.jobs import check, fingerprint, manifest, provenance, soundtrack, warmup
from livingstill.jobs.analyse import Analysis, Estimates, read_photo
from livingstill.jobs.clip import Clip, reframe
from livingstill.jobs.exact_figures.figures import ExactFigures
from livingstill.jobs.session import check_settings, prepare
from livingstill.jobs.stages import Stages
from livingstill.jobs.write import RenderResult, encoding
from livingstill.media.formats import format_of
from livingstill.media.write import encoder, stills
from livingstill.quality import no_reference, verdict
from livingstill.settings.declare import checked
from livingstill.settings.presets import suffix_of
from livingstill.settings.shot import Job, Shot, split
from livingstill.settings.shot_file import check_targets_inside, dump_shot_file, load_shot_file


@dataclass(frozen=True, slots=True, eq=False)
class JobResult:
    """The result of one rendered job.

    ``difference`` is the first frame at which a replay differs from its manifest, ``stage`` the
    first stage that does, where the manifest has stages; ``renamed`` are notes on outputs that
    took another name.
    """

    clip: Clip
    outputs: tuple[str, ...]
    saved: RenderResult
    took: float
    seconds: Mapping[str, float]
    difference: int | None = None
    stage: str | None = None
    renamed: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know."""
        return (*self.clip.notes, *self.saved.notes, *self.renamed)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        clip = self.clip
        return {
            "outputs": list(self.outputs),
            "size": list(clip.framing.size),
            "fps": float(clip.timeline.fps),
            "duration": round(clip.timeline.seconds, 4),
            "camera": str(clip.shot.camera),
            "depth": clip.depth.source,
            "kinds": {region.kind: round(region.share, 4) for region in clip.regions},
            "layers": _layers(clip)[0],
            "layers_apart": list(_layers(clip)[1]),
            "notes": list(self.notes),
            "seconds": dict(self.seconds),
            "camera_cost": dict(clip.cost),
            "continuity": self.saved.figures,
            "first_difference": self.difference,
            "first_stage": self.stage,
            "frames": list(self.saved.frames),
        }

    def lines(self, verbose: bool = False, timed: bool = True) -> list[str]:
        """Return the summary lines; ``verbose`` adds the figures, and ``timed`` the seconds of each
        stage with them."""
        clip = self.clip
        width, height = clip.framing.size
        moving = ", ".join(f"{r.kind} {r.share:.0%}" for r in clip.regions) or "nothing"
        lines = [f"note: {note}" for note in self.notes]
        if verbose:
            figures = {f"camera.{name}": value for name, value in clip.cost.items()}
            figures |= self.saved.figures
            if timed:
                lines += [f"{name}: {took:.2f} s" for name, took in self.seconds.items()]
            lines += [f"{name}: {value:.4g}" for name, value in figures.items()]
        if self.difference is not None:
            where = (
                f"of the stages, {self.stage} is the first to differ"
                if self.stage
                else "manifests of livingstill 0.1 name no stage, and its frames differ in last bits"
            )
            lines.append(
                f"frame {self.difference} differs from the manifest, the first to do so; {where}"
            )
        summary = (
            f"{width}x{height}, {clip.timeline.seconds:g} s at {float(clip.timeline.fps):g} fps"
        )
        count, own_layers = _layers(clip)
        layers = f"{count} layer{'s' if count > 1 else ''}"
        layers += "".join(f" plus the moving {kind}" for kind in own_layers)
        lines += [
            f"{output}: {summary}, {_bytes(output)} in {self.took:.1f} s; camera {clip.shot.camera}, "
            f"depth from {clip.depth.source}, {layers}, moving: {moving}"
            for output in self.outputs
        ]
        return lines


def _layers(clip: Clip) -> tuple[int, tuple[str, ...]]:
    """Return the number of depth layers, as ``--layers`` counts, and the kinds with their own layer."""
    front_kinds = {r.kind for r in clip.regions if KINDS[r.kind].layer == "front"}
    own_layers = [*sorted(front_kinds), *(["sky"] if clip.scene.backdrop else [])]
    return len(clip.scene.layers) - len(own_layers), tuple(own_layers)


def _bytes(output: str) -> str:
    """Return a file's size in words."""
    path = Path(output)
    if not path.is_file():
        return "written"
    count = path.stat().st_size
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1e3))} kB"


def free_names(
    outputs: Sequence[str],
    overwrite: bool,
    files_of: Callable[[str], Iterable[str]] = lambda output: (output,),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return free names for outputs that the user did not name, and a note on each that was renamed.

    ``files_of`` gives the files that come of an output; with ``overwrite`` every name is free.
    """

    def exists(path: Path) -> bool:
        return any(map(encoder.exists, files_of(str(path))))

    names = tuple(
        str(free_name(Path(output), exists)) if not overwrite and exists(Path(output)) else output
        for output in outputs
    )
    notes = (
        f"{', '.join(files_of(old))} is kept; this clip is called {', '.join(files_of(new))}"
        for new, old in zip(names, outputs)
        if new != old
    )
    return names, tuple(notes)


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
        outputs, renamed = free_names((_default_name(shot, job.photo),), job.overwrite)
    _check_outputs(shot, job, outputs, save_shot)
    shot_text = ""
    if save_shot is not None:  # refused here, if a name is no text, and written in the end
        shot_text = dump_shot_file(shot, os.path.relpath(job.photo, save_shot.parent or "."))
    stages = Stages(progress)
    warmup.begin(shot, stages.progress.say)
    if scene is not None:
        with stages("scene"):
            clip = reframe(scene, shot.aspect)
    else:
        clip = _prepare_photo(job.photo, shot, stages, record, ahead)
    observer = _ReportObserver(clip) if job.report is not None else None
    rendered = clip.save(
        *outputs,
        overwrite=job.overwrite,
        hashes=hashes or job.manifest is not None or record is not None,
        watch=observer.add if observer else None,
        source=remote_frames(clip) if remote_frames else None,
        poster=job.poster,
        stages=stages,
    )
    if job.sidecar is not None:
        origin = provenance.metadata(clip.shot, clip.photo.sha256)
        provenance.write_sidecar(job.sidecar, origin, outputs, job.overwrite)
    if job.report is not None and observer is not None:
        with stages("report"):
            title = Path(outputs[0]).name
            check.write_report(observer.review(), clip.frames, job.report, title, job.overwrite)
    difference, stage = (None, None) if record is None else _replayed(record, clip, rendered.frames)
    took = time.perf_counter() - start
    result = JobResult(clip, outputs, rendered, took, stages.seconds, difference, stage, renamed)
    if job.manifest is not None:
        manifest.write(job.manifest, _record(result, job), job.overwrite)
    if save_shot is not None:
        with replacing(save_shot, job.overwrite) as part:
            part.write_text(shot_text, encoding="utf-8")
    return result


def _replayed(
    record: Mapping[str, Any], clip: Clip, frames: tuple[str, ...]
) -> tuple[int | None, str | None]:
    """Return the first frame that is not as the manifest records it, and the stage that differs."""
    difference = manifest.first_difference(list(record["frames"]), list(frames))
    if difference is None:
        return None, None
    recorded = manifest.stages_of(dict(record))
    return difference, fingerprint.first_difference(recorded, fingerprint.stages(clip))


def _check_platform(shot: Shot, output: str) -> None:
    """Refuse a format that the platform of the shot's preset does not take."""
    wanted = suffix_of(shot.preset, "")
    if wanted and format_of(output).suffix != wanted:
        raise InputError(
            f"clip {output} is not what {shot.preset} takes; name it {Path(output).stem}{wanted}"
        )


def _default_name(shot: Shot, photo: Path) -> str:
    """Return the name of a clip that was given none."""
    return f"{photo.stem}{suffix_of(shot.preset)}"


def _check_outputs(shot: Shot, job: Job, outputs: tuple[str, ...], save_shot: Path | None) -> None:
    """Raise InputError early for outputs that cannot be written or would overwrite an input."""
    for output in outputs:
        encoding(output, shot)
        _check_platform(shot, output)
        encoder.check_target(output, job.overwrite)
    for extra in filter(None, (job.manifest, save_shot)):
        check_target(extra, job.overwrite)
    if job.report is not None:
        check.check_report(job.report, job.overwrite)
    if job.poster is not None:
        stills.check_poster(job.poster, job.overwrite)
    if job.sidecar is not None:
        provenance.check_sidecar(job.sidecar, job.overwrite)
    extras = (job.manifest, job.report, job.poster, job.sidecar)
    names = [Path(output) for output in outputs]
    names += [path for path in (*extras, save_shot) if path is not None]
    if len(set(map(os.path.realpath, names))) != len(names):
        raise InputError("two outputs have one name; give each its own")
    numbered = (
        stills.files_from(Path(output), 0) for output in outputs if stills.NUMBER.search(output)
    )
    check_inputs_kept([*names, *chain.from_iterable(numbered)], (job.photo, *shot.files_read()))


def _prepare_photo(
    path: Path,
    shot: Shot,
    stages: Stages,
    record: Mapping[str, Any] | None,
    ahead: Result[tuple[Photo, Analysis]] | None,
) -> Clip:
    """Return the photo at ``path`` ready to render, by a manifest's estimates if there is one."""
    with stages("photo"):
        photo, analysis = ahead() if ahead else (read_photo(path, shot), None)
    if record is not None and photo.sha256 != record["photo"].get("sha256"):
        raise InputError(
            f"photo {path} is not the one of the manifest; name the right one with --photo"
        )
    return prepare(photo, shot, stages, estimates=_estimates(record), analysis=analysis)


class _ReportObserver:
    """Accumulates the continuity report of a clip from its frames in order."""

    def __init__(self, clip: Clip) -> None:
        self._timeline = clip.timeline
        self._observer, self._exact = no_reference.Observer(), ExactFigures(clip)

    def add(self, rgb: UInt8Array) -> None:
        """Add the next frame, (H, W, 3) uint8 RGB."""
        self._observer.add(rgb)
        self._exact.add(rgb)

    def review(self) -> check.Review:
        """Return the verdict on all frames, with the exact figures of a clip of ours."""
        series = self._observer.series(float(self._timeline.fps))
        found = verdict.judge(series, loop=self._timeline.joins)
        return check.Review(verdict.with_exact_figures(found, self._exact.figures()), series)


def animate_shapes(
    shot: Shot,
    job: Job,
    shapes: Sequence[str],
    *,
    save_shot: Path | None = None,
    progress: Progress | None = None,
    **how: Any,
) -> list[JobResult]:
    """Render a photo in several shapes of frame from one scene, as in ("16:9", "9:16").

    Every file of ``job`` gets the shape in its name: lake.mp4 becomes lake-16x9.mp4. ``how`` is as
    for ``animate_file``.

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
    shots = [checked(Shot, {**dict(shot), "aspect": shape}) for shape in shapes]
    check_settings(shot)
    outputs = job.output or (_default_name(shot, job.photo),)
    renamed: tuple[str, ...] = ()
    if not job.output:
        outputs, renamed = free_names(
            outputs, job.overwrite, lambda output: (with_shape(output, shape) for shape in shapes)
        )
    parts = [_of_shape(job, outputs, shape) for shape in shapes]
    for one, part in zip(shots, parts):
        _check_outputs(one, part, part.output, None)
    threads.limit(job.threads)
    stages = Stages(progress)
    with stages("photo"):
        photo = read_photo(job.photo, shot)

    def enlargement(one: Shot) -> float:
        return framing.fit_photo_to(photo.size, one).scale

    scene = prepare(photo, max(shots, key=enlargement), stages)  # fine enough for all of them
    done = []
    for one, part in zip(shots, parts):
        done.append(animate_file(one, part, progress=progress, scene=scene, renamed=renamed, **how))
        renamed = ()  # said once
    spent = Counter(stages.seconds) + Counter(done[0].seconds)  # done once, told with the first
    return [replace(done[0], seconds=dict(spent)), *done[1:]]


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
    path = Path(output)
    return str(path.with_name(f"{path.stem}-{shape.replace(':', 'x')}{path.suffix}"))


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
        size=clip.framing.size,
        fps=str(clip.timeline.fps),
        outputs=list(result.outputs),
        frames=list(result.saved.frames),
        seconds=dict(result.seconds),
        depth=clip.depth,
        regions=clip.regions,
        subject=clip.subject,
        notes=clip.notes,
        continuity=result.saved.figures,
        camera_cost=clip.cost,
        stages=fingerprint.stages(clip),
        files=files.files(clip.shot) | soundtrack.files(clip.shot),
    )


def replay(
    recipe: Path,
    overrides: Mapping[str, Any],
    *,
    hashes: bool = False,
    progress: Progress | None = None,
) -> JobResult:
    """Render a shot file (TOML) or a manifest (JSON) again.

    ``overrides`` are keys of ``Job``: another photo, output and so on. A manifest's frames are
    compared with what is rendered; the result says the first difference.

    Raises
    ------
    InputError
        If the recipe is neither, is damaged, or its photo is not the one it was made from.
    """
    if recipe.suffix.lower() == ".toml":
        values = load_shot_file(recipe)
        split(values, f"{recipe}: ")
        shot, job = split({**values, **overrides})
        return animate_file(shot, job, hashes=hashes, progress=progress)
    record = manifest.load(recipe)
    shot = checked(Shot, record["shot"], f"{recipe}: ")
    shot = files.relocate(shot, record.get("files"), recipe.parent)
    photo = _find_photo(str(record["photo"].get("path")), recipe.parent)
    outputs = tuple(map(str, record["outputs"]))
    if "output" not in overrides:
        check_targets_inside(recipe, {"output": list(outputs)})
    job = checked(Job, {"photo": photo, "output": outputs, **overrides})
    renamed: tuple[str, ...] = ()
    if "output" not in overrides:
        outputs, renamed = free_names(outputs, job.overwrite)
        job = job.model_copy(update={"output": outputs})
    return animate_file(shot, job, hashes=True, progress=progress, record=record, renamed=renamed)


def _find_photo(path: str, folder: Path) -> Path:
    """Return the photo where the manifest says, or beside the manifest."""
    recorded = Path(path)
    return recorded if recorded.exists() or not (folder / path).exists() else folder / path
