"""The studio's server: one page, its files, its uploads and its WebSocket, for this machine alone."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import secrets
import socket
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

import click
import cv2
import numpy as np
import uvicorn
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.io.files import free_name
from livingstill.jobs import warmup
from livingstill.settings.shot import Shot
from livingstill.settings.shot_file import load_shot_file
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from livingstill_cli.studio import shots, uploads
from livingstill_cli.studio.connection import PageConnection
from livingstill_cli.studio.declarations import declarations, sample
from livingstill_cli.studio.guard import SHORTEST_TOKEN, Guard, same_secret
from livingstill_cli.studio.handles import Handles
from livingstill_cli.studio.workspace import Workspace, jpeg

MOST_PHOTOS = 2
"""Photos that are kept ready at once: each takes some hundred MB."""

_SECONDS_FOR_TOKEN = 5.0
_MOST_MESSAGE = 512 * 1024
"""Bytes of a message from a page."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".json": "application/json",
}
_FILE_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".toml": "text/plain; charset=utf-8",
}
_UPLOADED = {
    "hold": (".png",),
    "logo": (".png", ".jpg", ".jpeg", ".webp"),
    "lut": (".cube",),
    "font": (".ttf", ".otf"),
    "subtitle_font": (".ttf", ".otf"),
    "depth": (".png", ".tif", ".tiff", ".exr", ".npy"),
    "audio": (".wav", ".mp3", ".m4a", ".flac", ".ogg"),
}
"""Settings that a page may give a file for, and the suffixes that such a file may have."""


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
        self.helpers = ThreadPoolExecutor(1, "livingstill-helper")
        self.exports = ThreadPoolExecutor(1, "livingstill-export")
        self.view = settings.view
        self.photo: str | None = None
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
        if source is not None:
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
        for pool in (self.previews, self.helpers, self.exports):
            pool.shutdown(wait=True, cancel_futures=True)


def application(studio: Studio, hosts: frozenset[str], token: str) -> Guard:
    """Return the ASGI application, behind its guard."""
    return Guard(_inner(studio, token), hosts, token)


def _inner(studio: Studio, token: str) -> Starlette:
    """Return what answers behind the guard: a short function for each address, and the table of them.

    They stand together because all of them share the studio, and nothing else does.
    """
    page = _page()

    async def static(request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        if name not in page:
            raise HTTPException(404, "there is no such file")
        body, kind = page[name]
        return Response(body, media_type=kind)

    async def about(_: Request) -> Response:
        return JSONResponse(
            {
                **declarations(),
                "photo": _photo(studio, studio.photo) if studio.photo else None,
                "values": studio.values,
                "folder": str(studio.folder),
                "view": studio.view,
                "most_bytes": uploads.MOST_BYTES,
            }
        )

    async def photo(request: Request) -> Response:
        path = studio.handles.new_path(".img")
        await uploads.receive(request, path, limit=uploads.MOST_BYTES, picture=True)
        name = shots.stem_of(unquote(request.headers.get("x-name", "photo")))
        return await _opened_photo(studio, _with_suffix(path), name)

    async def begin_sample(request: Request) -> Response:
        source = sample(str((await _json(request)).get("name")))
        if source is None:
            raise HTTPException(404, "there is no such sample")
        path = studio.handles.new_path(source.suffix)
        path.write_bytes(source.read_bytes())
        return await _opened_photo(studio, path, source.stem)

    async def sample_thumbnail(request: Request) -> Response:
        source = sample(request.path_params["name"])
        if source is None:
            raise HTTPException(404, "there is no such sample")
        picture = cv2.imread(str(source), cv2.IMREAD_REDUCED_COLOR_4)
        return Response(jpeg(np.asarray(picture, np.uint8)), media_type="image/jpeg")

    async def mask(request: Request) -> Response:
        path = studio.handles.new_path(".png")
        await uploads.receive(request, path, limit=uploads.MOST_MASK_BYTES, picture=True)
        grey = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            path.unlink()
            raise InputError("the mask is no picture; paint it again")
        painted = np.asarray(grey, np.uint8)
        if request.query_params.get("snap") == "1":
            work = studio.workspace(str(request.query_params.get("photo")))
            loop = asyncio.get_running_loop()
            painted = await loop.run_in_executor(studio.helpers, work.snapped, painted)
        path.write_bytes(cv2.imencode(".png", painted)[1].tobytes())
        return JSONResponse({"handle": studio.handles.keep(path, "mask.png")})

    async def file(request: Request) -> Response:
        key = request.query_params.get("key", "")
        suffix = Path(unquote(request.headers.get("x-name", ""))).suffix.lower()
        if suffix not in _UPLOADED.get(key, ()):
            allowed = ", ".join(_UPLOADED.get(key, ())) or "no file"
            raise InputError(f"{key} takes {allowed}; choose another file")
        path = studio.handles.new_path(suffix)
        await uploads.receive(request, path, limit=uploads.MOST_BYTES, picture=False)
        name = f"{shots.stem_of(unquote(request.headers.get('x-name', key)))}{suffix}"
        return JSONResponse({"handle": studio.handles.keep(path, name), "name": name})

    async def get_file(request: Request) -> Response:
        stored = studio.handles.of(request.path_params["handle"])
        if not stored.path.is_file():
            raise HTTPException(404, "this file is no longer there")
        kind = _FILE_TYPES.get(stored.path.suffix.lower(), "application/octet-stream")
        return FileResponse(stored.path, media_type=kind, filename=stored.name)

    async def get_photo(request: Request) -> Response:
        work = studio.workspace(request.path_params["handle"])
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(studio.helpers, work.photo_jpeg)
        return Response(body, media_type="image/jpeg")

    async def talk(connection: WebSocket) -> None:
        await connection.accept()
        try:
            first = await asyncio.wait_for(connection.receive_json(), _SECONDS_FOR_TOKEN)
            allowed = isinstance(first, dict) and same_secret(first.get("token"), token)
        except Exception:  # silent, gone, or no JSON
            allowed = False
        if not allowed:
            with suppress(RuntimeError):
                await connection.close(4401)
            return
        await connection.send_json({"type": "welcome"})
        await PageConnection(connection, studio).serve()

    return Starlette(
        routes=[
            Route("/", static, methods=["GET"]),
            Route("/page/{name}", static, methods=["GET"]),
            Route("/api/about", about, methods=["GET"]),
            Route("/api/photo", photo, methods=["POST"]),
            Route("/api/sample", begin_sample, methods=["POST"]),
            Route("/api/samples/{name}", sample_thumbnail, methods=["GET"]),
            Route("/api/mask", mask, methods=["POST"]),
            Route("/api/file", file, methods=["POST"]),
            Route("/api/files/{handle}", get_file, methods=["GET"]),
            Route("/api/photos/{handle}", get_photo, methods=["GET"]),
            WebSocketRoute("/api/socket", talk),
        ],
        exception_handlers={InputError: _refused, HTTPException: _status},
    )


async def _refused(_: Request, error: Exception) -> Response:
    return JSONResponse({"message": str(error)}, 400)


async def _status(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"message": error.detail}, error.status_code)


async def _json(request: Request) -> dict[str, Any]:
    """Return a request's JSON object; refuse one that is long or none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_MESSAGE:
            raise HTTPException(413, "the message is too long")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body is no JSON") from None
    if not isinstance(value, dict):
        raise HTTPException(400, "the body is no JSON object")
    return value


async def _opened_photo(studio: Studio, path: Path, name: str) -> Response:
    """Read an uploaded photo; answer with its handle and size. One that cannot be read is removed."""
    handle = studio.handles.keep(path, f"{name}{path.suffix}")
    loop = asyncio.get_running_loop()
    try:
        await loop.run_in_executor(studio.previews, studio.workspace, handle)
    except (InputError, MemoryError) as error:
        studio.handles.drop(handle)
        raise InputError(str(error).replace(str(path), name) or "the photo is too large") from None
    return JSONResponse(_photo(studio, handle))


def _photo(studio: Studio, handle: str) -> dict[str, Any]:
    width, height = studio.workspace(handle).size
    name = studio.handles.of(handle).name
    return {"handle": handle, "width": width, "height": height, "name": name}


def _with_suffix(path: Path) -> Path:
    """Rename an uploaded picture by what it is, so that a saved copy has a suffix people know."""
    head = path.open("rb").read(16)
    suffix = ".img"
    if head.startswith(b"\xff\xd8"):
        suffix = ".jpg"
    elif head.startswith(b"\x89PNG"):
        suffix = ".png"
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        suffix = ".webp"
    elif head[:4] in (b"II*\0", b"MM\0*"):
        suffix = ".tif"
    elif head[4:8] == b"ftyp":
        suffix = ".avif" if head[8:12].startswith(b"avi") else ".heic"
    return path.rename(path.with_suffix(suffix))


def _page() -> dict[str, tuple[bytes, str]]:
    """Return the files of the page and the engine's fonts by name: nothing else is ever served."""
    folders = (
        resources.files("livingstill_cli.studio") / "page",
        resources.files("livingstill.finish") / "fonts",
    )
    return {
        entry.name: (entry.read_bytes(), _TYPES[Path(entry.name).suffix])
        for folder in folders
        for entry in folder.iterdir()
        if entry.is_file() and Path(entry.name).suffix in _TYPES
    }


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
        ws_max_size=_MOST_MESSAGE,
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
