"""`livingstill formats`: the formats clips can be written in."""

from __future__ import annotations

import click

from livingstill_cli import say
from livingstill_cli.command import Command


@click.command(
    "formats", cls=Command, examples=("livingstill formats", "livingstill lake.jpg -o lake.gif")
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON object on stdout")
def command(as_json: bool) -> None:
    """List the formats, one line each."""
    from livingstill.media.formats import describe

    rows = describe()
    if as_json:
        say.json_line(dict(rows))
    else:
        say.table(rows)
