"""What was done with a clip and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from livingstill.quality.verdict import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class WriteResult:
    """What writing a clip brought: notes, a replacement's camera and kinds, a repair's frames."""

    notes: tuple[str, ...] = ()
    camera: str | None = None
    kinds: tuple[str, ...] = ()
    rebuilt: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RescueResult:
    """What was done with a clip and why.

    ``camera`` and ``kinds`` are a replacement's; ``rebuilt`` are a repair's frames; ``seconds`` per
    stage.
    """

    clip: str
    output: str
    decision: Literal["keep", "repair", "replace"]
    reasons: tuple[str, ...]
    verdict: Verdict
    notes: tuple[str, ...] = ()
    camera: str | None = None
    kinds: tuple[str, ...] = ()
    rebuilt: tuple[int, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "clip": self.clip,
            "output": self.output,
            "decision": self.decision,
            "reasons": list(self.reasons),
            "notes": list(self.notes),
            "camera": self.camera,
            "kinds": list(self.kinds),
            "rebuilt": list(self.rebuilt),
            "seconds": self.seconds,
            **self.verdict.to_dict(),
        }

    def lines(self) -> list[str]:
        """Return what the user reads at the end."""
        done = {"keep": "kept as it is", "repair": "repaired", "replace": "replaced"}[self.decision]
        if self.rebuilt:
            done += f", {len(self.rebuilt)} of {self.verdict.frames} frames rebuilt"
        return [
            *(f"because: {reason}" for reason in self.reasons),
            *(f"note: {note}" for note in self.notes),
            f"{self.output}: {done}",
        ]
