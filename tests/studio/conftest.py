"""A studio that runs in a thread while a test does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def serve(tmp_path) -> Iterator[Any]:
    """Return a function that serves a studio of some settings until the test ends."""
    client = pytest.importorskip("studio_client")
    server, uvicorn = client.server, client.uvicorn
    running: list[tuple[Any, threading.Thread, Any]] = []

    def start(**settings: Any) -> Any:
        folder = tmp_path / "out"
        (tmp_path / "session").mkdir(exist_ok=True)
        studio = server.Studio(
            server.Settings(**{"folder": folder, **settings}), tmp_path / "session"
        )
        listening = server.listen("127.0.0.1", 0)
        port = listening.getsockname()[1]
        app = server.application(studio, server.hosts("127.0.0.1", port), client.TOKEN)
        one = uvicorn.Server(server.config(app))
        thread = threading.Thread(target=one.run, kwargs={"sockets": [listening]})
        thread.start()
        running.append((one, thread, studio))
        while not one.started:
            time.sleep(0.01)
        return client.Running(port, folder, studio)

    yield start
    for one, thread, studio in running:
        one.should_exit = True
        thread.join(20)
        studio.close()
