"""The rescue's part of the page: a clip is watched, judged, and kept, repaired or replaced."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from livingstill.core.errors import Cancelled, InputError
from livingstill.core.model import UInt8Array
from livingstill.imaging import exact
from livingstill.io.files import free_name
from livingstill.jobs import check
from livingstill.jobs.rescue.decision import choose
from livingstill.jobs.rescue.observation import Observation, observe
from livingstill.jobs.rescue.run import rescue
from livingstill.jobs.stages import Stages
from livingstill.media.clip_reader import ClipReader
from livingstill.quality.faults.detectors import fault_kind
from livingstill.settings.declare import checked
from livingstill.settings.rescue import RescueJob, RescueSettings
from PIL import Image

from livingstill_cli.studio import shots
from livingstill_cli.studio.channel import Channel, file_facts, sentence
from livingstill_cli.studio.handles import Stored
from livingstill_cli.studio.long_jobs import LongJobs, Steps
from livingstill_cli.studio.photo_page import FRAME_HEADER
from livingstill_cli.studio.pictures import jpeg

if TYPE_CHECKING:
    from livingstill_cli.studio.server import Studio

CLIP_SUFFIXES = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".gif", ".webp")
"""What a page may give as a clip."""

_WRITTEN_SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".gif", ".webp")
"""Formats that a rescued clip keeps; others become MP4."""

_SIDES = ((300, 960), (900, 640))
"""Up to so many frames, the longer side that they are shown at, pixels..."""
_SMALLEST_SIDE = 400
"""...and of clips that are longer still: a page keeps all frames in memory."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """What was watched: the clip, the still and whether it was forced upon it."""

    clip: str
    still: str | None
    force: bool


class RescuePage:
    """Answers what a page asks of a clip. Each public method is an operation of its name."""

    def __init__(self, channel: Channel, studio: Studio, jobs: LongJobs) -> None:
        self._channel, self._studio, self._jobs = channel, studio, jobs
        self._stale = Event()
        self._seen: tuple[_Watched, Observation] | None = None

    def stop(self) -> None:
        """End what is watched at its next frame."""
        self._stale.set()

    async def watch(self, message: dict[str, Any]) -> None:
        """Send a clip's frames and, if ``judge`` is true, its verdict."""
        self._stale.set()
        stale = self._stale = Event()
        serial = int(message["serial"]) & 0xFFFFFFFF
        clip = self._studio.handles.of(message["clip"])
        work = (
            (lambda: self._watch(serial, message, clip, stale))
            if message.get("judge")
            else (lambda: self._show(serial, message, clip, stale))
        )
        self._channel.background(lambda: self._guarded(serial, work), self._studio.previews)

    async def decide(self, message: dict[str, Any]) -> None:
        """Say what a rescue by other settings would do to the clip that was watched."""
        options = self._options(message)
        if self._seen is None or self._seen[0] != self._wanted(message, options):
            return  # it is being watched; the verdict will say
        observation = self._seen[1]
        answer = await self._channel.loop.run_in_executor(
            self._studio.helpers, _decision, observation, options
        )
        await self._channel.send({"type": "decision", "serial": message.get("serial"), **answer})

    async def rescue(self, message: dict[str, Any]) -> None:
        """Write the clip as it was decided, into the studio's folder."""
        handles, folder = self._studio.handles, self._studio.folder
        options = self._options(message)
        clip, still = handles.of(message["clip"]), self._still(message)
        suffix = clip.path.suffix.lower()
        suffix = suffix if suffix in _WRITTEN_SUFFIXES else ".mp4"
        stem = shots.stem_of(message.get("name"))

        def run(steps: Steps) -> dict[str, Any]:
            folder.mkdir(parents=True, exist_ok=True)
            output = free_name(folder / f"{stem}{suffix}")
            try:
                done = rescue(
                    clip.path, output, still.path if still else None, options, progress=steps
                )
            except Cancelled:
                output.unlink(missing_ok=True)
                raise
            except InputError as error:
                raise _named(error, clip, still) from None
            return {
                "type": "rescued",
                "files": [file_facts(output, handles.refer(output))],
                "folder": str(folder),
                "decision": done.decision,
                "rebuilt": list(done.rebuilt),
                "reasons": list(done.reasons),
                "notes": list(done.notes),
                "command": _command(folder, clip, still, options, output),
            }

        self._jobs.start("rescue", run)

    # in threads

    def _guarded(self, serial: int, work: Any) -> None:
        try:
            work()
        except Cancelled:
            pass
        except Exception as error:
            message = {"type": "error", "op": "watch", "serial": serial, "message": sentence(error)}
            self._channel.post(message)

    def _show(self, serial: int, message: Mapping[str, Any], clip: Stored, stale: Event) -> None:
        """Send the header and the frames of a clip."""
        try:
            reader = ClipReader(clip.path)
        except InputError as error:
            raise _named(error, clip) from None
        info = reader.info
        self._channel.post(
            {
                "type": "clip",
                "serial": serial,
                "clip": message["clip"],
                "name": clip.name,
                "size": [info.width, info.height],
                "frames": info.frames,
                "fps": float(info.fps),
            }
        )
        count = 0
        for count, data in enumerate(_jpegs(reader), 1):
            body = FRAME_HEADER.pack(serial, count - 1, 0) + data
            if stale.is_set() or not self._channel.push(body):
                raise Cancelled("another clip is watched")
        self._channel.post({"type": "clip-done", "serial": serial, "frames": count})

    def _watch(self, serial: int, message: dict[str, Any], clip: Stored, stale: Event) -> None:
        """Send a clip's frames, then measure it and send the verdict."""
        options, still = self._options(message), self._still(message)
        self._show(serial, message, clip, stale)
        photo = None
        try:
            photo = check.Still.read(still.path) if still else None
            watcher = _Watcher(self._channel, serial, stale)
            observation = observe(clip.path, photo, Stages(watcher), force=options.force)
        except InputError as error:
            raise _named(error, clip, still) from None
        self._seen = self._wanted(message, options), observation
        verdict = observation.review.verdict
        hues = {fault.kind: fault_kind(fault.kind).hue for fault in verdict.faults}
        self._channel.post(
            {
                "type": "verdict",
                "serial": serial,
                **verdict.to_dict(),
                "hues": hues,
                "notes": list(dict.fromkeys(observation.review.notes)),
                "decision": _decision(observation, options),
            }
        )

    # settings

    def _options(self, message: Mapping[str, Any]) -> RescueJob:
        values = dict(message.get("settings") or {})
        unknown = next((key for key in values if key not in RescueSettings.model_fields), None)
        if unknown is not None:
            raise InputError(f"no setting of a rescue is called '{unknown}'")
        return checked(RescueJob, {**values, "threads": self._studio.threads})

    def _still(self, message: Mapping[str, Any]) -> Stored | None:
        still = message.get("still")
        return None if still is None else self._studio.handles.of(still)

    @staticmethod
    def _wanted(message: Mapping[str, Any], options: RescueJob) -> _Watched:
        return _Watched(str(message["clip"]), message.get("still"), options.force)


class _Watcher(Steps):
    """Progress of a measuring pass, which ends once another clip is wanted."""

    def __init__(self, channel: Channel, serial: int, stale: Event) -> None:
        super().__init__(channel, "watch")
        self._serial, self._stale = serial, stale

    def _tell(self, done: int, total: int, stage: str) -> None:
        self.cancelled = self._stale.is_set()
        super()._tell(done, total, stage)


def is_clip(path: Path) -> bool:
    """Return whether a file is a clip and no photo, by its suffix; a WebP may be either.

    >>> is_clip(Path("a.mp4")), is_clip(Path("a.jpg"))
    (True, False)
    """
    if path.suffix.lower() != ".webp":
        return path.suffix.lower() in CLIP_SUFFIXES
    try:
        with Image.open(path) as image:
            return bool(getattr(image, "is_animated", False))
    except OSError:
        return False


def _jpegs(reader: ClipReader) -> Iterator[bytes]:
    """Yield the frames of a clip as JPEG, small enough for a page to keep all of them."""
    frames = reader.info.frames or 0
    side = next((side for most, side in _SIDES if frames <= most), _SMALLEST_SIDE)
    scale = min(1.0, side / max(reader.info.width, reader.info.height))
    size = tuple(max(16, round(n * scale)) for n in (reader.info.width, reader.info.height))
    for frame in reader:
        rgb: UInt8Array = frame.rgb
        small = np.asarray(exact.resize_area(rgb, size), np.uint8) if scale < 1 else rgb
        yield jpeg(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), np.uint8))


def _decision(observation: Observation, options: RescueJob) -> dict[str, Any]:
    """Return what a rescue would do, why, and the frames that a repair would rebuild."""
    try:
        plan = choose(observation, options)
    except InputError as error:
        return {"word": "", "reasons": [str(error)], "rebuild": []}
    return {
        "word": plan.decision,
        "reasons": list(plan.reasons),
        "rebuild": np.flatnonzero(plan.rebuild).tolist() if plan.decision == "repair" else [],
    }


def _named(error: InputError, *files: Stored | None) -> InputError:
    """Return an error that calls files what their user calls them."""
    text = str(error)
    for stored in filter(None, files):
        text = text.replace(str(stored.path), stored.name)
    return InputError(text)


def _command(
    folder: Path, clip: Stored, still: Stored | None, options: RescueJob, output: Path
) -> str:
    """Return the command that makes the same clip: of files that were uploaded, by their names."""

    def named(stored: Stored) -> str:
        return stored.name if stored.own else os.path.relpath(stored.path, folder)

    words = ["livingstill", "rescue", named(clip)]
    words += ["--still", named(still)] if still else []
    words += ["-o", output.name]
    for key, field in RescueSettings.model_fields.items():
        value = getattr(options, key)
        if value != field.default:
            option = f"--{key.replace('_', '-')}"
            words += [option] if value is True else [option, f"{value}"]
    return shlex.join(words)
