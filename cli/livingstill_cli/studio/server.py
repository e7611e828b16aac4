"""The studio's server: one page, its files, its uploads and its WebSocket, for this machine alone."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import click
import uvicorn
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.io.files import free_name
from livingstill.jobs import warmup
from livingstill.jobs.batch.sources import gather
from livingstill.media.clip_reader import ClipReader
from livingstill.settings.shot import Shot
from livingstill.settings.shot_file import load_shot_file

from livingstill_cli.studio import shots, uploads
from livingstill_cli.studio.guard import SHORTEST_TOKEN, Guard
from livingstill_cli.studio.handles import Handles
from livingstill_cli.studio.rescue_page import is_clip
from livingstill_cli.studio.routes import MOST_MESSAGE, application
from livingstill_cli.studio.workspace import Workspace

MOST_PHOTOS = 2
"""Photos that are kept ready at once: each takes some hundred MB."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve: the options of `livingstill studio`, settings of the shot, and the view."""

    source: Path | None = None
    folder: Path = Path()
    port: int = 0
    host: str = "127.0.0.1"
    token: str | None = None
    browser: bool = False
    threads: int | None = None
    quiet: bool = True
    values: Mapping[str, object] = field(default_factory=dict)
    view: str = "studio"


class Studio:
    """All that one running studio holds: its files, the photos that are ready, and its threads."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.folder = settings.folder.absolute()
        self.handles = Handles(folder)
        self.previews = ThreadPoolExecutor(1, "livingstill-preview")
        self.readers = ThreadPoolExecutor(1, "livingstill-reader")
        self.painters = ThreadPoolExecutor(1, "livingstill-painter")
        self.helpers = ThreadPoolExecutor(1, "livingstill-helper")
        self.exports = ThreadPoolExecutor(1, "livingstill-export")
        self.view, self.threads = settings.view, settings.threads
        self.photo: str | None = None
        self.clip: str | None = None
        self.photos: Path | None = None
        self.values: dict[str, Any] = {}
        self._workspaces: OrderedDict[str, Workspace] = OrderedDict()
        self._lock = Lock()
        self._kept: set[asyncio.Task[None]] = set()
        self._open(settings.source, settings.values)

    def _open(self, source: Path | None, values: Mapping[str, object]) -> None:
        given = dict(values)
        if source is not None and source.suffix.lower() == ".toml":
            given = {**load_shot_file(source), **given}
            for key in (
                "output",
                "manifest",
                "report",
                "poster",
                "sidecar",
                "overwrite",
                "threads",
            ):
                given.pop(key, None)
            named = given.pop("photo", None)
            if named is None:
                raise InputError(f'{source} names no photo; add a line such as photo = "lake.jpg"')
            source = Path(str(named))
        self.values = shots.opened(given, self.handles)
        if source is not None and source.is_dir():
            self.photos = source.absolute()
            gather([self.photos])  # refused here if there is no photo in it
        elif source is not None and is_clip(source):
            ClipReader(source)
            self.clip = self.handles.refer(source.absolute())
        elif source is not None:
            self.photo = self.handles.refer(source.absolute())
            self.workspace(self.photo)

    def workspace(self, handle: str) -> Workspace:
        """Return the workspace of a photo by its handle; the one used longest ago may go for it.

        Raises
        ------
        InputError
            If the handle is unknown or the photo cannot be read.
        """
        with self._lock:
            own = self.handles.of(handle).own  # which also says that it is in use
            found = self._workspaces.get(handle)
            if found is None:
                most = uploads.MOST_PIXELS if own else Shot().max_pixels
                while len(self._workspaces) >= MOST_PHOTOS:
                    self._workspaces.popitem(last=False)
                found = self._workspaces[handle] = Workspace(handle, self.handles, most)
            self._workspaces.move_to_end(handle)
            return found

    def save_shot(self, work: Workspace, values: dict[str, Any], stem: str) -> tuple[Path, str]:
        """Write a shot file into the studio's folder by a free name; return it and the command line."""
        self.folder.mkdir(parents=True, exist_ok=True)
        free = free_name(self.folder / f"{stem}.toml").stem
        path, command, _ = shots.save(values, self.handles, work.stored, self.folder, free)
        return path, command

    def keep(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        """Hold a task that outlives its page until it is done."""
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)
        return task

    def close(self) -> None:
        """End the threads; what is being rendered is finished first."""
        for pool in (self.readers, self.previews, self.painters, self.helpers, self.exports):
            pool.shutdown(wait=True, cancel_futures=True)


def run(settings: Settings) -> None:
    """Serve until interrupted.

    Raises
    ------
    InputError
        If the source, the folder, the address or the token cannot be used.
    """
    if not is_loopback(settings.host) and not settings.token:
        raise InputError(
            f"--host {settings.host} lets other machines in; give --token with {SHORTEST_TOKEN} or more "
            "characters, which whoever has it can use your photos and folder with, unencrypted"
        )
    if settings.token and len(settings.token) < SHORTEST_TOKEN:
        raise InputError(
            f"the token has {len(settings.token)} characters; it must have {SHORTEST_TOKEN} or more"
        )
    if settings.folder.exists() and not settings.folder.is_dir():
        raise InputError(f"{settings.folder} is no folder; choose another --folder")
    threads.limit(settings.threads)
    warmup.begin(Shot())
    token = settings.token or secrets.token_urlsafe(24)
    with (
        listen(settings.host, settings.port) as listening,
        tempfile.TemporaryDirectory(prefix="livingstill-studio-") as folder,
    ):
        port = listening.getsockname()[1]
        studio = Studio(settings, Path(folder))
        app = application(studio, hosts(settings.host, port), token)
        shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
        name = f"[{shown}]" if ":" in shown else shown
        address = f"http://{name}:{port}/#token={token}"
        if not settings.quiet:
            click.echo(f"the studio is at {address}\nCtrl-C ends it", err=True)
        if settings.browser:
            click.launch(address)
        try:
            with suppress(KeyboardInterrupt):  # the usual way to end it
                uvicorn.Server(config(app)).run(sockets=[listening])
        finally:
            studio.close()


def config(app: Guard) -> uvicorn.Config:
    """Return how the application is served: short messages, no header that names the server."""
    return uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False,
        log_level="error",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=2,
    )


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own.

    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "192.168.1.2")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def hosts(host: str, port: int) -> frozenset[str]:
    """Return what a request may say as its Host.

    >>> sorted(hosts("127.0.0.1", 80))
    ['127.0.0.1:80', '[::1]:80', 'localhost:80']
    """
    names = {"127.0.0.1", "localhost", "[::1]"}
    if not is_loopback(host):
        names |= {host, socket.gethostname().lower()}
        with suppress(OSError):
            found = socket.getaddrinfo(socket.gethostname(), None)
            names |= {
                f"[{entry[4][0]}]" if ":" in str(entry[4][0]) else str(entry[4][0])
                for entry in found
            }
    return frozenset(f"{name}:{port}" for name in names)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket at ``port`` or one of the next twenty that is free.

    Raises
    ------
    InputError
        If none is, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + 20, 65536)) if port else (0,):
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, candidate))
            listening.listen(64)
        except OSError as error:
            listening.close()
            reason = error.strerror or str(error)
            continue
        return listening
    raise InputError(
        f"cannot listen on {host} port {port}: {reason}; choose another --host or --port"
    )
