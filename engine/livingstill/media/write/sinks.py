"""The sink of each format: a writer that takes frames one by one and completes a file."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, Protocol

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.media import metadata as xmp
from livingstill.media.formats import Encoding


class Loop(NamedTuple):
    """A clip whose end joins its start: its frames, and the mean difference of one to the next there.

    ``step`` is in levels.
    """

    frames: int
    step: float


class Sink(Protocol):
    """A writer of frames to one file, complete after ``finish``, released by ``abort``."""

    def write(self, packed: PackedRGBA) -> None:
        """Take the next frame, (H, W) uint32, bytes R, G, B, A from the lowest, premultiplied.

        Or what ``hold`` made of it, for sinks that have one.
        """
        ...

    def finish(self) -> None:
        """Complete the file."""
        ...

    def abort(self) -> None:
        """Release what is held, complete or not."""
        ...


class Opener(Protocol):
    """A factory of sinks for one file: ``open_sink`` with metadata and sound bound."""

    def __call__(
        self, path: Path | None, size: tuple[int, int], fps: Fraction, encoding: Encoding
    ) -> Sink:
        """Return a sink that writes to ``path``, None = standard output."""
        ...


def open_sink(
    path: Path | None,
    size: tuple[int, int],
    fps: Fraction,
    encoding: Encoding,
    *,
    metadata: Mapping[str, str],
    sound: Float32Array | None = None,
    loop: Loop | None = None,
) -> Sink:
    """Return the writer of one file at ``path``; None is standard output, for raw frames only.

    ``loop`` is as for ``VideoFile``.
    """
    sink = _format_sink(path, size, fps, encoding, metadata, sound, loop)
    if encoding.format.suffix == ".MP.jpg":  # which signs both its parts itself
        return sink
    return XmpSink(sink, path, encoding.format.suffix, metadata) if path and metadata else sink


class XmpSink:
    """A sink whose complete file gets the XMP packet of ``metadata``."""

    def __init__(self, sink: Sink, path: Path, suffix: str, metadata: Mapping[str, str]) -> None:
        self._sink, self._path, self._suffix, self._metadata = sink, path, suffix, metadata
        self.write = sink.write
        self.abort = sink.abort
        if hasattr(sink, "hold"):
            self.hold = sink.hold

    def finish(self) -> None:
        """Complete the file, then sign it."""
        self._sink.finish()
        with self._path.open("r+b") as file:
            xmp.embed(file, self._suffix, self._metadata)


def _format_sink(
    path: Path | None,
    size: tuple[int, int],
    fps: Fraction,
    encoding: Encoding,
    metadata: Mapping[str, str],
    sound: Float32Array | None,
    loop: Loop | None,
) -> Sink:
    suffix = encoding.format.suffix
    if suffix in {".y4m", ".rgb"} or path is None:
        from livingstill.media.write.raw import Raw

        return Raw(path, size, fps, encoding)
    if suffix == ".gif":
        from livingstill.media.write.gif import Gif

        return Gif(path, size, fps, encoding, loop)
    if suffix == ".webp":
        from livingstill.media.write.webp import WebP

        return WebP(path, size, fps, encoding)
    if suffix == ".MP.jpg":
        from livingstill.media.write.motion_photo import MotionPhoto

        return MotionPhoto(path, size, fps, encoding, metadata, sound, loop)
    from livingstill.media.write.video import VideoFile

    return VideoFile(path, size, fps, encoding, metadata, sound, loop)
