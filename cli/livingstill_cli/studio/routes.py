"""The addresses that the studio answers behind its guard: the page, its files, its uploads, its socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import cv2
import numpy as np
from livingstill.core.errors import InputError
from livingstill.core.model import UInt8Array
from livingstill.settings.modulation import CURVE_SUFFIX
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from livingstill_cli.studio import brands, shots, uploads
from livingstill_cli.studio.batch_page import PHOTO_SUFFIXES, thumbnail
from livingstill_cli.studio.connection import PageConnection
from livingstill_cli.studio.declarations import declarations, sample
from livingstill_cli.studio.guard import Guard, same_secret
from livingstill_cli.studio.pictures import jpeg, png
from livingstill_cli.studio.rescue_page import CLIP_SUFFIXES

if TYPE_CHECKING:
    from livingstill_cli.studio.server import Studio

_SECONDS_FOR_TOKEN = 5.0
_SMALLEST_MASK = 8
MOST_MESSAGE = 512 * 1024
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
_SOUNDS = (".wav", ".mp3", ".m4a", ".flac", ".ogg")
_UPLOADED = {
    "hold": (".png",),
    "logo": (".png", ".jpg", ".jpeg", ".webp"),
    "lut": (".cube",),
    "font": (".ttf", ".otf"),
    "subtitle_font": (".ttf", ".otf"),
    "depth": (".png", ".tif", ".tiff", ".exr", ".npy"),
    "audio": _SOUNDS,
    "music": _SOUNDS,
    "listing": (".csv",),
    "modulate": (*_SOUNDS, CURVE_SUFFIX),
    "clip": CLIP_SUFFIXES,
    "still": PHOTO_SUFFIXES,
    "photo": PHOTO_SUFFIXES,
}
"""What a page may give a file for, and the suffixes that such a file may have."""


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
                "clip": _named(studio, studio.clip) if studio.clip else None,
                "photos": str(studio.photos) if studio.photos else None,
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
        path, query = studio.handles.new_path(".png"), request.query_params
        raw, work = "width" in query, None
        await uploads.receive(request, path, limit=uploads.MOST_MASK_BYTES, picture=not raw)
        try:
            painted = _levels(path, query.get("width"), 1 if "over" in query else _SMALLEST_MASK)
            if "photo" in query:
                work = studio.workspace(query["photo"])
                paint = partial(
                    work.paint, painted, snap=query.get("snap") == "1", over=_over(query)
                )
                loop = asyncio.get_running_loop()
                painting = await loop.run_in_executor(studio.painters, paint)
                painted = painting.mask
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        path.write_bytes(png(painted))
        handle = studio.handles.keep(path, "mask.png")
        if work is not None:
            work.painted_last = (handle, painting)
        return JSONResponse({"handle": handle})

    async def file(request: Request) -> Response:
        key = request.query_params.get("key", "")
        suffix = Path(unquote(request.headers.get("x-name", ""))).suffix.lower()
        if suffix not in _UPLOADED.get(key, ()):
            allowed = ", ".join(_UPLOADED.get(key, ())) or "no file"
            raise InputError(f"{key} takes {allowed}; choose another file")
        path = studio.handles.new_path(suffix)
        picture = key in ("still", "photo")
        await uploads.receive(request, path, limit=uploads.MOST_BYTES, picture=picture)
        name = f"{shots.stem_of(unquote(request.headers.get('x-name', key)))}{suffix}"
        return JSONResponse({"handle": studio.handles.keep(path, name), "name": name})

    async def take_brand(request: Request) -> Response:
        message = await _json(request)
        files = message.get("files")
        known = {str(k): str(v) for k, v in files.items()} if isinstance(files, dict) else {}
        settings, missing = brands.settings_of(str(message.get("text")), known, studio.handles)
        return JSONResponse({"settings": settings, "missing": missing})

    async def get_file(request: Request) -> Response:
        stored = studio.handles.of(request.path_params["handle"])
        if not stored.path.is_file():
            raise HTTPException(404, "this file is no longer there")
        kind = _FILE_TYPES.get(stored.path.suffix.lower(), "application/octet-stream")
        return FileResponse(stored.path, media_type=kind, filename=stored.name)

    async def get_thumbnail(request: Request) -> Response:
        stored = studio.handles.of(request.path_params["handle"])
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(studio.helpers, thumbnail, stored.path)
        return Response(body, media_type="image/jpeg") if body else Response(status_code=204)

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
            Route("/api/brand", take_brand, methods=["POST"]),
            Route("/api/files/{handle}", get_file, methods=["GET"]),
            Route("/api/photos/{handle}", get_photo, methods=["GET"]),
            Route("/api/thumbnails/{handle}", get_thumbnail, methods=["GET"]),
            WebSocketRoute("/api/socket", talk),
        ],
        exception_handlers={InputError: _refused, HTTPException: _status},
    )


def _over(query: Mapping[str, str]) -> tuple[str, int, int] | None:
    """Return the mask that a part of one belongs to, and the part's first column and row.

    Raises
    ------
    InputError
        If those are no numbers.
    """
    if "over" not in query:
        return None
    left, top = query.get("left", ""), query.get("top", "")
    if not (left.isdecimal() and top.isdecimal() and len(left + top) < 12):
        raise InputError("a stroke has no place in its mask; paint it again")
    return query["over"], int(left), int(top)


def _levels(path: Path, width: str | None, least: int = _SMALLEST_MASK) -> UInt8Array:
    """Return an uploaded mask, (h, w) uint8: of a picture, or with ``width`` of its bare levels.

    ``least`` is the fewest rows and columns that levels may have.

    Raises
    ------
    InputError
        If it is neither.
    """
    data = np.fromfile(path, np.uint8)
    if width is None:
        grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
        if grey is None:
            raise InputError("the mask is no picture; paint it again")
        return np.asarray(grey, np.uint8)
    columns = int(width) if width.isdecimal() and len(width) < 6 else 0
    if columns < least or data.size < least * columns or data.size % columns:
        raise InputError("the mask is no rectangle of levels; paint it again")
    return data.reshape(-1, columns)


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
        if len(body) > MOST_MESSAGE:
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
        await loop.run_in_executor(studio.readers, studio.workspace, handle)
    except (InputError, MemoryError) as error:
        studio.handles.drop(handle)
        raise InputError(str(error).replace(str(path), name) or "the photo is too large") from None
    studio.previews.submit(studio.workspace(handle).begin)  # while the page gets ready to ask
    return JSONResponse(_photo(studio, handle))


def _photo(studio: Studio, handle: str) -> dict[str, Any]:
    width, height = studio.workspace(handle).size
    name = studio.handles.of(handle).name
    return {"handle": handle, "width": width, "height": height, "name": name}


def _named(studio: Studio, handle: str) -> dict[str, Any]:
    return {"handle": handle, "name": studio.handles.of(handle).name}


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
