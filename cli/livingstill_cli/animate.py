"""`livingstill animate`: the main job."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import click
from livingstill.core.errors import InputError
from livingstill.settings.page import is_page
from livingstill.settings.shot import Job, Shot
from livingstill.settings.values import long_side

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import gather, settings_options

WRITTEN = (".mp4", ".mov", ".webm", ".mkv", ".gif", ".y4m")
"""Suffixes by which a second name is known for the clip that is meant to be written."""


@click.command(
    "animate",
    cls=Command,
    examples=(
        "livingstill lake.jpg",
        "livingstill room.jpg --camera truck-right --loop none -o room.mp4",
        "livingstill lake.jpg --size 720p -o lake.gif -o lake.webm",
        "livingstill lake.jpg --aspect 16:9,9:16,1:1",
    ),
)
@click.argument(
    "photos", type=click.Path(path_type=Path), nargs=-1, metavar="[PHOTO]", required=False
)
@settings_options(Shot, Job, without=("photo",))
@click.option(
    "--shot",
    "shot_file",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="take options from a file that --save-shot wrote; the command line wins",
)
@click.option(
    "--save-shot",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="write the options to a file, to edit or to use again",
)
@click.option(
    "--cluster",
    metavar="local|tcp://...",
    help="render the frames on a Dask cluster (extra: cluster)",
)
@click.option(
    "--preview",
    is_flag=True,
    help="play the clip in a browser, in small, and write nothing (extra: studio)",
)
@click.option(
    "--open", "open_file", is_flag=True, help="open the finished file in the player of this system"
)
@click.option("-v", "--verbose", is_flag=True, help="also say where the time went, and the figures")
@say.options
def command(
    photos: tuple[Path, ...],
    shot_file: Path | None,
    save_shot: Path | None,
    cluster: str | None,
    preview: bool,
    open_file: bool,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Turn PHOTO into a clip, by default PHOTO's name with .mp4 in the current folder.

    Without options the camera move and what moves are chosen by what is in the photo.
    """
    photo = _only(photos)
    shapes_ = [part.strip() for part in str(values.get("aspect") or "").split(",")]
    if len(shapes_) > 1:
        values["aspect"] = None
    shot, job = gather({"photo": photo, **values}, shot_file)
    if preview:
        _play(shot, job, shapes_, quiet)
        return
    if open_file:
        _check_openable(job.output)
    arguments: dict[str, Any] = {}
    if job.photo and len(shapes_) == 1 and not any(map(is_page, job.output)):
        # the photo is read while the engine is imported, and analysed while the rest of it is
        from livingstill.core import memory, threads
        from livingstill.photo.read import read_with_settings

        if threads.limit(job.threads) > 1:
            threads.begin(partial(memory.prefault, long_side(shot.size) ** 2 // 2))
        photo_read = threads.begin(partial(read_with_settings, job.photo, shot))

        from livingstill.jobs import analyse

        arguments["ahead"] = analyse.begin_analysis(photo_read, shot)
        del photo_read  # it keeps the photo's pixels

        from livingstill.jobs import warmup

        warmup.begin(shot)

    from livingstill.jobs import animate, shapes

    reporter = progress.choose(quiet or as_json, no_progress)
    with ExitStack() as stack:
        remote_frames = None
        if cluster:
            from livingstill.jobs import cluster as dask

            remote_frames = partial(dask.frames, stack.enter_context(dask.connect(cluster)))
        arguments |= {
            "hashes": as_json,
            "progress": reporter,
            "remote_frames": remote_frames,
            "save_shot": save_shot,
        }
        if len(shapes_) > 1:
            results = shapes.animate_shapes(shot, job, shapes_, **arguments)
        else:
            results = [animate.animate_file(shot, job, **arguments)]
    if as_json:
        values_ = [result.as_json() for result in results]
        say.json_line(values_ if len(shapes_) > 1 else values_[0])
    elif not quiet:
        for result in results:
            say.summary(result.lines(verbose, timed=not isinstance(reporter, progress.Lines)))
    if open_file:
        _open(results[0].outputs[0])


def _play(shot: Shot, job: Job, several: list[str], quiet: bool) -> None:
    """Serve a player of the clip until it is interrupted.

    Raises
    ------
    InputError
        If there is no photo, there are several shapes, or an output is named.
    """
    from livingstill_cli.studio import serve

    if job.photo is None:
        raise InputError("no photo was given; name one, as in `livingstill lake.jpg --preview`")
    if len(several) > 1:
        raise InputError("a preview plays one clip; give one --aspect")
    if job.output:
        raise InputError(
            f"a preview writes nothing; leave out --preview to write {job.output[0]}, or -o"
        )
    values = shot.model_dump(mode="json")
    serve(job.photo, threads=job.threads, quiet=quiet, values=values, view="player")


def _check_openable(outputs: tuple[str, ...]) -> None:
    """Refuse early to open what will be no single file.

    Raises
    ------
    InputError
        If the first output is a stream or a sequence.
    """
    if outputs and (outputs[0] == "-" or "%" in outputs[0]):
        raise InputError(f"{outputs[0]} is no single file, so --open cannot open it; leave it out")


def _open(output: str) -> None:
    """Open a finished file in the system's player; say so where there is none."""
    if click.launch(output):
        say.summary([f"note: this system has no player for {output}"])


def _only(photos: tuple[Path, ...]) -> Path | None:
    """Return the one photo that was given, None if there is none.

    Raises
    ------
    InputError
        If there are more; the sentence says which command or option is meant.
    """
    if len(photos) < 2:
        return photos[0] if photos else None
    names = " ".join(map(str, photos[:3])) + (" ..." if len(photos) > 3 else "")
    second = photos[1]
    if len(photos) == 2 and not second.exists() and second.suffix.lower() in WRITTEN:
        raise InputError(
            f"{second} stands where a second photo would; the file to write is given with -o {second}"
        )
    raise InputError(
        f"animate takes one photo, and {len(photos)} were given; for many: "
        f"livingstill batch {names} -o clips/"
    )
