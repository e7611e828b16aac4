"""Reads any clip frame by frame, with its header; truncated or damaged ends become notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image

from livingstill.core.errors import InputError
from livingstill.core.model import UInt8Array
from livingstill.io import images
from livingstill.io.files import refuse_url
from livingstill.media.write.stills import NUMBER, name_of

MAX_PIXELS = 200_000_000
_SEQUENCE_FPS = Fraction(30)
_COLOURS = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc"}
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """A clip's header, its size rotated upright and in square pixels.

    ``frames`` is None where the header has no count; ``fps`` is the average rate,
    ``time_base`` the unit of its time stamps and ``duration`` seconds. The colour tags are
    FFmpeg's names, empty where the file says nothing.
    """

    width: int
    height: int
    fps: Fraction
    frames: int | None
    duration: float | None
    time_base: Fraction
    codec: str
    pixels: str = ""
    audio: bool = False
    colour_space: str = ""
    colour_range: str = ""
    rotation: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded frame: ``rgb`` is (h, w, 3) uint8, ``time`` in seconds from the clip's start.

    ``key`` is whether it is an intra-coded key frame.
    """

    rgb: UInt8Array
    time: float
    key: bool = False


class ClipReader:
    """A clip opened for reading: an iterable of its frames, any number of times.

    ``notes`` are sentences on damage; they are complete when an iteration has ended.

    Raises
    ------
    InputError
        If the file is missing, no clip, or has no readable frame.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.notes: list[str] = []
        self.info = self._read_info()

    def _read_info(self) -> ClipInfo:
        if is_sequence(self.path):
            return _sequence_info(self.path)
        _check_file(self.path)
        if is_webp(self.path):
            return _webp_info(self.path)
        return _video_info(self.path)

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames in order of time."""
        if is_sequence(self.path):
            source = _sequence_frames(self.path, self.notes)
        elif is_webp(self.path):
            source = _webp_frames(self.path, self.notes)
        else:
            source = _video_frames(self.path, self.info, self.notes)
        count = 0
        for frame in source:
            count += 1
            yield frame
        if not count:
            raise InputError(f"clip {self.path} has no readable frame; get an intact copy")


def frames(path: str | Path) -> Iterator[UInt8Array]:
    """Yield the frames of a clip, (h, w, 3) uint8 in RGB; never writable by mistake.

    Raises
    ------
    InputError
        As ``ClipReader``.
    """
    return (frame.rgb for frame in ClipReader(path))


def info(path: str | Path) -> ClipInfo:
    """Return the clip's header.

    Raises
    ------
    InputError
        As ``ClipReader``.
    """
    return ClipReader(path).info


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise InputError(f"clip {path} is a folder; name a clip in it")
        refuse_url(path, "clip")
        if not path.exists():
            raise InputError(f"clip {path} does not exist; check its name and folder")
        if not path.is_file():
            raise InputError(f"clip {path} is no ordinary file; copy it to one")
        if path.stat().st_size == 0:
            raise InputError(f"clip {path} is empty (0 bytes); get an intact copy")
    except (OSError, ValueError) as error:
        raise InputError(f"clip {path} cannot be read: {images.short_message(error)}") from None


def _check_dimensions(path: Path, width: int, height: int) -> None:
    if width * height == 0:  # a header was guessed from the name, and no picture found behind it
        raise InputError(
            f"clip {path} has no picture we can read; get an intact copy, or convert it to mp4"
        )
    if width * height > MAX_PIXELS:
        raise InputError(
            f"clip {path} is {width}x{height} pixels; it must have at most {MAX_PIXELS // 10**6} million"
        )


# Video, through PyAV.


def _video(path: Path) -> Any:
    try:
        # An absolute name, so that no part of it is taken for a protocol or a numbered sequence.
        container = av.open(str(path.resolve()), metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if _is_truncated(path):
            raise InputError(
                f"clip {path} breaks off before its index, without which no frame of it can be "
                "found; get an intact copy, or have it written index first (-movflags +faststart)"
            ) from None
        raise InputError(
            f"clip {path} is no clip we can read ({images.short_message(error)}); give an mp4, mov, webm, "
            "mkv, gif, webp or png"
        ) from None
    if not container.streams.video:
        container.close()
        raise InputError(f"clip {path} has no picture track; give a clip with pictures")
    if container.streams.video[0].codec_context is None:
        container.close()
        raise InputError(f"clip {path} is in a codec we cannot read; convert it to mp4 with h264")
    return container


def _is_truncated(path: Path) -> bool:
    """Return whether an MP4 or MOV (ISO 14496-12), MKV or WebM (RFC 8794) ends within a box."""
    end = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(64)
        if header[:4] == b"\x1a\x45\xdf\xa3":
            start = header.find(b"\x18\x53\x80\x67") + 4
            if start < 4 or start >= len(header) or not header[start]:
                return False
            length = 9 - header[start].bit_length()
            unknown_size = (1 << 7 * length) - 1
            size = int.from_bytes(header[start : start + length], "big") & unknown_size
            return size < unknown_size and start + length + size > end
        if header[4:8] != b"ftyp":
            return False
        offset = 0
        while offset + 8 <= end:
            file.seek(offset)
            box = file.read(16)
            size = int.from_bytes(box[:4], "big")
            if size == 1:
                size = int.from_bytes(box[8:], "big")
            if size < 8:
                return False
            offset += size
        return offset > end


def _video_info(path: Path) -> ClipInfo:
    with _video(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        _check_dimensions(path, context.width, context.height)
        fps = stream.average_rate or stream.guessed_rate or Fraction(25)
        duration = None
        if stream.duration and stream.time_base:
            duration = float(stream.duration * stream.time_base)
        elif container.duration:
            duration = container.duration / 1_000_000
        rotation, turned = 0, False
        try:
            first = next(container.decode(stream))
            rotation, turned = round(first.rotation) % 360, _orientation(first)[0]
        except (StopIteration, av.error.FFmpegError, OSError):
            pass  # said when the frames are read
        width, height = (
            _square_pixel_width(context.width, context.sample_aspect_ratio),
            context.height,
        )
        if turned:
            width, height = height, width
        return ClipInfo(
            width=width,
            height=height,
            fps=Fraction(fps),
            frames=stream.frames or None,
            duration=duration,
            time_base=Fraction(stream.time_base or 1),
            codec=context.name,
            pixels=context.pix_fmt or "",
            audio=bool(container.streams.audio),
            colour_space=_COLOURS.get(int(context.colorspace), ""),
            colour_range={1: "limited", 2: "full"}.get(int(context.color_range), ""),
            rotation=rotation,
        )


def _square_pixel_width(width: int, aspect: Fraction | None) -> int:
    """Return the width in square pixels, an even one where it is another: most codecs take no odd one."""
    if not aspect or aspect == 1 or not Fraction(1, 4) <= aspect <= 4:
        return width
    return 2 * max(1, round(width * aspect / 2))


def _video_frames(path: Path, info: ClipInfo, notes: list[str]) -> Iterator[Frame]:
    """Decode until the end, or until the file breaks off."""
    count, hidden, start, error_text = 0, 0, None, ""  # hidden: before or after an edit list
    orientation = (False, False, False)
    with _video(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        aspect = stream.codec_context.sample_aspect_ratio
        packets = container.demux(stream)
        while not error_text:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                hidden += packet.is_discard
                decoded = packet.decode()
            except (av.error.FFmpegError, OSError, ValueError) as error:
                if isinstance(error, av.error.InvalidDataError) and count and packet is not None:
                    continue  # one bad packet; the next may be whole
                error_text = images.short_message(error)
                break
            for frame in decoded:
                if start is None:
                    start = frame.time or 0.0
                    # of the first frame alone: asking a frame ties it to itself, until memory runs short
                    orientation = _orientation(frame)
                time = frame.time - start if frame.time is not None else count / float(info.fps)
                yield Frame(_rgb(frame, aspect, orientation), time, bool(frame.key_frame))
                count += 1
    missing = info.frames is not None and count + hidden < info.frames
    if error_text or missing or _is_truncated(path):
        notes.append(_truncation_note(path, count, info.frames))


def _rgb(frame: Any, aspect: Fraction | None, orientation: tuple[bool, bool, bool]) -> UInt8Array:
    """Return (h, w, 3) uint8 RGB, turned as `_orientation` says, converted by the frame's tagged colour space."""
    tagged = int(frame.colorspace)
    # Where nothing is said, players take BT.709 for HD and BT.601 for less.
    space = tagged if tagged in {1, 4, 5, 6, 7, 9} else 1 if frame.height >= 720 else 5
    full_range = int(frame.color_range) == 2 or frame.format.name.startswith("yuvj")
    rgb: UInt8Array = frame.reformat(
        width=_square_pixel_width(frame.width, aspect),
        format="rgb24",
        src_colorspace=Colorspace(5 if space == 6 else space),
        src_color_range=ColorRange.JPEG if full_range else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=_EXACT,
    ).to_ndarray()
    turned, flipped_x, flipped_y = orientation
    upright = rgb.swapaxes(0, 1) if turned else rgb
    upright = upright[:: -1 if flipped_y else 1, :: -1 if flipped_x else 1]
    return np.ascontiguousarray(upright)


def _orientation(frame: Any) -> tuple[bool, bool, bool]:
    """Return whether a frame is shown transposed, then mirrored left to right, then upside down.

    By its display matrix (ISO 14496-12), to the nearest quarter turn.
    """
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return False, False, False
    a, b, _, c, d, *_ = (int(value) for value in np.frombuffer(bytes(data), np.int32))
    if abs(b) > abs(a):
        return True, c < 0, b < 0
    return False, a < 0, d < 0


# Animated WebP, through Pillow: FFmpeg reads only still ones.


def is_webp(path: Path) -> bool:
    """Return whether a file is a WebP picture, still or animated."""
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WEBP"


def _webp(path: Path) -> Image.Image:
    try:
        image = Image.open(path, formats=["WEBP"])
    except Exception as error:  # damaged files raise anything
        raise InputError(
            f"clip {path} is damaged or cut short ({images.short_message(error)}); get an intact copy"
        ) from None
    _check_dimensions(path, *image.size)
    return image


def _webp_frames(path: Path, notes: list[str]) -> Iterator[Frame]:
    time = 0.0
    with _webp(path) as image:
        total = int(getattr(image, "n_frames", 1))
        for index in range(total):
            try:
                image.seek(index)
                rgb = np.asarray(image.convert("RGB"))
            except Exception:
                notes.append(_truncation_note(path, index, total))
                return
            yield Frame(rgb, time)
            time += (image.info.get("duration") or 100) / 1000


def _webp_info(path: Path) -> ClipInfo:
    times = [frame.time for frame in _webp_frames(path, [])]
    mean = (times[-1] / (len(times) - 1)) if len(times) > 1 else 0.1
    with _webp(path) as image:
        return ClipInfo(
            width=image.width,
            height=image.height,
            fps=Fraction(1 / mean).limit_denominator(1001),
            frames=int(getattr(image, "n_frames", 1)),
            duration=times[-1] + mean if times else None,
            time_base=Fraction(1, 1000),
            codec="webp",
        )


# Numbered pictures.


def is_sequence(path: Path) -> bool:
    """Return whether a name stands for numbered pictures, as in frame_%04d.png."""
    return bool(NUMBER.search(path.name))


def sequence_files(path: Path) -> Iterator[Path]:
    """Yield the numbered pictures, from number 0 or 1 on, up to the first that is missing."""
    first = next((n for n in range(2) if name_of(path, n).exists()), None)
    if first is None:
        raise InputError(
            f"clip {path} has no picture {name_of(path, 0).name}; check name and folder"
        )
    number = first
    while name_of(path, number).exists():
        yield name_of(path, number)
        number += 1


def _sequence_frames(path: Path, notes: list[str]) -> Iterator[Frame]:
    size = None
    for index, file in enumerate(sequence_files(path)):
        with images.open_picture(
            file, images.bytes_of(file, "frame"), "frame", MAX_PIXELS
        ) as image:
            rgb = np.asarray(image.convert("RGB"))
        if size is not None and rgb.shape != size:
            notes.append(f"{file.name} has another size; reading stops before it")
            return
        size = rgb.shape
        yield Frame(rgb, index / float(_SEQUENCE_FPS))


def _sequence_info(path: Path) -> ClipInfo:
    files = list(sequence_files(path))
    with images.open_picture(
        files[0], images.bytes_of(files[0], "frame"), "frame", MAX_PIXELS
    ) as image:
        width, height = image.size
    return ClipInfo(
        width=width,
        height=height,
        fps=_SEQUENCE_FPS,
        frames=len(files),
        duration=len(files) / float(_SEQUENCE_FPS),
        time_base=1 / _SEQUENCE_FPS,
        codec=files[0].suffix.lstrip(".").lower(),
    )


def _truncation_note(path: Path, count: int, declared: int | None) -> str:
    of_total = f" of {declared}" if declared else ""
    return f"{path.name} is damaged or cut short; {count}{of_total} frames were readable"
