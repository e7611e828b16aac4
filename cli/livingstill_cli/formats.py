"""`livingstill formats`: the formats clips can be written in, and the codecs of one."""

from __future__ import annotations

import click

from livingstill_cli import say
from livingstill_cli.command import Command
from livingstill_cli.complete import completer


@click.command(
    "formats",
    cls=Command,
    examples=("livingstill formats", "livingstill formats mp4", "livingstill lake.jpg -o lake.gif"),
)
@click.argument("name", required=False, shell_complete=completer("formats"))
@say.as_json
def command(name: str | None, as_json: bool) -> None:
    """List the formats; with NAME, a suffix, the codecs of one with the range of their --crf."""
    from livingstill.media import formats

    if name is None:
        lines = dict(formats.describe())
        say.json_line(lines) if as_json else say.table(lines.items())
        return
    format_ = formats.format_named(name)
    codecs = [formats.CODECS[codec] for codec in format_.codecs]
    if as_json:
        parts = [
            {
                "codec": codec.name,
                "help": codec.line,
                "crf": codec.crf,
                "worst_crf": None if codec.crf is None else codec.worst_crf,
                "transparency": bool(codec.alpha_pixels),
            }
            for codec in codecs
        ]
        facts_json = {
            "sound": format_.sound or None,
            "transparency": format_.alpha,
            "codecs": parts,
        }
        say.json_line({"name": format_.suffix, "help": format_.line, **facts_json})
        return
    rows = [
        (
            codec.name,
            "none" if codec.crf is None else f"{codec.crf:g}",
            "" if codec.crf is None else f"0 to {codec.worst_crf}",
            "yes" if codec.alpha_pixels else "no",
            codec.line,
        )
        for codec in codecs
    ]
    facts = {"sound": format_.sound or "none", "transparency": "yes" if format_.alpha else "no"}
    head = "--codec|--crf|its range|transparency|what"
    say.entry(format_.suffix, format_.line, facts, head, rows)
