"""`livingstill moves`: the camera moves there are, and the keys of one."""

from __future__ import annotations

from dataclasses import asdict

import click

from livingstill_cli import say
from livingstill_cli.command import Command
from livingstill_cli.complete import completer


@click.command(
    "moves",
    cls=Command,
    examples=(
        "livingstill moves",
        "livingstill moves push-in",
        "livingstill lake.jpg --camera arc:amount=0.5",
    ),
)
@click.argument("name", required=False, shell_complete=completer("moves"))
@say.as_json
def command(name: str | None, as_json: bool) -> None:
    """List the camera moves; with NAME the keys of one, written NAME:key=value,key=value."""
    from livingstill.camera import path

    lines = dict(path.describe())
    if name is None:
        say.json_line(lines) if as_json else say.table(lines.items())
        return
    keys = path.keys(name)
    if as_json:
        say.json_line({"name": name, "help": lines[name], "keys": [asdict(key) for key in keys]})
    else:
        rows = [(k.key, say.default_text(k.default), k.range, k.unit, k.help) for k in keys]
        say.entry(name, lines[name], {}, "key|default|range|unit|meaning", rows)
