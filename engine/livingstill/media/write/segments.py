"""Segments of a video that are encoded apart and joined packet by packet, without being decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from livingstill.core.errors import LivingStillError
from livingstill.core.model import PackedRGBA, UInt8Array
from livingstill.io.files import atomic_write
from livingstill.media.formats import Codec, Encoding, Format, choose
from livingstill.media.sound import Samples, Track
from livingstill.media.write.video import VideoFile

LOSSLESS = Encoding(
    Format(".nut", "nut", ("magicyuv",), "frames that are decoded once more"),
    Codec("magicyuv", "magicyuv", "yuv420p", "lossless, quick to read and to write"),
    "yuv420p",
    {},
)
"""How frames are kept that a dissolve will take up: losslessly, in the planes that they are encoded from.
H.264 with a quantiser of 0 takes two thirds of the space and twice the time, FFV1 five times."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named part of a video, from ``start`` to ``end`` in frames."""

    title: str
    start: int
    end: int


@contextmanager
def lossless(
    path: Path, size: tuple[int, int], fps: Fraction
) -> Iterator[Callable[[PackedRGBA], None]]:
    """Give a function that adds a frame to a lossless segment, which is there when the block ends."""
    with atomic_write(path, overwrite=True) as part:
        video = VideoFile(part, size, fps, LOSSLESS, {})
        try:
            yield video.write
            video.finish()
        except BaseException:
            video.abort()
            raise


def dissolve(
    before: Path,
    after: Path,
    target: Path,
    count: int,
    size: tuple[int, int],
    fps: Fraction,
    encoding: Encoding,
) -> None:
    """Encode the dissolve from the ``count`` frames of one lossless segment into those of another.

    The weight eases in and out; the levels of the planes are blended, which are gamma-encoded like
    every cross-dissolve of broadcast.
    """
    video = VideoFile(target, size, fps, encoding, {})
    try:
        for index, (old, new) in enumerate(zip(_frames(before), _frames(after), strict=True)):
            u = (index + 1) / (count + 1)
            video.write(_blend(old, new, round(256 * u * u * (3 - 2 * u))))
        video.finish()
    except BaseException:
        video.abort()
        raise


def _frames(path: Path) -> Iterator[Any]:
    with av.open(str(path)) as container:
        yield from container.decode(video=0)


def _blend(old: Any, new: Any, weight: int) -> Any:
    """Return two 4:2:0 frames blended, ``weight`` of 256 of the new one."""
    frame = av.VideoFrame(old.width, old.height, "yuv420p")
    for a, b, out in zip(old.planes, new.planes, frame.planes):
        first, second = (_rows(plane).astype(np.uint16) for plane in (a, b))
        _rows(out)[...] = (first * (256 - weight) + second * weight + 128) >> 8
    return frame


def _rows(plane: Any) -> UInt8Array:
    """Return a plane's pixels, (h, w) uint8, without the padding of its rows."""
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


class JoinedVideo:
    """One MP4 file of segments encoded alike, with sound and chapters; ``finish`` completes it.

    Every segment begins with a key frame and has the codec's delay in common with all others, so
    the time stamps of one continue those of the one before.
    """

    def __init__(
        self,
        path: Path,
        first: Path,
        fps: Fraction,
        metadata: Mapping[str, str],
        sound: Samples | None = None,
        chapters: Sequence[Chapter] = (),
    ) -> None:
        format_ = choose("reel.mp4").format
        self._step, self._frames = 1 / fps, 0
        options = {"fflags": "+bitexact", **format_.options}
        self._container = av.open(str(path), "w", format="mp4", container_options=options)
        try:
            self._container.metadata.update(metadata)
            with av.open(str(first)) as segment:
                picture = segment.streams.video[0]
                self._head = bytes(picture.codec_context.extradata or b"")
                self._stream = self._container.add_stream_from_template(picture)
            self._stream.time_base = self._step
            self._track = (
                Track(self._container, format_.sound, sound) if sound is not None else None
            )
            self._container.set_chapters(
                [_chapter(i, one, self._step) for i, one in enumerate(chapters)]
            )
            self._container.start_encoding()
        except BaseException:
            self.abort()
            raise

    def add(self, path: Path) -> None:
        """Append a segment.

        Raises
        ------
        LivingStillError
            If it was encoded otherwise than the first one.
        """
        with av.open(str(path)) as segment:
            picture = segment.streams.video[0]
            if bytes(picture.codec_context.extradata or b"") != self._head:
                raise LivingStillError(
                    f"segment {path.name} is encoded otherwise than the first one"
                )
            packets = [packet for packet in segment.demux(picture) if packet.size]
            first, delay = packets[0].pts, packets[0].pts - packets[0].dts
            tick = round(self._step / picture.time_base)
            for index, packet in enumerate(packets):
                pts = self._frames + round((packet.pts - first) / tick)
                packet.stream = self._stream
                packet.time_base = self._step
                packet.pts, packet.dts = pts, self._frames + index - round(delay / tick)
                packet.duration = 1
                self._container.mux(packet)
                if self._track is not None:
                    self._track.write_until(float((self._frames + index) * self._step))
        self._frames += len(packets)

    def finish(self) -> None:
        """Complete the file."""
        if self._track is not None:
            self._track.finish()
        self._container.close()

    def abort(self) -> None:
        """Let go of the file, whatever state it is in."""
        with suppress(OSError):
            self._container.close()


def _chapter(index: int, chapter: Chapter, step: Fraction) -> dict[str, Any]:
    return {
        "id": index,
        "start": chapter.start,
        "end": chapter.end,
        "time_base": step,
        "metadata": {"title": chapter.title},
    }
