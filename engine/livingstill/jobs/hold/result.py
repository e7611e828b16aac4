"""What was done to hold a clip to its still."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A figure of the clip ``before`` and ``after``."""

    before: float
    after: float


@dataclass(frozen=True, slots=True, eq=False)
class HoldResult:
    """What was done to hold a clip to its still.

    ``difference`` is the mean colour difference from the still (CIE 1976) where both show the same,
    ``worst`` that of the worst frame; ``flicker`` the standard deviation, in levels, of the change of
    the mean colour from frame to frame; ``found`` the share of the frames in which the still was
    found, ``laid`` that of each part in which it was laid anew. ``seconds`` per stage.
    """

    clip: str
    output: str
    decision: Literal["keep", "hold"]
    frames: int
    difference: BeforeAfter
    worst: BeforeAfter
    flicker: BeforeAfter
    found: float
    laid: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return what the user reads at the end."""
        notes = [f"note: {note}" for note in self.notes]
        if self.decision == "keep":
            return [
                *notes,
                f"{self.output}: its colours are the still's already (difference "
                f"{self.difference.before:.1f}, {self.worst.before:.1f} at most), kept as it is",
            ]
        parts = "".join(
            f", part {number} laid anew in {100 * share:.0f} %"
            for number, share in enumerate(self.laid, 1)
        )
        return [
            *notes,
            f"difference from the still {self.difference.before:.1f} before, "
            f"{self.difference.after:.1f} after ({self.worst.before:.1f} and {self.worst.after:.1f} in "
            f"the worst frame); flicker {self.flicker.before:.2f} and {self.flicker.after:.2f} levels",
            f"{self.output}: held to the still in {100 * self.found:.0f} % of {self.frames} frames{parts}",
        ]
