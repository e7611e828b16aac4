"""The conversation with one page over its WebSocket: looks, frames, exports, each with a serial number."""

from __future__ import annotations

import asyncio
import json
import struct
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from livingstill.core.errors import InputError, LivingStillError
from livingstill.jobs.preview import Look
from livingstill.jobs.stages import Stages
from livingstill.settings import prompt
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from livingstill_cli.studio import shots, workspace
from livingstill_cli.studio.workspace import Cancelled, Exported, Workspace

if TYPE_CHECKING:
    from livingstill_cli.studio.server import Studio

FRAME_HEADER = struct.Struct("<III")
"""Before each JPEG: the serial number of its look, the frame's index, and 1 if decisions are final."""

_TOLD_EVERY = 0.2
"""Seconds between two messages on an export's progress."""


class _Job:
    """One look that is wanted: it ends early once another is wanted in its place."""

    def __init__(self, serial: int, start: int) -> None:
        self.serial, self.start, self.stale = serial, start, Event()
        self.wanted: int | None = None


class PageConnection:
    """Serves one page. Work is done in the studio's threads; only the newest look is worked on."""

    def __init__(self, socket: WebSocket, studio: Studio) -> None:
        self._socket, self._studio = socket, studio
        self._loop = asyncio.get_running_loop()
        self._sending = asyncio.Lock()
        self._job: _Job | None = None
        self._export_cancelled = False
        self._exporting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._work: Workspace | None = None

    async def serve(self) -> None:
        """Answer messages until the page goes; what it asked for and has not got is dropped."""
        try:
            while True:
                text = await self._socket.receive_text()
                await self._answer(text)
        except (WebSocketDisconnect, KeyError, RuntimeError):  # gone, or it sent no text
            pass
        finally:
            if self._job:
                self._job.stale.set()
            for task in self._tasks:
                task.cancel()
            # an export goes on: a closed page does not lose a clip that is being written

    async def _answer(self, text: str) -> None:
        try:
            message = json.loads(text)
            operation = message["op"]
            answer = getattr(self, f"_do_{operation}", None) if operation in _OPERATIONS else None
        except (ValueError, TypeError, KeyError, RecursionError):
            await self._send({"type": "error", "message": "a message was not understood"})
            return
        if answer is None:
            await self._send({"type": "error", "message": "an operation is unknown"})
            return
        try:
            await answer(message)
        except (ValueError, TypeError, KeyError):
            await self._fail(operation, message, InputError("a message was not understood"))
        except Exception as error:
            await self._fail(operation, message, error)

    async def _fail(self, operation: str, message: Mapping[str, Any], error: Exception) -> None:
        serial, sentence = message.get("serial"), _sentence(error)
        await self._send({"type": "error", "op": operation, "serial": serial, "message": sentence})

    async def _send(self, message: Mapping[str, Any]) -> None:
        async with self._sending:
            if self._socket.application_state is WebSocketState.CONNECTED:
                with suppress(WebSocketDisconnect, RuntimeError):
                    await self._socket.send_text(json.dumps(message, ensure_ascii=False))

    async def _send_bytes(self, data: bytes) -> None:
        async with self._sending:
            await self._socket.send_bytes(data)

    def _post(self, message: Mapping[str, Any]) -> None:
        """Send a message from a thread, without waiting."""
        if not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._send(message), self._loop)

    def _background(self, work: Callable[[], Any], pool: ThreadPoolExecutor) -> asyncio.Task[None]:
        async def run() -> None:
            await self._loop.run_in_executor(pool, work)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # looks

    async def _do_look(self, message: dict[str, Any]) -> None:
        job = _Job(int(message["serial"]), max(0, int(message.get("start", 0))))
        if self._job is not None:
            self._job.stale.set()
        self._job = job
        handle, values = str(message["photo"]), dict(message["settings"])
        self._background(lambda: self._look(job, handle, values), self._studio.previews)

    async def _do_frame(self, message: dict[str, Any]) -> None:
        job = self._job
        if job is not None and job.serial == message.get("serial"):
            job.wanted = max(0, int(message["index"]))

    def _look(self, job: _Job, handle: str, values: dict[str, Any]) -> None:
        """Make a clip and send it frame by frame, in a thread of the studio."""
        if job.stale.is_set():
            return
        try:
            work = self._work = self._studio.workspace(handle)
            shot = work.shot(values)
            if work.last is None:
                look = work.look(shot, Stages(), quick=True)
                self._tell(job, work, look)
                if not self._send_frames(job, look, most=12):
                    return
            if job.stale.is_set():
                return
            look = work.look(shot, Stages(), quick=False)
            self._tell(job, work, look)
            self._send_frames(job, look)
        except Exception as error:
            message = _sentence(error)
            self._post({"type": "error", "op": "look", "serial": job.serial, "message": message})

    def _tell(self, job: _Job, work: Workspace, look: Look) -> None:
        clip = look.clip
        self._post(
            {
                "type": "look",
                "serial": job.serial,
                "photo": work.handle,
                "final": look.decisions is not None,
                "size": list(clip.framing.size),
                "box": list(clip.framing.box),
                "picture": list(clip.framing.picture),
                "frames": clip.timeline.frames,
                "fps": float(clip.timeline.fps),
                "loop": clip.timeline.loop,
                "camera": str(clip.shot.camera),
                "subject": list(clip.subject),
                "layers": len(clip.scene.layers),
                "depth": clip.depth.source,
                "regions": work.regions(look),
                "notes": list(dict.fromkeys(look.notes)),
            }
        )

    def _send_frames(self, job: _Job, look: Look, most: int | None = None) -> bool:
        """Send frames from the start of the job on, ``most`` at most; return whether it is wanted still."""
        final = int(look.decisions is not None)
        sent: set[int] = set()
        for index, data in workspace.jpegs(look.clip, job.start):
            if index not in sent and not self._frame(job, index, data, final):
                return False
            sent.add(index)
            if most is not None and len(sent) >= most:
                return True
            wanted, job.wanted = job.wanted, None
            if wanted is not None and wanted < look.clip.timeline.frames and wanted not in sent:
                packed = next(look.clip.packed(range(wanted, wanted + 1)))
                if not self._frame(job, wanted, workspace.frame_jpeg(packed), final):
                    return False
                sent.add(wanted)
        self._post({"type": "done", "serial": job.serial})
        return not job.stale.is_set()

    def _frame(self, job: _Job, index: int, data: bytes, final: int) -> bool:
        """Send a frame and wait until it is on its way; return whether more are wanted."""
        if job.stale.is_set():
            return False
        body = FRAME_HEADER.pack(job.serial & 0xFFFFFFFF, index, final) + data
        sending = asyncio.run_coroutine_threadsafe(self._send_bytes(body), self._loop)
        try:
            sending.result(timeout=30)
        except Exception:  # the page went, or does not read: nobody waits for more
            job.stale.set()
        return not job.stale.is_set()

    # pictures

    async def _do_picture(self, message: dict[str, Any]) -> None:
        what, work = str(message["what"]), self._workspace()
        handles = await self._loop.run_in_executor(self._studio.helpers, work.picture, what)
        await self._send({"type": "picture", "what": what, "handles": handles})

    async def _do_tile(self, message: dict[str, Any]) -> None:
        move, work = str(message["move"]), self._workspace()
        handle = await self._loop.run_in_executor(self._studio.helpers, work.tile, move)
        await self._send({"type": "tile", "move": move, "photo": work.handle, "handle": handle})

    async def _do_estimate(self, message: dict[str, Any]) -> None:
        work, suffix = self._workspace(), str(message["suffix"])
        shot = work.shot(dict(message["settings"]))
        size = await self._loop.run_in_executor(self._studio.previews, work.estimate, shot, suffix)
        await self._send(
            {"type": "estimate", "serial": message.get("serial"), "suffix": suffix, "bytes": size}
        )

    async def _do_prompt(self, message: dict[str, Any]) -> None:
        text = str(message["text"])
        found = prompt.read(text)
        page = shots.settings_of(shots.shot_of({"prompt": text}, self._studio.handles))
        keys = {key: page[key] for key in found if key in page}
        await self._send({"type": "prompt", "settings": keys, "notes": list(prompt.notes(text))})

    def _workspace(self) -> Workspace:
        if self._work is None:
            raise InputError("nothing has been looked at yet; choose a photo first")
        return self._work

    # saving

    async def _do_save(self, message: dict[str, Any]) -> None:
        work, stem = self._workspace(), shots.stem_of(message.get("name"))
        path, command = await self._loop.run_in_executor(
            self._studio.helpers, self._studio.save_shot, work, dict(message["settings"]), stem
        )
        handle = self._studio.handles.refer(path)
        await self._send({"type": "saved", "file": _told(path, handle), "command": command})

    async def _do_export(self, message: dict[str, Any]) -> None:
        if self._exporting is not None and not self._exporting.done():
            raise InputError("a clip is being exported; wait for it, or cancel it")
        work, values = self._workspace(), dict(message["settings"])
        stem, suffix = shots.stem_of(message.get("name")), str(message["suffix"])
        self._export_cancelled = False
        start, last = time.monotonic(), 0.0

        def step(done: int, total: int, stage: str) -> None:
            nonlocal start, last
            if self._export_cancelled:
                raise Cancelled("the export was cancelled; nothing was written")
            now = time.monotonic()
            if done == 0:
                start = now
            if done in (0, total) or now - last > _TOLD_EVERY:
                last = now
                self._post(
                    {
                        "type": "progress",
                        "stage": stage,
                        "done": done,
                        "total": total,
                        "left": workspace.time_left(start, done, total),
                    }
                )

        async def run() -> None:
            try:
                finished: Exported = await self._loop.run_in_executor(
                    self._studio.exports,
                    lambda: work.export(values, stem, suffix, self._studio.folder, step),
                )
            except Cancelled:
                await self._send({"type": "cancelled"})
            except Exception as error:
                await self._send({"type": "error", "op": "export", "message": _sentence(error)})
            else:
                files = [_told(p, self._studio.handles.refer(p)) for p in finished.files]
                await self._send(
                    {
                        "type": "exported",
                        "files": files,
                        "folder": str(self._studio.folder),
                        "command": finished.command,
                        "notes": list(finished.notes),
                    }
                )

        self._exporting = self._studio.keep(asyncio.create_task(run()))

    async def _do_cancel(self, message: dict[str, Any]) -> None:  # noqa: ARG002
        self._export_cancelled = True


_OPERATIONS = ("look", "frame", "picture", "tile", "estimate", "prompt", "save", "export", "cancel")
"""What a page may ask for."""


def _sentence(error: Exception) -> str:
    """Return what a page is told of an error; a fault of ours keeps its traceback on stderr."""
    if isinstance(error, LivingStillError):
        return str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; choose a smaller size"
    if isinstance(error, OSError):
        return f"the system refuses: {error.strerror or error}"
    traceback.print_exception(error)
    return f"an internal fault ({type(error).__name__}: {error}); the terminal has its traceback"


def _told(path: Path, handle: str) -> dict[str, Any]:
    return {"name": path.name, "handle": handle, "bytes": path.stat().st_size}
