"""Events of a clip: faults of different kinds at the same time and place, as one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from livingstill.quality.faults.detectors import fault_kind
from livingstill.quality.verdict import Fault, position_in_words, span_in_words

_MAX_GAP = 1
"""Frames between two faults of one event."""
_MAX_SHARE = 0.5
"""Share of the clip beyond which a fault is one of the clip, and no part of an event."""
_CLEAR, _CERTAIN = 1.2, 2.0
"""Times its limit from which on a fault is rather one than not, and from which on it is certain."""


@dataclass(frozen=True, slots=True)
class Event:
    """Faults that are one thing to whoever watches: ``faults`` worst first, and a sentence."""

    faults: tuple[Fault, ...]
    message: str

    @property
    def first(self) -> int:
        """The first frame."""
        return min(fault.first for fault in self.faults)

    @property
    def last(self) -> int:
        """The last frame."""
        return max(fault.last for fault in self.faults)

    @property
    def severity(self) -> float:
        """The severity of the worst fault, 0..1."""
        return self.faults[0].severity

    @property
    def confidence(self) -> str:
        """How sure it is that this is a fault, in words, and how far it is beyond its limit."""
        ratio = times_limit(self.severity)
        word = "high" if ratio >= _CERTAIN else "fair" if ratio >= _CLEAR else "low"
        return f"confidence {word}, {ratio:.1f} times its limit"

    def to_dict(self) -> dict[str, Any]:
        """Return the event as plain values for JSON."""
        return {
            "kinds": [fault.kind for fault in self.faults],
            "first": self.first,
            "last": self.last,
            "severity": self.severity,
            "message": self.message,
            "confidence": self.confidence,
        }


def times_limit(severity: float) -> float:
    """Return how many times its limit a fault of this severity reaches.

    >>> times_limit(0.25), times_limit(0.5)
    (1.0, 3.0)
    """
    return 3 * severity / max(1 - severity, 1e-3)


def find_events(
    faults: Sequence[Fault], frames: int, size: tuple[int, int], fps: float
) -> tuple[Event, ...]:
    """Return the events of a clip's faults, worst first.

    Faults belong together whose frames overlap or nearly touch and whose boxes overlap, unless one
    spans most of the ``frames``. ``size`` is width and height of the clip, ``fps`` its rate.
    """
    groups: list[list[Fault]] = []
    for fault in sorted(faults, key=lambda f: f.first):
        joined = [g for g in groups if any(_together(fault, other, frames) for other in g)]
        groups = [g for g in groups if g not in joined]
        groups.append([*(f for group in joined for f in group), fault])
    events = [_event(group, size, fps) for group in groups]
    return tuple(sorted(events, key=lambda e: (-e.severity, e.first)))


def _together(a: Fault, b: Fault, frames: int) -> bool:
    """Return whether two faults are of one event."""
    if max(f.last + 1 - f.first for f in (a, b)) > _MAX_SHARE * frames:
        return False
    if a.first > b.last + 1 + _MAX_GAP or b.first > a.last + 1 + _MAX_GAP:
        return False
    return all(
        a.box[axis] < b.box[axis] + b.box[axis + 2] and b.box[axis] < a.box[axis] + a.box[axis + 2]
        for axis in (0, 1)
    )


def _event(group: list[Fault], size: tuple[int, int], fps: float) -> Event:
    """Return the event of faults that belong together."""
    faults = tuple(sorted(group, key=lambda f: (-f.severity, f.first, f.kind)))
    if len(faults) == 1:
        return Event(faults, faults[0].message)
    first, last = min(f.first for f in faults), max(f.last for f in faults)
    left, top = (min(f.box[axis] for f in faults) for axis in (0, 1))
    right, bottom = (max(f.box[axis] + f.box[axis + 2] for f in faults) for axis in (0, 1))
    where = position_in_words((left, top, right - left, bottom - top), size)
    appearances = list(dict.fromkeys(fault_kind(f.kind).appearance for f in faults))
    what = ", ".join(appearances[:-1]) + " and " + appearances[-1]
    what = appearances[0] if len(appearances) == 1 else what
    cause = fault_kind(faults[0].kind).cause
    return Event(faults, f"{span_in_words(first, last, fps)}, {where}: {what}; likely {cause}.")
