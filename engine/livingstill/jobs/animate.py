"""A shot and a job become files: clip, manifest, and what there is to say about them."""

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
from livingstill.io.files import check_target, keep_apart, replacing, unused
from livingstill.jobs import check, fingerprint, manifest, provenance, soundtrack, warmup
from livingstill.jobs.analyse import Analysis, Estimates, read_photo
from livingstill.jobs.clip import Clip, reframe
from livingstill.jobs.exact_figures.figures import ExactFigures
from livingstill.jobs.session import check_settings, prepare
from livingstill.jobs.stages import Stages
from livingstill.jobs.write import RenderResult, encoding
from livingstill.media.write import encoder, stills
from livingstill.quality import no_reference, verdict
from livingstill.settings.declare import checked
from livingstill.settings.shot import Job, Shot, split
from livingstill.settings.shot_file import dump_shot_file, load_shot_file, stays_inside


@dataclass(frozen=True, slots=True, eq=False)
class JobResult:
    """A finished clip, as the user is told of it.

    ``difference`` is the first frame in which a replay departed from its manifest, ``stage`` the
    first stage in which it did so, where the manifest tells;
    ``renamed`` says which outputs took another name.
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
        """Return what the user reads at the end; ``verbose`` adds the figures, and ``timed`` to
        them the seconds of each stage, unless whoever watched was told them."""
        clip = self.clip
        width, height = clip.framing.size
        moving = ", ".join(f"{r.kind} {r.share:.0%}" for r in clip.regions) or "nothing"
        lines = [f"note: {note}" for note in self.notes]
        if verbose:
            figures = {f"camera.{name}": value for name, value in clip.cost.items()}
            figures |= self.saved.figures
            if timed:
                lines += [f"{name}: {taken:.2f} s" for name, taken in self.seconds.items()]
            lines += [f"{name}: {value:.4g}" for name, value in figures.items()]
        if self.difference is not None:
            where = f"; of the stages, {self.stage} is the first to differ" if self.stage else ""
            lines.append(
                f"frame {self.difference} differs from the manifest, the first to do so{where}"
            )
        what = f"{width}x{height}, {clip.timeline.seconds:g} s at {float(clip.timeline.fps):g} fps"
        count, apart = _layers(clip)
        layers = f"{count} layer{'s' if count > 1 else ''}"
        layers += "".join(f" plus the moving {kind}" for kind in apart)
        lines += [
            f"{output}: {what}, {_bytes(output)} in {self.took:.1f} s; camera {clip.shot.camera}, "
            f"depth from {clip.depth.source}, {layers}, moving: {moving}"
            for output in self.outputs
        ]
        return lines


def _layers(clip: Clip) -> tuple[int, tuple[str, ...]]:
    """Return how many layers the depth gave, as ``--layers`` counts, and what moves on its own."""
    front = {r.kind for r in clip.regions if KINDS[r.kind].layer == "front"}
    apart = [*sorted(front), *(["sky"] if clip.scene.backdrop else [])]
    return len(clip.scene.layers) - len(apart), tuple(apart)


def _bytes(output: str) -> str:
    """Return a file's size in words."""
    path = Path(output)
    if not path.is_file():
        return "written"
    count = path.stat().st_size
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1e3))} kB"


def unnamed(
    outputs: Sequence[str],
    overwrite: bool,
    written: Callable[[str], Iterable[str]] = lambda output: (output,),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return outputs that nobody named under names that are free, and what to say of those renamed.

    ``written`` gives the files that come of an output; with ``overwrite`` every name is free.
    """

    def taken(path: Path) -> bool:
        return any(map(encoder.taken, written(str(path))))

    free = tuple(
        str(unused(Path(output), taken)) if not overwrite and taken(Path(output)) else output
        for output in outputs
    )
    notes = (
        f"{', '.join(written(old))} is kept; this clip is called {', '.join(written(new))}"
        for new, old in zip(free, outputs)
        if new != old
    )
    return free, tuple(notes)


def animate_file(
    shot: Shot,
    job: Job,
    *,
    save_shot: Path | None = None,
    hashes: bool = False,
    progress: Progress | None = None,
    record: Mapping[str, Any] | None = None,
    elsewhere: Callable[[Clip], Iterable[PackedRGBA]] | None = None,
    scene: Clip | None = None,
    ahead: Result[tuple[Photo, Analysis]] | None = None,
    renamed: tuple[str, ...] = (),
) -> JobResult:
    """Render the job's photo by a shot and write its files.

    ``hashes`` asks for frame hashes even without a manifest; ``record`` is a manifest to replay;
    ``elsewhere`` renders the frames on other machines; ``scene`` is a clip of the same photo and
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
        outputs, renamed = unnamed((f"{job.photo.stem}.mp4",), job.overwrite)
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
        clip = _prepared(job.photo, shot, stages, record, ahead)
    watcher = _Watcher(clip) if job.report is not None else None
    saved = clip.save(
        *outputs,
        overwrite=job.overwrite,
        hashes=hashes or job.manifest is not None or record is not None,
        watch=watcher.look if watcher else None,
        source=elsewhere(clip) if elsewhere else None,
        poster=job.poster,
        stages=stages,
    )
    if job.sidecar is not None:
        origin = provenance.metadata(clip.shot, clip.photo.sha256)
        provenance.write_sidecar(job.sidecar, origin, outputs, job.overwrite)
    if job.report is not None and watcher is not None:
        with stages("report"):
            title = Path(outputs[0]).name
            check.write_report(watcher.review(), clip.frames, job.report, title, job.overwrite)
    difference = None
    if record is not None:
        difference = manifest.first_difference(list(record["frames"]), list(saved.frames))
    stage = None
    if record is not None and difference is not None:
        recorded = manifest.stages_of(dict(record))
        stage = fingerprint.first_difference(recorded, fingerprint.stages(clip))
    took = time.perf_counter() - start
    done = JobResult(clip, outputs, saved, took, stages.seconds, difference, stage, renamed)
    if job.manifest is not None:
        manifest.write(job.manifest, _record(done, job), job.overwrite)
    if save_shot is not None:
        with replacing(save_shot, job.overwrite) as part:
            part.write_text(shot_text, encoding="utf-8")
    return done


def _check_outputs(shot: Shot, job: Job, outputs: tuple[str, ...], save_shot: Path | None) -> None:
    """Refuse early what could not be written, or would be written over what is read."""
    for output in outputs:
        encoding(output, shot)
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
    numbered = (stills.later(Path(output), 0) for output in outputs if stills.NUMBER.search(output))
    keep_apart([*names, *chain.from_iterable(numbered)], (job.photo, *shot.files_read()))


def _prepared(
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


class _Watcher:
    """Looks at a clip's frames in order for its continuity report."""

    def __init__(self, clip: Clip) -> None:
        self._timeline = clip.timeline
        self._observer, self._exact = no_reference.Observer(), ExactFigures(clip)

    def look(self, rgb: UInt8Array) -> None:
        """Take in the next frame, (H, W, 3) uint8."""
        self._observer.look(rgb)
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
    outputs = job.output or (f"{job.photo.stem}.mp4",)
    renamed: tuple[str, ...] = ()
    if not job.output:
        outputs, renamed = unnamed(
            outputs, job.overwrite, lambda output: (marked(output, shape) for shape in shapes)
        )
    parts = [_of_shape(job, outputs, shape) for shape in shapes]
    for one, part in zip(shots, parts):
        _check_outputs(one, part, part.output, None)
    threads.limit(job.threads)
    stages = Stages(progress)
    with stages("photo"):
        photo = read_photo(job.photo, shot)

    def enlarged(one: Shot) -> float:
        return framing.fit_photo_to(photo.size, one).scale

    scene = prepare(photo, max(shots, key=enlarged), stages)  # fine enough for all of them
    done = []
    for one, part in zip(shots, parts):
        done.append(animate_file(one, part, progress=progress, scene=scene, renamed=renamed, **how))
        renamed = ()  # said once
    spent = Counter(stages.seconds) + Counter(done[0].seconds)  # done once, told with the first
    return [replace(done[0], seconds=dict(spent)), *done[1:]]


def _of_shape(job: Job, outputs: tuple[str, ...], shape: str) -> Job:
    """Return the job of one shape: every file has the shape in its name."""
    extras = {
        name: Path(marked(str(getattr(job, name)), shape))
        for name in ("report", "poster", "sidecar")
        if getattr(job, name) is not None
    }
    return job.model_copy(
        update={"output": tuple(marked(output, shape) for output in outputs), **extras}
    )


def marked(output: str, shape: str) -> str:
    """Return a file's name with the shape of its frame in it.

    >>> marked("out/lake.mp4", "9:16")
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


def _record(done: JobResult, job: Job) -> dict[str, Any]:
    clip = done.clip
    return manifest.build(
        shot=clip.shot,
        photo=str(job.photo),
        photo_sha256=clip.photo.sha256,
        size=clip.framing.size,
        fps=str(clip.timeline.fps),
        outputs=list(done.outputs),
        frames=list(done.saved.frames),
        seconds=dict(done.seconds),
        depth=clip.depth,
        regions=clip.regions,
        subject=clip.subject,
        notes=clip.notes,
        continuity=done.saved.figures,
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
        stays_inside(recipe, {"output": list(outputs)})
    job = checked(Job, {"photo": photo, "output": outputs, **overrides})
    renamed: tuple[str, ...] = ()
    if "output" not in overrides:
        outputs, renamed = unnamed(outputs, job.overwrite)
        job = job.model_copy(update={"output": outputs})
    return animate_file(shot, job, hashes=True, progress=progress, record=record, renamed=renamed)


def _find_photo(path: str, folder: Path) -> Path:
    """Return the photo where the manifest says, or beside the manifest."""
    as_said = Path(path)
    return as_said if as_said.exists() or not (folder / path).exists() else folder / path
