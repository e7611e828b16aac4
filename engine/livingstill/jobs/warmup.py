"""Every kernel that a clip will use, made ready while its photo is read and looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from livingstill.core.model import Progress, SilentProgress
from livingstill.kernels import ahead
from livingstill.kernels.compile import (
    declared,
    is_ready,
    make_ready,
    when_compiling,
)
from livingstill.kernels.folder import cache_folder
from livingstill.settings.shot import Shot

_FIRST = "compiling for this processor, which takes some seconds the first time"


@dataclass(frozen=True, slots=True)
class Warmup:
    """How many ``kernels`` there are, how many were ``compiled``, in what time, kept in what folder.

    ``folder`` is None if none could be written: then every process compiles for itself.
    """

    kernels: int
    compiled: int
    seconds: float
    folder: str | None

    def as_json(self) -> dict[str, Any]:
        """Return what `warmup --json` prints."""
        return asdict(self)

    def line(self) -> str:
        """Return the outcome as a sentence."""
        if self.folder is None:
            return "no folder can be written to keep compiled kernels in; set XDG_CACHE_HOME to one"
        if not self.compiled:
            return f"all {self.kernels} kernels are compiled already, in {self.folder}"
        return f"{self.compiled} kernels compiled in {self.seconds:.1f} s, kept in {self.folder}"


def warmup(progress: Progress | None = None) -> Warmup:
    """Compile every kernel that is not compiled yet, on all cores, and keep the machine code.

    The first clip then takes no longer than the second: for images and installers.
    """
    start = time.perf_counter()
    names = declared()
    cold = [name for name in names if not is_ready(name)]
    folder = cache_folder()
    if cold and folder is not None:
        with (progress or SilentProgress()).stage("kernels", len(cold)) as step:
            jobs = ahead.begin(cold)
            for job in jobs:
                while not job.wait(1):  # on Windows, an endless wait would not hear Ctrl-C
                    pass
                step()
            for name in cold:  # what no process has compiled: all of them on one core
                if not is_ready(name):
                    make_ready(name)
                if not jobs:
                    step()
    return Warmup(len(names), len(cold), round(time.perf_counter() - start, 3), folder)


def begin(shot: Shot, say: Callable[[str], object] | None = None) -> None:
    """Begin to make ready the kernels that a clip of ``shot`` uses, whatever its photo shows.

    Those of a motion are begun when it is known what moves (``motion.builder.begin_kernels``).
    Machine code from an earlier run is read from disk instead, in a fraction of a second; if there
    is none, ``say`` is told in a line that kernels are compiled. Before it is known that there will
    be a clip, begin without ``say``, and with it later.
    """
    names = _used(shot)
    if say is not None:
        when_compiling(partial(say, _FIRST))
        ahead.load(names)
    ahead.begin(names)


def _used(shot: Shot) -> list[str]:
    """Return the names of the kernels that every clip of a shot uses, in the order of need."""
    network = [n for n in declared() if n.startswith("convolution.")] * (shot.depth == "embedded")
    scene = declared("resample", "smooth", "inpaint")
    frames = [
        "projection.solve",
        "projection.exposed",
        "blocks.survey",
        "blocks.smooth",
        "composite.compose",
        "yuv.to_yuv420",
        "yuv.add_difference",
    ]
    if shot.quality == "high":
        frames += ["accumulate.add", "accumulate.mean"]
    if shot.smooth > 0 and "none" not in shot.motion:
        frames.append("temporal.smooth_rows")
    return [*network, *scene, *frames]
