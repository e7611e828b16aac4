"""The continuity report of any clip: decode, measure, judge, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Progress, Silent, UInt8Array
from livingstill.io.files import check_target, replacing
from livingstill.media import clip_reader
from livingstill.photo import read
from livingstill.quality import no_reference, registration, report
from livingstill.quality import verdict as director

REPORTS = (".html", ".htm", ".json")


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """A verdict, the series it rests on, and what reading the clip showed."""

    verdict: director.Verdict
    series: no_reference.Series
    notes: tuple[str, ...] = ()


def review(
    clip: Path,
    still: Path | None = None,
    *,
    loop: bool = False,
    progress: Progress | None = None,
) -> Review:
    """Watch a clip once and judge it, against the photo it was made of if ``still`` names one.

    ``loop`` says that the clip is meant to be seamless.

    Raises
    ------
    InputError
        If the clip or the still cannot be read.
    """
    opened = clip_reader.ClipReader(clip)
    photo = read.read_photo(still).rgb if still else None
    observer: no_reference.Observer | None = None
    times: list[float] = []
    keys: list[bool] = []
    with (progress or Silent()).stage("watching", opened.info.frames or 0) as step:
        for frame in opened:
            if observer is None:
                framed = None if photo is None else registration.framed(photo, frame.rgb)
                observer = no_reference.Observer(framed)
            observer.look(frame.rgb)
            times.append(frame.time)
            keys.append(frame.key)
            step()
    if observer is None:
        raise InputError(f"clip {clip} has no frame; give a clip with pictures in it")
    series = observer.series(float(opened.info.fps), times, keys)
    return Review(director.judge(series, loop=loop), series, tuple(opened.notes))


def check_report(path: Path, overwrite: bool) -> None:
    """Refuse early a report that could not be written.

    Raises
    ------
    InputError
        If its suffix is unknown, or as ``files.check_target``.
    """
    if path.suffix.lower() not in REPORTS:
        raise InputError(f"report {path} has no format we write; name it .html or .json")
    check_target(path, overwrite)


def write_report(
    found: Review,
    frames: Callable[[], Iterable[UInt8Array]],
    path: Path,
    title: str,
    overwrite: bool,
) -> None:
    """Write a review as HTML or JSON, by suffix; ``frames`` gives the clip's pictures again."""
    with replacing(path, overwrite) as part:
        if path.suffix.lower() == ".json":
            report.write_json(found.verdict, part)
            return
        wanted = set(report.worst(found.verdict))
        last = max(wanted, default=-1)
        shown: dict[int, UInt8Array] = {}
        for index, frame in enumerate(frames() if wanted else ()):
            if index in wanted:
                shown[index] = np.array(frame)
            if index >= last:
                break
        report.write_html(found.verdict, found.series, shown, part, title)
