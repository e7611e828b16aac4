"""`livingstill rescue`: keep, repair or replace a clip that a generator spoiled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from livingstill_cli import progress, say
from livingstill_cli.command import Command


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
@click.option(
    "--mode",
    type=click.Choice(["auto", "keep", "repair", "replace"]),
    default="auto",
    show_default=True,
    help="auto decides by the faults; the others do as told",
)
@click.option(
    "--strict",
    type=click.FloatRange(0, 4),
    default=1.0,
    show_default=True,
    metavar="X",
    help="how slight a fault counts: 1 = each, 0.5 = severity 0.5 and more, 0 = none",
)
@click.option(
    "--blend",
    type=click.IntRange(0, 10000),
    default=0,
    metavar="N",
    help="keep the clip up to its last good frame, fade to the replacement over N frames",
)
@click.option(
    "--loop",
    type=click.Choice(["auto", "seamless", "none"]),
    default="auto",
    show_default=True,
    help="whether a replacement loops; auto = if the clip did",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE.html|.json",
    help="write the report on the clip's faults",
)
@click.option("--force", is_flag=True, help="take the still even if it is unlike the clip")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    metavar="N",
    help="every random choice of a replacement follows from it  [default: 0]",
)
@click.option(
    "--quality",
    type=click.Choice(["draft", "standard", "high"]),
    default="standard",
    help="how finely a replacement is rendered",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="threads; all cores by default; never changes a pixel",
)
@click.option("--overwrite", is_flag=True, help="replace files that exist")
@say.options
def command(
    clip: Path,
    still: Path | None,
    output: Path,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **options: Any,
) -> None:
    """Watch CLIP, which an AI generator made of a photo, and do the least that mends it.

    A clip without faults is kept as it is, a few bad frames are rebuilt from their neighbours, and
    if more is wrong, the photo is animated in the clip's place.
    """
    from livingstill.jobs.rescue.options import Options
    from livingstill.jobs.rescue.run import rescue

    reporter = progress.choose(quiet or as_json, no_progress)
    done = rescue(clip, output, still, Options(**options), progress=reporter)
    if as_json:
        say.json_line(done.as_json())
    elif not quiet:
        say.summary(done.lines())
