"""The continuity report of any clip: decode, measure, judge, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Progress, SilentProgress, UInt8Array
from livingstill.io.files import atomic_write, check_target
from livingstill.media import carried, clip_reader
from livingstill.photo import read
from livingstill.quality import no_reference, registration, report
from livingstill.quality import verdict as director
from livingstill.quality.events import Event, find_events
from livingstill.quality.faults.boil import Boil

REPORTS = (".html", ".htm", ".json")


_PLAIN_FRAME = 6.0
"""Standard deviation, levels, below which a frame shows too little to find the still in..."""
PLAIN_OPENING = 12
"""...of so many frames at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """The photo that a clip was made of, and the file it is from."""

    path: Path
    rgb: UInt8Array

    @classmethod
    def read(cls, path: Path) -> Still:
        """Read a photo.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        return cls(path, read.read_photo(path).rgb)


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """A clip's series, the seconds of its frames, and the part of the still that it shows."""

    series: no_reference.Series
    times: tuple[float, ...]
    crop: registration.Crop | None


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """A verdict, the series it rests on, and what reading the clip showed."""

    verdict: director.Verdict
    series: no_reference.Series
    notes: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """The faults, those that are one event together, worst first."""
        verdict = self.verdict
        return find_events(verdict.faults, verdict.frames, verdict.size, verdict.fps)


@dataclass(frozen=True, slots=True, eq=False)
class RescueOutcome:
    """What became of a clip: sentences, and the frames that were written."""

    lines: tuple[str, ...]
    frames: Callable[[], Iterable[UInt8Array]]


def review(
    clip: Path,
    still: Path | None = None,
    *,
    loop: bool = False,
    progress: Progress | None = None,
) -> Review:
    """Measure a clip once and judge it, against the photo it was made of if ``still`` names one.

    ``loop`` says that the clip is meant to be seamless.

    Raises
    ------
    InputError
        If the clip or the still cannot be read, or the still is unlike the clip.
    """
    reader = clip_reader.ClipReader(clip)
    photo = Still.read(still) if still else None
    with (progress or SilentProgress()).stage("watching", reader.info.frames or 0) as step:
        series = measure(reader, photo, step).series
    return judge(reader, series, loop=loop)


def judge(
    reader: clip_reader.ClipReader, series: no_reference.Series, *, loop: bool = False
) -> Review:
    """Return the review of a clip from its series; notes of the verdict follow those of reading."""
    verdict = director.judge(series, loop=loop)
    unwatched = carried.carried(reader).unwatched
    seen = (note.message for note in verdict.notes)
    return Review(verdict, series, (*reader.notes, *unwatched, *seen))


def measure(
    reader: clip_reader.ClipReader,
    still: Still | None,
    step: Callable[[], object],
    *,
    force: bool = False,
) -> Measurement:
    """Measure every frame in one pass; the still is located in the first frame that shows something.

    ``step`` is called after each frame.

    Raises
    ------
    InputError
        If the clip has no frame, or the still is unlike it and not ``force``.
    """
    observer: no_reference.Observer | None = None
    crop: registration.Crop | None = None
    plain: list[UInt8Array] = []
    times: list[float] = []
    keys: list[bool] = []
    for frame in reader:
        times.append(frame.time)
        keys.append(frame.key)
        if observer is not None:
            observer.add(frame.rgb)
        elif still is not None and is_plain(frame.rgb) and len(plain) < PLAIN_OPENING - 1:
            plain.append(frame.rgb)
        else:
            crop = None if still is None else locate_still(still, frame.rgb, reader.path, force)
            observer = _observer(still, crop, [*plain, frame.rgb], float(reader.info.fps))
        step()
    if observer is None and plain:
        observer = _observer(None, None, plain, float(reader.info.fps))
    if observer is None:
        raise InputError(f"clip {reader.path} has no frame; give a clip with pictures in it")
    series = observer.series(float(reader.info.fps), times, keys)
    if Boil().suspects(series):
        # imported here: a network and all kinds of motion, which few clips ask for
        from livingstill.jobs.solid_tiles import with_solid_tiles

        series = with_solid_tiles(series, (observer.first_rgb, observer.last_rgb))
    return Measurement(series, tuple(times), crop)


def is_plain(frame: UInt8Array) -> bool:
    """Return whether a frame shows too little to find a still in."""
    return bool(frame[::4, ::4].std((0, 1)).max() < _PLAIN_FRAME)


def locate_still(
    still: Still,
    frame: UInt8Array,
    clip: Path,
    force: bool,
    remedy: str = "have `rescue` take it with --force",
) -> registration.Crop:
    """Return the part of the still that a frame shows.

    Raises
    ------
    InputError
        If the still is of something else, and not ``force``.
    """
    crop = registration.locate(still.rgb, frame)
    if not crop.recognised and not force:
        raise InputError(
            f"still {still.path} is unlike clip {clip} (likeness {crop.likeness:.2f}, "
            f"{registration.MIN_LIKENESS} is needed); name the still it was made of, or {remedy}"
        )
    return crop


def _observer(
    still: Still | None, crop: registration.Crop | None, frames: list[UInt8Array], fps: float
) -> no_reference.Observer:
    """Return an observer that has measured these frames, against the cropped still."""
    framed = None
    if still is not None and crop is not None:
        box = (crop.x, crop.y, crop.width, crop.height)
        framed = registration.resample_crop(still.rgb, box, frames[0].shape[1::-1])
    observer = no_reference.Observer(framed, fps)
    for frame in frames:
        observer.add(frame)
    return observer


def check_report(path: Path, overwrite: bool) -> None:
    """Raise InputError early for a report that could not be written.

    Raises
    ------
    InputError
        If its suffix is unknown, or as ``files.check_target``.
    """
    if path.suffix.lower() not in REPORTS:
        raise InputError(f"report {path} has no format we write; name it .html or .json")
    check_target(path, overwrite)


def write_report(
    review: Review,
    frames: Callable[[], Iterable[UInt8Array]],
    path: Path,
    title: str,
    overwrite: bool,
    rescue: RescueOutcome | None = None,
) -> None:
    """Write a review as HTML or JSON, by suffix; ``frames`` gives the clip's pictures again.

    ``rescue`` is what became of the clip, shown beside what it was.
    """
    html = path.suffix.lower() != ".json"
    worst = set(report.worst(review.verdict)) if html else set()
    outcome = None
    if rescue is not None:
        outcome = report.Outcome(rescue.lines, _pick(rescue.frames, worst))
    with atomic_write(path, overwrite) as part:
        if html:
            pictures = _pick(frames, worst)
            report.write_html(review.verdict, review.series, pictures, part, title, outcome)
        else:
            report.write_json(review.verdict, part, outcome)


def _pick(frames: Callable[[], Iterable[UInt8Array]], wanted: set[int]) -> dict[int, UInt8Array]:
    """Return the wanted of a clip's pictures by their index."""
    last = max(wanted, default=-1)
    pictures: dict[int, UInt8Array] = {}
    for index, frame in enumerate(frames() if wanted else ()):
        if index in wanted:
            pictures[index] = np.array(frame)
        if index >= last:
            break
    return pictures
