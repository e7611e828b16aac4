"""Stands in for ComfyUI's folders."""

from __future__ import annotations

TEMPORARY = ""


def get_temp_directory() -> str:
    return TEMPORARY
