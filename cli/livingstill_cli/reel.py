"""`livingstill reel`: a listing's rooms as one reel."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import click
from livingstill.settings.job import SigningSettings
from livingstill.settings.reel import ReelSettings

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import folder_option, settings_options, written_values


@click.command(
    "reel",
    cls=Command,
    examples=(
        "livingstill reel photos/ -o reel/ --title 'Villa above the lake' --music song.mp3",
        "livingstill reel photos/ -o reel/ --duration 30 --pace fast --aspect 9:16",
        "livingstill reel photos/ -o reel/ --listing listing.csv --logo logo.png",
        "livingstill reel rooms.csv -o reel/     # columns photo,room,caption,facts: the order of its rows",
    ),
)
@click.argument("source", type=click.Path(path_type=Path), metavar="FOLDER")
@folder_option("folder of the reels and what goes with them")
@click.option(
    "--listing",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="table of one row with what the cards say: title, price, address, facts, agent, contact, "
    "link, logo; options win over it",
)
@click.option("--overwrite", is_flag=True, help="make everything anew")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    metavar="N",
    help="processes; by default as many as fit",
)
@click.option(
    "--cluster", metavar="local|tcp://...", help="work on a Dask cluster (extra: cluster)"
)
@settings_options(ReelSettings, SigningSettings)
@say.options
def command(
    source: Path,
    folder: Path,
    listing: Path | None,
    workers: int | None,
    cluster: str | None,
    overwrite: bool,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    c2pa_cert: str | None,
    c2pa_key: str | None,
    **values: Any,
) -> int:
    """Make a reel of the photos in FOLDER, in several shapes, branded and unbranded.

    The rooms come as a tour of the house, cut on the beat of the music; FOLDER may be a CSV table
    of photos too. What is finished is never made again, so a reel that was stopped goes on where
    it was.
    """
    from livingstill.jobs.credentials import signing_files
    from livingstill.jobs.reel.listing import read_listing
    from livingstill.jobs.reel.run import reel

    said = {**(read_listing(listing) if listing else {}), **written_values(values)}
    with ExitStack() as stack:
        runner = None
        if cluster:
            from livingstill.jobs import cluster as dask

            client = stack.enter_context(dask.connect(cluster, workers))
            runner = partial(dask.run_reel, client)
        result = reel(
            source,
            folder,
            said,
            workers=workers,
            overwrite=overwrite,
            runner=runner,
            signing=signing_files(*(Path(f) if f else None for f in (c2pa_cert, c2pa_key))),
            progress=progress.choose(quiet or as_json, no_progress),
        )
    if as_json:
        say.json_line(result.as_json())
    elif not quiet:
        say.summary(result.lines())
    return 1 if result.failed or result.missing else 0
