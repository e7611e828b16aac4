"""What a reel will be or has become: its rooms, its files, and what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livingstill.audio.beat import Beats
from livingstill.io.text import counted
from livingstill.jobs.reel.duplicates import Duplicate
from livingstill.jobs.reel.facts import Facts
from livingstill.jobs.reel.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class ReelPlan:
    """What a reel will be.

    ``order`` and ``music`` are sentences; ``failed`` photo -> reason, ``unused`` are photos that the
    length had no room for, ``left_out`` counts files of the folder that are no photos.
    """

    plan: Plan
    order: str
    music: str = ""
    beats: Beats | None = None
    failed: Mapping[str, str] = field(default_factory=dict)
    duplicates: tuple[Duplicate, ...] = ()
    unused: tuple[Facts, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        plan, beats = self.plan, self.beats
        return {
            "duration": round(plan.seconds, 4),
            "fps": float(plan.fps),
            "order": self.order,
            "music": self.music,
            "tempo": None if beats is None else round(float(beats.tempo.per_minute), 2),
            "beats": [] if beats is None else [round(float(t), 4) for t in beats.times],
            "rooms": [_room(plan, index) for index in range(len(plan.stops))],
            "closing": round(float(plan.closing / plan.fps), 4),
            "failed": dict(self.failed),
            "duplicates": {d.left_out.name: d.kept.name for d in self.duplicates},
            "unused": [photo.name for photo in self.unused],
            "notes": list(self.notes),
            "left_out": self.left_out,
        }

    def lines(self) -> list[str]:
        """Return what the user reads of it."""
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
        return lines + ([self.music] if self.music else [])


@dataclass(frozen=True, slots=True, eq=False)
class ReelResult(ReelPlan):
    """The outcome of a reel.

    ``videos`` are the reels and ``files`` what lies beside them, by name in ``folder``; ``kept`` says
    that it was finished before. ``missing`` photo -> reason are shots that this run did not make for
    the machine's fault: then there are no videos yet, and the same call goes on.
    """

    folder: Path = Path()
    videos: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    kept: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "folder": str(self.folder),
            "videos": list(self.videos),
            "files": list(self.files),
            **ReelPlan.as_json(self),
            "missing": dict(self.missing),
            "seconds": dict(self.seconds),
            "kept": self.kept,
        }

    def lines(self) -> list[str]:
        """Return what the user reads at the end."""
        lines = ReelPlan.lines(self)
        if self.missing:
            reason = next(iter(self.missing.values()))
            return [
                *lines,
                f"no reel is made: {len(self.missing)} of {len(self.plan.stops)} rooms are missing "
                f"({reason}): {', '.join(self.missing)}",
                "the same command goes on from here",
            ]
        state = "finished before" if self.kept else "made"
        names = ", ".join(self.videos)
        return [*lines, f"{self.plan.seconds:g} s, {state}: {names} in {self.folder}"]


def _room(plan: Plan, index: int) -> dict[str, Any]:
    stop = plan.stops[index]
    return {
        "photo": stop.photo.name,
        "path": str(stop.photo.entry.photo),
        "sha256": stop.photo.record["sha256"],
        "room": stop.photo.room,
        "told_by": stop.photo.told_by,
        "caption": stop.photo.caption,
        "start": round(float(stop.first / plan.fps), 4),
        "end": round(float(stop.last / plan.fps), 4),
        "camera": dict(stop.cameras),
    }
