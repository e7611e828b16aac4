"""What was found to move in a photo, how sure that is, and how much is in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SURE = 0.8
"""Probability, 0..1, from which on a class is taken for certain."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind found in a photo: its share of the picture and how sure that is, both 0..1.

    ``confidence`` is the mean probability, over the region, of the classes that the kind is of; None
    where the network does not say: the kind has a detector of its own, or its mask was given.
    ``moves`` is false of what is left still because it may be something else, or as it was not named.

    >>> str(Finding("cloud", 0.284, 0.97)), str(Finding("foliage", 0.3, 0.75))
    ('cloud 28%', 'foliage 30% (75% sure)')
    >>> str(Finding("water", 0.2, 0.62, moves=False))
    'water 20% left still (62% sure)'
    """

    kind: str
    share: float
    confidence: float | None
    moves: bool = True

    @property
    def sure(self) -> bool:
        """Whether nothing says that it may be something else."""
        return self.confidence is None or self.confidence >= SURE

    def __str__(self) -> str:
        words = f"{self.kind} {self.share:.0%}" + ("" if self.moves else " left still")
        return words if self.sure else f"{words} ({self.confidence:.0%} sure)"

    @property
    def note(self) -> str:
        """What to do about what is left still."""
        if self.confidence is None:
            return (
                f"{self.share:.0%} of the picture looks like {self.kind}, which moves only when it is "
                f"named: --motion auto,{self.kind}"
            )
        return (
            f"{self.share:.0%} of the picture may be {self.kind} ({self.confidence:.0%} sure) and is "
            f"left still; --motion auto,{self.kind} moves it, --mask {self.kind}=FILE says where it is"
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        confidence = None if self.confidence is None else round(self.confidence, 4)
        return {
            "kind": self.kind,
            "share": round(self.share, 4),
            "confidence": confidence,
            "moves": self.moves,
        }


@dataclass(frozen=True, slots=True)
class Doubt:
    """How much of a photo may or may not be of what moves.

    ``share`` is its share of the photo, and ``part`` its part of that and of what moves for certain,
    both 0..1.
    """

    share: float = 0.0
    part: float = 0.0


NO_DOUBT = Doubt()
