"""What a reel has become: its files, its rooms, and what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livingstill.io.text import counted
from livingstill.jobs.reel.duplicates import Duplicate
from livingstill.jobs.reel.facts import Facts
from livingstill.jobs.reel.plan import Plan


@dataclass(frozen=True, slots=True)
class ReelResult:
    """The outcome of a reel.

    ``videos`` are the reels and ``files`` what lies beside them, by name in ``folder``; ``failed``
    photo -> reason, ``unused`` are photos that the length had no room for, ``order`` and ``music``
    sentences; ``kept`` says that it was finished before.
    """

    folder: Path
    plan: Plan
    videos: tuple[str, ...]
    files: tuple[str, ...]
    order: str
    music: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)
    duplicates: tuple[Duplicate, ...] = ()
    unused: tuple[Facts, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)
    kept: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        plan = self.plan
        return {
            "folder": str(self.folder),
            "videos": list(self.videos),
            "files": list(self.files),
            "duration": round(plan.seconds, 4),
            "fps": float(plan.fps),
            "order": self.order,
            "music": self.music,
            "rooms": [_room(self, index) for index in range(len(plan.stops))],
            "closing": round(float(plan.closing / plan.fps), 4),
            "failed": dict(self.failed),
            "duplicates": {str(d.left_out.name): d.kept.name for d in self.duplicates},
            "unused": [photo.name for photo in self.unused],
            "notes": list(self.notes),
            "left_out": self.left_out,
            "seconds": dict(self.seconds),
            "kept": self.kept,
        }

    def lines(self) -> list[str]:
        """Return what the user reads at the end."""
        plan = self.plan
        lines = [f"{photo}: {reason}" for photo, reason in self.failed.items()]
        lines += [
            f"{d.left_out.name} shows the same as {d.kept.name} and is left out"
            for d in self.duplicates
        ]
        if self.unused:
            names = ", ".join(photo.name for photo in self.unused)
            lines.append(f"{plan.seconds:g} s have no room for {names}; give a longer --duration")
        if self.left_out:
            lines.append(
                f"{counted(self.left_out, 'file')} of the folder {'is no photo' if self.left_out == 1 else 'are no photos'}"
            )
        lines += [*self.notes, f"{counted(len(plan.stops), 'room')} {self.order}"]
        lines += [self.music] if self.music else []
        state = "finished before" if self.kept else "made"
        names = ", ".join(self.videos)
        return [*lines, f"{plan.seconds:g} s, {state}: {names} in {self.folder}"]


def _room(result: ReelResult, index: int) -> dict[str, Any]:
    plan, stop = result.plan, result.plan.stops[index]
    return {
        "photo": stop.photo.name,
        "sha256": stop.photo.record["sha256"],
        "room": stop.photo.room,
        "told_by": stop.photo.told_by,
        "caption": stop.photo.caption,
        "start": round(float(stop.first / plan.fps), 4),
        "end": round(float(stop.last / plan.fps), 4),
        "camera": dict(stop.cameras),
    }
