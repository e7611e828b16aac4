"""What a clip carries beside 8-bit RGB frames: transparency, HDR, fields, pixel shape, other tracks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from livingstill.core.errors import InputError
from livingstill.media.clip_reader import ClipReader, is_sequence, is_webp, sequence_files

_HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
"""Transfer functions of HDR by their code point (ITU-T H.273)."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What rewritten frames cannot carry, or what is left out beside them.

    ``alpha``: the first frame is transparent somewhere; ``hdr`` names the transfer function of
    HDR, "" of SDR; ``bits`` per component; ``pixel_aspect`` width over height of a pixel.
    """

    alpha: bool = False
    hdr: str = ""
    bits: int = 8
    interlaced: bool = False
    pixel_aspect: Fraction = Fraction(1)
    subtitles: int = 0
    chapters: int = 0

    @property
    def obstacle(self) -> str:
        """Why frames cannot be rewritten and what to do, as the end of a sentence, or ""."""
        if self.alpha:
            return (
                "has transparency, which rewritten frames would lose; lay it over a colour first, "
                "or use it as it is"
            )
        if self.hdr:
            return (
                f"is HDR ({self.hdr}) and frames are rewritten in 8 bits of SDR; convert it to SDR "
                "first, or use it as it is"
            )
        if self.interlaced:
            return (
                "is interlaced, and each of its frames holds two moments; deinterlace it first, or "
                "use it as it is"
            )
        return ""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Sentences on what rewritten frames do without."""
        notes = []
        if self.bits > 8:
            notes.append(f"its {self.bits}-bit frames are rewritten from 8 bits")
        if self.pixel_aspect != 1:
            notes.append(f"its pixels of {_ratio(self.pixel_aspect)} are made square")
        if self.subtitles:
            notes.append(f"its {_count(self.subtitles, 'subtitle track')} left out")
        if self.chapters:
            notes.append(f"its {_count(self.chapters, 'chapter')} left out")
        return tuple(notes)

    @property
    def unwatched(self) -> tuple[str, ...]:
        """Sentences on what a report on the clip does not look at."""
        notes = []
        if self.alpha:
            notes.append("its transparency is not looked at, its colours are")
        if self.hdr:
            notes.append(f"it is HDR ({self.hdr}) and watched in 8 bits of its own signal")
        if self.interlaced:
            notes.append("it is interlaced and watched frame by frame, both fields at once")
        return tuple(notes)


def carried(reader: ClipReader) -> Carried:
    """Return what a clip carries, from its header and its first frame."""
    path = reader.path
    if is_sequence(path):
        return Carried(alpha=_is_transparent(next(sequence_files(path))))
    if is_webp(path):
        return Carried(alpha=_is_transparent(path))
    return _of_video(path)


def refuse_rewriting(reader: ClipReader) -> Carried:
    """Return what a clip carries, whose frames are to be written anew.

    Raises
    ------
    InputError
        If it carries what rewritten frames would lose.
    """
    found = carried(reader)
    if found.obstacle:
        raise InputError(f"clip {reader.path} {found.obstacle}")
    return found


def _of_video(path: Path) -> Carried:
    try:
        with av.open(str(path.resolve()), metadata_errors="replace") as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            components = context.format.components if context.format else ()
            first = next(container.decode(stream), None)
            return Carried(
                alpha=stream.metadata.get("alpha_mode") == "1" or _has_alpha(first),
                hdr=_HDR_TRANSFERS.get(int(context.color_trc), ""),
                bits=max((component.bits for component in components), default=8),
                interlaced=bool(first is not None and first.interlaced_frame),
                pixel_aspect=context.sample_aspect_ratio or Fraction(1),
                subtitles=len(container.streams.subtitles),
                chapters=len(container.chapters()),
            )
    except (av.error.FFmpegError, OSError, ValueError):
        return Carried()  # what is damaged is said when the frames are read


def _has_alpha(frame: Any) -> bool:
    """Return whether a decoded frame is transparent somewhere."""
    if frame is None or not any(component.is_alpha for component in frame.format.components):
        return False
    return bool(frame.to_ndarray(format="rgba")[..., 3].min() < 255)


def _is_transparent(path: Path) -> bool:
    """Return whether the first picture of a file is transparent somewhere."""
    try:
        with Image.open(path) as image:
            if "A" not in image.getbands() and "transparency" not in image.info:
                return False
            return bool(np.asarray(image.convert("RGBA"))[..., 3].min() < 255)
    except (OSError, ValueError):
        return False  # said when the frames are read


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}:{value.denominator}"


def _count(number: int, noun: str) -> str:
    return f"{noun} is" if number == 1 else f"{number} {noun}s are"
