"""Click options made from the settings' declarations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_origin

import click
from livingstill.settings.declare import bounds, choices
from livingstill.settings.shot import Job, Shot, split
from livingstill.settings.shot_file import load_shot_file
from livingstill.settings.values import override_settings
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from livingstill_cli.command import GroupedOption
from livingstill_cli.complete import completer

ANALYSIS_SETTINGS = (
    "depth", "depth_far", "quality", "max_pixels", "upright", "background", "overwrite", "threads",
)  # fmt: skip
"""Settings of every command that writes what it finds in a photo."""


def _help(field: FieldInfo) -> str:
    """Return help, range and default of one parameter as one line."""
    limits = bounds(field)
    parts = []
    if isinstance(field.default, float):
        parts.append(f"default: {field.default:g} {limits.unit}".rstrip())
    elif not isinstance(field.default, bool) and field.default not in (None, ()):
        parts.append(f"default: {field.default} {limits.unit}".rstrip())
    if limits.least is not None and limits.most is not None and limits.most < 10**6:
        parts.append(f"{limits.least:g} to {limits.most:g}")
    return f"{field.description}" + (f"  [{'; '.join(parts)}]" if parts else "")


def _option(name: str, field: FieldInfo) -> Callable[[Any], Any]:
    """Return the click option of one parameter; values stay text, the settings check them."""
    flag = "--" + name.replace("_", "-")
    extra = field.json_schema_extra
    heading = str(extra["group"]) if isinstance(extra, dict) else "Options"
    if field.annotation is bool:
        # a preset or a shot file may set what is off by default, so it can be switched off too
        both = field.default or name in Shot.model_fields
        flags = f"{flag}/--no-{flag[2:]}" if both else flag
        return click.option(
            flags,
            name,
            default=None,
            is_flag=True,
            help=_help(field),
            cls=GroupedOption,
            heading=heading,
        )
    metavar = bounds(field).form
    several = get_origin(field.annotation) is tuple and field.default == ()
    flags_ = ("-o", flag) if name == "output" else (flag,)
    return click.option(
        *flags_,
        name,
        default=None,
        metavar=metavar or "N",
        help=_help(field),
        cls=GroupedOption,
        heading=heading,
        multiple=True,
        callback=None if several else _one_value,
        shell_complete=completer(name, choices(field)),
    )


def _one_value(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> str | None:
    """Return the value of an option that takes one: the last, and a note if there are others."""
    if len(set(given)) > 1:
        note = f"note: {option.opts[-1]} is given more than once; {given[-1]} counts, the last"

        def say_so() -> None:
            if not context.params.get("quiet"):
                click.echo(note, err=True)

        context.call_on_close(say_so)
    return given[-1] if given else None


def picture_option(noun: str) -> Callable[[Any], Any]:
    """Return the option for the picture that a command writes, by default ``<photo>-<noun>.png``."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="OUT.png",
        help=f"default: <photo>-{noun}.png, or the next free name",
    )


def folder_option(what: str) -> Callable[[Any], Any]:
    """Return the option for a folder that a command must be given."""
    return click.option(
        "-o",
        "--output",
        "folder",
        type=click.Path(path_type=Path),
        required=True,
        metavar="DIR",
        help=what,
    )


def _dotted(_context: click.Context, _parameter: click.Parameter, suffix: str | None) -> str | None:
    """Return a suffix with its dot, which may be left out."""
    return suffix if suffix is None or suffix.startswith(".") else f".{suffix}"


def many_clips(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what commands that make many clips have in common."""
    for option in (
        click.option("--overwrite", is_flag=True, help="make finished clips anew"),
        click.option(
            "--workers",
            type=click.IntRange(1, 256),
            metavar="N",
            help="processes; by default as many as fit",
        ),
        click.option(
            "--format",
            "suffix",
            default=None,
            metavar="SUFFIX",
            callback=_dotted,
            help="the clips' format; by default a preset's, or .mp4",
        ),
    ):
        command = option(command)
    return command


def settings_options(
    *models: type[BaseModel], only: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> Callable[[Any], Any]:
    """Give a command one option per parameter of ``models``, or of those named ``only``."""

    def decorate(command: Any) -> Any:
        fields = [(n, f) for m in models for n, f in m.model_fields.items() if n not in without]
        for name, field in reversed(fields):
            if not only or name in only:
                command = _option(name, field)(command)
        return command

    return decorate


def written_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that the user set: all but None and empty tuples."""
    return {key: value for key, value in values.items() if value not in (None, ())}


def gather(values: dict[str, Any], shot_file: Any = None) -> tuple[Shot, Job]:
    """Return the checked settings: the shot file's, overruled by the command line's.

    The shot file is checked alone first, so that a complaint names the right place.
    """
    from_file = load_shot_file(shot_file) if shot_file else {}
    if from_file:
        split(from_file, f"{shot_file}: ")
    return split(override_settings(written_values(values), from_file))
