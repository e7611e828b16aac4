"""`livingstill takes`: several seeds, ranked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Job, Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import gather, settings_options


@click.command(
    "takes",
    cls=Command,
    examples=(
        "livingstill takes lake.jpg -n 3",
        "livingstill takes lake.jpg -n 5 --size 720p -o out/lake.mp4",
    ),
)
@click.argument("photo", type=click.Path(path_type=Path))
@click.option(
    "-n", "--count", type=int, default=3, metavar="N", help="how many clips  [default: 3; 1 to 50]"
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="FILE.png",
    help="contact sheet; default: <output>-takes.png",
)
@settings_options(Shot, Job, without=("photo", "manifest", "report"))
@say.options
def command(
    photo: Path,
    count: int,
    sheet: Path | None,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Render PHOTO several times, each with other random motion, and rank the clips, best first.

    A clip with fewer and slighter faults, as `check` finds them, ranks higher, then one with a
    smaller step at its seam, then one of steadier brightness; all three are printed, and the share
    of the picture that differs from the best. The contact sheet shows some frames of each.
    """
    shot, job = gather({"photo": photo, **values})

    from livingstill.jobs import takes

    reporter = progress.choose(quiet or as_json, no_progress)
    ranked = takes.takes(shot, job, count, sheet=sheet, progress=reporter)
    if as_json:
        say.json_line([take.as_json() for take in ranked])
    elif not quiet:
        if note := takes.similarity_note(ranked):
            say.summary([f"note: {note}"])
        say.summary(
            f"{place}. {take.output}: seed {take.seed}, faults {take.badness:.2f}, "
            f"seam {take.seam:.2f}, brightness {take.brightness:.2f}, "
            + (f"differs from 1 in {take.differs:.1%}, " if place > 1 else "")
            + ("clean" if take.verdict.clean else "; ".join(f.message for f in take.verdict.faults))
            for place, take in enumerate(ranked, 1)
        )
