"""`livingstill depth`: inverse depth as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Job, Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import ANALYSIS_SETTINGS, gather, picture_option, settings_options


@click.command(
    "depth",
    cls=Command,
    examples=("livingstill depth lake.jpg", "livingstill depth lake.jpg --preview -o seen.png"),
)
@click.argument("photo", type=click.Path(path_type=Path))
@picture_option("depth")
@click.option("--preview", is_flag=True, help="a colour picture instead of 16-bit values")
@settings_options(
    Shot,
    Job,
    only=ANALYSIS_SETTINGS,
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
    """Write how near each part of PHOTO is, as a grey picture of its size: white = near.

    The picture is a 16-bit PNG of inverse depth, 65535 = nearest, 0 = infinitely far, and can be
    edited and given back with --depth.
    """
    shot, job = gather(values)

    from livingstill.jobs import inspect

    target, renamed = output, list[str]()
    if target is None:
        target, renamed = say.free_output(Path(f"{photo.stem}-depth.png"), job.overwrite)
    reporter = progress.choose(quiet or as_json, no_progress)
    depth = inspect.write_depth(photo, target, shot, job, preview=preview, progress=reporter)
    if as_json:
        notes = [*depth.notes, *renamed]
        say.json_line({"output": str(target), "source": depth.source, "notes": notes})
    elif not quiet:
        say.summary(f"note: {note}" for note in (*depth.notes, *renamed))
        say.summary([f"{target}: inverse depth from {depth.source}"])
