"""A clip kept as it is: its file copied; where another format is asked for, its frames."""

from __future__ import annotations

import shutil
from pathlib import Path

from livingstill.io.files import atomic_write
from livingstill.jobs.rescue.observation import Observation
from livingstill.jobs.rescue.result import WriteResult
from livingstill.media.write import remux, stills
from livingstill.settings.rescue import RescueJob


def keep(observation: Observation, output: Path, options: RescueJob) -> WriteResult:
    """Write the clip to ``output`` untouched."""
    source = observation.reader.path
    if source.suffix.lower() != output.suffix.lower():
        with writer(observation, output, options) as target:
            for frame in observation.pictures():
                target.write(frame)
        return WriteResult((*target.notes, f"converted from {source.suffix}, frames untouched"))
    if stills.NUMBER.search(source.name):
        first = 0 if stills.name_of(source, 0).exists() else 1
        for index in range(observation.frames):
            _copy(stills.name_of(source, first + index), stills.name_of(output, index), options)
    else:
        _copy(source, output, options)
    return WriteResult()


def writer(observation: Observation, output: Path, options: RescueJob) -> remux.Remuxer:
    """Return a writer of other pictures in the clip's frame, time and sound."""
    return remux.Remuxer(
        observation.reader,
        output,
        observation.frames,
        truncated=observation.truncated,
        overwrite=options.overwrite,
    )


def _copy(source: Path, target: Path, options: RescueJob) -> None:
    with atomic_write(target, options.overwrite) as part:
        shutil.copyfile(source, part)
