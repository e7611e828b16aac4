"""Lines of text as pictures: fonts, wrapping, shadow."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont, features

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.io.images import bytes_of

MAX_LINES = 3
_MIN_SCALE = 0.55
"""Smallest scale, of the requested size, at which a long text is set."""

_LEADING = 1.22

TITLE_FONT, TEXT_FONT = "OpenSans-Semibold.ttf", "OpenSans-Regular.ttf"
"""The bundled fonts: for titles and for smaller text."""

_FONTS = Path(__file__).parent / "fonts"


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """A font and its size: the bytes of a font file, its name in errors, ``size`` in pixels per em."""

    size: float
    font: bytes
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """A set text: (h, w) float32 coverage, 0..1, and the height of its first line's capitals."""

    coverage: Float32Array
    size: float


def load(path: Path | None, default: str = TITLE_FONT) -> tuple[bytes, str]:
    """Return a font file's bytes and name; no file is the ``default`` font that we bring (Open Sans).

    Raises
    ------
    InputError
        If the file is missing or no font.
    """
    if path is None:
        return (_FONTS / default).read_bytes(), "the default font"
    data = bytes_of(path, "font")
    _font(Style(20, data, f"font {path}"), ImageFont.Layout.BASIC)
    return data, f"font {path}"


def colour(value: str, what: str) -> tuple[float, float, float]:
    """Return a named or #hex colour as red, green, blue in 0..1.

    Raises
    ------
    InputError
        If there is no such colour.
    """
    try:
        red, green, blue = ImageColor.getrgb(value)[:3]
    except ValueError:
        raise InputError(
            f"{what} is {value}; it must be a colour, as in white or #1d3557"
        ) from None
    return red / 255, green / 255, blue / 255


def set_text(text: str, style: Style, width: int, noun: str, align: str = "left") -> Ink:
    """Set a text within ``width`` pixels: wrapped to at most three lines, then smaller.

    Raises
    ------
    InputError
        If it does not fit even at 55 % of its size, or the font lacks a character.
    """
    text = unicodedata.normalize("NFC", text.replace("\\n", "\n"))
    engine = _layout_engine(text, noun)
    _check_glyphs(text, style, engine, noun)
    size = style.size
    while size >= style.size * _MIN_SCALE:
        font = _font(Style(size, style.font, style.name), engine)
        lines = _wrap(text, font, width)
        if len(lines) <= max(MAX_LINES, text.count("\n") + 1) and all(
            font.getlength(line) <= width for line in lines
        ):
            return Ink(_rasterise(lines, font, size, align), size)
        size *= 0.94
    excerpt = text if len(text) <= 40 else f"{text[:40]}..."
    raise InputError(
        f"{noun} is '{excerpt}', too long for this frame; shorten it, or lower --title-size"
    )


def check_height(coverage: Float32Array, available: int, noun: str) -> None:
    """Refuse a text that is higher than the frame's safe area."""
    if coverage.shape[0] > available:
        raise InputError(
            f"{noun} is {coverage.shape[0]} pixels high, of which the frame has {max(0, available)}; "
            "shorten it, or lower --title-size"
        )


def _layout_engine(text: str, noun: str) -> ImageFont.Layout:
    """Return Raqm for scripts that need shaping, else the basic engine, the same on every machine."""
    complex_script = any(
        unicodedata.bidirectional(c) in ("R", "AL", "AN")
        or unicodedata.category(c) in ("Mn", "Mc")
        or 0x900 <= ord(c) < 0x1100
        for c in text
    )
    if complex_script and not features.check("raqm"):
        raise InputError(f"{noun} is in a script that needs Pillow with Raqm; install libraqm")
    return ImageFont.Layout.RAQM if complex_script else ImageFont.Layout.BASIC


def _font(style: Style, engine: ImageFont.Layout) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(io.BytesIO(style.font), style.size, layout_engine=engine)
    except (OSError, ValueError):
        raise InputError(
            f"{style.name} is no font we can read; give a TrueType or OpenType file (.ttf, .otf)"
        ) from None


def _check_glyphs(text: str, style: Style, engine: ImageFont.Layout, noun: str) -> None:
    """Raise InputError for a control character or one that the font draws as its missing glyph."""
    font = _font(Style(32, style.font, style.name), engine)
    unknown = bytes(font.getmask("\uffff"))
    for char in dict.fromkeys(text):
        control = unicodedata.category(char).startswith("C") and char != "\n"
        blank = char.isspace() or unicodedata.category(char) in ("Mn", "Mc")
        if control or (not blank and unknown and bytes(font.getmask(char)) == unknown):
            name = unicodedata.name(char, f"U+{ord(char):04X}")
            glyph = name if control else f"'{char}' ({name})"
            raise InputError(f"{noun} has {glyph}, which {style.name} lacks; give another --font")


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Return the lines of a text, broken at its newlines and between words at ``width`` pixels."""
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for word in part.split():
            extended = f"{line} {word}" if line else word
            if line and font.getlength(extended) > width:
                lines.append(line)
                line = word
            else:
                line = extended
        lines.append(line)
    return lines


def _rasterise(
    lines: list[str], font: ImageFont.FreeTypeFont, size: float, align: str
) -> Float32Array:
    """Return the coverage of lines of text: cut to the ink at the sides, from the capitals of the
    first line to the descenders of the last, whether or not it has some."""
    leading = round(size * _LEADING)
    boxes = [font.getbbox(line, anchor="ls") for line in lines]
    capital, descender = font.getbbox("H", anchor="ls"), font.getbbox("p", anchor="ls")
    left = int(min(box[0] for box in boxes))
    right = int(np.ceil(max(box[2] for box in boxes)))
    ascent = int(-min(capital[1], *(box[1] + i * leading for i, box in enumerate(boxes))))
    last_baseline = (len(lines) - 1) * leading
    descent = int(
        np.ceil(
            max(last_baseline + descender[3], *(b[3] + i * leading for i, b in enumerate(boxes)))
        )
    )
    page = Image.new("L", (max(1, right - left), max(1, ascent + descent)))
    draw = ImageDraw.Draw(page)
    for i, (line, box) in enumerate(zip(lines, boxes)):
        free = page.width - (box[2] - box[0])
        x = {"left": 0.0, "centre": free / 2, "right": free}[align] - box[0]
        draw.text((round(x), ascent + i * leading), line, fill=255, font=font, anchor="ls")
    return np.asarray(page, np.float32) / np.float32(255)


def with_shadow(
    coverage: Float32Array, ink: tuple[float, float, float], size: float, shadow: float
) -> tuple[Float32Array, int]:
    """Return straight RGBA (h + 2 m, w + 2 m, 4) of text with a soft shadow, and the margin m.

    The shadow is two Gaussians: a narrow one that keeps edges apart from a bright background, and
    a wide one that darkens it.
    """
    margin = round(0.55 * size) if shadow > 0 else 0
    ink_coverage = np.pad(coverage, margin)
    dark = np.zeros_like(ink_coverage)
    if shadow > 0:
        narrow = exact.gaussian_blur(ink_coverage, max(0.6, 0.03 * size))
        wide = exact.gaussian_blur(ink_coverage, max(1.0, 0.16 * size))
        down = max(1, round(0.035 * size))
        narrow = np.roll(narrow, down, axis=0)
        narrow[:down] = 0
        dark = np.minimum(1, (0.6 * narrow + 1.2 * wide) * shadow).astype(np.float32)
    alpha = ink_coverage + (1 - ink_coverage) * dark
    share = (ink_coverage / np.maximum(alpha, 1e-6))[..., None]
    rgb = share * np.array(ink, np.float32)
    return np.concatenate([rgb, alpha[..., None]], axis=2).astype(np.float32), margin
