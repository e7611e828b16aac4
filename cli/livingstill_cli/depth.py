"""`livingstill depth`: inverse depth as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Job, Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import gather, settings_options


@click.command(
    "depth",
    cls=Command,
    examples=("livingstill depth lake.jpg", "livingstill depth lake.jpg --preview -o seen.png"),
)
@click.argument("photo", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT.png",
    help="default: <photo>-depth.png",
)
@click.option("--preview", is_flag=True, help="a colour picture instead of 16-bit values")
@settings_options(
    Shot,
    Job,
    only=("depth", "depth_far", "quality", "max_pixels", "background", "overwrite", "threads"),
)
@say.options
def command(
    photo: Path,
    output: Path | None,
    preview: bool,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Write the inverse depth of PHOTO as a 16-bit PNG of its size: 65535 = nearest, 0 = infinity."""
    shot, job = gather(values)

    from livingstill.jobs import inspect

    target = output or Path(f"{photo.stem}-depth.png")
    watched = progress.choose(quiet or as_json, no_progress)
    depth = inspect.write_depth(photo, target, shot, job, preview=preview, progress=watched)
    if as_json:
        say.json_line({"output": str(target), "source": depth.source, "notes": list(depth.notes)})
    elif not quiet:
        say.summary([f"{target}: inverse depth from {depth.source}", *depth.notes])
