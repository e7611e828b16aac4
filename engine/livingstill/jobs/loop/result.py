"""What was done to make a clip loop."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Seam:
    """The steps over a loop's seam, mean absolute levels, in median steps of the loop.

    ``step`` is that from the last frame to the first, ``fade`` the longest in the cross-fade,
    ``elsewhere`` the longest in the rest of the loop; ``median`` is the median step in levels.
    """

    step: float
    fade: float
    elsewhere: float
    median: float


@dataclass(frozen=True, slots=True, eq=False)
class LoopResult:
    """What was done to make a clip loop.

    The loop is frames ``first`` to ``last`` of the clip, at ``times`` (the first's, the last's)
    in seconds; its last ``fade`` frames turn into those before ``first``. A ``boomerang`` goes from
    ``first`` to ``last`` and back. ``mismatch`` is how unlike the joined frames are, in the clip's steps;
    ``travel`` how far the camera moves between them, picture widths. ``seconds`` per stage.
    """

    clip: str
    output: str
    decision: Literal["keep", "join", "boomerang"]
    frames: int
    first: int
    last: int
    fade: int
    times: tuple[float, float]
    duration: float
    seam: Seam
    mismatch: float = 0.0
    travel: float = 0.0
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return what the user reads at the end."""
        span = f"frames {self.first} to {self.last}, {self.times[0]:.2f} s to {self.times[1]:.2f} s"
        what = {
            "keep": "is a loop already, kept as it is",
            "boomerang": f"there and back over {span}",
            "join": f"loops over {span}"
            + (f", the last {self.fade} fade into those before" if self.fade else ""),
        }[self.decision]
        seam = (
            f"seam: the step from the last frame to the first is {self.seam.step:.2f} median steps"
        )
        if self.decision == "join" and self.fade:
            seam += f", the longest in the fade {self.seam.fade:.2f}"
        return [
            *(f"note: {note}" for note in self.notes),
            f"{seam}, the longest elsewhere {self.seam.elsewhere:.2f}",
            f"{self.output}: {what}; {self.frames} frames, {self.duration:.2f} s",
        ]
