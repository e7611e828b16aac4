"""`livingstill batch`: many photos to clips."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import click
from livingstill.settings.declare import checked
from livingstill.settings.job import SigningSettings
from livingstill.settings.shot import Shot
from livingstill.settings.timeline import TimelineSettings

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.complete import completer
from livingstill_cli.options import folder_option, many_clips, settings_options, written_values


@click.command(
    "batch",
    cls=Command,
    examples=(
        "livingstill batch photos/ -o clips/ --preset listing",
        "livingstill batch photos/ -o clips/ --preset listing --tour --timeline",
        "livingstill batch 'shots/*.jpg' list.csv -o clips/ --aspect 16:9,9:16 --workers 2",
        "livingstill batch rescues.csv -o rescued/    # columns clip,still: keep, repair or replace",
    ),
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@folder_option("folder of the clips and the report")
@click.option(
    "--preset",
    metavar="NAME",
    help="settings for a purpose or a platform, as in listing or instagram-reel; others win over them",
    shell_complete=completer("preset"),
)
@click.option(
    "--aspect",
    metavar="W:H[,W:H...]",
    help="shapes of frame, a clip for each; by default the preset's, or the photo's",
)
@click.option(
    "--tour",
    is_flag=True,
    help="also join the clips of each folder into one with cross-dissolves",
)
@click.option(
    "--match-exposure",
    is_flag=True,
    help="bring the photos of each folder to one brightness; windows keep their white",
)
@click.option(
    "--cluster", metavar="local|tcp://...", help="work on a Dask cluster (extra: cluster)"
)
@many_clips
@settings_options(TimelineSettings)
@settings_options(Shot, SigningSettings, without=("aspect", "preset"))
@say.options
def command(
    sources: tuple[str, ...],
    folder: Path,
    preset: str | None,
    aspect: str | None,
    suffix: str | None,
    workers: int | None,
    tour: bool,
    match_exposure: bool,
    cluster: str | None,
    timeline: bool | None,
    handles: str | None,
    overwrite: bool,
    c2pa_cert: str | None,
    c2pa_key: str | None,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> int:
    """Make clips of many photos, in the folder that -o names, with a report.

    SOURCE is a photo, a folder, a pattern in quotes, or a CSV or JSONL table with a photo and any
    settings per row; a row with a clip and its still is a rescue. What is finished is never made
    again, so a batch that was stopped goes on where it was.
    """
    from livingstill.jobs.batch.run import batch
    from livingstill.jobs.credentials import signing_files

    cuts = {"timeline": timeline, "handles": handles}
    timelines = checked(TimelineSettings, written_values(cuts))
    with ExitStack() as stack:
        runner = None
        if cluster:
            from livingstill.jobs import cluster as dask

            runner = partial(dask.run, stack.enter_context(dask.connect(cluster, workers)))
        report = batch(
            sources,
            folder,
            written_values(values),
            preset=preset,
            aspects=tuple(part.strip() for part in aspect.split(",")) if aspect else (),
            suffix=suffix,
            workers=workers,
            join=tour,
            timelines=timelines,
            overwrite=overwrite,
            match_exposure=match_exposure,
            signing=signing_files(*(Path(f) if f else None for f in (c2pa_cert, c2pa_key))),
            runner=runner,
            progress=progress.choose(quiet or as_json, no_progress),
        )
    return say.batch_report(report, quiet, as_json)
