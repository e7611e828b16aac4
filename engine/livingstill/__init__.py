"""livingstill turns one still photo into a short living clip: deterministic, offline, on a CPU."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from livingstill.coldstart import warmup as warmup
    from livingstill.jobs.clip import Clip as Clip
    from livingstill.jobs.clip import animate as animate
    from livingstill.jobs.novel_view import novel_view as novel_view
    from livingstill.settings.shot import Job as Job
    from livingstill.settings.shot import Shot as Shot

_HOMES = {
    "animate": "jobs.clip",
    "Clip": "jobs.clip",
    "novel_view": "jobs.novel_view",
    "Shot": "settings.shot",
    "Job": "settings.shot",
}
"""Public names and the modules they live in: imported when used, so that `--help` is quick."""

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"livingstill.{_HOMES[name]}"), name)
    raise AttributeError(f"livingstill has no '{name}'")
