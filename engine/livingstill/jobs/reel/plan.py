"""The plan of a reel: which photo is seen from which frame to which, with which move in each shape."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from livingstill.audio.beat import Beats
from livingstill.core.errors import InputError
from livingstill.jobs.reel import choice, moves
from livingstill.jobs.reel.choice import PACES
from livingstill.jobs.reel.cuts import cut_times
from livingstill.jobs.reel.facts import Facts
from livingstill.jobs.reel.order import is_outside
from livingstill.settings.reel import ReelSettings

DISSOLVE = {"calm": 0.8, "standard": 0.5, "fast": 0.3}
"""Seconds of a dissolve, by pace."""

_CLOSING_SHARE, _CLOSING = 0.12, (2.4, 4.5)
"""Part of a reel that its closing card takes, within these seconds."""

_OPENING = 1.0
"""Seconds that the first room is seen longer, so that the opening card can be read."""

_CARD_BEGINS, _CARD_ENDS = 0.3, 0.25
"""Seconds after the start, and before the first dissolve, between which the opening card is seen."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A room of a reel: its frames from ``first`` to before ``last``, and its camera move in each shape.

    At a dissolve the shot begins ``half`` frames before ``first`` and ends ``half`` after ``last``.
    """

    photo: Facts
    first: int
    last: int
    cameras: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """A reel's stops, its closing card from ``closing`` on, in all ``frames``; ``half`` is half a dissolve.

    ``closing`` equals ``frames`` where there is nothing to put on a card.
    """

    stops: tuple[Stop, ...]
    closing: int
    frames: int
    half: int
    fps: Fraction

    @property
    def seconds(self) -> float:
        """How long the reel is."""
        return float(self.frames / self.fps)

    def shot_span(self, index: int) -> tuple[int, int]:
        """Return the first frame of a stop's shot and the frame after its last, dissolves included."""
        stop = self.stops[index]
        last = stop.last + (self.half if stop.last < self.frames else 0)
        return (stop.first - self.half if index else 0), last

    def card_span(self) -> tuple[int, int]:
        """Return the frames between which the opening card is seen."""
        begin, end = round(_CARD_BEGINS * self.fps), round(_CARD_ENDS * self.fps)
        first = self.stops[0]
        return min(begin, first.last // 4), max(1, first.last - self.half - end)


def without(plan: Plan, photos: Collection[str]) -> Plan:
    """Return a plan without the stops of some photos, by their paths, all others where they were.

    The time of each goes to the stop before it, that of the first to the next: so the shots of
    other rooms, which are made already, stay what they are.

    Raises
    ------
    InputError
        If no stop is left.
    """
    stops: list[Stop] = []
    start = 0
    for stop in plan.stops:
        if str(stop.photo.entry.photo) not in photos:
            stops.append(replace(stop, first=start))
        elif stops:
            stops[-1] = replace(stops[-1], last=stop.last)
        start = stops[-1].last if stops else 0
    if not stops:
        raise InputError("none of the photos can be used; the reasons are above")
    return replace(plan, stops=tuple(stops))


def choose_rooms(photos: Sequence[Facts], settings: ReelSettings) -> list[Facts]:
    """Return the photos that the reel's length has room for, in their order."""
    seconds = settings.duration - closing_seconds(settings) - _OPENING
    count = choice.count_of_rooms(len(photos), seconds, PACES[settings.pace])
    return choice.choose(photos, count)


def closing_seconds(settings: ReelSettings) -> float:
    """Return the seconds of the closing card; none where it would say nothing."""
    if not (has_opening(settings) or settings.branded):
        return 0.0
    return min(_CLOSING[1], max(_CLOSING[0], _CLOSING_SHARE * settings.duration))


def has_opening(settings: ReelSettings) -> bool:
    """Return whether there is anything to put on an opening card."""
    return any((settings.title, settings.price, settings.address, settings.facts))


def seconds_of(count: int, settings: ReelSettings) -> float:
    """Return how long a reel of so many rooms is: as wanted, or as long as rooms may be seen."""
    longest = count * PACES[settings.pace].longest + closing_seconds(settings) + _OPENING
    return min(settings.duration, longest)


def make(
    photos: Sequence[Facts], settings: ReelSettings, fps: Fraction, beats: Beats | None
) -> Plan:
    """Return the plan of a reel of these photos, in this order.

    Raises
    ------
    InputError
        If there is no photo.
    """
    if not photos:
        raise InputError("none of the photos can be used; the reasons are above")
    seconds, closing = seconds_of(len(photos), settings), closing_seconds(settings)
    each = (seconds - closing - _OPENING) / len(photos)
    lengths = [each + _OPENING, *[each] * (len(photos) - 1), *([closing] if closing else [])]
    cuts = [round(time * fps) for time in cut_times(lengths, beats)]
    frames = round(seconds * fps)
    edges = [0, *cuts, frames]
    half = _half_dissolve(settings, fps, edges)
    cameras = {shape: _cameras(photos, shape, edges, half, fps) for shape in settings.aspect}
    stops = tuple(
        Stop(photo, edges[i], edges[i + 1], {s: cameras[s][i] for s in settings.aspect})
        for i, photo in enumerate(photos)
    )
    return Plan(stops, edges[len(photos)], frames, half, fps)


def _half_dissolve(settings: ReelSettings, fps: Fraction, edges: Sequence[int]) -> int:
    """Return half the frames of a dissolve: as the pace has it, a quarter of the shortest part at most."""
    if settings.transition == "cut":
        return 0
    shortest = min(b - a for a, b in pairwise(edges))
    return max(1, min(round(DISSOLVE[settings.pace] * fps / 2), shortest // 4))


def _cameras(
    photos: Sequence[Facts], shape: str, edges: Sequence[int], half: int, fps: Fraction
) -> list[str]:
    """Return the camera setting of each photo's shot in one shape."""
    stops = [
        moves.Stop(
            photo.room,
            is_outside(photo),
            [moves.option_of(record) for record in photo.record["moves"][shape]],
        )
        for photo in photos
    ]
    lengths = (float((edges[i + 1] - edges[i] + 2 * half) / fps) for i in range(len(photos)))
    return [option.choice(seconds) for option, seconds in zip(moves.choose(stops), lengths)]
