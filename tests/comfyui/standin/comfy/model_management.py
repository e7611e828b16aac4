"""Stands in for the button that cancels a run."""

from __future__ import annotations

INTERRUPTED: list[bool] = []


class InterruptProcessingException(Exception):  # noqa: N818  (ComfyUI's name)
    pass


def throw_exception_if_processing_interrupted() -> None:
    if INTERRUPTED:
        raise InterruptProcessingException
