"""The output formats and codecs, their settings, and the choice of an encoding."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePath

from livingstill.core.errors import InputError
from livingstill.core.registry import nearest
from livingstill.io.files import split_suffix

# Encoders split their work by thread count and write other bytes for another count, so the
# number is part of the format and not of the machine: the same clip is the same file everywhere.
ENCODER_THREADS = 4

ONE_SHOT_FPS = 23.9
"""Frames per second from which a single shot is encoded as one."""


@dataclass(frozen=True, slots=True)
class Codec:
    """The encoder, pixel formats and options of a codec.

    ``encoder``, ``pixels`` and ``alpha_pixels`` are FFmpeg's names: empty where another library
    codes, or where there is no alpha;
    ``crf`` is the default constant quality, None where the codec has none, and ``worst_crf`` its
    largest; ``common`` and ``presets[quality]`` are options of the encoder.
    """

    name: str
    encoder: str
    pixels: str
    line: str
    alpha_pixels: str = ""
    crf: float | None = None
    worst_crf: int = 51
    common: Mapping[str, str] = field(default_factory=dict)
    presets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: ``suffix`` names it, ``codecs`` are those it takes, the first by default.

    ``sound`` is FFmpeg's name of its sound codec, empty where it has none.
    """

    suffix: str
    muxer: str
    codecs: tuple[str, ...]
    line: str
    options: Mapping[str, str] = field(default_factory=dict)
    sound: str = ""

    @property
    def alpha(self) -> bool:
        """Whether some codec of this format keeps transparency."""
        return any(CODECS[name].alpha_pixels for name in self.codecs)


def _presets(option: str, draft: str, standard: str, high: str) -> dict[str, dict[str, str]]:
    return {"draft": {option: draft}, "standard": {option: standard}, "high": {option: high}}


# Our chroma is the mean of 2x2 pixels: it sits in their centre (1), and the file says so.
# In one shot no frame differs much from the next: five B-frames in a row without looking for another
# pattern or for cuts, no 8x8 parts in them, motion taken from the frame after, and little deblocking.
# On clips of ours (benchmarks/speed_encoder.py) a fifth to a third less work than without; at the same
# SSIM 2 % more bytes where water is rough, 2 to 15 % fewer elsewhere. At 10 frames a second it would
# be 5 to 10 % more.
_X264_ONE_SHOT = (
    "bframes=5:b-adapt=0:scenecut=0:partitions=p8x8,i8x8,i4x4:direct=temporal:deblock=-1,-1:"
    "rc-lookahead=30"
)
_X265 = "log-level=error:pools=4:frame-threads=2:info=0:chromaloc=1:cutree=0"
_CODECS = (
    Codec(
        "h264", "libx264", "yuv420p", "plays everywhere", crf=18,
        common={"x264-params": "chromaloc=1"},
        presets={
            "draft": {"preset": "superfast"},
            # twice the preset's look-ahead, which the end of a loop needs (see write.loop_end); motion
            # is smooth, so that a search in the smallest pattern finds it, with a tenth less work
            "standard": {
                "preset": "veryfast", "x264-params": "chromaloc=1:rc-lookahead=20:me=dia",
            },
            "high": {"preset": "slow"},
        },
    ),
    Codec(
        "h265", "libx265", "yuv420p", "half the size of h264, newer players", crf=20,
        common={"x265-params": _X265},
        presets=_presets("preset", "ultrafast", "veryfast", "medium"),
    ),
    Codec(
        "vp9", "libvpx-vp9", "yuv420p", "browsers; keeps transparency", "yuva420p",
        crf=26, worst_crf=63,
        common={"deadline": "good", "row-mt": "1", "tile-columns": "2"},
        presets=_presets("cpu-used", "8", "5", "2"),
    ),
    Codec(
        "av1", "libsvtav1", "yuv420p", "smallest, newest players", crf=28, worst_crf=63,
        common={"svtav1-params": f"lp={ENCODER_THREADS}"},
        presets=_presets("preset", "12", "9", "6"),
    ),
    Codec(
        "prores", "prores_ks", "yuv422p10le", "for editing, 4:2:2 10 bit",
        common={"vendor": "apl0"}, presets=_presets("profile", "lt", "standard", "hq"),
    ),
    Codec(
        "prores-4444", "prores_ks", "yuv444p10le", "for editing, full colour", "yuva444p10le",
        common={"vendor": "apl0", "profile": "4444"},
    ),
    Codec("ffv1", "ffv1", "bgr0", "lossless", "bgra", common={"level": "3", "slices": "4"}),
    Codec(
        "gif", "gif", "pal8", "256 colours for the whole clip",
        presets=_presets("stale", "8", "5", "2"),
    ),
    Codec(
        "webp", "", "rgb24", "short loops on web pages", "rgba",
        presets=_presets("quality", "60", "80", "92"),
    ),
    Codec(
        "png", "apng", "rgb24", "lossless", "rgba",
        presets=_presets("compression_level", "1", "6", "9"),
    ),
    Codec("jpeg", "mjpeg", "yuvj420p", "still pictures", crf=None),
    Codec("raw", "rawvideo", "yuv420p", "uncompressed"),
    Codec("rgb", "rawvideo", "rgb24", "uncompressed", "rgba"),
)  # fmt: skip
CODECS: Mapping[str, Codec] = {codec.name: codec for codec in _CODECS}

_FAST = {"movflags": "+faststart"}
_FORMATS = (
    Format(".mp4", "mp4", ("h264", "h265", "av1"), "video for everywhere", _FAST, "aac"),
    Format(
        ".mov",
        "mov",
        ("prores", "prores-4444", "h264", "h265"),
        "video for editing",
        _FAST,
        "pcm_s16le",
    ),
    Format(".webm", "webm", ("vp9", "av1"), "video for web pages", sound="libopus"),
    Format(
        ".mkv",
        "matroska",
        ("h264", "h265", "vp9", "av1", "ffv1"),
        "video, any codec",
        sound="flac",
    ),
    Format(".gif", "gif", ("gif",), "loop for mail and chat, one palette per clip"),
    Format(".webp", "", ("webp",), "animated picture, small"),
    Format(".png", "apng", ("png",), "animated picture (APNG), lossless", {"plays": "0"}),
    Format(
        ".MP.jpg",
        "mp4",
        ("h264", "h265", "av1"),
        "Android Motion Photo: the first frame, and the clip behind it",
        _FAST,
        "aac",
    ),
    Format("%04d.png", "", ("png",), "one PNG per frame, as in frame-%04d.png"),
    Format("%04d.jpg", "", ("jpeg",), "one JPEG per frame, as in frame-%04d.jpg"),
    Format(".y4m", "", ("raw",), "uncompressed YUV; the name - writes it to standard output"),
    Format(".rgb", "", ("rgb",), "bare RGB frames without a header; -.rgb is standard output"),
)
FORMATS: Mapping[str, Format] = {format_.suffix: format_ for format_ in _FORMATS}

_ALIASES = {
    ".apng": ".png", ".m4v": ".mp4", ".jpeg": ".jpg", ".qt": ".mov",
    ".mp.jpg": ".MP.jpg", ".mp.jpeg": ".MP.jpg",
}  # fmt: skip
PIPES = {"-": ".y4m", "-.y4m": ".y4m", "-.rgb": ".rgb"}
"""Names of standard output, and what is written to it."""
_NUMBERED = re.compile(r"%(0[1-9])?d")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def describe() -> list[tuple[str, str]]:
    """Return the formats with one line each."""
    return [
        (name, f"{format_.line} ({_capabilities(format_)})") for name, format_ in FORMATS.items()
    ]


def _capabilities(format_: Format) -> str:
    extras = [
        word for word, has in (("transparency", format_.alpha), ("sound", format_.sound)) if has
    ]
    return "; ".join([", ".join(format_.codecs), *extras])


@dataclass(frozen=True, slots=True)
class Encoding:
    """A format, a codec and its settings that fit together."""

    format: Format
    codec: Codec
    pixels: str
    options: Mapping[str, str]
    bit_rate: int | None = None
    quality: str = "standard"
    alpha: bool = False
    stereo: str | None = None
    """Layout of the views in a frame, which the file tells its players where it can."""


def format_of(path: str) -> Format:
    """Return the format that a file's name asks for; ``-`` is Y4M on standard output.

    >>> format_of("out/frame-%04d.png").line
    'one PNG per frame, as in frame-%04d.png'

    Raises
    ------
    InputError
        If no format has that suffix.
    """
    if path in PIPES:
        return FORMATS[PIPES[path]]
    suffix = split_suffix(PurePath(path).name)[1].lower()
    suffix = _ALIASES.get(suffix, suffix)
    numbered = bool(_NUMBERED.search(PurePath(path).name))
    if numbered and suffix in {".png", ".jpg"}:
        return FORMATS[f"%04d{suffix}"]
    if suffix == ".jpg":
        raise InputError(
            f"clip {path} is one picture; name a sequence as frame-%04d.jpg, or a Motion Photo as "
            f"{PurePath(path).stem}.MP.jpg"
        )
    if suffix not in FORMATS:
        known = [*(name for name in FORMATS if name.startswith(".")), ".html"]
        hint = nearest(suffix, known) if suffix else f"; there are {', '.join(known)}"
        raise InputError(f"clip {path} has no format we write{hint}")
    return FORMATS[suffix]


def format_named(name: str) -> Format:
    """Return the format of a suffix, with its dot or without.

    >>> format_named("MP4").codecs[0]
    'h264'

    Raises
    ------
    InputError
        If there is none.
    """
    suffix = name.lower()
    candidates = [
        suffix,
        f".{suffix}",
        *(_ALIASES.get(part, "") for part in (suffix, f".{suffix}")),
    ]
    suffix_found = next((part for part in candidates if part in FORMATS), None)
    if suffix_found is None:
        suffixes = [name_.removeprefix(".") for name_ in FORMATS]
        raise InputError(f"no format is called '{name}'{nearest(suffix.lstrip('.'), suffixes)}")
    return FORMATS[suffix_found]


def choose(
    path: str,
    *,
    codec: str | None = None,
    crf: float | None = None,
    bitrate: str | int | None = None,
    quality: str = "standard",
    alpha: bool = False,
    stereo: str | None = None,
    one_shot: bool = False,
) -> Encoding:
    """Return the settings for a clip at ``path``, or say what does not fit together.

    ``crf`` is constant quality, smaller = better; ``bitrate``, as ``4M`` or in bits per second,
    takes its place; ``stereo`` is the layout of the views in a frame; ``one_shot`` tells that there
    are no cuts and ``ONE_SHOT_FPS`` or more.

    >>> choose("lake.mp4").options
    {'x264-params': 'chromaloc=1:rc-lookahead=20:me=dia', 'preset': 'veryfast', 'crf': '18'}

    Raises
    ------
    InputError
        If the format does not take the codec, or the codec not the setting.
    """
    format_ = format_of(path)
    name = codec.lower() if codec else _with_alpha(format_, path) if alpha else format_.codecs[0]
    if name not in format_.codecs:
        raise InputError(
            f"codec {codec} does not go into a {format_.suffix} file; "
            f"it takes {' or '.join(format_.codecs)}"
        )
    codec_ = CODECS[name]
    if alpha and not codec_.alpha_pixels:
        raise InputError(
            f"codec {name} keeps no transparency; "
            "write .webm, .mov with prores-4444, .webp, .png or frame-%04d.png"
        )
    options = dict(codec_.common) | dict(codec_.presets.get(quality, {}))
    if one_shot and name == "h264" and quality == "standard":
        options["x264-params"] += f":{_X264_ONE_SHOT}"
    rate = parse_rate(bitrate) if bitrate is not None else None
    if crf is not None:
        if codec_.crf is None:
            raise InputError(f"codec {name} has no constant quality; leave crf out")
        if not 0 <= crf <= codec_.worst_crf:
            raise InputError(f"crf is {crf:g}; it must be 0 to {codec_.worst_crf} for {name}")
        if rate is not None:
            raise InputError(f"crf is {crf:g} and bitrate {bitrate}; give one of the two")
    if rate is not None and codec_.crf is None:
        raise InputError(f"codec {name} has no bit rate to set; leave bitrate out")
    if codec_.crf is not None and rate is None:
        options["crf"] = f"{codec_.crf if crf is None else crf:g}"
    if alpha and name == "vp9":
        options["auto-alt-ref"] = "0"  # libvpx cannot hide frames that carry alpha
    if stereo:
        _check_stereo(path, format_, stereo)
        if name == "h264" and stereo == "half-sbs":  # televisions stretch what says so
            options["x264-params"] += ":frame-packing=3"
    pixels = codec_.alpha_pixels if alpha else codec_.pixels
    return Encoding(format_, codec_, pixels, options, rate, quality, alpha, stereo)


def _check_stereo(path: str, format_: Format, stereo: str) -> None:
    """Refuse a format that no viewer of stereo takes."""
    if format_.suffix == ".MP.jpg":
        raise InputError(
            f"clip {path} is a Motion Photo, which has one view; write .mp4, or .jpg for one "
            f"picture ({stereo})"
        )
    if format_.suffix == ".gif":
        raise InputError(
            f"clip {path} is a GIF, whose 256 colours spoil a stereo picture ({stereo}); "
            "write .mp4, .mkv, .webm or .webp, or .png for one picture"
        )


def _with_alpha(format_: Format, path: str) -> str:
    """Return the first codec of the format that keeps transparency."""
    for name in format_.codecs:
        if CODECS[name].alpha_pixels:
            return name
    keeps = [name for name in FORMATS if FORMATS[name].alpha]
    raise InputError(f"clip {path} cannot be transparent; write {', '.join(keeps)}")


def parse_rate(value: str | int) -> int:
    """Return bits per second of ``4M``, ``800k`` or a plain number.

    >>> parse_rate("2.5M")
    2500000
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kmg]?)(?:bit/s|bps)?", str(value).strip().lower())
    rate = round(float(match[1]) * _UNITS[match[2]]) if match else 0
    if not 1_000 <= rate <= 10**9:
        raise InputError(f"bitrate is {value}; it must be 1k to 1000M, as in 4M")
    return rate


def parse_size(value: str) -> int:
    """Return the bytes of ``2MB``, ``800k`` or ``1.5 MiB``.

    >>> parse_size("2MB"), parse_size("1 KiB")
    (2000000, 1024)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kmg]?)(i?)b?", value.strip().lower())
    if match:
        unit = _UNITS[match[2]] if not match[3] else 1024 ** "kmg".find(match[2]) * 1024
        size = round(float(match[1]) * unit)
        if size >= 1000:
            return size
    raise InputError(f"budget is {value}; it must be a file size of 1kB or more, as in 2MB")


_GIF_MAX_FPS = {"draft": 15, "standard": 25, "high": 50}
"""Frames per second at most; GIF counts in hundredths of a second and browsers slow down above 50."""


def gif_frame_step(fps: Fraction, quality: str) -> int:
    """Return which frames a GIF has: each, every second, third...

    >>> gif_frame_step(Fraction(30), "standard")
    2
    """
    return math.ceil(fps / _GIF_MAX_FPS[quality])
