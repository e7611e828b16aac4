"""`livingstill hold`: a drifting clip held to the still it was made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.declare import checked
from livingstill.settings.hold import HoldJob

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import settings_options, written_values


@click.command(
    "hold",
    cls=Command,
    examples=(
        "livingstill hold clip.mp4 --still photo.jpg",
        "livingstill hold clip.mp4 --still photo.jpg --mask people.png -o held.mp4",
    ),
)
@click.argument("clip", type=click.Path(path_type=Path))
@click.option(
    "--still",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PHOTO",
    help="the photo the clip was made of",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="the clip to write; by default <clip>-held in the current folder, or the next free name",
)
@settings_options(HoldJob)
@say.options
def command(
    clip: Path,
    still: Path,
    output: Path | None,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Hold the colours of CLIP to the still it was made of, without flicker.

    What a mask names, as a label, a logo or a face, is laid anew from the still where it belongs in each
    frame, in the light of the clip. A clip whose colours are the still's is kept as it is.
    """
    job = checked(HoldJob, written_values(values))

    from livingstill.jobs.hold.run import hold

    target, notes = (output, []) if output else say.free_clip(clip, "held", job.overwrite)
    reporter = progress.choose(quiet or as_json, no_progress)
    done = hold(clip, target, still, job, progress=reporter)
    if as_json:
        say.json_line(done.as_json())
    elif not quiet:
        say.summary([*notes, *done.lines()])
