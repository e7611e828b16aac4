"""livingstill's progress on a node's bar; the button that cancels a run cancels it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from comfy.model_management import throw_exception_if_processing_interrupted
from comfy_api.latest import ComfyAPISync


class NodeProgress:
    """Shows the steps of each stage on the bar of the node ``node_id``."""

    def __init__(self, node_id: str | None) -> None:
        self._node_id = node_id
        self._api = ComfyAPISync()

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:  # noqa: ARG002
        """Enter a stage of ``total`` steps; the bar runs through where there are several."""
        throw_exception_if_processing_interrupted()
        done = 0

        def step() -> None:
            nonlocal done
            throw_exception_if_processing_interrupted()
            done += 1
            if total:
                self._api.execution.set_progress(value=done, max_value=total, node_id=self._node_id)

        yield step

    def say(self, line: str) -> None:
        """Write a line to ComfyUI's log."""
        logging.info("livingstill: %s", line)
