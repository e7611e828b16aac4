"""Stands in for what keeps a node from running whose input is missing."""

from __future__ import annotations


class ExecutionBlocker:
    def __init__(self, message: str | None) -> None:
        self.message = message
