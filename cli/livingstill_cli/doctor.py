"""`livingstill doctor`: is this photo fit, or this system?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.core.errors import InputError
from livingstill.settings.shot import Job, Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import gather, settings_options


@click.command(
    "doctor",
    cls=Command,
    examples=(
        "livingstill doctor room.jpg",
        "livingstill doctor room.jpg --json",
        "livingstill doctor --system",
    ),
)
@click.argument("photo", type=click.Path(path_type=Path), required=False)
@settings_options(
    Shot,
    Job,
    only=(
        "depth",
        "depth_far",
        "size",
        "aspect",
        "fit",
        "max_upscale",
        "max_pixels",
        "background",
        "threads",
    ),
)
@click.option(
    "--system",
    is_flag=True,
    help="versions, processor, features and a self-test instead: what a bug report should contain",
)
@say.options
def command(
    photo: Path | None,
    system: bool,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> int:
    """Grade PHOTO: risks, the recommended move and the largest safe parallax."""
    if system:
        if photo is not None:
            raise InputError(f"doctor --system looks at no photo; leave {photo} away")
        return _system(as_json)
    if photo is None:
        raise InputError("no photo was given; name one, or ask for `livingstill doctor --system`")
    shot, job = gather(values)

    from livingstill.jobs import inspect

    fitness = inspect.doctor(
        photo, shot, job, progress=progress.choose(quiet or as_json, no_progress)
    )
    if as_json:
        say.json_line(fitness.as_json())
    else:
        say.summary(f"note: {note}" for note in fitness.notes)
        for line in fitness.lines():
            click.echo(line)
    return 0


def _system(as_json: bool) -> int:
    """Print what there is here and whether it renders what it should; 1 if it does not."""
    from livingstill.jobs import selftest, system

    facts, test = system.facts(), selftest.run()
    if as_json:
        say.json_line({**facts, "self_test": test.as_json()})
    else:
        verdict = "as it should be" if test.passed else f"it should be {test.expected}"
        result = f"{test.sha256}, {verdict} ({test.frames} frames in {test.seconds:.1f} s)"
        say.table([*system.lines(facts), ("self-test", result)])
    return 0 if test.passed else 1
