"""Output of commands: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from livingstill.jobs.batch.overview import Report


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the switches every command has."""
    for decorate in (
        click.option("--no-progress", is_flag=True, help="plain lines instead of live bars"),
        as_json,
        click.option("-q", "--quiet", is_flag=True, help="say nothing but errors"),
    ):
        command = decorate(command)
    return command


def as_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that only lists things its one switch."""
    return click.option("--json", "as_json", is_flag=True, help="print one JSON object on stdout")(
        command
    )


def json_line(value: object) -> None:
    """Print one JSON object on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False))


def free_output(path: Path, overwrite: bool) -> tuple[Path, list[str]]:
    """Return a free name for a file that the user did not name, and notes if it was renamed."""
    from livingstill.io.files import free_name

    free = path if overwrite else free_name(path)
    return free, [] if free == path else [f"{path} is kept; this one is {free}"]


def free_clip(clip: Path, what: str, overwrite: bool) -> tuple[Path, list[str]]:
    """Return a free name for a clip made of ``clip``, in its format where we write it, and notes."""
    from livingstill.media.formats import FORMATS

    suffix = clip.suffix.lower()
    suffix = suffix if suffix in FORMATS and suffix != ".y4m" else ".mp4"
    return free_output(Path(f"{clip.stem.split('%')[0]}-{what}{suffix}"), overwrite)


def summary(lines: Iterable[str]) -> None:
    """Print the closing lines of a job on stderr."""
    for line in lines:
        click.echo(line, err=True)


def batch_report(report: Report, quiet: bool, as_json: bool) -> int:
    """Print what became of many clips; return the exit code: 1 if any could not be made."""
    if as_json:
        json_line(report.as_json())
    elif not quiet:
        summary(report.lines())
    return 1 if report.failures or report.problems else 0


def default_text(default: object) -> str:
    """Return a default value in the form that options take; empty if there is none."""
    if isinstance(default, tuple):
        return ",".join(map(default_text, default))
    if isinstance(default, float):
        return f"{default:g}"
    return "" if default is None else str(default)


def table(rows: Iterable[Sequence[str]]) -> None:
    """Print rows on stdout in columns as wide as they need; the last one runs on."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows)]
    for *cells, last in rows:
        padded = [f"{cell:<{width}}" for cell, width in zip(cells, widths)]
        click.echo("  ".join([*padded, last]).rstrip())


def entry(
    name: str,
    help: str,
    facts: Mapping[str, str],
    head: str = "",
    rows: Iterable[Sequence[str]] = (),
) -> None:
    """Print the description of a named entry: a line, facts, and a table of its parts.

    ``head`` names the columns of the table, separated by bars.
    """
    click.echo(f"{name}: {help}")
    if facts:
        click.echo()
        table((f"{label}:", value) for label, value in facts.items())
    rows = list(rows)
    if rows:
        click.echo()
        table([head.split("|"), *rows])
