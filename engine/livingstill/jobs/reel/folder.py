"""The files of a reel: which they are, whose they are, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.io.files import atomic_write
from livingstill.jobs import certificate, credentials
from livingstill.jobs.batch.work import RECORDS, load, store
from livingstill.jobs.credentials import SigningFiles
from livingstill.jobs.reel import assembly, music, pieces
from livingstill.jobs.reel.certified import metadata
from livingstill.jobs.reel.prepare import PreparedReel
from livingstill.jobs.reel.shots import RenderedShots
from livingstill.jobs.stages import Stages
from livingstill.settings.reel import ReelSettings

_SEGMENTS = ("shot-", "closing-", "dissolve-")
"""Beginnings of the names of what is of no use once the reels are finished."""


@dataclass(frozen=True, slots=True)
class ReelFolder:
    """The reels of these settings in a folder, signed with the user's files if any are given."""

    folder: Path
    settings: ReelSettings
    signing: SigningFiles | None = None

    @property
    def work(self) -> Path:
        """The folder of the segments and their records."""
        return self.folder / RECORDS / "reel"

    @property
    def _record(self) -> Path:
        return self.folder / RECORDS / "reel.json"

    def made(self) -> frozenset[Path]:
        """Return the files that reels have written into the folder, resolved."""
        return frozenset(
            (self.folder / name).resolve() for name in load(self._record).get("made", ())
        )

    def check_ours(self) -> None:
        """Refuse to replace a file that no reel made, before any work.

        Raises
        ------
        InputError
            If there is one.
        """
        made = load(self._record).get("made", ())
        for name in self._possible():
            if name not in made and (self.folder / name).exists():
                raise InputError(
                    f"{self.folder / name} was not made by a reel; give --overwrite to replace it, "
                    "or another folder"
                )

    def is_finished(self, digest: str) -> bool:
        """Return whether the reels stand there as ``digest`` says they are made."""
        record = load(self._record)
        names = record.get("files", ())
        return record.get("digest") == digest and all((self.folder / n).is_file() for n in names)

    def write(self, prepared: PreparedReel, produced: RenderedShots, stages: Stages) -> None:
        """Write every reel with its certificate and its picture, and the subtitles."""
        settings, planned, twins = self.settings, produced.plan, pieces.twins_of(self.settings)
        self._claim()
        track = None
        if prepared.recording is not None:
            track = music.ended(prepared.recording, planned.seconds, settings.music_fade)
        photos = list(dict.fromkeys(stop.photo.entry.photo for stop in planned.stops))
        with stages("reels", len(settings.aspect) * len(twins)) as step:
            for shape in settings.aspect:
                for twin in twins:
                    target = self.folder / assembly.video_name(shape, twin, twins)
                    certified = assembly.certificate_of(
                        produced.shots, produced.records, shape, twin
                    )
                    parts = assembly.segments_of(produced.shots, shape, twin)
                    fields = metadata(certified)
                    assembly.write_video(target, parts, planned, settings, track, fields)
                    if self.signing is not None:
                        credentials.sign(target, certified, photos, self.signing)
                    certificate.write(certified, str(target), overwrite=True)
                    cover = target.with_suffix(".jpg")
                    assembly.copy_cover(produced.shots[0], shape, twin, cover)
                    step()
        assembly.write_subtitles(self.folder, planned)

    def files(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the reels, and of what lies beside them."""
        videos, beside = self._names()
        texts = [name for name in self._texts() if (self.folder / name).is_file()]
        return videos, (*beside, *texts)

    def report(self, told: dict[str, Any], digest: str, *, complete: bool) -> None:
        """Write ``reel.json`` and note that all is finished.

        The segments are removed, unless photos failed that another run may succeed with.
        """
        with atomic_write(self.folder / "reel.json", overwrite=True) as part:
            text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
            part.write_text(text, encoding="utf-8", errors="backslashreplace")
        files = [name for group in self.files() for name in group]
        store(self._record, {**load(self._record), "digest": digest, "files": files})
        for path in self.work.iterdir() if complete else ():
            if path.name.startswith(_SEGMENTS):
                path.unlink()

    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        settings, twins = self.settings, pieces.twins_of(self.settings)
        stems = [assembly.stem_of(s, twin, twins) for s in settings.aspect for twin in twins]
        ends = (".jpg", ".certificate.json", ".certificate.txt")
        return tuple(f"{stem}.mp4" for stem in stems), tuple(
            f"{s}{end}" for s in stems for end in ends
        )

    def _texts(self) -> Sequence[str]:
        return [f"{assembly.NAME}{suffix}" for suffix in assembly.TEXTS]

    def _possible(self) -> list[str]:
        """Return the names of all files that this reel may write."""
        videos, beside = self._names()
        return [*videos, *beside, *self._texts(), f"{assembly.NAME}.json"]

    def _claim(self) -> None:
        """Note before the first file is written that all are a reel's, whatever happens then."""
        made = load(self._record).get("made", ())
        store(self._record, {"made": sorted({*made, *self._possible()})})
