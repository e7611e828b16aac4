"""Encodes frames to a clip in a thread of its own; the file is complete or absent."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import numpy as np

from livingstill.core.errors import InputError, LivingStillError
from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.io import files
from livingstill.media.formats import PIPES, Encoding, choose
from livingstill.media.write import sinks
from livingstill.media.write.sinks import Loop, Sink

_MIN_BUFFERS, _MAX_BUFFERS, _BUFFERED_PIXELS = 2, 8, 2**24
"""Frames between the renderer and the encoder, as many as have so many pixels: either goes on while the other is
busy with what only one core can do, and two are enough where more would take much memory."""


def queue_length(size: tuple[int, int]) -> int:
    """Return how many frames of a size may be between the renderer and the encoder.

    >>> queue_length((1920, 1080)), queue_length((3840, 2160))
    (8, 2)
    """
    return max(_MIN_BUFFERS, min(_BUFFERED_PIXELS // (size[0] * size[1]), _MAX_BUFFERS))


def check_target(path: str | Path, overwrite: bool = False) -> None:
    """Refuse a clip early that could not be written at the end.

    Raises
    ------
    InputError
        If its format is unknown, it exists and ``overwrite`` is off, or its folder is missing or
        cannot be written.
    """
    text = str(path)
    if choose(text).format.suffix.startswith("%"):
        from livingstill.media.write import stills

        stills.check_target(Path(path), overwrite)
    elif text not in PIPES:
        files.check_target(Path(path), overwrite)
    elif os.isatty(1):
        raise InputError("standard output is a terminal; pipe the clip to a program or a file")


def exists(path: str | Path) -> bool:
    """Return whether a clip of this name, or a picture of this sequence, is there already."""
    text = str(path)
    if text in PIPES:
        return False
    if choose(text).format.suffix.startswith("%"):
        from livingstill.media.write import stills

        return os.path.lexists(stills.name_of(Path(path), 0))
    return os.path.lexists(path)


class Encoder:
    """Writes a clip; a context manager that leaves either the whole clip or nothing.

    ``size`` is (width, height); ``budget`` the largest file in bytes, met by search; ``sound`` is
    (n, 2) float32 at 48 kHz, left out where the format has none; ``metadata`` what the file says of
    itself; ``loop`` that its end joins its start. ``write`` takes what it needs of the frame and returns
    at once unless some frames wait already; what goes wrong in the thread is raised by the next ``write`` or at the end.

    >>> with Encoder("-", (16, 16), Fraction(30)):  # doctest: +SKIP
    ...     pass

    Raises
    ------
    InputError
        If the file cannot be written, or its format does not take the size.
    """

    def __init__(
        self,
        path: str | Path,
        size: tuple[int, int],
        fps: Fraction,
        encoding: Encoding | None = None,
        *,
        overwrite: bool = False,
        metadata: Mapping[str, str] | None = None,
        budget: int | None = None,
        sound: Float32Array | None = None,
        loop: Loop | None = None,
    ) -> None:
        self.path = str(path)
        self.size = size
        self.fps = Fraction(fps)
        self.encoding = encoding or choose(self.path)
        self.frames = 0
        self._overwrite = overwrite
        self._loop = loop
        self._metadata = dict(metadata or {})
        self._budget = budget
        self._sound = sound if self.encoding.format.sound else None
        self._free_slots: SimpleQueue[bool] = SimpleQueue()
        self._frame_queue: SimpleQueue[Any] = SimpleQueue()
        self._error: BaseException | None = None
        self._discarded = False
        self._ended = self._finished = False
        check_size(self.path, size, self.encoding)
        check_target(self.path, overwrite)

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        try:
            self._sink = self._open()
            self._copy_frame = getattr(self._sink, "hold", np.copy)
            for _ in range(queue_length(self.size)):
                self._free_slots.put(True)
            self._thread = threading.Thread(
                target=self._encode_frames, name="livingstill-encoder", daemon=True
            )
            self._thread.start()
        except BaseException as error:
            self._discard()
            self._error = error
            raise self._user_error() from None
        return self

    def _open(self) -> Sink:
        """Open the file under a temporary name, or standard output."""
        if self.encoding.format.suffix.startswith("%"):
            from livingstill.media.write.stills import Stills

            return Stills(Path(self.path), self.encoding, self._overwrite, self._metadata)
        make = partial(
            sinks.open_sink,
            metadata=self._metadata,
            sound=self._sound,
            loop=self._loop,
        )
        if self.path in PIPES:
            return make(None, self.size, self.fps, self.encoding)
        part = self._stack.enter_context(files.atomic_write(Path(self.path), self._overwrite))
        if self._budget is None:
            return make(part, self.size, self.fps, self.encoding)
        from livingstill.media.write.budget import Budget

        return Budget(part, self.size, self.fps, self.encoding, self._budget, make)

    @property
    def chosen(self) -> str:
        """What the search for a budget settled on, in words; empty without one."""
        return str(getattr(self._sink, "chosen", ""))

    def write(self, packed: PackedRGBA) -> None:
        """Hand over the next frame, (H, W) uint32, bytes R, G, B, A from the lowest."""
        if packed.shape != self.size[::-1]:
            raise InputError(
                f"frame {self.frames} is {packed.shape[1]}x{packed.shape[0]}; "
                f"it must be {self.size[0]}x{self.size[1]} like the clip"
            )
        if (
            not self._free_slots.get()
        ):  # the thread has stopped; say why, now and on every later call
            self._free_slots.put(False)
            raise self._user_error()
        self._frame_queue.put(self._copy_frame(packed))
        self.frames += 1

    def _encode_frames(self) -> None:
        """Encode queued frames until the end marker; runs in the thread."""
        try:
            while (frame := self._frame_queue.get()) is not None and not self._discarded:
                self._sink.write(frame)
                self._free_slots.put(True)
            if not self._discarded:
                self._sink.finish()
        except BaseException as error:
            self._error = error
            self._free_slots.put(False)

    def end(self) -> None:
        """Say that no more frames come, and do not wait for those that are still to be encoded."""
        if not self._ended:
            self._ended = True
            self._frame_queue.put(None)

    def finish(self) -> None:
        """Wait until every frame is encoded; the file keeps its temporary name until the end."""
        if not self._finished:
            self._finished = True
            self.end()
            self._thread.join()
            if self._error is not None:
                raise self._user_error()

    def _user_error(self) -> BaseException:
        """Return the thread's error as one for the user."""
        error = self._error
        if isinstance(error, BrokenPipeError):
            return InputError(f"clip {self.path}: the reader closed the pipe before the clip ended")
        if isinstance(error, OSError) and error.errno:
            reason = os.strerror(error.errno) if error.errno > 0 else str(error)
            return InputError(f"cannot write clip {self.path}: {reason}")
        return error or LivingStillError(f"the encoder of {self.path} has stopped")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.finish()
                self._place_pictures()
        except BaseException:
            self._discard()
            raise
        if kind is None:
            self._stack.close()  # the temporary name becomes the real one
        else:
            self._discard()

    def _place_pictures(self) -> None:
        """Give the pictures of a sequence their names."""
        if hasattr(self._sink, "place"):
            try:
                self._sink.place()
            except OSError as error:
                self._error = error
                raise self._user_error() from None

    def _discard(self) -> None:
        """Stop and leave nothing behind."""
        self._discarded = True
        self._frame_queue.put(None)
        if hasattr(self, "_thread") and self._thread.is_alive():
            self._thread.join()
        if hasattr(self, "_sink"):
            with suppress(Exception):  # a full disk refuses even the closing
                self._sink.abort()
        stop = _Discarded()
        with suppress(_Discarded):
            self._stack.__exit__(_Discarded, stop, None)


class _Discarded(Exception):  # noqa: N818  (nobody sees it)
    """Makes the temporary file's context manager remove it."""


def check_size(path: str, size: tuple[int, int], encoding: Encoding) -> None:
    """Refuse a frame size that the codec cannot take."""
    width, height = size
    if "420" in encoding.pixels and (width % 2 or height % 2):
        raise InputError(f"clip {path} is {width}x{height}; {encoding.codec.name} needs even sides")
    if "422" in encoding.pixels and width % 2:
        raise InputError(f"clip {path} is {width} wide; {encoding.codec.name} needs an even width")


class Tee:
    """Several clips from one render; like ``Encoder``, all of them or none."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self.encoders = tuple(encoders)

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        try:
            for encoder in self.encoders:
                self._stack.enter_context(encoder)
        except BaseException as error:
            self._stack.__exit__(type(error), error, None)
            raise
        return self

    def write(self, packed: PackedRGBA) -> None:
        """Hand the next frame to every clip."""
        for encoder in self.encoders:
            encoder.write(packed)

    def end(self) -> None:
        """Say that no more frames come."""
        for encoder in self.encoders:
            encoder.end()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:  # all complete before the first takes its name
                for encoder in self.encoders:
                    encoder.finish()
        except BaseException as failed:
            self._stack.__exit__(type(failed), failed, None)
            raise
        self._stack.__exit__(kind, error, trace)
