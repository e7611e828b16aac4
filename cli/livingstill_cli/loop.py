"""`livingstill loop`: any clip made to loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.declare import checked
from livingstill.settings.loop import LoopJob

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import settings_options, written_values


@click.command(
    "loop",
    cls=Command,
    examples=(
        "livingstill loop clip.mp4",
        "livingstill loop clip.mp4 -o loop.webm --min-length 0.8",
        "livingstill loop clip.mp4 --boomerang -o there-and-back.mp4",
    ),
)
@click.argument("clip", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="the clip to write; by default <clip>-loop in the current folder, or the next free name",
)
@settings_options(LoopJob)
@say.options
def command(
    clip: Path,
    output: Path | None,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Make CLIP loop: its best pair of frames is joined, and the end fades into the beginning.

    The pair is alike in picture and motion; over the fade both are carried towards each other along
    the flow between them. A clip that is a loop already is kept as it is.
    """
    job = checked(LoopJob, written_values(values))

    from livingstill.jobs.loop.run import loop

    target, notes = (output, []) if output else say.free_clip(clip, "loop", job.overwrite)
    reporter = progress.choose(quiet or as_json, no_progress)
    done = loop(clip, target, job, progress=reporter)
    if as_json:
        say.json_line(done.as_json())
    elif not quiet:
        say.summary([*notes, *done.lines()])
