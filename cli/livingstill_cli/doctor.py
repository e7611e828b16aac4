"""`livingstill doctor`: is this photo fit?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Job, Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import gather, settings_options


@click.command(
    "doctor",
    cls=Command,
    examples=("livingstill doctor room.jpg", "livingstill doctor room.jpg --json"),
)
@click.argument("photo", type=click.Path(path_type=Path))
@settings_options(
    Shot,
    Job,
    only=(
        "depth",
        "depth_far",
        "size",
        "aspect",
        "fit",
        "max_upscale",
        "max_pixels",
        "background",
        "threads",
    ),
)
@say.options
def command(photo: Path, quiet: bool, as_json: bool, no_progress: bool, **values: Any) -> None:
    """Grade PHOTO: risks, the recommended move and the largest safe parallax."""
    shot, job = gather(values)

    from livingstill.jobs import inspect

    fitness = inspect.doctor(
        photo, shot, job, progress=progress.choose(quiet or as_json, no_progress)
    )
    if as_json:
        say.json_line(fitness.as_json())
    else:
        for line in fitness.lines():
            click.echo(line)
