"""`livingstill kinds`: the kinds of motion there are, and what steers one."""

from __future__ import annotations

import click
from livingstill.settings.declare import bounds

from livingstill_cli import say
from livingstill_cli.command import Command
from livingstill_cli.complete import completer

STEERING = ("amount", "amount_of", "wind", "seed", "mask", "brush", "hold")
"""Settings that every kind of motion heeds."""


@click.command(
    "kinds",
    cls=Command,
    examples=(
        "livingstill kinds",
        "livingstill kinds water",
        "livingstill lake.jpg --motion water,cloud",
    ),
)
@click.argument("name", required=False, shell_complete=completer("kinds"))
@say.as_json
def command(name: str | None, as_json: bool) -> None:
    """List the kinds of motion; with NAME how one is found, and the options that steer it."""
    from livingstill.core.kinds import KINDS
    from livingstill.settings.shot import Shot

    if name is None:
        lines = {kind_name: kind.help for kind_name, kind in KINDS.items()}
        say.json_line(lines) if as_json else say.table(lines.items())
        return
    kind = KINDS[name]
    how_found = (
        "by itself" if kind.found_by == "auto" else "when named with --motion, masked or stroked"
    )
    words = [*kind.nouns, *kind.verbs]
    fields = {key: Shot.model_fields[key] for key in STEERING}
    if as_json:
        settings = [
            {"key": key, "default": say.default_text(field.default), **bounds(field)._asdict()}
            | {"help": field.description}
            for key, field in fields.items()
        ]
        facts_json = {"found": how_found, "prompt_words": words, "settings": settings}
        say.json_line({"name": name, "help": kind.help, **facts_json})
        return
    rows = [
        (f"--{key}", say.default_text(field.default), bounds(field).range, str(field.description))
        for key, field in fields.items()
    ]
    facts = {"found": how_found, "in a prompt": ", ".join(words)}
    facts = {label: value for label, value in facts.items() if value}
    say.entry(name, kind.help, facts, "option|default|form or range|meaning", rows)
