"""A clip kept as it is: its file copied; where another format is asked for, its frames."""

from __future__ import annotations

from pathlib import Path

from livingstill.jobs.clip_output import copy_clip
from livingstill.jobs.rescue.observation import Observation
from livingstill.jobs.rescue.result import WriteResult
from livingstill.media.write import remux
from livingstill.settings.rescue import RescueJob


def keep(observation: Observation, output: Path, options: RescueJob) -> WriteResult:
    """Write the clip to ``output`` untouched."""
    return WriteResult(
        copy_clip(observation.reader, observation.frames, output, overwrite=options.overwrite)
    )


def writer(observation: Observation, output: Path, options: RescueJob) -> remux.Remuxer:
    """Return a writer of other pictures in the clip's frame, time and sound."""
    return remux.Remuxer(
        observation.reader,
        output,
        observation.frames,
        truncated=observation.truncated,
        overwrite=options.overwrite,
    )
