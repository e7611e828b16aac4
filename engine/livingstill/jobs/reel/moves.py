"""Camera moves of a reel: varied from room to room, and never against the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from livingstill.camera import auto
from livingstill.camera.framing import Framing
from livingstill.camera.view import CameraView
from livingstill.core.model import Float32Array, PhotoStatistics
from livingstill.settings.values import MoveSpec

_TRAVEL = 0.9
"""Part of what a photo has beyond the frame that a move may travel."""

_SPEED = 5.0
"""Travel per second, percent of the frame's width: a slow look along a room."""

_NATURAL = 3.6
"""Seconds in which a move may have its natural size; in less it is smaller, so that it is no faster."""

_WIDE = 4.0
"""Travel in percent of the frame's width from which it is a move of its own."""

_SMALL = 0.2
"""Amount of parallax below which a truck that does not travel is hardly seen."""

_TRIALS = {
    "push-in": ("push", 0),
    "truck-right": ("across", 1),
    "truck-left": ("across", -1),
    "pedestal-up": ("down", -1),
    "pedestal-down": ("down", 1),
}
"""Family of each move that is tried, and its sense along the family's axis."""


@dataclass(frozen=True, slots=True)
class Option:
    """A move that suits a photo in one shape of frame.

    ``family`` is push, pull, across or down, ``sense`` +1 to the right or down and -1 against it; ``amount`` is
    the largest at which lines stay straight and little is uncovered, 0..1; ``travel`` is how far the
    view can move along beside, percent of the width, and ``rest`` where on its way the photo's framing lies.
    """

    name: str
    family: str
    sense: int
    amount: float
    travel: float = 0.0
    rest: float = 0.5

    @property
    def visible(self) -> float:
        """How much of a move it is, 0..1."""
        if self.family in ("push", "pull"):
            return 0.6 + 0.4 * min(1.0, self.amount)
        return min(1.0, max(self.amount, self.travel / 10))

    def choice(self, seconds: float) -> str:
        """Return the move as a camera setting for a shot of so many seconds, at an even pace."""
        slower = min(1.0, seconds / _NATURAL)
        if self.family in ("push", "pull"):
            # where parallax must be small the lens keeps the move visible
            amount = max(0.8, self.amount)
            return f"{self.name}:amount={amount * slower:.3g},depth={self.amount / amount:.2g},ease=linear"
        travel = min(self.travel, _SPEED * seconds)
        rest = f",travel={travel:.3g},rest={self.rest:.3g}" if travel else ""
        return f"{self.name}:amount={self.amount * slower:.3g}{rest},ease=linear"


def options(
    view: CameraView, frame: Framing, statistics: PhotoStatistics, line_depth: Float32Array
) -> list[Option]:
    """Return the moves that suit a photo in a frame, each at its largest amount.

    The parameters but the frame are those of ``auto.choose``. Where the photo reaches beyond the frame a
    truck or a pedestal travels along it: a wide room in an upright frame is looked along from side to side.
    """
    found = []
    for name, (family, sense) in _TRIALS.items():
        amount = auto.largest_amount(MoveSpec(name=name), view, statistics, line_depth)
        travel, rest = _travel(frame, family, sense)
        amount = round(min(amount, 1.0 if travel < _WIDE else 0.6), 3)
        option = Option(name, family, sense, amount, travel, rest)
        if family == "push":
            found += [option, Option("pull-out", "pull", 0, amount)]
        elif travel >= _WIDE or amount >= _SMALL:
            found.append(option)
    return found


def _travel(frame: Framing, family: str, sense: int) -> tuple[float, float]:
    """Return how far the view can travel along an axis, percent of the frame's width, and its rest."""
    if family == "push" or frame.bars:
        return 0.0, 0.5
    axis = 0 if family == "across" else 1
    shown = frame.extent[axis]
    before = max(0.0, frame.box[axis]) / shown
    after = max(0.0, 1 - frame.box[axis + 2]) / shown
    if axis:
        before, after = (side * frame.size[1] / frame.size[0] for side in (before, after))
    room = before + after
    if room <= 0:
        return 0.0, 0.5
    start = before if sense > 0 else after
    return round(100 * _TRAVEL * room, 2), round(start / room, 3)


def option_of(record: Mapping[str, Any]) -> Option:
    """Return an option from the survey's record of it."""
    return Option(**record)


@dataclass(frozen=True, slots=True)
class Stop:
    """A room as moves are chosen for it: its kind, whether it is upright in an upright frame or wide in one, and
    the moves that suit it."""

    room: str
    outside: bool
    options: Sequence[Option]


def choose(stops: Sequence[Stop]) -> list[Option]:
    """Return a move for each room, one after another, of the least cost beside those before.

    A push is never followed by a push or a pull; a travel goes on in its direction across the
    cut, and turns round only after something else; in one kind of room no move is made twice while
    another is left. A reel begins by coming nearer and ends outside by going away.
    """
    chosen: list[Option] = []
    for index, stop in enumerate(stops):
        costs = [
            round(_cost(option, stop, stops[:index], chosen, last=index == len(stops) - 1), 6)
            for option in stop.options
        ]
        chosen.append(stop.options[costs.index(min(costs))])
    return chosen


def _cost(
    option: Option, stop: Stop, earlier: Sequence[Stop], chosen: Sequence[Option], *, last: bool
) -> float:
    cost = 1.2 * (1 - option.visible)
    if option.family in ("push", "pull"):
        towards = "push" if not chosen else "pull" if last and stop.outside else ""
        cost += -1.5 if option.family == towards else 0.8 if option.family == "pull" else 0.0
    elif option.travel >= 2 * _WIDE:
        cost -= 0.7  # there is something to be seen on the way
    if chosen:
        cost += _clash(option, chosen[-1])
    turned = next((o for o in reversed(chosen) if o.family == option.family and o.sense), None)
    if option.sense and turned is not None and turned.sense != option.sense:
        cost += 0.5
    again = [o.name for s, o in zip(earlier, chosen) if s.room == stop.room]
    cost += 1.5 * again.count(option.name) if stop.room != "room" else 0.0
    recent = [o.family for o in chosen[-3:]]
    return cost + 0.35 * recent.count(option.family)


def _clash(option: Option, before: Option) -> float:
    """Return the cost of a move right after another: they must not repeat, nor fight."""
    pushes = {"push", "pull"}
    if option.family in pushes and before.family in pushes:
        return 4.0
    if option.family == before.family:
        return 0.2 if option.sense == before.sense else 4.0
    if option.family not in pushes and before.family not in pushes:
        return 0.6  # across, then down: the eye must turn
    return 0.0
