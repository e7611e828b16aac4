"""What is sent to one page over its WebSocket, from the event loop and from threads."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from livingstill.core.errors import LivingStillError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

_SECONDS_FOR_FRAME = 30


class Channel:
    """Sends messages and frames, one after another. Made in the event loop of the page."""

    def __init__(self, socket: WebSocket) -> None:
        self.loop = asyncio.get_running_loop()
        self._socket, self._sending = socket, asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self) -> str:
        """Return the next message of the page."""
        return await self._socket.receive_text()

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; to a page that went, nothing."""
        async with self._sending:
            if self._socket.application_state is WebSocketState.CONNECTED:
                with suppress(WebSocketDisconnect, RuntimeError):
                    await self._socket.send_text(json.dumps(message, ensure_ascii=False))

    async def fail(self, operation: str, message: Mapping[str, Any], error: Exception) -> None:
        """Tell the page why an operation did not come about."""
        serial, text = message.get("serial"), sentence(error)
        await self.send({"type": "error", "op": operation, "serial": serial, "message": text})

    def post(self, message: Mapping[str, Any]) -> None:
        """Send a message from a thread, without waiting."""
        if not self.loop.is_closed():
            asyncio.run_coroutine_threadsafe(self.send(message), self.loop)

    def push(self, data: bytes) -> bool:
        """Send bytes from a thread; return whether they are on their way, or the page went."""
        sending = asyncio.run_coroutine_threadsafe(self._send_bytes(data), self.loop)
        try:
            sending.result(timeout=_SECONDS_FOR_FRAME)
        except Exception:  # the page went, or does not read
            return False
        return True

    async def _send_bytes(self, data: bytes) -> None:
        async with self._sending:
            await self._socket.send_bytes(data)

    def background(self, work: Callable[[], Any], pool: ThreadPoolExecutor) -> None:
        """Do work in a thread; what has not begun when the page goes is dropped."""

        async def run() -> None:
            await self.loop.run_in_executor(pool, work)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Drop what waits in the background."""
        for task in self._tasks:
            task.cancel()


def sentence(error: Exception) -> str:
    """Return what a page is told of an error; a fault of ours keeps its traceback on stderr."""
    if isinstance(error, LivingStillError):
        return str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; choose a smaller size"
    if isinstance(error, OSError):
        return f"the system refuses: {error.strerror or error}"
    traceback.print_exception(error)
    return f"an internal fault ({type(error).__name__}: {error}); the terminal has its traceback"


def file_facts(path: Path, handle: str) -> dict[str, Any]:
    """Return what a page is told of a file that was saved."""
    return {"name": path.name, "handle": handle, "bytes": path.stat().st_size}
