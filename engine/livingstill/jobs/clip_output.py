"""What jobs that rewrite a clip share: outputs checked before, and a clip that is kept as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.io.files import atomic_write, split_suffix
from livingstill.jobs import check
from livingstill.media import clip_reader, formats
from livingstill.media.write import encoder, remux, stills
from livingstill.settings.job import RunSettings


def check_output(clip: Path, output: Path, job: RunSettings) -> None:
    """Refuse an output or report that cannot be written, or is the clip itself.

    Raises
    ------
    InputError
        As said.
    """
    if output.exists() and clip.exists() and output.resolve() == clip.resolve():
        raise InputError(f"output {output} is the clip itself; give another name")
    encoder.check_target(output, job.overwrite)
    if formats.format_of(str(output)).suffix == ".MP.jpg":
        raise InputError(
            f"{output} would be a Motion Photo, which is made of a photo; give another format, as in "
            f"{split_suffix(output.name)[0]}.mp4"
        )
    if job.report is not None:
        check.check_report(job.report, job.overwrite)


def copy_clip(
    reader: clip_reader.ClipReader, frames: int, output: Path, *, overwrite: bool
) -> tuple[str, ...]:
    """Write a clip of so many frames untouched: its file, or in another format its frames; return notes."""
    source = reader.path
    if source.suffix.lower() != output.suffix.lower():
        with remux.Remuxer(
            reader, output, frames, truncated=bool(reader.notes), overwrite=overwrite
        ) as target:
            for frame in reader:
                target.write(frame.rgb)
        return (*target.notes, f"converted from {source.suffix}, frames untouched")
    if stills.NUMBER.search(source.name):
        first = 0 if stills.name_of(source, 0).exists() else 1
        for index in range(frames):
            _copy(stills.name_of(source, first + index), stills.name_of(output, index), overwrite)
    else:
        _copy(source, output, overwrite)
    return ()


def uneven_note(
    reader: clip_reader.ClipReader, durations: NDArray[np.floating], output: Path
) -> tuple[str, ...]:
    """Return that the unequal ``durations`` (n,), seconds, of a clip's frames are lost, if they are."""
    if len(durations) < 2 or durations.max() <= 1.2 * durations.min() + 0.002:
        return ()
    if remux.keeps_time(reader, output):
        return ()
    return ("the clip's frames stood for unequal times; these stand for the average",)


def _copy(source: Path, target: Path, overwrite: bool) -> None:
    with atomic_write(target, overwrite) as part:
        shutil.copyfile(source, part)
