"""`livingstill rescue`: keep, repair or replace a clip that a generator spoiled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.declare import checked
from livingstill.settings.rescue import RescueJob

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import settings_options, written_values


@click.command(
    "rescue",
    cls=Command,
    examples=(
        "livingstill rescue clip.mp4 --still photo.jpg -o rescued.mp4",
        "livingstill rescue clip.mp4 --still photo.jpg -o rescued.mp4 --mode replace --blend 8",
    ),
)
@click.argument("clip", type=click.Path(path_type=Path))
@click.option(
    "--still",
    type=click.Path(path_type=Path),
    metavar="PHOTO",
    help="the photo the clip was made of; without it the first good frame serves",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="OUT",
    help="the clip to write",
)
@settings_options(RescueJob)
@say.options
def command(
    clip: Path,
    still: Path | None,
    output: Path,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Watch CLIP, which an AI generator made of a photo, and do the least that mends it.

    A clip without faults is kept as it is, a few bad frames are rebuilt from their neighbours, and
    if more is wrong, the photo is animated in the clip's place.
    """
    job = checked(RescueJob, written_values(values))

    from livingstill.jobs.rescue.run import rescue

    reporter = progress.choose(quiet or as_json, no_progress)
    done = rescue(clip, output, still, job, progress=reporter)
    if as_json:
        say.json_line(done.as_json())
    elif not quiet:
        say.summary(done.lines())
