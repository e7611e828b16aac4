"""`livingstill check`: the continuity report of any clip."""

from __future__ import annotations

from pathlib import Path

import click

from livingstill_cli import progress, say
from livingstill_cli.command import Command


@click.command(
    "check",
    cls=Command,
    examples=(
        "livingstill check clip.mp4",
        "livingstill check clip.mp4 --still photo.jpg --report clip.html",
    ),
)
@click.argument("clip", type=click.Path(path_type=Path))
@click.option(
    "--still",
    type=click.Path(path_type=Path),
    metavar="PHOTO",
    help="the photo the clip was made of",
)
@click.option("--loop", is_flag=True, help="the clip is meant to loop without a seam")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE.html|.json", help="write the report"
)
@click.option("--overwrite", is_flag=True, help="replace files that exist")
@say.options
@click.pass_context
def command(
    context: click.Context,
    /,
    clip: Path,
    still: Path | None,
    loop: bool,
    report: Path | None,
    overwrite: bool,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
) -> None:
    """Watch CLIP frame by frame and say what is wrong, where, and why; any clip, whoever made it.

    The exit code is 0 if the clip is clean, 1 if faults were found.
    """
    from livingstill.jobs import check
    from livingstill.media import clip_reader

    if report is not None:
        check.check_report(report, overwrite)
    reporter = progress.choose(quiet or as_json, no_progress)
    review = check.review(clip, still, loop=loop, progress=reporter)
    if report is not None:
        check.write_report(review, lambda: clip_reader.frames(clip), report, clip.name, overwrite)
    if as_json:
        events = [event.to_dict() for event in review.events]
        values = {"clip": str(clip), "notes": list(review.notes), "events": events}
        say.json_line({**values, **review.verdict.to_dict()})
    elif not quiet:
        for event in review.events:
            click.echo(f"frames {event.first}-{event.last}: {event.message}")
        faults, frames = len(review.events), review.verdict.frames
        verdict = "clean" if review.verdict.clean else f"{faults} fault{'s' if faults > 1 else ''}"
        say.summary(
            [*review.notes, f"{clip}: {frames} frame{'s' if frames > 1 else ''}, {verdict}"]
        )
    context.exit(0 if review.verdict.clean else 1)
