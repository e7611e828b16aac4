"""`livingstill models`: the depth networks there are, and fetching the larger ones."""

from __future__ import annotations

import click

from livingstill_cli import say
from livingstill_cli.command import Command, Group


@click.group(
    "models",
    cls=Group,
    invoke_without_command=True,
    examples=(
        "livingstill models fetch midas-small",
        "livingstill models --json",
    ),
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON object on stdout")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the depth networks, one line each; `models fetch NAME` downloads one."""
    if context.invoked_subcommand:
        return
    from livingstill.depth.models import MODELS

    rows = [("embedded", "in the package: depth and regions in one pass, no download")]
    rows += [
        (name, f"{model.licence}, {model.megabytes:.0f} MB; {model.note}")
        for name, model in MODELS.items()
    ]
    if as_json:
        say.json_line(dict(rows))
    else:
        say.table(rows)


@command.command(
    "fetch", cls=Command, examples=("livingstill models fetch depth-anything-v2-small",)
)
@click.argument("name")
def fetch(name: str) -> None:
    """Download the network NAME once, and verify it."""
    from livingstill.depth import models

    click.echo(str(models.fetch(name)))
