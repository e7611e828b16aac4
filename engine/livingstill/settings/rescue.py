"""Every parameter of a rescue, for the command, a row of a batch's table and the Python API."""

from __future__ import annotations

from typing import Literal

from livingstill.settings.declare import param
from livingstill.settings.groups import SamplingSettings, SeedSettings
from livingstill.settings.job import RunSettings


class RescueSettings(SamplingSettings, SeedSettings):
    """How a clip is rescued: all that decides the frames of the rescued clip.

    Seed and quality are a replacement's: clips that are kept or repaired do not depend on them.
    """

    mode: Literal["auto", "keep", "repair", "replace"] = param(
        "auto", "auto decides by the faults; the others do as told", group="Options"
    )
    strict: float = param(
        1.0,
        "how slight a fault counts: 1 = each beyond doubt, 1.2 = each, "
        "0.5 = severity 0.6 and more, 0 = none",
        group="Options",
        metavar="X",
        ge=0,
        le=4,
    )
    blend: int = param(
        0,
        "keep the clip up to its last good frame, fade to the replacement over N frames",
        group="Options",
        ge=0,
        le=10000,
    )
    loop: Literal["auto", "seamless", "none"] = param(
        "auto", "whether a replacement loops; auto = if the clip did", group="Options"
    )
    force: bool = param(False, "take the still even if it is unlike the clip", group="Options")


class RescueJob(RunSettings, RescueSettings):
    """A rescue with its report and how the work behaves."""
