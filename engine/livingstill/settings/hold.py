"""Every parameter of holding a clip to its still, for the command and the Python API."""

from __future__ import annotations

from pathlib import Path

from livingstill.settings.declare import param
from livingstill.settings.job import RunSettings


class HoldJob(RunSettings):
    """How a drifting clip is held to its still, and how the work behaves."""

    mask: Path | None = param(
        None,
        "what is laid anew from the still, as a label, a logo or a face: a grey picture of the still's "
        "size, white = laid anew",
        group="Options",
        metavar="FILE",
    )
    force: bool = param(False, "take the still even if it is unlike the clip", group="Options")
