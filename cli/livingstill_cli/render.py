"""`livingstill render`: replay a shot file or a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Job

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import settings_options, written_values


@click.command(
    "render",
    cls=Command,
    examples=("livingstill render lake.toml", "livingstill render lake.json -o again.mp4"),
)
@click.argument("recipe", type=click.Path(path_type=Path), metavar="SHOT.toml|MANIFEST.json")
@settings_options(Job)
@click.option("-v", "--verbose", is_flag=True, help="also say where the time went, and the figures")
@say.options
@click.pass_context
def command(
    context: click.Context,
    /,
    recipe: Path,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Render a shot file, or a manifest again: the same frames bit for bit.

    A shot file is written by --save-shot or by hand, a manifest by --manifest. Of a manifest every
    frame's hash is compared; the exit code is 1 if one differs.
    """
    from livingstill.jobs.replay import replay

    reporter = progress.choose(quiet or as_json, no_progress)
    result = replay(recipe, written_values(values), hashes=as_json, progress=reporter)
    if as_json:
        say.json_line(result.as_json())
    elif not quiet:
        say.summary(result.lines(verbose, timed=not isinstance(reporter, progress.Lines)))
    context.exit(1 if result.difference is not None else 0)
