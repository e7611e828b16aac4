"""The conversation with one page over its WebSocket: each message is given to who answers it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from livingstill.core.errors import InputError
from starlette.websockets import WebSocket, WebSocketDisconnect

from livingstill_cli.studio.batch_page import BatchPage
from livingstill_cli.studio.channel import Channel
from livingstill_cli.studio.long_jobs import LongJobs
from livingstill_cli.studio.photo_page import PhotoPage
from livingstill_cli.studio.reel_page import ReelPage
from livingstill_cli.studio.rescue_page import RescuePage

if TYPE_CHECKING:
    from livingstill_cli.studio.server import Studio

OPERATIONS = {
    "photo": ("look", "frame", "picture", "tile", "pose", "keyframes", "estimate", "prompt",
              "save", "export"),
    "rescue": ("watch", "decide", "rescue"),
    "batch": ("plan", "batch"),
    "reel": ("reel_photos", "reel_listing", "reel_plan", "reel"),
}  # fmt: skip
"""What a page may ask for, by the part of the page that asks."""


class PageConnection:
    """Serves one page. Work is done in the studio's threads; only the newest look is worked on."""

    def __init__(self, socket: WebSocket, studio: Studio) -> None:
        self._channel = Channel(socket)
        self._jobs = LongJobs(self._channel, studio)
        self._photo = PhotoPage(self._channel, studio, self._jobs)
        self._rescue = RescuePage(self._channel, studio, self._jobs)
        parts = {
            "photo": self._photo,
            "rescue": self._rescue,
            "batch": BatchPage(self._channel, studio, self._jobs),
            "reel": ReelPage(self._channel, studio, self._jobs),
        }
        self._answers = {
            name: getattr(part, name) for key, part in parts.items() for name in OPERATIONS[key]
        }

    async def serve(self) -> None:
        """Answer messages until the page goes; what it asked for and has not got is dropped."""
        try:
            while True:
                await self._answer(await self._channel.receive())
        except (WebSocketDisconnect, KeyError, RuntimeError):  # gone, or it sent no text
            pass
        finally:
            self._stop()
            self._channel.close()
            # an export goes on: a closed page does not lose a clip that is being written

    def _stop(self) -> None:
        """End what is looked at or watched: nobody waits for it."""
        self._photo.stop()
        self._rescue.stop()

    async def _answer(self, text: str) -> None:
        try:
            message = json.loads(text)
            operation = str(message["op"])
        except (ValueError, TypeError, KeyError, RecursionError):
            await self._channel.send({"type": "error", "message": "a message was not understood"})
            return
        if operation in ("cancel", "stop"):
            self._jobs.cancel() if operation == "cancel" else self._stop()
            return
        if operation not in self._answers:
            await self._channel.send({"type": "error", "message": "an operation is unknown"})
            return
        try:
            await self._answers[operation](message)
        except (ValueError, TypeError, KeyError):
            error = InputError("a message was not understood")
            await self._channel.fail(operation, message, error)
        except Exception as error:
            await self._channel.fail(operation, message, error)
