"""What was found to move in a photo, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SURE = 0.8
"""Probability, 0..1, from which on a class is taken for certain."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind that moves in a photo: its share of the picture and how sure that is, both 0..1.

    ``confidence`` is the mean probability, over the region, of the classes that the kind is of; None
    where the network does not say: the kind has a detector of its own, or its mask was given.

    >>> str(Finding("cloud", 0.284, 0.97)), str(Finding("foliage", 0.3, 0.62))
    ('cloud 28%', 'foliage 30% (62% sure)')
    """

    kind: str
    share: float
    confidence: float | None

    @property
    def sure(self) -> bool:
        """Whether nothing says that it may be something else."""
        return self.confidence is None or self.confidence >= SURE

    def __str__(self) -> str:
        words = f"{self.kind} {self.share:.0%}"
        return words if self.sure else f"{words} ({self.confidence:.0%} sure)"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        confidence = None if self.confidence is None else round(self.confidence, 4)
        return {"kind": self.kind, "share": round(self.share, 4), "confidence": confidence}
