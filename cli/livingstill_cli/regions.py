"""`livingstill regions`: what will move, before anything is rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Job, Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import ANALYSIS_SETTINGS, gather, picture_option, settings_options


@click.command(
    "regions",
    cls=Command,
    examples=("livingstill regions lake.jpg", "livingstill regions lake.jpg --masks masks/"),
)
@click.argument("photo", type=click.Path(path_type=Path))
@picture_option("regions")
@click.option(
    "--masks",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="write one 8-bit mask per class and kind",
)
@settings_options(
    Shot,
    Job,
    only=(*ANALYSIS_SETTINGS, "motion", "mask", "brush", "hold", "hold_faces"),
)
@say.options
def command(
    photo: Path,
    output: Path | None,
    masks: Path | None,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Show what will move in PHOTO, before anything is rendered.

    The picture tints each kind of motion, with its share of the picture and its direction; masks
    can be edited and given back with --mask.
    """
    shot, job = gather(values)

    from livingstill.jobs import inspect

    target, renamed = output, list[str]()
    if target is None and masks is None:
        target, renamed = say.free_output(Path(f"{photo.stem}-regions.png"), job.overwrite)
    reporter = progress.choose(quiet or as_json, no_progress)
    moving = inspect.write_regions(photo, shot, job, target=target, folder=masks, progress=reporter)
    if as_json:
        say.json_line(
            {
                "output": str(target) if target else None,
                "masks": str(masks) if masks else None,
                "kinds": [finding.as_json() for finding in moving.findings],
                "in_doubt": round(moving.doubt.share, 4),
                "notes": [*moving.notes, *renamed],
            }
        )
    elif not quiet:
        say.summary(f"note: {note}" for note in (*moving.notes, *renamed))
        shares = ", ".join(str(one) for one in moving.findings if one.moves)
        say.summary([f"{target or masks}: {shares or 'nothing moves'}"])
