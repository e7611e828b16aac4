"""What of a clip becomes its loop: read once, the best join or the way there and back chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from livingstill.core.errors import InputError
from livingstill.jobs.loop import search, travel
from livingstill.jobs.loop.descriptors import Collector, Descriptors
from livingstill.jobs.loop.search import Join, Limits
from livingstill.jobs.stages import Stages
from livingstill.media import clip_reader
from livingstill.settings.loop import LoopJob

_FEWEST = 6
"""Frames without which there is nothing to choose from."""
_DEFAULT_LENGTH = 3.0
"""Seconds that a loop has by default at least, if the clip is twice as long."""
_MAX_TRAVEL, _SMALL_TRAVEL = 0.06, 0.02
"""Picture widths that the camera may have moved on for a cross-fade to take it back; and unseen."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A clip after one pass: its reader, descriptors, and the seconds at which its frames begin and end."""

    reader: clip_reader.ClipReader
    descriptors: Descriptors
    edges: tuple[float, ...]

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.descriptors)

    @property
    def fps(self) -> float:
        """Frames per second, on average."""
        return (self.frames - 1) / max(self.edges[-2], 1e-9)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The frames of the clip in whose place the loop's frames stand, and how it is joined."""

    decision: Literal["join", "boomerang"]
    order: Sequence[int]
    fade: int = 0
    join: Join | None = None
    travel: float = 0.0
    notes: tuple[str, ...] = ()


def read(clip: Path, stages: Stages) -> Source:
    """Describe every frame of a clip in one pass."""
    reader = clip_reader.ClipReader(clip)
    collector, starts = Collector(), []
    with stages("watching", reader.info.frames or 0) as step:
        for frame in reader:
            collector.add(frame.rgb)
            starts.append(frame.time)
            step()
    if len(collector) < _FEWEST:
        count = f"{len(collector)} frames" if len(collector) > 1 else "one frame only"
        raise InputError(
            f"clip {clip} has {count}; give one of at least {_FEWEST}, or animate the picture"
        )
    mean = starts[-1] / (len(starts) - 1) or 1 / float(reader.info.fps)
    return Source(reader, collector.descriptors(), (*starts, starts[-1] + mean))


def join(source: Source, options: LoopJob) -> Plan:
    """Choose the pair of frames to join.

    Raises
    ------
    InputError
        If the clip has no loop of the length that was asked for, or the camera has moved on.
    """
    limits = _limits(source, options)
    best = search.find(source.descriptors, limits)
    path = travel.track(source.descriptors.luma, source.fps)
    moved = path.between(best.pair[0], min(best.pair[1], source.frames - 1))
    if moved.size > _MAX_TRAVEL and not options.force:
        raise InputError(
            f"clip {source.reader.path} does not come back: between frames {best.pair[0]} and "
            f"{best.pair[1]}, its best pair, the picture as a whole moves by "
            f"{100 * moved.size:.0f} % of its width; give --boomerang to play it there and back, "
            "or --force to cross-fade all the same"
        )
    notes = []
    if moved.size > _SMALL_TRAVEL:
        notes.append(
            f"the picture as a whole moves by {100 * moved.size:.0f} % of its width between the joined "
            f"frames, and goes back within {best.fade} frames"
        )
    order = range(best.start, best.start + best.length)
    return Plan("join", order, best.fade, best, moved.size, tuple(notes))


def _limits(source: Source, options: LoopJob) -> Limits:
    fade = round(options.fade * source.fps)
    if options.seconds is not None:
        length = round(options.seconds * source.fps)
        _check_length("seconds", options.seconds, length, source)
        return Limits(length, length, fade)
    if options.min_length is None:
        shortest = min(source.frames // 2, round(_DEFAULT_LENGTH * source.fps))
    else:
        shortest = round(options.min_length * source.fps)
        _check_length("min_length", options.min_length, shortest, source)
    return Limits(max(2, shortest), source.frames - 1, fade)


def _check_length(name: str, seconds: float, length: int, source: Source) -> None:
    most = (source.frames - 1) / source.fps
    if not 2 <= length < source.frames:
        raise InputError(
            f"{name} is {seconds:g} s, but of clip {source.reader.path} a loop can be "
            f"{2 / source.fps:.2f} to {most:.2f} s long"
        )


def boomerang(source: Source, options: LoopJob) -> Plan:
    """Play the clip there and back, turning where least moves near its ends.

    Raises
    ------
    InputError
        If it is too short for the length that was asked for.
    """
    steps = search.step_energies(source.descriptors)
    if options.seconds is None:
        margin = source.frames // 10 + 1
        first = int(steps[:margin].argmin())
        last = source.frames - 1 - int(steps[::-1][:margin].argmin())
    else:
        count = round(options.seconds * source.fps / 2) + 1
        if not 3 <= count <= source.frames:
            raise InputError(
                f"seconds is {options.seconds:g} s, but clip {source.reader.path} there and back is "
                f"{4 / source.fps:.2f} to {2 * (source.frames - 1) / source.fps:.2f} s long"
            )
        first = int((steps[: len(steps) - count + 2] + steps[count - 2 :]).argmin())
        last = first + count - 1
    return Plan("boomerang", (*range(first, last + 1), *range(last - 1, first, -1)))
