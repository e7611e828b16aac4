"""`livingstill studio`: see, correct and direct a clip in a browser on this machine."""

from __future__ import annotations

from pathlib import Path

import click
from livingstill.core.errors import InputError

from livingstill_cli.command import Command

DEFAULT_PORT = 8470


@click.command(
    "studio",
    cls=Command,
    examples=(
        "livingstill studio",
        "livingstill studio lake.jpg",
        "livingstill studio lake.toml --folder clips",
        "livingstill studio clip.mp4",
        "livingstill studio photos/ --folder clips",
    ),
)
@click.argument(
    "source",
    type=click.Path(path_type=Path),
    metavar="[PHOTO|SHOT.toml|CLIP|FOLDER]",
    required=False,
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="where clips and shot files are saved  [default: the current folder]",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    metavar="N",
    help=f"port to listen on, 0 = any; the next free one is taken  [default: {DEFAULT_PORT}]",
)
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="ADDRESS",
    help="address to listen on; other than this machine's own demands --token  [default: 127.0.0.1]",
)
@click.option(
    "--token",
    metavar="TEXT",
    help="secret that a page must know, 16 characters or more; by default a new one each time",
)
@click.option("--browser/--no-browser", default=True, help="open the page in a browser")
@click.option(
    "--threads", type=click.IntRange(1, 1024), metavar="N", help="threads; all cores by default"
)
@click.option("-q", "--quiet", is_flag=True, help="say nothing but errors")
def command(
    source: Path | None,
    folder: Path,
    port: int,
    host: str,
    token: str | None,
    browser: bool,
    threads: int | None,
    quiet: bool,
) -> None:
    """See what the engine sees in PHOTO, correct it, direct the camera, and export the clip.

    A CLIP that a generator spoiled opens in the rescue tab, a FOLDER of photos in the batch tab.

    The page is served to this machine alone, works offline, and every control in it is a key of the
    shot file. What is seen is what `livingstill render` makes of the saved shot. Ctrl-C ends it.
    """
    serve(source, folder, port, host, token, browser, threads, quiet)


def serve(
    source: Path | None,
    folder: Path = Path(),
    port: int = DEFAULT_PORT,
    host: str = "127.0.0.1",
    token: str | None = None,
    browser: bool = True,
    threads: int | None = None,
    quiet: bool = False,
    values: dict[str, object] | None = None,
    view: str = "studio",
) -> None:
    """Serve the page until it is interrupted; the parameters are those of the command.

    ``values`` are settings as the command line gives them, ``view`` is ``studio`` or ``player``.

    Raises
    ------
    InputError
        If the extra is not installed, or the source, folder, address or token cannot be used.
    """
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
        import websockets  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"the studio needs the library {error.name}, which is not installed; "
            "`pip install 'livingstill[studio]'`"
        ) from None
    from livingstill_cli.studio.server import Settings, run

    run(
        Settings(
            source=source,
            folder=folder,
            port=port,
            host=host,
            token=token,
            browser=browser,
            threads=threads,
            quiet=quiet,
            values=values or {},
            view=view,
        )
    )
