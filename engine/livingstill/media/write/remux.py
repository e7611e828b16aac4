"""Remuxes a clip with other pictures: its size, time stamps, codec, colour tags and sound are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from livingstill.core.model import UInt8Array
from livingstill.io import files
from livingstill.media import clip_reader
from livingstill.media.carried import refuse_rewriting
from livingstill.media.formats import ENCODER_THREADS, Encoding, choose
from livingstill.media.sound import Samples, Track
from livingstill.media.write import encoder
from livingstill.media.write.video import codec_errors_in_words, encoder_options

_CONTAINERS = {"mp4", "mov", "matroska", "webm"}
_NAMES = {"h264": "h264", "hevc": "h265", "vp9": "vp9", "av1": "av1", "libdav1d": "av1",
          "prores": "prores", "ffv1": "ffv1"}  # fmt: skip
_CRF = {"h264": 14.0, "h265": 16.0, "vp9": 18.0, "av1": 20.0}
"""Finer than for a clip of our own: most of these pictures have been coded before."""
_BICUBIC = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
_OWN_METADATA_KEYS = {"major_brand", "minor_version", "compatible_brands", "encoder"}


class Remuxer:
    """Writes new pictures into a clip whose time stamps, tags and sound are those of ``source``.

    A context manager that leaves the whole clip or nothing. Between the containers mp4, mov, mkv
    and webm every time stamp is kept, with the time base, and the sound is copied packet by
    packet; other formats get the average rate and no sound. ``frames`` is the number of pictures;
    ``truncated`` cuts the sound at the last of them, where the source ends early. ``order`` are
    the frames of the source, of which there are ``frames``, in whose place the pictures stand, where
    it is not all of them in their order: each stands as long as its frame did, and the sound is
    ``sound``. ``notes`` are sentences on what could not be kept.

    Raises
    ------
    InputError
        If the output cannot be written, or the source carries what would be lost.
    """

    def __init__(
        self,
        source: clip_reader.ClipReader,
        output: str | Path,
        frames: int,
        *,
        truncated: bool = False,
        overwrite: bool = False,
        order: Sequence[int] | None = None,
        sound: Samples | None = None,
    ) -> None:
        self.notes: list[str] = list(refuse_rewriting(source).left_out)
        self._order, self._sound = order, sound
        self._source, self._output = source, Path(output)
        self._count, self._truncated, self._overwrite = frames, truncated, overwrite
        self._encoding = self._source_encoding(str(output))

    def _source_encoding(self, output: str) -> Encoding:
        """Return the source's own codec where the output takes it."""
        source_codec = self._source.info.codec
        name = _NAMES.get(source_codec)
        format_ = choose(output).format
        if name not in format_.codecs:
            # a GIF is thinned out below its best quality
            encoding = choose(output, quality="high" if format_.suffix == ".gif" else "standard")
            if format_.muxer in _CONTAINERS:
                self.notes.append(
                    f"{source_codec} cannot be coded; the clip is in {encoding.codec.name}"
                )
            return encoding
        return choose(output, codec=name, crf=_CRF.get(name))

    def __enter__(self) -> Self:
        info = self._source.info
        self._stack = ExitStack()
        self._writer: _VideoRemux | encoder.Encoder
        if keeps_time(self._source, self._output):
            part = self._stack.enter_context(files.atomic_write(self._output, self._overwrite))
            self._writer = _VideoRemux(
                self._source,
                part,
                self._encoding,
                _timing(self._source, self._count, self._order),
                self._truncated,
                self.notes,
                self._sound if self._order is not None else None,
                copies_sound=self._order is None,
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
        if isinstance(self._writer, _VideoRemux):
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
            if isinstance(self._writer, _VideoRemux):
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


_Timing = tuple[list[int], dict[int, int], Fraction]
"""Time stamps of pictures, each one's length by its stamp, and the unit of both."""


class _VideoRemux:
    """Writes one video file from pictures and another file's time stamps and audio, through PyAV."""

    def __init__(
        self,
        source: clip_reader.ClipReader,
        part: Path,
        encoding: Encoding,
        timing: _Timing,
        truncated: bool,
        notes: list[str],
        sound: Samples | None,
        *,
        copies_sound: bool,
    ) -> None:
        self._stack = ExitStack()
        self._audio_streams: dict[int, Any] = {}
        self._track: Track | None = None
        self._index = 0
        try:
            self._input = self._stack.enter_context(
                av.open(str(source.path.resolve()), metadata_errors="replace")
            )
            picture = self._input.streams.video[0]
            self._timestamps, self._durations, self._time_base = timing
            options = {"fflags": "+bitexact", **encoding.format.options}
            if encoding.format.muxer in {"mp4", "mov"} and self._time_base.numerator == 1:
                options["video_track_timescale"] = str(self._time_base.denominator)
                # else the edit list rounds the length to milliseconds
                options["movie_timescale"] = str(self._time_base.denominator)
            self._container_out = av.open(
                str(part), "w", format=encoding.format.muxer, container_options=options
            )
            self._stack.callback(self._container_out.close)
            metadata = {
                k: v for k, v in self._input.metadata.items() if k not in _OWN_METADATA_KEYS
            }
            self._container_out.metadata.update(metadata)
            self._stream = self._add_video_stream(picture, source.info, encoding)
            if copies_sound:
                self._copy_audio_streams(notes)
            elif sound is not None:
                self._track = Track(self._container_out, encoding.format.sound, sound)
            self._end = float(
                (self._timestamps[-1] + self._durations.get(self._timestamps[-1], 0))
                * self._time_base
            )
            self._audio = self._audio_packets(self._end if truncated else float("inf"))
            self._next_packet = next(self._audio, None)
            with codec_errors_in_words(
                encoding, (source.info.width, source.info.height), source.info.fps
            ):
                self._container_out.start_encoding()
        except BaseException:
            self.abort()
            raise

    def _add_video_stream(
        self, picture: Any, info: clip_reader.ClipInfo, encoding: Encoding
    ) -> Any:
        """Add the picture track, tagged as the source's."""
        source_context = picture.codec_context
        options = encoder_options(encoding, (info.width, info.height))
        stream = self._container_out.add_stream(
            encoding.codec.encoder, rate=info.fps, options=options
        )
        stream.time_base = self._time_base
        stream.metadata.update({k: v for k, v in picture.metadata.items() if k == "language"})
        context = stream.codec_context
        context.width, context.height = info.width, info.height
        context.time_base = self._time_base
        context.thread_count = ENCODER_THREADS
        pixel_formats = [format_.name for format_ in context.codec.video_formats or ()]
        context.pix_fmt = (
            source_context.pix_fmt if source_context.pix_fmt in pixel_formats else encoding.pixels
        )
        if source_context.sample_aspect_ratio:
            context.sample_aspect_ratio = Fraction(1)  # decoding made the pixels square
        if encoding.codec.name == "h265" and encoding.format.muxer in {"mp4", "mov"}:
            context.codec_tag = "hvc1"
        context.color_primaries, context.color_trc = (
            source_context.color_primaries,
            source_context.color_trc,
        )
        context.colorspace, context.color_range = (
            source_context.colorspace,
            source_context.color_range,
        )
        # the same reading of an untagged clip as in decoding
        tagged = int(source_context.colorspace)
        space = tagged if tagged in {1, 4, 5, 6, 7, 9} else 1 if source_context.height >= 720 else 5
        self._space = Colorspace(5 if space == 6 else space)
        full_range = int(source_context.color_range) == 2 or context.pix_fmt.startswith("yuvj")
        self._range = ColorRange.JPEG if full_range else ColorRange.MPEG
        return stream

    def _copy_audio_streams(self, notes: list[str]) -> None:
        """Add every sound track that the file takes."""
        for source_stream in self._input.streams.audio:
            name = source_stream.codec_context.name if source_stream.codec_context else "unknown"
            if name not in self._container_out.supported_codecs:
                notes.append(f"sound in {name} does not go into this kind of file; it is left out")
                continue
            stream = self._container_out.add_stream_from_template(source_stream)
            stream.metadata.update(
                {k: v for k, v in source_stream.metadata.items() if k == "language"}
            )
            self._audio_streams[source_stream.index] = stream

    def _audio_packets(self, end: float) -> Iterator[Any]:
        """Yield the sound up to ``end`` seconds."""
        tracks = [t for t in self._input.streams.audio if t.index in self._audio_streams]
        packets = self._input.demux(*tracks) if tracks else iter(())
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
        stamp = self._timestamps[self._index]
        self._index += 1
        self._mux_audio_until(float(stamp * self._time_base))
        if self._track is not None:
            self._track.write_until(float(stamp * self._time_base))
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        context = self._stream.codec_context
        if context.pix_fmt.startswith("yuv"):
            tags = (context.color_primaries, context.color_trc, context.colorspace)
            frame = frame.reformat(
                format=context.pix_fmt,
                src_colorspace=self._space,
                dst_colorspace=self._space,
                src_color_range=ColorRange.JPEG,
                dst_color_range=self._range,
                interpolation=_BICUBIC,
            )
            frame.color_primaries, frame.color_trc, frame.colorspace = tags
            frame.color_range = context.color_range
        else:
            frame = frame.reformat(format=context.pix_fmt)
        frame.pts, frame.time_base = stamp, self._time_base
        frame.duration = self._durations.get(stamp, 0)
        self._mux(self._stream.encode(frame))

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            packet.duration = self._durations.get(packet.pts, packet.duration)
            self._container_out.mux(packet)

    def _mux_audio_until(self, until: float) -> None:
        """Copy the sound up to ``until`` seconds."""
        while self._next_packet is not None and _time(self._next_packet) <= until:
            self._next_packet.stream = self._audio_streams[self._next_packet.stream.index]
            self._container_out.mux(self._next_packet)
            self._next_packet = next(self._audio, None)

    def finish(self) -> None:
        """Complete the file."""
        self._mux(self._stream.encode(None))
        self._mux_audio_until(float("inf"))
        if self._track is not None:
            self._track.finish()

    def abort(self) -> None:
        """Close both files; a complete file stays complete."""
        self._stack.close()


def _time(packet: Any) -> float:
    return float(packet.dts * packet.time_base)


def _timing(source: clip_reader.ClipReader, count: int, order: Sequence[int] | None) -> _Timing:
    """Return when each picture stands and for how long: as all frames do, or those of ``order``."""
    stamps, lengths, unit = _timestamps(source, count)
    if order is None:
        return stamps, lengths, unit
    picked = [lengths[stamps[index]] for index in order]
    starts = [0, *accumulate(picked[:-1])]
    return starts, dict(zip(starts, picked)), unit


def _timestamps(source: clip_reader.ClipReader, count: int) -> _Timing:
    """Return the pictures' time stamps, each one's length, and the unit of both.

    Where the source has none worth keeping, as in AVI, they are made from its average rate.
    """
    durations_of: dict[int, int] = {}
    with av.open(str(source.path.resolve()), metadata_errors="replace") as container:
        stream = container.streams.video[0]
        try:
            for packet in container.demux(stream):
                if packet.pts is not None and packet.size and not packet.is_discard:
                    durations_of[packet.pts] = packet.duration or 0
        except (av.error.FFmpegError, OSError, ValueError):
            pass  # the source breaks off; said in decoding
    stamps = sorted(durations_of)[:count]
    if len(stamps) < count:
        return list(range(count)), dict.fromkeys(range(count), 1), 1 / source.info.fps
    lengths = {current: following - current for current, following in pairwise(stamps)}
    nominal = round(1 / source.info.fps / source.info.time_base)
    lengths[stamps[-1]] = durations_of[stamps[-1]] or nominal
    return stamps, lengths, source.info.time_base
