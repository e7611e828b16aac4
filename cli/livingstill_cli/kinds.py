"""`livingstill kinds`: the kinds of motion there are."""

from __future__ import annotations

import click

from livingstill_cli import say
from livingstill_cli.command import Command


@click.command(
    "kinds",
    cls=Command,
    examples=("livingstill kinds", "livingstill lake.jpg --motion water,cloud"),
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON object on stdout")
def command(as_json: bool) -> None:
    """List the kinds of motion, one line each."""
    from livingstill.core.kinds import KINDS

    rows = [(name, kind.help) for name, kind in KINDS.items()]
    if as_json:
        say.json_line(dict(rows))
    else:
        say.table(rows)
