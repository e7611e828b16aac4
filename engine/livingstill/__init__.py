"""livingstill turns one still photo into a short living clip: deterministic, offline, on a CPU."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from livingstill.pipeline import Clip as Clip
    from livingstill.pipeline import animate as animate
    from livingstill.settings import Job as Job
    from livingstill.settings import Shot as Shot
    from livingstill.views import novel_view as novel_view

_HOMES = {
    "animate": "pipeline",
    "Clip": "pipeline",
    "novel_view": "views",
    "Shot": "settings",
    "Job": "settings",
}
"""Public names and the modules they live in: imported when used, so that `--help` is quick."""

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"livingstill.{_HOMES[name]}"), name)
    raise AttributeError(f"livingstill has no '{name}'")
