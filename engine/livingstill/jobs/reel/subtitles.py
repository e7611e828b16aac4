"""Subtitles of a reel: the names of its rooms and what else is said of them, as SubRip and WebVTT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from livingstill.jobs.reel.plan import Plan


class Cue(NamedTuple):
    """A text from ``start`` to ``end``, seconds."""

    start: float
    end: float
    text: str


def cues(plan: Plan) -> list[Cue]:
    """Return a cue for every room that has a name or facts; neighbours of one text are one cue."""
    found: list[Cue] = []
    for stop in plan.stops:
        text = "\n".join(filter(None, (stop.photo.caption, stop.photo.entry.facts)))
        start, end = float(stop.first / plan.fps), float(stop.last / plan.fps)
        if found and found[-1].text == text and found[-1].end == start:
            found[-1] = found[-1]._replace(end=end)
        elif text:
            found.append(Cue(start, end, text))
    return found


def subrip(cues: Sequence[Cue]) -> str:
    """Return cues as a SubRip file.

    >>> print(subrip([Cue(0, 3.5, "Kitchen")]), end="")
    1
    00:00:00,000 --> 00:00:03,500
    Kitchen
    <BLANKLINE>
    """
    parts = (
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.text}\n\n"
        for number, cue in enumerate(cues, 1)
    )
    return "".join(parts)


def webvtt(cues: Sequence[Cue]) -> str:
    """Return cues as a WebVTT file (W3C, WebVTT: The Web Video Text Tracks Format)."""
    parts = (
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{_escaped(cue.text)}\n\n"
        for cue in cues
    )
    return "WEBVTT\n\n" + "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(1000 * seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
