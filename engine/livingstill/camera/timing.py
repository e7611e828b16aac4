"""The timing of a camera move: easing, holds, and how a loop closes."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi
from typing import Literal

from livingstill.settings.declare import Group, param
from livingstill.settings.values import Point

Ease = Literal["linear", "sine", "cubic", "back", "hold-in", "hold-out"]


def _linear(u: float) -> float:
    return u


def _sine(u: float) -> float:
    return 0.5 - 0.5 * cos(pi * u)


def _cubic(u: float) -> float:
    return u * u * (3 - 2 * u)


def _back(u: float) -> float:
    """Swing 10 % beyond the end and settle (Penner's back, 2002, with a gentle start)."""
    v = _cubic(u) - 1
    return v * v * (2.70158 * v + 1.70158) + 1


def _hold_in(u: float) -> float:
    """Stay at the start for a fifth, then move."""
    return _sine(max(0.0, (u - 0.2) / 0.8))


def _hold_out(u: float) -> float:
    """Move, then stay at the end for a fifth."""
    return _sine(min(1.0, u / 0.8))


EASES: dict[Ease, Callable[[float], float]] = {
    "linear": _linear,
    "sine": _sine,
    "cubic": _cubic,
    "back": _back,
    "hold-in": _hold_in,
    "hold-out": _hold_out,
}
"""Ways from 0 to 1; each begins at 0 and ends at 1."""


class Timing(Group):
    """The keys that every move has: easing, hold, period, rest position and focus."""

    ease: Ease | None = param(None, "pace of the move; sine unless told")
    hold: float | None = param(
        None, "share of the clip for which the camera rests at its end", ge=0, le=0.9
    )
    period: float | None = param(
        None,
        "one turn, or one way there and back, when not the clip",
        unit="seconds",
        ge=0.1,
        le=600,
    )
    rest: float | None = param(
        None, "where on the move the photo stands: 0 its start, 1 its end", ge=0, le=1
    )
    focus: Point | None = param(
        None, "what the camera looks at; by default the subject", unit="photo fractions"
    )
    aperture: float | None = param(
        None,
        "depth of field: blur of the farthest point, sharp at what the camera looks at",
        unit="percent of the width",
        ge=0,
        le=4,
    )

    def turns(self, loop: str, duration: float) -> float:
        """Return the number of turns in ``duration`` seconds, whole where the clip's ends join."""
        if self.period is None:
            return 1.0
        count = duration / self.period
        return float(max(1, round(count))) if loop in ("seamless", "bounce") else count

    def progress(self, time: float, loop: str, closed: bool, turns: float = 1.0) -> float:
        """Return the position on the move, 0..1, at ``time`` of the clip, 0..1.

        A closed move (an orbit) ends where it starts, so it runs round, evenly unless an ease is
        asked for; an open one is made there and back where the ends of the clip join. In a seamless
        clip its ease runs over a raised cosine, so that velocity is zero where it turns; so does
        that of a closed move which rests between its rounds.
        """
        if loop == "hold":
            hold = 0.35 if self.hold is None else self.hold
            position = EASES[self.ease or "sine"](min(1.0, time / (1 - hold)))
            return position % 1.0 if closed else position
        hold = self.hold or 0.0
        position = (time * turns) % 1.0 if loop in ("seamless", "bounce") else time * turns
        if closed:
            position %= 1.0
            linear = _sine(min(1.0, position / (1 - hold))) % 1.0 if hold else position
            return EASES[self.ease](linear) if self.ease else linear
        if loop == "none" and turns == 1.0:
            return EASES[self.ease or "sine"](min(1.0, position / (1 - hold)))
        position %= 1.0
        half = (1 - hold) / 2
        outward = min(1.0, position / half, (1 - position) / half)
        if loop == "bounce":
            return EASES[self.ease or "sine"](outward)
        return EASES[self.ease or "linear"](_sine(outward))
