"""A reel's files from its segments: packets joined, sound, chapters, pictures, subtitles."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from livingstill.core.model import Float32Array
from livingstill.io.files import atomic_write
from livingstill.jobs.certificate import Certificate, combine
from livingstill.jobs.reel import subtitles
from livingstill.jobs.reel.certified import of_record
from livingstill.jobs.reel.dissolve import between
from livingstill.jobs.reel.piece import Piece
from livingstill.jobs.reel.plan import Plan
from livingstill.jobs.reel.shot import (
    BRANDED,
    SHARED,
    ShotValues,
    cover_name,
    file_name,
)
from livingstill.media import metadata as xmp
from livingstill.media.write.segments import Chapter, JoinedVideo
from livingstill.settings.reel import ReelSettings

NAME = "reel"
"""Beginning of the names of all files of a reel."""


TEXTS = (".srt", ".vtt")
"""Suffixes of the subtitles."""


def video_name(shape: str, twin: str, twins: Sequence[str]) -> str:
    """Return the name of the reel of one shape; of twins the one without branding says so.

    >>> video_name("9:16", "plain", ("branded", "plain"))
    'reel-9x16-unbranded.mp4'
    """
    return f"{stem_of(shape, twin, twins)}.mp4"


def stem_of(shape: str, twin: str, twins: Sequence[str]) -> str:
    """Return the name of a reel without its suffix."""
    plain = "-unbranded" if twin != BRANDED and BRANDED in twins else ""
    return f"{NAME}-{shape.replace(':', 'x')}{plain}"


def segments_of(pieces: Sequence[Piece], shape: str, twin: str) -> list[Path]:
    """Return the segments of one reel in order: shots, and the dissolves between them."""
    parts: list[Path] = []
    for index, piece in enumerate(pieces):
        values, folder = ShotValues.of(piece.values), Path(piece.folder)
        joint = between(pieces[index - 1], piece) if index else None
        if joint is not None:
            which = twin if twin in values.ends() else SHARED
            parts.append(folder / file_name(joint.name, shape, "body", which))
        body = twin if twin in values.bodies() else SHARED
        parts.append(folder / file_name(piece.name, shape, "body", body))
    return parts


def certificate_of(
    pieces: Sequence[Piece], records: Mapping[str, Mapping[str, Any]], shape: str, twin: str
) -> Certificate:
    """Return the certificate of one reel from the records of its shots."""
    parts = []
    for piece in pieces:
        values = ShotValues.of(piece.values)
        body = twin if twin in values.bodies() else SHARED
        record = records[piece.name]["certificates"][shape][body]
        parts.append((of_record(record), values.span.frames))
    return combine(parts)


def write_video(
    target: Path,
    parts: Sequence[Path],
    plan: Plan,
    settings: ReelSettings,
    sound: Float32Array | None,
    fields: Mapping[str, str],
) -> None:
    """Join segments into one file with sound and chapters; ``fields`` are its metadata."""
    with atomic_write(target, overwrite=True) as part:
        chapters = chapters_of(plan, settings)
        video = JoinedVideo(part, parts[0], plan.fps, fields, sound, chapters)
        try:
            for segment in parts:
                video.add(segment)
            video.finish()
        except BaseException:
            video.abort()
            raise
        with part.open("r+b") as file:
            xmp.embed(file, ".mp4", fields)


def chapters_of(plan: Plan, settings: ReelSettings) -> list[Chapter]:
    """Return a chapter for every room, one for neighbours of one name, and one for the closing card."""
    chapters: list[Chapter] = []
    for number, stop in enumerate(plan.stops, 1):
        title = stop.photo.caption or f"Room {number}"
        if chapters and chapters[-1].title == title:
            chapters[-1] = Chapter(title, chapters[-1].start, stop.last)
        else:
            chapters.append(Chapter(title, stop.first, stop.last))
    if plan.closing < plan.frames:
        chapters.append(
            Chapter(settings.address or settings.title or "At a glance", plan.closing, plan.frames)
        )
    return chapters


def write_subtitles(folder: Path, plan: Plan) -> list[str]:
    """Write the subtitles in both formats; return the names of the files.

    Where there are none, those of an earlier reel in the folder are removed.
    """
    found = subtitles.cues(plan)
    if not found:
        for suffix in TEXTS:
            (folder / f"{NAME}{suffix}").unlink(missing_ok=True)
        return []
    texts = {f"{NAME}.srt": subtitles.subrip(found), f"{NAME}.vtt": subtitles.webvtt(found)}
    for name, text in texts.items():
        with atomic_write(folder / name, overwrite=True) as part:
            part.write_text(text, encoding="utf-8")
    return list(texts)


def copy_cover(first: Piece, shape: str, twin: str, target: Path) -> None:
    """Put the picture of the opening beside a reel."""
    values = ShotValues.of(first.values)
    version_ = twin if twin in values.bodies() else SHARED
    with atomic_write(target, overwrite=True) as part:
        shutil.copyfile(Path(first.folder) / cover_name(first.name, shape, version_), part)
