"""Several seeds of one shot, ranked by what is measured of each, with a contact sheet."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Progress, UInt8Array
from livingstill.imaging import exact
from livingstill.io.files import (
    check_inputs_preserved,
    check_target,
    ensured_folder,
    free_name,
    with_tag,
    write_png,
)
from livingstill.jobs.clip import Clip
from livingstill.jobs.session import Session, check_settings
from livingstill.jobs.stages import Stages
from livingstill.media.write import encoder
from livingstill.photo.read import read_with_settings
from livingstill.quality import no_reference
from livingstill.quality import verdict as director
from livingstill.settings.shot import Job, Shot

MAX_TAKES = 50
_FRAMES_PER_ROW = 4
_CELL_WIDTH = 320
_SEEN = 8
"""Levels of 255 by which a pixel must differ to be seen to."""

_MIN_DIFFERENCE = 0.005
"""Share of the picture below which two takes are alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One seed's clip, what the director says of it, and how much of it differs from the best.

    ``differs`` is the share of pixels, over a few frames of ``_CELL`` pixels' width, that are more
    than 8 levels of 255 away from the best take's.
    """

    seed: int
    output: str
    verdict: director.Verdict
    differs: float = 0.0

    @property
    def badness(self) -> float:
        """Return the sum of the severities of its faults: 0 = clean."""
        return sum(fault.severity for fault in self.verdict.faults)

    @property
    def seam(self) -> float:
        """Return the step from the last frame to the first, in steps between frames."""
        return self.verdict.figures["seam"]

    @property
    def brightness(self) -> float:
        """Return the standard deviation of the frames' mean brightness, in levels of 255."""
        return self.verdict.figures["brightness_std"]

    @property
    def rank(self) -> tuple[float, float, float, int]:
        """Return what takes are ranked by, as it is printed: least is best."""
        return round(self.badness, 2), round(self.seam, 2), round(self.brightness, 2), self.seed

    def as_json(self) -> Mapping[str, Any]:
        """Return what `--json` prints of a take."""
        return {
            "seed": self.seed,
            "output": self.output,
            "severity": round(self.badness, 3),
            "differs": round(self.differs, 4),
            **self.verdict.to_dict(),
        }


def similarity_note(ranked: Sequence[Take]) -> str | None:
    """Return a sentence that says so if the takes do not differ visibly; None if they do."""
    largest = max((take.differs for take in ranked), default=0.0)
    if len(ranked) < 2 or largest >= _MIN_DIFFERENCE:
        return None
    return (
        f"the takes look alike: at most {largest:.1%} of the picture differs; this photo and these "
        "settings leave next to nothing to chance, so change --camera, --motion or --amount"
    )


def takes(
    shot: Shot,
    job: Job,
    count: int,
    *,
    sheet: Path | None = None,
    progress: Progress | None = None,
) -> list[Take]:
    """Render ``count`` clips with the seeds from the shot's on; return them best first.

    The clips are named ``<output>-seed<N>`` and the contact sheet ``<output>-takes.png``: one row
    per take, best first, its frames at even times. Takes are ranked by the severity of their
    faults, then by the step at the seam, then by how much their brightness varies. A folder that is
    missing is made. Without an output they are named by the photo
    and, where such files are there, by the next free number, as in ``lake-2-seed0.mp4``. Depth,
    regions and subject are found once.

    Raises
    ------
    InputError
        As ``animate_file``, or if ``count`` is not 1 to 50.
    """
    if not 1 <= count <= MAX_TAKES:
        raise InputError(f"takes are {count}; it must be 1 to {MAX_TAKES}")
    if job.photo is None:
        raise InputError("no photo was given; name one, as in `livingstill takes lake.jpg`")
    threads.limit(job.threads)
    check_settings(shot)
    seeds = [(shot.seed + i) % 2**32 for i in range(count)]

    def clips(base: Path) -> list[str]:
        return [str(with_tag(base, f"seed{seed}")) for seed in seeds]

    def page(base: Path) -> Path:
        return sheet or base.with_name(f"{base.stem}-takes.png")

    def exists(base: Path) -> bool:
        present = [os.path.lexists(clip) for clip in clips(base)]
        return any(present) or (sheet is None and os.path.lexists(page(base)))

    base = Path(job.output[0]) if job.output else Path(f"{job.photo.stem}.mp4")
    if not job.output and not job.overwrite:
        base = free_name(base, exists)
    names, sheet = clips(base), page(base)
    with ensured_folder(base.parent), ensured_folder(sheet.parent):
        for name in names:
            encoder.check_target(name, job.overwrite)
        check_target(sheet, job.overwrite)
        check_inputs_preserved([*map(Path, names), sheet], [job.photo, *shot.files_read()])
        stages = Stages(progress)
        if not job.output and base.stem != job.photo.stem:
            stages.progress.say(
                f"takes of {job.photo.name} are kept; these are {base.stem}-seed..."
            )
        with stages("photo"):
            session = Session(read_with_settings(job.photo, shot))
        done, rows = [], {}
        for seed, name in zip(seeds, names):
            clip = session.clip(shot.model_copy(update={"seed": seed}), stages)
            take, rows[seed] = _save(clip, seed, name, job, stages)
            done.append(take)
        ranked = sorted(done, key=lambda take: take.rank)
        best = rows[ranked[0].seed]
        ranked = [replace(take, differs=rows[take.seed].differs(best)) for take in ranked]
        picture = np.vstack([rows[take.seed].picture(f"seed {take.seed}") for take in ranked])
        write_png(sheet, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), job.overwrite)
    return ranked


def _save(clip: Clip, seed: int, name: str, job: Job, stages: Stages) -> tuple[Take, ContactRow]:
    """Write a clip; return its take and its row of the contact sheet."""
    observer = no_reference.Observer(fps=float(clip.timeline.fps))
    row = ContactRow(clip.timeline.frames)

    def on_frame(rgb: UInt8Array) -> None:
        observer.add(rgb)
        row.add(rgb)

    clip.save(name, overwrite=job.overwrite, on_frame=on_frame, stages=stages)
    series = observer.series(float(clip.timeline.fps))
    return Take(seed, name, director.judge(series, loop=clip.timeline.periodic)), row


class ContactRow:
    """Keeps a few frames of a clip, small and side by side."""

    def __init__(self, count: int) -> None:
        self._indices = {round(i * count / _FRAMES_PER_ROW) for i in range(_FRAMES_PER_ROW)}
        self._index = 0
        self._pictures: list[UInt8Array] = []

    def add(self, rgb: UInt8Array) -> None:
        """Take in the next frame."""
        if self._index in self._indices:
            height = round(_CELL_WIDTH * rgb.shape[0] / rgb.shape[1])
            small = exact.resize_area(rgb, (_CELL_WIDTH, height))
            self._pictures.append(np.asarray(small, np.uint8))
        self._index += 1

    def differs(self, other: ContactRow) -> float:
        """Return the share of pixels in which the kept frames differ visibly from another row's."""
        far = [cv2.absdiff(a, b).max(2) > _SEEN for a, b in zip(self._pictures, other._pictures)]
        return float(np.mean(far))

    def picture(self, title: str) -> UInt8Array:
        """Return the row, ``title`` in its corner."""
        blank = np.zeros_like(self._pictures[0])
        row = np.hstack([*self._pictures, *[blank] * (_FRAMES_PER_ROW - len(self._pictures))])
        for colour, thick in (((0, 0, 0), 4), ((255, 255, 255), 1)):
            cv2.putText(
                row, title, (10, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.7, colour, thick, cv2.LINE_AA
            )
        return row
