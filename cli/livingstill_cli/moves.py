"""`livingstill moves`: the camera moves there are."""

from __future__ import annotations

import click

from livingstill_cli import say
from livingstill_cli.command import Command


@click.command(
    "moves",
    cls=Command,
    examples=("livingstill moves", "livingstill lake.jpg --camera arc:amount=0.5"),
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON object on stdout")
def command(as_json: bool) -> None:
    """List the camera moves, one line each."""
    from livingstill.camera.path import describe

    rows = describe()
    if as_json:
        say.json_line(dict(rows))
    else:
        say.table(rows)
