"""Every parameter of making a clip loop, for the command and the Python API."""

from __future__ import annotations

from livingstill.settings.declare import param
from livingstill.settings.job import RunSettings


class LoopJob(RunSettings):
    """How a clip is made to loop, and how the work behaves."""

    seconds: float | None = param(
        None, "length of the loop; by default the longest that joins well", group="Options",
        unit="s", metavar="S", ge=0.1, le=3600,
    )  # fmt: skip
    min_length: float | None = param(
        None, "the shortest that the loop may be; by default half the clip, 3 s at most",
        group="Options", unit="s", metavar="S", ge=0.1, le=3600,
    )  # fmt: skip
    fade: float = param(
        1.0, "the longest that the end may take to turn into the beginning", group="Options",
        unit="s", metavar="S", ge=0, le=10,
    )  # fmt: skip
    boomerang: bool = param(
        False, "play the clip there and back instead, as a camera that travels needs it",
        group="Options",
    )  # fmt: skip
    force: bool = param(
        False, "join the best pair of frames even if the camera has moved on between them",
        group="Options",
    )  # fmt: skip
