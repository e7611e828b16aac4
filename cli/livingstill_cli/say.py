"""How commands answer: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import click


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the switches every command has."""
    for decorate in (
        click.option("--no-progress", is_flag=True, help="plain lines instead of live bars"),
        click.option("--json", "as_json", is_flag=True, help="print one JSON object on stdout"),
        click.option("-q", "--quiet", is_flag=True, help="say nothing but errors"),
    ):
        command = decorate(command)
    return command


def json_line(value: object) -> None:
    """Print one JSON object on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False))


def summary(lines: Iterable[str]) -> None:
    """Print the closing lines of a job on stderr."""
    for line in lines:
        click.echo(line, err=True)


def table(rows: Iterable[tuple[str, str]]) -> None:
    """Print names and what they are on stdout, in two columns."""
    rows = list(rows)
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        click.echo(f"{name:<{width}}  {text}")
