"""The parameters of a batch's timeline, for the command and the Python API."""

from __future__ import annotations

from livingstill.settings.declare import Group, param


class TimelineSettings(Group):
    """Whether a batch writes timelines for editors, and how its clips are cut in them."""

    timeline: bool = param(
        False,
        "also write an OpenTimelineIO timeline (.otio) of the clips of each folder, for editors "
        "(extra: timeline)",
        group="Options",
    )
    handles: float = param(
        0.5,
        "how much of each clip the timeline leaves before and after its cuts, for transitions; with "
        "--tour the dissolves take it up instead",
        group="Options",
        unit="seconds",
        ge=0,
        le=10,
    )
