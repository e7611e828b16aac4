"""A clip in another's place: its size, time stamps, codec, colour tags and sound, other pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from livingstill.core.model import UInt8Array
from livingstill.io import files
from livingstill.media import clip_reader
from livingstill.media.formats import ENCODER_THREADS, Encoding, choose
from livingstill.media.write import encoder
from livingstill.media.write.video import taken

_CONTAINERS = {"mp4", "mov", "matroska", "webm"}
_NAMES = {"h264": "h264", "hevc": "h265", "vp9": "vp9", "av1": "av1", "libdav1d": "av1",
          "prores": "prores", "ffv1": "ffv1"}  # fmt: skip
_CRF = {"h264": 14.0, "h265": 16.0, "vp9": 18.0, "av1": 20.0}
"""Finer than for a clip of our own: most of these pictures have been coded before."""
_BICUBIC = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
_OWN = {"major_brand", "minor_version", "compatible_brands", "encoder"}


class Remuxer:
    """Writes the pictures of a clip anew, everything else as ``source`` has it.

    A context manager that leaves the whole clip or nothing. Between the containers mp4, mov, mkv
    and webm every time stamp is kept, with the time base, and the sound is copied packet by
    packet; other formats get the average rate and no sound. ``frames`` is how many pictures will
    come; ``short`` says that the source broke off there, so that its sound ends there too.
    ``notes`` says what could not be kept.

    Raises
    ------
    InputError
        If the output cannot be written.
    """

    def __init__(
        self,
        source: clip_reader.ClipReader,
        output: str | Path,
        frames: int,
        *,
        short: bool = False,
        overwrite: bool = False,
    ) -> None:
        self.notes: list[str] = []
        self._source, self._output = source, Path(output)
        self._count, self._short, self._overwrite = frames, short, overwrite
        self._encoding = self._chosen(str(output))

    def _chosen(self, output: str) -> Encoding:
        """Return the source's own codec where the output takes it."""
        told = self._source.info.codec
        name = _NAMES.get(told)
        format_ = choose(output).format
        if name not in format_.codecs:
            # a GIF is thinned out below its best quality
            chosen = choose(output, quality="high" if format_.suffix == ".gif" else "standard")
            if format_.muxer in _CONTAINERS:
                self.notes.append(f"{told} cannot be coded; the clip is in {chosen.codec.name}")
            return chosen
        return choose(output, codec=name, crf=_CRF.get(name))

    def __enter__(self) -> Self:
        info = self._source.info
        self._stack = ExitStack()
        self._writer: _Container | encoder.Encoder
        if keeps_time(self._source, self._output):
            part = self._stack.enter_context(files.replacing(self._output, self._overwrite))
            self._writer = _Container(
                self._source, part, self._encoding, self._count, self._short, self.notes
            )
        else:
            if info.audio:
                self.notes.append(
                    f"{self._encoding.format.suffix} files have no sound; it is left out"
                )
            size = (info.width, info.height)
            self._writer = encoder.Encoder(
                self._output, size, info.fps, self._encoding, overwrite=self._overwrite
            )
            self._stack.enter_context(self._writer)
        return self

    def write(self, rgb: UInt8Array) -> None:
        """Take the next picture, (h, w, 3) uint8."""
        if isinstance(self._writer, _Container):
            self._writer.write(rgb)
        else:
            opaque = np.full(rgb.shape[:2], 255, np.uint8)
            self._writer.write(np.dstack([rgb, opaque]).view(np.uint32)[..., 0])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if isinstance(self._writer, _Container):
                try:
                    if kind is None:
                        self._writer.finish()
                finally:
                    self._writer.abort()
        except BaseException as failed:  # a full disk may refuse even the closing
            self._stack.__exit__(type(failed), failed, failed.__traceback__)
            raise
        self._stack.__exit__(kind, error, trace)


def keeps_time(source: clip_reader.ClipReader, output: Path) -> bool:
    """Return whether time stamps and sound of a clip can be kept in a file of that name."""
    pictures = {"gif", "apng", "webp", "png", "jpg", "jpeg"}
    return choose(str(output)).format.muxer in _CONTAINERS and source.info.codec not in pictures


class _Container:
    """One video file beside another, through PyAV."""

    def __init__(
        self,
        source: clip_reader.ClipReader,
        part: Path,
        encoding: Encoding,
        count: int,
        short: bool,
        notes: list[str],
    ) -> None:
        self._stack = ExitStack()
        self._sounds: dict[int, Any] = {}
        self._index = 0
        try:
            self._given = self._stack.enter_context(
                av.open(str(source.path.resolve()), metadata_errors="replace")
            )
            picture = self._given.streams.video[0]
            self._stamps, self._lengths, self._tick = _stamps(source, count)
            options = {"fflags": "+bitexact", **encoding.format.options}
            if encoding.format.muxer in {"mp4", "mov"} and self._tick.numerator == 1:
                options["video_track_timescale"] = str(self._tick.denominator)
                # else the edit list rounds the length to milliseconds
                options["movie_timescale"] = str(self._tick.denominator)
            self._made = av.open(
                str(part), "w", format=encoding.format.muxer, container_options=options
            )
            self._stack.callback(self._made.close)
            told = {k: v for k, v in self._given.metadata.items() if k not in _OWN}
            self._made.metadata.update(told)
            self._stream = self._picture(picture, source.info, encoding)
            self._copied(notes)
            self._end = float(
                (self._stamps[-1] + self._lengths.get(self._stamps[-1], 0)) * self._tick
            )
            self._sound = self._packets(self._end if short else float("inf"))
            self._next = next(self._sound, None)
            with taken(encoding, (source.info.width, source.info.height), source.info.fps):
                self._made.start_encoding()
        except BaseException:
            self.abort()
            raise

    def _picture(self, picture: Any, info: clip_reader.ClipInfo, encoding: Encoding) -> Any:
        """Add the picture track, tagged as the source's."""
        given = picture.codec_context
        options = {"flags": "+bitexact", **encoding.options}
        if encoding.codec.name == "vp9":
            options["b"] = "0"
        stream = self._made.add_stream(encoding.codec.encoder, rate=info.fps, options=options)
        stream.time_base = self._tick
        stream.metadata.update({k: v for k, v in picture.metadata.items() if k == "language"})
        context = stream.codec_context
        context.width, context.height = info.width, info.height
        context.time_base = self._tick
        context.thread_count = ENCODER_THREADS
        takes = [format_.name for format_ in context.codec.video_formats or ()]
        context.pix_fmt = given.pix_fmt if given.pix_fmt in takes else encoding.pixels
        if given.sample_aspect_ratio:
            context.sample_aspect_ratio = Fraction(1)  # decoding made the pixels square
        if encoding.codec.name == "h265" and encoding.format.muxer in {"mp4", "mov"}:
            context.codec_tag = "hvc1"
        context.color_primaries, context.color_trc = given.color_primaries, given.color_trc
        context.colorspace, context.color_range = given.colorspace, given.color_range
        # the same reading of an untagged clip as in decoding
        said = int(given.colorspace)
        space = said if said in {1, 4, 5, 6, 7, 9} else 1 if given.height >= 720 else 5
        self._space = Colorspace(5 if space == 6 else space)
        full = int(given.color_range) == 2 or context.pix_fmt.startswith("yuvj")
        self._range = ColorRange.JPEG if full else ColorRange.MPEG
        return stream

    def _copied(self, notes: list[str]) -> None:
        """Add every sound track that the file takes."""
        for track in self._given.streams.audio:
            name = track.codec_context.name if track.codec_context else "unknown"
            if name not in self._made.supported_codecs:
                notes.append(f"sound in {name} does not go into this kind of file; it is left out")
                continue
            made = self._made.add_stream_from_template(track)
            made.metadata.update({k: v for k, v in track.metadata.items() if k == "language"})
            self._sounds[track.index] = made

    def _packets(self, end: float) -> Iterator[Any]:
        """Yield the sound up to ``end`` seconds."""
        tracks = [t for t in self._given.streams.audio if t.index in self._sounds]
        packets = self._given.demux(*tracks) if tracks else iter(())
        while True:
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError, ValueError):
                return
            if packet is None:
                return
            if packet.dts is not None and _time(packet) < end:
                yield packet

    def write(self, rgb: UInt8Array) -> None:
        """Encode the next picture, after the sound that comes before it."""
        stamp = self._stamps[self._index]
        self._index += 1
        self._play(float(stamp * self._tick))
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        context = self._stream.codec_context
        if context.pix_fmt.startswith("yuv"):
            given = (context.color_primaries, context.color_trc, context.colorspace)
            frame = frame.reformat(
                format=context.pix_fmt,
                src_colorspace=self._space,
                dst_colorspace=self._space,
                src_color_range=ColorRange.JPEG,
                dst_color_range=self._range,
                interpolation=_BICUBIC,
            )
            frame.color_primaries, frame.color_trc, frame.colorspace = given
            frame.color_range = context.color_range
        else:
            frame = frame.reformat(format=context.pix_fmt)
        frame.pts, frame.time_base = stamp, self._tick
        frame.duration = self._lengths.get(stamp, 0)
        self._mux(self._stream.encode(frame))

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            packet.duration = self._lengths.get(packet.pts, packet.duration)
            self._made.mux(packet)

    def _play(self, until: float) -> None:
        """Copy the sound up to ``until`` seconds."""
        while self._next is not None and _time(self._next) <= until:
            self._next.stream = self._sounds[self._next.stream.index]
            self._made.mux(self._next)
            self._next = next(self._sound, None)

    def finish(self) -> None:
        """Complete the file."""
        self._mux(self._stream.encode(None))
        self._play(float("inf"))

    def abort(self) -> None:
        """Let go of both files; what is complete stays complete."""
        self._stack.close()


def _time(packet: Any) -> float:
    return float(packet.dts * packet.time_base)


def _stamps(
    source: clip_reader.ClipReader, count: int
) -> tuple[list[int], dict[int, int], Fraction]:
    """Return the pictures' time stamps, each one's length, and the unit of both.

    Where the source has none worth keeping, as in AVI, they are made from its average rate.
    """
    shown: dict[int, int] = {}
    with av.open(str(source.path.resolve()), metadata_errors="replace") as container:
        stream = container.streams.video[0]
        try:
            for packet in container.demux(stream):
                if packet.pts is not None and packet.size and not packet.is_discard:
                    shown[packet.pts] = packet.duration or 0
        except (av.error.FFmpegError, OSError, ValueError):
            pass  # the source breaks off; said in decoding
    stamps = sorted(shown)[:count]
    if len(stamps) < count:
        return list(range(count)), dict.fromkeys(range(count), 1), 1 / source.info.fps
    lengths = {here: there - here for here, there in pairwise(stamps)}
    usual = round(1 / source.info.fps / source.info.time_base)
    lengths[stamps[-1]] = shown[stamps[-1]] or usual
    return stamps, lengths, source.info.time_base
