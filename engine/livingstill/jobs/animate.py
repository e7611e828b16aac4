"""A shot and a job become files: clip, manifest, and what there is to say about them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from livingstill.camera import framing
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import PackedRGBA, Photo, Progress, UInt8Array
from livingstill.core.threads import Result
from livingstill.finish import files as inputs
from livingstill.io.files import check_target, keep_apart, replacing
from livingstill.jobs import check, manifest, provenance, soundtrack, warmup
from livingstill.jobs.analyse import Sight
from livingstill.jobs.clip import (
    Clip,
    Estimates,
    RenderResult,
    Stages,
    check_settings,
    encoding,
    prepare,
    read_photo,
    reframed,
)
from livingstill.jobs.exact_figures.figures import ExactFigures
from livingstill.media.write import encoder, stills
from livingstill.quality import no_reference
from livingstill.quality import verdict as director
from livingstill.settings.shot import (
    Job,
    Shot,
    checked,
    dump_shot_file,
    load_shot_file,
    split,
    stays_inside,
)


@dataclass(frozen=True, slots=True, eq=False)
class JobResult:
    """A finished clip, as the user is told of it. ``difference`` is the first frame in which a
    replay departed from its manifest."""

    clip: Clip
    outputs: tuple[str, ...]
    saved: RenderResult
    took: float
    difference: int | None = None

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
            "layers": len(clip.scene.layers),
            "notes": [*clip.notes, *self.saved.notes],
            "seconds": clip.stages.seconds,
            "continuity": self.saved.figures,
            "first_difference": self.difference,
            "frames": list(self.saved.frames),
        }

    def lines(self, verbose: bool = False) -> list[str]:
        """Return what the user reads at the end."""
        clip = self.clip
        width, height = clip.framing.size
        moving = ", ".join(f"{r.kind} {r.share:.0%}" for r in clip.regions) or "nothing"
        lines = [f"note: {note}" for note in (*clip.notes, *self.saved.notes)]
        if verbose:
            lines += [f"{name}: {taken:.2f} s" for name, taken in clip.stages.seconds.items()]
            lines += [f"{name}: {value:.4g}" for name, value in self.saved.figures.items()]
        if self.difference is not None:
            lines.append(f"frame {self.difference} differs from the manifest, the first to do so")
        what = f"{width}x{height}, {clip.timeline.seconds:g} s at {float(clip.timeline.fps):g} fps"
        lines += [
            f"{output}: {what}, {_bytes(output)} in {self.took:.1f} s; camera {clip.shot.camera}, "
            f"depth from {clip.depth.source}, {len(clip.scene.layers)} layers, moving: {moving}"
            for output in self.outputs
        ]
        return lines


def _bytes(output: str) -> str:
    """Return a file's size in words."""
    path = Path(output)
    return f"{path.stat().st_size / 1e6:.1f} MB" if path.is_file() else "written"


def animate_file(
    shot: Shot,
    job: Job,
    *,
    save_shot: Path | None = None,
    hashes: bool = False,
    progress: Progress | None = None,
    known: Mapping[str, Any] | None = None,
    elsewhere: Callable[[Clip], Iterable[PackedRGBA]] | None = None,
    scene: Clip | None = None,
    looked: Result[tuple[Photo, Sight]] | None = None,
) -> JobResult:
    """Render the job's photo by a shot and write its files.

    ``hashes`` asks for frame hashes even without a manifest; ``known`` is a manifest to replay;
    ``elsewhere`` renders the frames on other machines; ``scene`` is a clip of the same photo and
    settings whose scene is taken, in the shot's shape of frame; ``looked`` is the photo's
    ``sight.begin_with``, if that runs already.

    Raises
    ------
    InputError
        If anything the user gave cannot be used; then no file is left behind.
    """
    start = time.perf_counter()
    if job.photo is None:
        raise InputError("no photo was given; name one, as in `livingstill lake.jpg`")
    threads.limit(job.threads)
    outputs = job.output or (f"{job.photo.stem}.mp4",)
    check_settings(shot)
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
    names = [Path(output) for output in outputs] + [path for path in extras if path is not None]
    if len(set(map(os.path.realpath, names))) != len(names):
        raise InputError("two outputs have one name; give each its own")
    numbered = (stills.later(Path(output), 0) for output in outputs if stills.NUMBER.search(output))
    written = [*names, *chain.from_iterable(numbered), *filter(None, [save_shot])]
    text = ""
    if save_shot is not None:
        text = dump_shot_file(shot, os.path.relpath(job.photo, save_shot.parent or "."))
    keep_apart(written, (job.photo, shot.hold, *(mask.file for mask in shot.mask)))
    stages = Stages(progress)
    warmup.start(shot.quality, "none" not in shot.motion, stages.progress.say)
    look = None
    if scene is not None:
        photo = scene.photo
    elif looked is not None:
        with stages("photo"):
            photo, look = looked()
    else:
        photo = read_photo(job.photo, shot, stages)
    if known is not None and photo.sha256 != known["photo"].get("sha256"):
        raise InputError(
            f"photo {job.photo} is not the one of the manifest; name the right one with --photo"
        )
    if scene is not None:
        clip = replace(reframed(scene, shot.aspect), stages=stages)
    else:
        clip = prepare(photo, shot, stages, _known(known), look)
    observer = no_reference.Observer() if job.report is not None else None
    known_all = ExactFigures(clip) if job.report is not None else None

    def watch(rgb: UInt8Array) -> None:
        if observer and known_all:
            observer.look(rgb)
            known_all.add(rgb)

    saved = clip.save(
        *outputs,
        overwrite=job.overwrite,
        hashes=hashes or job.manifest is not None or known is not None,
        watch=watch if observer else None,
        source=elsewhere(clip) if elsewhere else None,
        poster=job.poster,
    )
    if job.sidecar is not None:
        said = provenance.metadata(clip.shot, photo.sha256)
        provenance.write_sidecar(job.sidecar, said, outputs, job.overwrite)
    if job.report is not None and observer is not None and known_all is not None:
        with stages("report"):
            series = observer.series(float(clip.timeline.fps))
            verdict = director.judge(series, loop=clip.timeline.joins)
            verdict = director.with_exact_figures(verdict, known_all.figures())
            title = Path(outputs[0]).name
            check.write_report(
                check.Review(verdict, series), clip.frames, job.report, title, job.overwrite
            )
    expected = list(known["frames"]) if known is not None else []
    difference = (
        manifest.first_difference(expected, list(saved.frames)) if known is not None else None
    )
    done = JobResult(clip, outputs, saved, time.perf_counter() - start, difference)
    if job.manifest is not None:
        manifest.write(job.manifest, _record(done, job), job.overwrite)
    if save_shot is not None:
        with replacing(save_shot, job.overwrite) as part:
            part.write_text(text, encoding="utf-8")
    return done


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
    outputs = job.output or (f"{job.photo.stem}.mp4",)
    shots = [checked(Shot, {**dict(shot), "aspect": shape}) for shape in shapes]
    check_settings(shot)
    for shape in shapes:
        for output in outputs:
            encoder.check_target(marked(output, shape), job.overwrite)
    threads.limit(job.threads)
    stages = Stages(progress)
    photo = read_photo(job.photo, shot, stages)

    def enlarged(one: Shot) -> float:
        return framing.frame(
            photo.size, size=one.size, aspect=one.aspect, fit=one.fit, max_upscale=one.max_upscale
        ).scale

    scene = prepare(photo, max(shots, key=enlarged), stages)  # fine enough for all of them
    done = []
    for one in shots:
        files = {
            name: Path(marked(str(getattr(job, name)), str(one.aspect)))
            for name in ("report", "poster", "sidecar")
            if getattr(job, name) is not None
        }
        named = tuple(marked(output, str(one.aspect)) for output in outputs)
        part = job.model_copy(update={"output": named, **files})
        done.append(animate_file(one, part, progress=progress, scene=scene, **how))
    spent = done[0].clip.stages.seconds  # what was done once is told with the first
    spent |= {name: taken + spent.get(name, 0.0) for name, taken in stages.seconds.items()}
    return done


def marked(output: str, shape: str) -> str:
    """Return a file's name with the shape of its frame in it.

    >>> marked("out/lake.mp4", "9:16")
    'out/lake-9x16.mp4'
    """
    if output == "-":
        raise InputError("several shapes cannot go to one stream; name a file with --output")
    path = Path(output)
    return str(path.with_name(f"{path.stem}-{shape.replace(':', 'x')}{path.suffix}"))


def _known(record: Mapping[str, Any] | None) -> Estimates | None:
    if record is None:
        return None
    known = dict(record)
    return Estimates(
        manifest.depth_of(known), manifest.regions_of(known), manifest.subject_of(known)
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
        seconds=clip.stages.seconds,
        depth=clip.depth,
        regions=clip.regions,
        subject=clip.subject,
        notes=clip.notes,
        continuity=done.saved.figures,
        files=inputs.files(clip.shot) | soundtrack.files(clip.shot),
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
    shot = inputs.again(shot, record.get("files"), recipe.parent)
    photo = _find_photo(str(record["photo"].get("path")), recipe.parent)
    outputs = tuple(map(str, record["outputs"]))
    if "output" not in overrides:
        stays_inside(recipe, {"output": list(outputs)})
    job = checked(Job, {"photo": photo, "output": outputs, **overrides})
    return animate_file(shot, job, hashes=True, progress=progress, known=record)


def _find_photo(path: str, folder: Path) -> Path:
    """Return the photo where the manifest says, or beside the manifest."""
    as_said = Path(path)
    return as_said if as_said.exists() or not (folder / path).exists() else folder / path
