"""livingstill turns one still photo into a short living clip: deterministic, offline, on a CPU."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from livingstill.core.errors import InputError as InputError
    from livingstill.core.errors import LivingStillError as LivingStillError
    from livingstill.core.model import Photo as Photo
    from livingstill.jobs.analyse import Analysis as Analysis
    from livingstill.jobs.api import analyse as analyse
    from livingstill.jobs.api import animate as animate
    from livingstill.jobs.api import check as check
    from livingstill.jobs.api import doctor as doctor
    from livingstill.jobs.api import hold as hold
    from livingstill.jobs.api import loop as loop
    from livingstill.jobs.api import rescue as rescue
    from livingstill.jobs.batch.run import batch as batch
    from livingstill.jobs.clip import Clip as Clip
    from livingstill.jobs.novel_view import novel_view as novel_view
    from livingstill.jobs.reel.run import plan_reel as plan_reel
    from livingstill.jobs.reel.run import reel as reel
    from livingstill.jobs.session import Session as Session
    from livingstill.jobs.warmup import warmup as warmup
    from livingstill.settings.shot import Job as Job
    from livingstill.settings.shot import Shot as Shot

_HOMES = {
    "animate": "jobs.api",
    "analyse": "jobs.api",
    "check": "jobs.api",
    "doctor": "jobs.api",
    "rescue": "jobs.api",
    "loop": "jobs.api",
    "hold": "jobs.api",
    "batch": "jobs.batch.run",
    "plan_reel": "jobs.reel.run",
    "reel": "jobs.reel.run",
    "novel_view": "jobs.novel_view",
    "warmup": "jobs.warmup",
    "Session": "jobs.session",
    "Analysis": "jobs.analyse",
    "Clip": "jobs.clip",
    "Photo": "core.model",
    "Shot": "settings.shot",
    "Job": "settings.shot",
    "InputError": "core.errors",
    "LivingStillError": "core.errors",
}
"""Public names and the modules they live in: imported when used, so that `--help` is quick."""

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"livingstill.{_HOMES[name]}"), name)
    raise AttributeError(f"livingstill has no '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
