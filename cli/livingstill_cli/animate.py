"""`livingstill animate`: the main job."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Job, Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import gather, settings_options


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
@click.argument("photo", type=click.Path(path_type=Path), required=False)
@settings_options(Shot, Job, without=("photo",))
@click.option(
    "--shot",
    "shot_file",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="options from a file; the command line wins",
)
@click.option(
    "--save-shot",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="write these options to a file",
)
@click.option("--cluster", metavar="local|tcp://...", help="render the frames on a Dask cluster")
@click.option("-v", "--verbose", is_flag=True, help="say where the time went")
@say.options
def command(
    photo: Path | None,
    shot_file: Path | None,
    save_shot: Path | None,
    cluster: str | None,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Turn PHOTO into a clip."""
    several = [part.strip() for part in str(values.get("aspect") or "").split(",")]
    if len(several) > 1:
        values["aspect"] = None
    shot, job = gather({"photo": photo, **values}, shot_file)
    how: dict[str, Any] = {}
    if job.photo and len(several) == 1:
        from livingstill.core import threads
        from livingstill.jobs import analyse

        threads.limit(job.threads)
        how["ahead"] = analyse.begin_analysis(job.photo, shot)  # while the rest is imported

    from livingstill.jobs import animate

    with ExitStack() as stack:
        elsewhere = None
        if cluster:
            from livingstill.jobs import cluster as dask

            elsewhere = partial(dask.frames, stack.enter_context(dask.connect(cluster)))
        how |= {
            "hashes": as_json,
            "progress": progress.choose(quiet or as_json, no_progress),
            "elsewhere": elsewhere,
            "save_shot": save_shot,
        }
        if len(several) > 1:
            results = animate.animate_shapes(shot, job, several, **how)
        else:
            results = [animate.animate_file(shot, job, **how)]
    if as_json:
        told = [result.as_json() for result in results]
        say.json_line(told if len(several) > 1 else told[0])
    elif not quiet:
        for result in results:
            say.summary(result.lines(verbose))
