"""One photo of a batch, in a process of its own: its clips, and a record beside each."""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

from livingstill.core.errors import InputError, LivingStillError
from livingstill.core.model import UInt8Array
from livingstill.core.threads import lazy
from livingstill.imaging import exact
from livingstill.io.files import atomic_write
from livingstill.settings.brand import FILES
from livingstill.settings.declare import checked
from livingstill.settings.shot import Shot, expand_presets

if TYPE_CHECKING:
    from livingstill.jobs.credentials import SigningFiles

RECORDS = ".livingstill"
"""Folder, in the batch's folder, of one record per clip: what it was made from and how it went."""

THUMBNAIL = 320
"""Width of the picture in a record, pixels."""


@dataclass(frozen=True, slots=True)
class Output:
    """One clip to make: its path below the batch's folder, and the shape of its frame."""

    name: str
    aspect: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One photo and its clips. ``values`` are keys of ``Shot``; ``folder`` is the batch's.

    ``completed`` are the names of outputs that are finished already: all outputs together decide
    how fine the scene is, so that a resumed batch makes the same clips. ``error`` is what was wrong
    with the row before any work began. With ``rescue``, ``photo`` is a clip to rescue and ``still``
    its picture. ``stem`` is what the names of the outputs begin with, ``row`` a digest of what the
    table's row says: both are recorded, so that finished clips keep their names.
    ``signing`` are the files by which the clips are signed.
    """

    photo: str
    folder: str
    outputs: tuple[Output, ...]
    values: Mapping[str, Any]
    error: str = ""
    completed: frozenset[str] = frozenset()
    rescue: bool = False
    still: str = ""
    stem: str = ""
    row: str = ""
    signing: SigningFiles | None = None

    @property
    def pending(self) -> tuple[Output, ...]:
        """The clips that are still to be made."""
        return tuple(output for output in self.outputs if output.name not in self.completed)

    def record(self, output: Output) -> Path:
        """Return where the record of an output is kept."""
        return Path(self.folder) / RECORDS / f"{output.name}.json"

    def beside(self, output: Output) -> tuple[Path, ...]:
        """Return the certificates that belong beside an output; none if the settings ask for none."""
        from livingstill.jobs import certificate

        if self.rescue or self.error:
            return ()
        shot = checked(Shot, expand_presets(dict(self.values)))
        target = str(Path(self.folder) / output.name)
        return certificate.beside(target) if certificate.wanted(shot) else ()

    def digest(self, output: Output) -> str:
        """Return what an output depends on: photo, settings, aspect, brand, font, logo and LUT."""
        sha = hashlib.sha256()
        try:
            values = expand_presets(dict(self.values))
        except InputError:  # the task will fail for it
            values = dict(self.values)
        for file in (self.photo, *filter(None, map(values.get, FILES))):
            try:
                sha.update(Path(file).read_bytes() if Path(file).is_file() else b"missing")
            except (OSError, TypeError, ValueError):
                sha.update(b"missing")
        settings_text = json.dumps([values, output.aspect], sort_keys=True, default=str)
        return hashlib.sha256(sha.digest() + settings_text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def load(path: Path) -> dict[str, Any]:
    """Return a record, or an empty one if there is none that can be read."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def store(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record in one piece."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path, overwrite=True) as part:
        part.write_text(json.dumps(record, indent=1, default=str) + "\n", encoding="utf-8")


def start_output(task: Task, output: Output) -> tuple[Path, dict[str, Any]]:
    """Clear the place of a clip and note that it is started; return the place and the record."""
    target = Path(task.folder) / output.name
    target.parent.mkdir(parents=True, exist_ok=True)
    for path in (target, *task.beside(output)):
        path.unlink(missing_ok=True)  # then what stands there in the end is this clip's
    record: dict[str, Any] = {
        "output": output.name,
        "photo": task.photo,
        "photo_sha256": file_digest(Path(task.photo)),
        "stem": task.stem,
        "row": task.row,
        "aspect": output.aspect,
        "state": "started",
        "signed": task.signing is not None,
        "digest": task.digest(output),
    }
    store(task.record(output), record)
    return target, record


def make(task: Task) -> list[dict[str, Any]]:
    """Render the clips of a task; return their records. What goes wrong is in the record."""
    start = time.perf_counter()
    records: list[dict[str, Any]] = []
    try:
        with interruptible():
            if task.error:
                raise InputError(task.error)
            for record in _task_records(task):
                records.append(record)
                store(task.record(Output(record["output"])), record)
    except Exception as error:
        recorded = {record["output"] for record in records}
        trace = "" if isinstance(error, LivingStillError) else traceback.format_exc()
        message = str(error) if isinstance(error, LivingStillError) else fault_sentence(error)
        for output in task.pending:
            if output.name not in recorded:
                records.append(failure(task, output, message, trace))
    for record in records:
        record["took"] = round((time.perf_counter() - start) / len(records), 2)
    return records


def _task_records(task: Task) -> Iterator[dict[str, Any]]:
    """Yield the records of a task's clips, animated or rescued."""
    if not task.rescue:
        return _animated_records(task)
    from livingstill.jobs.batch.rescue_row import rescue_records

    return rescue_records(task)


def failed_record(task: Task, output: Output, message: str, trace: str = "") -> dict[str, Any]:
    """Return the record of a clip that could not be made."""
    return {
        "output": output.name,
        "photo": task.photo,
        "aspect": output.aspect,
        "state": "failed",
        "error": message,
        **({"traceback": trace} if trace else {}),
    }


def failure(task: Task, output: Output, message: str, trace: str = "") -> dict[str, Any]:
    """Return the record of a clip that could not be made, and store it unless the disk is full."""
    record = failed_record(task, output, message, trace)
    with suppress(InputError, OSError):
        store(task.record(output), record)
    return record


def fault_sentence(error: Exception) -> str:
    """Return a sentence for an error that is no mistake of the user's."""
    if isinstance(error, MemoryError):
        return "there was not enough memory; use fewer workers or a smaller --size"
    return f"an internal fault ({type(error).__name__}: {error})"


def _animated_records(task: Task) -> Iterator[dict[str, Any]]:
    """Render the clips of one photo from one scene, the shape that enlarges it most first."""
    from livingstill.camera import framing
    from livingstill.jobs import certificate, credentials
    from livingstill.jobs.clip import reframe
    from livingstill.jobs.session import check_settings, prepare
    from livingstill.jobs.stages import Stages
    from livingstill.photo.read import read_with_settings

    shots = {
        output: checked(
            Shot,
            expand_presets({**task.values, **({"aspect": output.aspect} if output.aspect else {})}),
        )
        for output in task.outputs
    }
    stages = Stages()
    for shot in shots.values():
        check_settings(shot)
    with stages("photo"):
        photo = read_with_settings(task.photo, next(iter(shots.values())))

    def enlargement(output: Output) -> float:
        return framing.fit_photo_to(photo.size, shots[output]).scale

    first, *others = sorted(task.outputs, key=enlargement, reverse=True)
    scene = prepare(photo, shots[first], stages)
    for output in (first, *others):
        if output.name in task.completed:
            continue
        with stages("scene"):
            clip = scene if output is first else reframe(scene, shots[output].aspect)
        target, record = start_output(task, output)
        thumbnail = Thumbnail(clip.timeline.frames // 2)
        certify = None
        if task.beside(output) or task.signing:
            certify = lazy(partial(certificate.certify, clip))
        result = clip.save(str(target), on_frame=thumbnail.add, stages=stages, meanwhile=certify)
        if certify is not None:
            with stages("certificate"):
                credentials.certify_files(
                    certify(),
                    clip.shot,
                    [str(target)],
                    [Path(task.photo)],
                    task.signing,
                    overwrite=True,
                )
        yield record | {
            "state": "done",
            "size": list(clip.output_size),
            "fps": float(clip.timeline.fps),
            "duration": round(clip.timeline.seconds, 4),
            "bytes": target.stat().st_size,
            "camera": str(clip.shot.camera),
            "depth": clip.depth.source,
            "kinds": {region.label: round(region.share, 4) for region in clip.regions},
            "notes": [*clip.notes, *result.notes],
            "seconds": dict(stages.seconds),
            "continuity": result.figures,
            **({"certificate": certify().statement} if certify else {}),
            "thumbnail": thumbnail.text,
        }


class Thumbnail:
    """Keeps one frame of a clip as a small JPEG in base64."""

    def __init__(self, index: int) -> None:
        self._frames_left = index
        self.text = ""

    def add(self, rgb: UInt8Array) -> None:
        """Take in the next frame."""
        if self._frames_left == 0:
            height = max(1, round(THUMBNAIL * rgb.shape[0] / rgb.shape[1]))
            small = exact.resize_area(rgb, (THUMBNAIL, height))
            jpeg = cv2.imencode(
                ".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80]
            )[1]
            self.text = base64.b64encode(jpeg.tobytes()).decode("ascii")
        self._frames_left -= 1


_state = {"busy": False, "leaving": False}


@contextmanager
def interruptible() -> Iterator[None]:
    """While a task runs, an interrupt stops it and, when all is cleaned up, ends the process."""
    _state["busy"] = True
    try:
        yield
    finally:
        _state["busy"] = False
        if _state["leaving"]:
            os._exit(130)


def begin(threads: int) -> None:
    """Set a worker process up: its threads, and that it never outlives its parent."""
    from livingstill.core import threads as pool

    pool.limit(threads)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def leave() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=leave, name="livingstill-orphan", daemon=True).start()

    def stop(*_: object) -> None:
        if _state["leaving"]:  # once is enough: the cleaning up is not disturbed
            return
        _state["leaving"] = True
        if not _state["busy"]:
            os._exit(130)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    if hasattr(signal, "pthread_sigmask"):  # blocked from birth, see `pool`
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
