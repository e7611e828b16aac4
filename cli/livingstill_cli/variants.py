"""`livingstill variants`: one photo in every combination of some settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import folder_option, many_clips, settings_options, written_values


@click.command(
    "variants",
    cls=Command,
    examples=(
        "livingstill variants lake.jpg -o ab/ --vary camera=push-in,orbit --vary aspect=16:9,9:16",
        "livingstill variants room.jpg -o ab/ --vary 'title=Open house;Come in, it is open'",
    ),
)
@click.argument("photo", type=click.Path(path_type=Path))
@folder_option("folder of the clips, variants.csv and the report")
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="KEY=A,B[,...]",
    help="a setting and its values (with ; between them if they have commas); repeatable",
)
@many_clips
@settings_options(Shot)
@say.options
def command(
    photo: Path,
    folder: Path,
    vary: tuple[str, ...],
    suffix: str | None,
    workers: int | None,
    overwrite: bool,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> int:
    """Make clips of PHOTO in every combination of some settings, for A/B tests.

    Each clip's name has an ID that depends on photo and settings only, and variants.csv lists them.
    What is finished is never made again.
    """
    from livingstill.jobs.variants import variants
    from livingstill.settings.presets import suffix_of

    report = variants(
        photo,
        folder,
        vary,
        written_values(values),
        suffix=suffix or suffix_of(values["preset"]),
        workers=workers,
        overwrite=overwrite,
        progress=progress.choose(quiet or as_json, no_progress),
    )
    return say.batch_report(report, quiet, as_json)
