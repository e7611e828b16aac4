"""How to speak with a studio that runs in a thread of the tests."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

uvicorn = pytest.importorskip("uvicorn", reason="the extra [studio] is not installed")
pytest.importorskip("starlette", reason="the extra [studio] is not installed")
client = pytest.importorskip("websockets.sync.client", reason="the extra is not installed")

from livingstill_cli.studio import server  # noqa: E402

TOKEN = "a-token-of-the-tests"


@dataclass
class Running:
    """A studio that is served: its port, its folder, and requests to it."""

    port: int
    folder: Path
    studio: server.Studio

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.host}/#token={TOKEN}"

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        token: str | None = TOKEN,
    ) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers of a request; a header of None is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = {"Host": self.host, **({"X-Livingstill-Token": token} if token else {})}
        given |= headers or {}
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name, value)
            if isinstance(body, bytes) and "Content-Length" not in given:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            if isinstance(body, bytes):
                connection.send(body)
            answer = connection.getresponse()
            return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()

    def post_json(self, path: str, value: Any, **more: Any) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", **more.pop("headers", {})}
        status, body, _ = self.request("POST", path, json.dumps(value).encode(), headers, **more)
        return status, json.loads(body)

    def upload(
        self, path: str, data: bytes, kind: str = "image/jpeg", **headers: str
    ) -> tuple[int, Any]:
        status, body, _ = self.request("POST", path, data, {"Content-Type": kind, **headers})
        return status, json.loads(body)

    def socket(self, origin: str | None) -> Any:
        """Return an open WebSocket that has said nothing."""
        address = f"ws://{self.host}/api/socket"
        return client.connect(address, origin=origin, max_size=2**24, compression=None).__enter__()

    def connect(self, token: object = TOKEN, origin: str | None = None) -> Any:
        """Return an open WebSocket that has said its token and was welcomed."""
        socket = self.socket(f"http://{self.host}" if origin is None else origin)
        socket.send(json.dumps({"token": token}))
        assert json.loads(socket.recv(10)) == {"type": "welcome"}
        return socket


def receive(socket: Any, kind: str, seconds: float = 240) -> dict[str, Any]:
    """Return the next message of a type; frames and other messages before it are passed over."""
    end = time.monotonic() + seconds
    while True:
        message = socket.recv(max(0.1, end - time.monotonic()))
        if isinstance(message, str):
            value: dict[str, Any] = json.loads(message)
            if value["type"] == kind:
                return value
            assert value["type"] != "error", value


SMALL: dict[str, Any] = {"size": "192x128", "duration": 0.5, "fps": 8, "camera": "push-in"}
