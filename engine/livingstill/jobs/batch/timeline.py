"""Timelines of a batch's clips for editors, in the format of OpenTimelineIO.

Each folder and shape of frame gets one: its clips in order, cut hard with handles, or joined by the
tour's cross-dissolves. Media are named relative to the timeline, which lies beside them.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from livingstill.core.errors import InputError
from livingstill.io.files import atomic_write
from livingstill.jobs.batch.work import RECORDS, Task, load, store
from livingstill.media import clip_reader
from livingstill.settings.shot import expand_presets

TEXTS = ("title", "subtitle", "price", "address", "details")
"""Settings whose texts become markers."""


@dataclass(frozen=True, slots=True)
class Media:
    """A finished clip: its file, length in frames, rate, whether it sounds, and its texts by setting."""

    file: Path
    frames: int
    fps: Fraction
    sound: bool
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cut:
    """The frames that a clip shows on the timeline, and how many more it lends to each dissolve."""

    first: int
    count: int
    lead: int = 0
    tail: int = 0


def library() -> Any:
    """Return OpenTimelineIO.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return import_module("opentimelineio")
    except ImportError:
        raise InputError(
            "--timeline needs OpenTimelineIO; pip install 'livingstill[timeline]'"
        ) from None


def names(tasks: Iterable[Task]) -> dict[str, list[tuple[Task, str]]]:
    """Return the timelines of a batch by name, and the clips of each with their tasks, in order."""
    found: dict[str, list[tuple[Task, str]]] = {}
    for task in tasks:
        for output in task.outputs:
            shape = f"-{output.aspect.replace(':', 'x')}" if output.aspect else ""
            name = PurePosixPath(output.name).parent / f"timeline{shape}.otio"
            found.setdefault(name.as_posix(), []).append((task, output.name))
    return found


def check(folder: Path, tasks: Iterable[Task], overwrite: bool) -> None:
    """Refuse a batch's timelines early.

    Raises
    ------
    InputError
        If the library is not installed, or a file stands there that no batch wrote as it is now.
    """
    library()
    for name in names(tasks):
        path = folder / name
        known = load(folder / RECORDS / f"{name}.json").get("sha256")
        if path.exists() and not overwrite and known != _digest(path.read_bytes()):
            raise InputError(
                f"{path} was not made by a batch, or was changed since; give --overwrite to replace "
                "it, or another folder"
            )


def write_all(
    folder: Path,
    tasks: Iterable[Task],
    done: Iterable[str],
    handles: float,
    dissolve: float | None,
) -> list[dict[str, Any]]:
    """Write the timelines of the clips that are ``done``; return a record per timeline.

    ``dissolve`` is seconds of each cross-dissolve, None for hard cuts with ``handles`` seconds.
    """
    otio, finished, records = library(), set(done), []
    for name, members in names(tasks).items():
        clips = [_media(folder / clip, task) for task, clip in members if clip in finished]
        if not clips:
            continue
        title = PurePosixPath(name).parent.name or folder.resolve().name
        text = otio.adapters.write_to_string(build(clips, title, handles, dissolve), "otio_json")
        with atomic_write(folder / name, overwrite=True) as part:
            part.write_text(text + "\n", encoding="utf-8")
        record = {"output": name, "sha256": _digest((folder / name).read_bytes())}
        store(folder / RECORDS / f"{name}.json", record)
        records.append({**record, "clips": [clip.file.name for clip in clips]})
    return records


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _media(file: Path, task: Task) -> Media:
    """Return what the timeline must know of a clip."""
    info = clip_reader.info(file)
    frames = info.frames or round((info.duration or 0) * info.fps)
    values = {} if task.rescue else expand_presets(dict(task.values))
    texts = {key: str(values[key]) for key in TEXTS if values.get(key)}
    frames = frames or sum(1 for _ in clip_reader.frames(file))
    return Media(file, frames, info.fps, info.audio, texts)


def build(clips: Sequence[Media], name: str, handles: float, dissolve: float | None) -> Any:
    """Return a timeline of clips, with a track of pictures and, where any sounds, one of sound.

    ``handles`` and ``dissolve`` are as for ``write_all``.
    """
    otio = library()
    cuts = hard_cuts(clips, handles) if dissolve is None else dissolved_cuts(clips, dissolve)
    pictures = otio.schema.Track("pictures", kind=otio.schema.TrackKind.Video)
    for index, (media, cut) in enumerate(zip(clips, cuts)):
        if index and cut.lead + cuts[index - 1].tail:
            pictures.append(_transition(cuts[index - 1].tail, cut.lead, clips[index - 1], media))
        pictures.append(_clip(media, cut, marked=True))
    tracks = [pictures]
    if any(media.sound for media in clips):
        sound = otio.schema.Track("sound", kind=otio.schema.TrackKind.Audio)
        for media, cut in zip(clips, cuts):
            gap = otio.schema.Gap(source_range=_range(0, cut.count, media.fps))
            sound.append(_clip(media, cut) if media.sound else gap)
        tracks.append(sound)
    return otio.schema.Timeline(name, tracks=tracks)


def hard_cuts(clips: Sequence[Media], handles: float) -> list[Cut]:
    """Return each clip less ``handles`` seconds at either end; one shorter than four handles is whole."""
    cuts = []
    for media in clips:
        frames = round(handles * media.fps)
        frames = frames if 4 * frames <= media.frames else 0
        cuts.append(Cut(frames, media.frames - 2 * frames))
    return cuts


def dissolved_cuts(clips: Sequence[Media], dissolve: float) -> list[Cut]:
    """Return the cuts in the middle of cross-dissolves as long as those of a tour of the clips.

    A dissolve takes half a clip at most.
    """
    rate = Counter(media.fps for media in clips).most_common(1)[0][0]
    seconds = max(1, round(dissolve * rate)) / rate
    leads, tails = [0], list[int]()
    for before, after in pairwise(clips):
        overlap = min(seconds, before.frames / before.fps / 2, after.frames / after.fps / 2)
        tail = int(overlap * before.fps) // 2
        tails.append(tail)
        leads.append(max(0, round((overlap - tail / before.fps) * after.fps)))
    tails.append(0)
    return [
        Cut(lead, media.frames - lead - tail, lead, tail)
        for media, lead, tail in zip(clips, leads, tails)
    ]


def _transition(tail: int, lead: int, before: Media, after: Media) -> Any:
    """Return a dissolve over the ``lead`` frames before the cut and the ``tail`` frames behind it.

    Before the cut the next clip shows what it has before its first frame; behind it the last one
    shows what it has beyond its last.
    """
    otio = library()
    return otio.schema.Transition(
        "dissolve",
        otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=_time(lead, after.fps),
        out_offset=_time(tail, before.fps),
    )


def _clip(media: Media, cut: Cut, marked: bool = False) -> Any:
    """Return a clip of a track; its texts are markers over all that is shown, if ``marked``."""
    otio = library()
    shown = _range(cut.first, cut.count, media.fps)
    reference = otio.schema.ExternalReference(
        quote(os.fsencode(media.file.name)), _range(0, media.frames, media.fps)
    )
    markers = [
        otio.schema.Marker(text, shown, otio.schema.MarkerColor.GREEN, comment=key)
        for key, text in media.texts.items()
        if marked
    ]
    return otio.schema.Clip(
        os.fsencode(media.file.stem).decode("utf-8", "replace"),  # a name may be no text
        reference,
        shown,
        metadata={"livingstill": {"fps": str(media.fps)}},
        markers=markers,
    )


def _time(frames: int, fps: Fraction) -> Any:
    return library().opentime.RationalTime(frames, float(fps))


def _range(first: int, count: int, fps: Fraction) -> Any:
    return library().opentime.TimeRange(_time(first, fps), _time(count, fps))
