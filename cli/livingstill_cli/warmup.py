"""`livingstill warmup`: compile every kernel now."""

from __future__ import annotations

import click

from livingstill_cli import progress, say
from livingstill_cli.command import Command


@click.command("warmup", cls=Command, examples=("livingstill warmup", "livingstill warmup --json"))
@say.options
def command(quiet: bool, as_json: bool, no_progress: bool) -> None:
    """Compile every kernel now, on all cores: the first clip then takes no longer than others.

    For images and installers. What is compiled already is left as it is.
    """
    from livingstill.jobs.warmup import warmup

    done = warmup(progress.choose(quiet or as_json, no_progress))
    if as_json:
        say.json_line(done.as_json())
    elif not quiet:
        click.echo(done.line())
