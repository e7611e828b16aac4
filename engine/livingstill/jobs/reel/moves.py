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

_BEYOND = 0.4
"""How far, in the frame's sides, a photo must reach beyond the frame to be looked along."""

_SPEED = 5.0
"""Travel per second, percent of the frame's width: a slow look along a room."""

_NATURAL = 3.6
"""Seconds in which a move may have its natural size; in less it is smaller, so that it is no faster."""

_WIDE = 4.0
"""Travel in percent of the frame's width from which it is a move of its own."""

_SMALL = 0.2
"""Amount of parallax below which a truck that does not travel is hardly seen."""

_PUSHES = ("push", "pull")

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

    ``family`` is push, pull, across or down, ``sense`` +1 to the right or down and -1 against it;
    ``amount`` is the largest at which lines stay straight and little is uncovered, 0..1;
    ``travel`` is how far the view can move along beside, percent of the width, and ``rest`` where
    on its way the photo's framing lies.
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
        if self.family in _PUSHES:
            return 0.6 + 0.4 * min(1.0, self.amount)
        return min(1.0, max(self.amount, self.travel / 10))

    def choice(self, seconds: float) -> str:
        """Return the move as a camera setting for a shot of so many seconds, at an even pace."""
        slower = min(1.0, seconds / _NATURAL)
        if self.family in _PUSHES:
            # where parallax must be small the lens keeps the move visible
            amount = max(0.8, self.amount)
            depth = self.amount / amount
            return f"{self.name}:amount={amount * slower:.3g},depth={depth:.2g},ease=linear"
        travel = min(self.travel, _SPEED * seconds)
        rest = f",travel={travel:.3g},rest={self.rest:.3g}" if travel else ""
        return f"{self.name}:amount={self.amount * slower:.3g}{rest},ease=linear"


def options(
    view: CameraView, frame: Framing, statistics: PhotoStatistics, line_depth: Float32Array
) -> list[Option]:
    """Return the moves that suit a photo in a frame, each at its largest amount.

    The parameters but the frame are those of ``auto.choose``. Where the photo reaches beyond the
    frame a truck or a pedestal travels along it: a wide room in an upright frame is looked along
    from side to side.
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
    room = before + after
    if room < _BEYOND:
        return 0.0, 0.5
    start = before if sense > 0 else after
    widths = room * frame.size[1] / frame.size[0] if axis else room
    return round(100 * _TRAVEL * widths, 2), round(start / room, 3)


def option_of(record: Mapping[str, Any]) -> Option:
    """Return an option from the survey's record of it."""
    return Option(**record)


@dataclass(frozen=True, slots=True)
class Stop:
    """A room as moves are chosen for it: its kind, if it is outside, and the moves that suit it."""

    room: str
    outside: bool
    options: Sequence[Option]


def choose(stops: Sequence[Stop]) -> list[Option]:
    """Return a move for each room, one after another, of the least cost beside those before.

    A push is never followed by a push or a pull, nor made twice in one kind of room while another
    move is left; a travel goes on in its direction across the cut, and turns round only after
    something else. A reel begins by coming nearer, and ends outside by going away.
    """
    leaves = len(stops) > 1 and stops[-1].outside
    chosen: list[Option] = []
    for index, stop in enumerate(stops):
        last = leaves and index == len(stops) - 1
        favoured = "push" if index == 0 else "pull" if last else ""
        before_last = leaves and index == len(stops) - 2
        costs = [
            _own_cost(option, favoured)
            + (1.5 if before_last and option.family in _PUSHES else 0.0)
            + _history_cost(
                option, [o for s, o in zip(stops, chosen) if s.room == stop.room != "room"], chosen
            )
            for option in stop.options
        ]
        rounded = [round(cost, 6) for cost in costs]
        chosen.append(stop.options[rounded.index(min(rounded))])
    return chosen


def _own_cost(option: Option, favoured: str) -> float:
    """Return what a move costs by itself: the less it is seen, the more."""
    cost = 1.2 * (1 - option.visible)
    if option.family == favoured:
        return cost - 1.5
    if option.family == "pull":
        return cost + 0.8
    # there is something to be seen on the way
    return cost - 0.7 if option.travel >= 2 * _WIDE else cost


def _history_cost(option: Option, in_room: Sequence[Option], chosen: Sequence[Option]) -> float:
    """Return what a move costs after those before; ``in_room`` were made in the same kind of room."""
    cost = _clash(option, chosen[-1]) if chosen else 0.0
    turned = next((o for o in reversed(chosen) if o.family == option.family and o.sense), None)
    if option.sense and turned is not None and turned.sense != option.sense:
        cost += 0.5
    again = sum(before.name == option.name for before in in_room)
    recent = [before.family for before in chosen[-3:]]
    return (
        cost
        + again * (3.0 if option.family in _PUSHES else 0.4)
        + 0.35 * recent.count(option.family)
    )


def _clash(option: Option, before: Option) -> float:
    """Return the cost of a move right after another: they must not repeat, nor fight."""
    if option.family in _PUSHES and before.family in _PUSHES:
        return 4.0
    if option.family == before.family:
        return 0.2 if option.sense == before.sense else 4.0
    if option.family not in _PUSHES and before.family not in _PUSHES:
        return 0.6  # across, then down: the eye must turn
    return 0.0
