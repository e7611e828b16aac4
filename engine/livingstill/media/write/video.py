"""One video file through PyAV: BT.709 converted and tagged, the same bytes every time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array
from livingstill.core.threads import over_shares
from livingstill.kernels.yuv import to_yuv420
from livingstill.media import stereo_box
from livingstill.media.formats import ENCODER_THREADS, Encoding
from livingstill.media.sound import Track
from livingstill.media.write.loop_end import ENCODER_TRAITS, LoopEnd
from livingstill.media.write.sinks import Loop

_AVX_512F = 13  # among the processor's features that OpenCV lists
_MACROBLOCK = 16
_AVX_512_MACROBLOCKS = 8
"""Macroblocks of a row that x264's AVX-512 code for macroblock trees takes at once, without regard to where the row
ends."""
_LARGE_FRAME_PIXELS = 2**22
_LARGE_FRAME_PARAMETERS = "rc-lookahead=5"
"""What x264 is told besides of frames with more pixels than ``_LARGE_FRAME_PIXELS``: it holds all that it looks ahead
at, 3 bytes a pixel or more each, and would hold 10 or 50."""
_LARGE_ONE_SHOT_PARAMETERS = "rc-lookahead=2:bframes=1"
"""The same where the clip is one shot. It shares out bits over no more B-frames than it sees: at the same SSIM one
takes 1 % more to 1.5 % less than two in a row do, which take 35 MB more at 4K, and 5 to 14 % less than five."""
_NO_DEBLOCK_CRF = 18.5
"""Constant quality up to which blocks have no borders to filter: without that x264 works a tenth less, at the same
SSIM and size (benchmarks/speed_encoder.py)."""
_LOOKAHEADS = {"superfast": 0, "slow": 50}
"""Frames that x264 looks ahead at by presets whose parameters do not tell it."""
_B_FRAMES = 6
"""Frames that it may hold besides: the most B-frames in a row, and the one after them."""
_PAIRS = {"sbs": "left_right", "half-sbs": "left_right", "top-bottom": "top_bottom"}
_MATROSKA = {"webm": _PAIRS, "matroska": {**_PAIRS, "anaglyph": "anaglyph_cyan_red"}}
"""FFmpeg's names of the stereo modes that Matroska and WebM have, by layout."""
# The same values from swscale on every processor, rounded properly.
_EXACT = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.BITEXACT


class VideoFile:
    """Encodes frames into a container as they come; ``finish`` completes the file.

    ``sound`` is (n, 2) float32 at 48 kHz, for formats that carry sound; ``loop`` tells that its end
    joins its start.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        encoding: Encoding,
        metadata: Mapping[str, str],
        sound: Float32Array | None = None,
        loop: Loop | None = None,
    ) -> None:
        self._encoding = encoding
        self._path = path
        self._loop = None
        options = encoder_options(encoding, size)
        traits = ENCODER_TRAITS.get(encoding.codec.name)
        if loop is not None and traits is not None and not encoding.alpha:
            self._loop = LoopEnd(loop, fps, traits, _lookahead(options) + _B_FRAMES)
            self._loop.adapt(options)
        self._time_base = 1 / fps
        self._count = self._muxed = 0
        # frames that are encoded already: x264 keeps none, and new memory has to be cleared
        self._spare: SimpleQueue[Any] = SimpleQueue()
        os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder talks on stderr: errors only
        # bitexact: no random identifiers (Matroska) and no build strings in the file
        muxing = {"fflags": "+bitexact", **encoding.format.options}
        self._container = av.open(
            str(path), "w", format=encoding.format.muxer, container_options=muxing
        )
        try:
            self._container.metadata.update(metadata)
            self._stream = self._add_stream(size, fps, options)
            codec = encoding.format.sound
            self._track = Track(self._container, codec, sound) if sound is not None else None
            with codec_errors_in_words(encoding, size, fps):
                self._container.start_encoding()
        except BaseException:
            self.abort()
            raise

    def _add_stream(self, size: tuple[int, int], fps: Fraction, options: dict[str, str]) -> Any:
        encoding = self._encoding
        stream = self._container.add_stream(encoding.codec.encoder, rate=fps, options=options)
        if encoding.format.muxer in _MATROSKA:
            mode = _MATROSKA[encoding.format.muxer].get(encoding.stereo or "")
            stream.metadata.update({"stereo_mode": mode} if mode else {})
        context = stream.codec_context
        context.width, context.height = size
        context.pix_fmt = encoding.pixels
        context.time_base = self._time_base
        context.sample_aspect_ratio = Fraction(1)
        context.thread_count = ENCODER_THREADS
        if encoding.bit_rate is not None:
            context.bit_rate = encoding.bit_rate
        if encoding.codec.name == "h265" and encoding.format.muxer in {"mp4", "mov"}:
            context.codec_tag = "hvc1"  # the tag that Apple's players accept
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        if encoding.pixels.startswith("yuv"):
            context.colorspace = Colorspace.ITU709
            context.color_range = ColorRange.MPEG
        return stream

    def hold(self, packed: PackedRGBA) -> Any:
        """Return what is kept of a frame until it is written: its 4:2:0 planes, or a copy."""
        if self._encoding.pixels != "yuv420p":
            return packed.copy()
        return _yuv420(packed, None if self._spare.empty() else self._spare.get())

    def write(self, frame_: Any) -> None:
        """Encode one frame, (H, W) uint32 with bytes R, G, B, A from the lowest, or ``hold`` of it."""
        frame = frame_
        if isinstance(frame_, np.ndarray):
            frame = video_frame(frame_, self._encoding.pixels, self._encoding.alpha)
        if self._loop is not None:
            self._loop.arrive(frame, self._count)
        self._encode(frame)
        if frame is frame_ and self._encoding.codec.name == "h264":
            self._spare.put(frame)
        if self._track is not None:
            self._track.write_until(float(self._count * self._time_base))

    def _encode(self, frame: Any | None) -> None:
        """Encode the next frame, None at the end; leave out packets beyond the end of a loop."""
        if frame is not None:
            frame.pts = self._count
            frame.time_base = self._time_base
            self._count += 1
        for packet in self._stream.encode(frame):
            if self._loop is not None:
                self._loop.see(packet, self._stream.codec_context.extradata)
                if packet.pts * packet.time_base >= self._loop.frames * self._time_base:
                    continue
            self._muxed += 1
            self._container.mux(packet)

    def finish(self) -> None:
        """Encode what is still inside the encoder and complete the file."""
        if not self._encode_loop_end():
            self._encode(None)
        if self._track is not None:
            self._track.finish()
        self._container.close()
        if self._encoding.stereo and self._encoding.format.muxer in {"mp4", "mov"}:
            with self._path.open("r+b") as file:
                stereo_box.embed(file, self._encoding.stereo)

    def _encode_loop_end(self) -> bool:
        """Show the encoder what follows a whole loop; return whether it has given all its packets.

        x264 may be closed then: the frames beyond the end that it still holds are not encoded.
        """
        if self._loop is None or self._count != self._loop.frames:
            return False
        for frame in self._loop.beyond():
            self._encode(frame)
            if self._muxed == self._loop.frames and self._encoding.codec.name == "h264":
                return True
        return False

    def abort(self) -> None:
        """Let go of the file, whatever state it is in."""
        with suppress(OSError):  # as a full disk
            self._container.close()


def encoder_options(encoding: Encoding, size: tuple[int, int]) -> dict[str, str]:
    """Return the options of an encoder for frames of a size, such that it writes the same file each time."""
    options = {"flags": "+bitexact", **encoding.options}
    if encoding.codec.name == "h264":
        options["x264-params"] += _x264_additions(options, size)
    if encoding.codec.name == "vp9" and encoding.bit_rate is None:
        options["b"] = "0"  # libvpx: constant quality without a ceiling
    return options


def _x264_additions(options: Mapping[str, str], size: tuple[int, int]) -> str:
    """Return the parameters that x264 takes behind those of a format, for frames of a size."""
    added = ""
    if size[0] * size[1] > _LARGE_FRAME_PIXELS and options["preset"] != "superfast":
        one_shot = "b-adapt" in _x264_parameters(options)
        added += f":{_LARGE_ONE_SHOT_PARAMETERS if one_shot else _LARGE_FRAME_PARAMETERS}"
    if float(options.get("crf", 51)) <= _NO_DEBLOCK_CRF:
        added += ":no-deblock=1"
    macroblocks = -(-size[0] // _MACROBLOCK)
    if macroblocks % _AVX_512_MACROBLOCKS and cv2.checkHardwareSupport(_AVX_512F):
        # beyond the row's end it would read memory that nobody has written, and make another file each
        # time at widths such as 854; the AVX2 code does not, and takes a tenth longer
        added += ":asm=avx2"
    return added


def _x264_parameters(options: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters among an encoder's options, of which the last of a name counts."""
    return dict(pair.split("=") for pair in options.get("x264-params", "").split(":") if pair)


def _lookahead(options: Mapping[str, str]) -> int:
    """Return how many frames x264 looks ahead at, 0 for others."""
    if "x264-params" not in options:
        return 0
    given = _x264_parameters(options).get("rc-lookahead")
    return int(given or _LOOKAHEADS[options["preset"]])


@contextmanager
def codec_errors_in_words(
    encoding: Encoding, size: tuple[int, int], fps: Fraction
) -> Iterator[None]:
    """Say in a sentence that a codec does not take a size or a rate, where it is opened.

    x264 does not tell what it lacks: it may be memory.
    """
    try:
        yield
    except av.error.FFmpegError as error:
        if (
            isinstance(error, OSError) and 0 < (error.errno or 0) < 200
        ):  # the system's, as a full disk
            raise
        raise InputError(
            f"{encoding.codec.name} does not take {size[0]}x{size[1]} at {float(fps):g} frames per "
            "second, or memory is too small for that; choose another format, size or rate"
        ) from None


def unpremultiplied(packed: PackedRGBA) -> UInt8Array:
    """Return (H, W, 4) RGBA with colours divided by alpha, as pictures outside the engine want it."""
    rgba = packed.view(np.uint8).reshape(*packed.shape, 4)
    alpha = rgba[..., 3:]
    if alpha.min() == 255:
        return rgba
    colour = (rgba[..., :3].astype(np.uint16) * 255 + alpha // 2) // np.maximum(alpha, 1)
    return np.concatenate([np.minimum(colour, 255).astype(np.uint8), alpha], axis=-1)


def _opaque(packed: PackedRGBA) -> UInt8Array:
    opaque = packed | np.uint32(0xFF000000)
    return opaque.view(np.uint8).reshape(*packed.shape, 4)


def video_frame(packed: PackedRGBA, pixels: str, alpha: bool = False) -> Any:
    """Return ``packed`` as an ``av.VideoFrame`` in FFmpeg's pixel format ``pixels``.

    Without ``alpha`` the frame is opaque whatever its fourth byte says.
    """
    if pixels == "yuv420p":
        return _yuv420(packed)
    rgba = unpremultiplied(packed) if alpha else _opaque(packed)
    frame = av.VideoFrame.from_ndarray(rgba, format="rgba")
    if not pixels.startswith("yuv"):
        return frame.reformat(format=pixels)
    converted = frame.reformat(
        format=pixels,
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=_EXACT,
    )
    converted.color_trc, converted.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709
    return converted


def _yuv420(packed: PackedRGBA, frame: Any | None = None) -> Any:
    """Return ``packed`` as a 4:2:0 frame, in ``frame`` if there is one that may be overwritten.

    The kernel gives the same bytes on every machine.
    """
    frame = frame or av.VideoFrame(packed.shape[1], packed.shape[0], "yuv420p")
    y, u, v = (_plane_rows(plane) for plane in frame.planes)

    def convert(first: int, last: int) -> None:
        half = slice(first // 2, last // 2)
        to_yuv420(packed[first:last], y[first:last], u[half], v[half])

    over_shares(convert, 0, packed.shape[0], 2)
    return frame


def _plane_rows(plane: Any) -> UInt8Array:
    """Return a plane's memory, (h, >= w) uint8: rows are as long as FFmpeg wants them."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)


def planes(packed: PackedRGBA) -> list[bytes]:
    """Return Y, U and V of ``packed`` in 4:2:0, BT.709, limited range, rows without padding."""
    frame = _yuv420(packed)
    return [_plane_rows(plane)[:, : plane.width].tobytes() for plane in frame.planes]
