"""What is known of a photo of a reel: what was given, and what its survey measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livingstill.jobs.reel.entries import Entry
from livingstill.jobs.reel.recognition import recognise
from livingstill.jobs.reel.rooms import BY_NAME


@dataclass(frozen=True, slots=True)
class Facts:
    """A photo that can be used. ``record`` is its survey's, ``room`` a name of ``ROOMS`` and
    ``told_by`` what said so: table, name, picture, or "" where nothing did."""

    entry: Entry
    record: Mapping[str, Any]
    room: str
    told_by: str

    @classmethod
    def of(cls, entry: Entry, record: Mapping[str, Any]) -> Facts:
        """Return the facts of an entry whose room the picture tells where nothing else did."""
        if entry.room:
            return cls(entry, record, entry.room, entry.told_by)
        seen = recognise(
            record["shares"], is_room=record["is_room"], is_drawing=record["is_drawing"]
        )
        return cls(entry, record, seen or "room", "picture" if seen else "")

    @property
    def name(self) -> str:
        """The name of the photo's file."""
        return self.entry.photo.name

    @property
    def taken(self) -> float | None:
        """When the photo was taken, by its camera's clock."""
        value: float | None = self.record.get("taken")
        return value

    @property
    def pixels(self) -> int:
        """How many pixels the photo has."""
        width, height = self.record["size"]
        return int(width * height)

    @property
    def caption(self) -> str:
        """What a subtitle calls the room; "" where nobody can say what it is."""
        if self.entry.caption:
            return self.entry.caption
        return BY_NAME[self.room].label if self.told_by in ("table", "name") else ""
