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

MOST_LINES = 3
_LEAST = 0.55
"""How much smaller than asked for a long text may be set."""

_LEADING = 1.22

TITLE, SMALL = "OpenSans-Semibold.ttf", "OpenSans-Regular.ttf"
"""The fonts that we bring: for what is set large, and for what is set small."""

_FONTS = Path(__file__).parent / "fonts"


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """How a text is set: the bytes of a font file, its name in the sentence of an error, and the
    ``size`` in pixels per em."""

    size: float
    font: bytes
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """A set text: (h, w) float32 coverage, 0..1, and the height of its first line's capitals."""

    coverage: Float32Array
    size: float


def load(path: Path | None, own: str = TITLE) -> tuple[bytes, str]:
    """Return a font file's bytes and name; no file is the ``own`` font that we bring (Open Sans).

    Raises
    ------
    InputError
        If the file is missing or no font.
    """
    if path is None:
        return (_FONTS / own).read_bytes(), "the default font"
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


def fitted(text: str, style: Style, width: int, what: str, align: str = "left") -> Ink:
    """Set a text within ``width`` pixels: wrapped to at most three lines, then smaller.

    Raises
    ------
    InputError
        If it does not fit even at 55 % of its size, or the font lacks a character.
    """
    text = unicodedata.normalize("NFC", text.replace("\\n", "\n"))
    engine = _engine(text, what)
    _check(text, style, engine, what)
    size = style.size
    while size >= style.size * _LEAST:
        font = _font(Style(size, style.font, style.name), engine)
        lines = _wrapped(text, font, width)
        if len(lines) <= max(MOST_LINES, text.count("\n") + 1) and all(
            font.getlength(line) <= width for line in lines
        ):
            return Ink(_drawn(lines, font, size, align), size)
        size *= 0.94
    short = text if len(text) <= 40 else f"{text[:40]}..."
    raise InputError(
        f"{what} is '{short}', too long for this frame; shorten it, or lower --title-size"
    )


def check_height(coverage: Float32Array, most: int, what: str) -> None:
    """Refuse a text that is higher than the frame's safe area."""
    if coverage.shape[0] > most:
        raise InputError(
            f"{what} is {coverage.shape[0]} pixels high, of which the frame has {max(0, most)}; "
            "shorten it, or lower --title-size"
        )


def _engine(text: str, what: str) -> ImageFont.Layout:
    """Return who shapes the text: the plain engine is the same everywhere, and enough for most."""
    joined = any(
        unicodedata.bidirectional(c) in ("R", "AL", "AN")
        or unicodedata.category(c) in ("Mn", "Mc")
        or 0x900 <= ord(c) < 0x1100
        for c in text
    )
    if joined and not features.check("raqm"):
        raise InputError(f"{what} is in a script that needs Pillow with Raqm; install libraqm")
    return ImageFont.Layout.RAQM if joined else ImageFont.Layout.BASIC


def _font(style: Style, engine: ImageFont.Layout) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(io.BytesIO(style.font), style.size, layout_engine=engine)
    except (OSError, ValueError):
        raise InputError(
            f"{style.name} is no font we can read; give a TrueType or OpenType file (.ttf, .otf)"
        ) from None


def _check(text: str, style: Style, engine: ImageFont.Layout, what: str) -> None:
    """Refuse characters that the font draws as its box for unknown ones."""
    font = _font(Style(32, style.font, style.name), engine)
    unknown = bytes(font.getmask("\uffff"))
    for char in dict.fromkeys(text):
        control = unicodedata.category(char).startswith("C") and char != "\n"
        blank = char.isspace() or unicodedata.category(char) in ("Mn", "Mc")
        if control or (not blank and unknown and bytes(font.getmask(char)) == unknown):
            name = unicodedata.name(char, f"U+{ord(char):04X}")
            shown = name if control else f"'{char}' ({name})"
            raise InputError(f"{what} has {shown}, which {style.name} lacks; give another --font")


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Return the lines of a text: broken where it says so, and between words where it must."""
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for word in part.split():
            longer = f"{line} {word}" if line else word
            if line and font.getlength(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def _drawn(lines: list[str], font: ImageFont.FreeTypeFont, size: float, align: str) -> Float32Array:
    """Return the coverage of lines of text: cut to the ink at the sides, from the capitals of the
    first line to the descenders of the last, whether or not it has some."""
    leading = round(size * _LEADING)
    boxes = [font.getbbox(line, anchor="ls") for line in lines]
    tall, deep = font.getbbox("H", anchor="ls"), font.getbbox("p", anchor="ls")
    left = int(min(box[0] for box in boxes))
    right = int(np.ceil(max(box[2] for box in boxes)))
    above = int(-min(tall[1], *(box[1] + i * leading for i, box in enumerate(boxes))))
    last = (len(lines) - 1) * leading
    below = int(np.ceil(max(last + deep[3], *(b[3] + i * leading for i, b in enumerate(boxes)))))
    page = Image.new("L", (max(1, right - left), max(1, above + below)))
    draw = ImageDraw.Draw(page)
    for i, (line, box) in enumerate(zip(lines, boxes)):
        free = page.width - (box[2] - box[0])
        x = {"left": 0.0, "centre": free / 2, "right": free}[align] - box[0]
        draw.text((round(x), above + i * leading), line, fill=255, font=font, anchor="ls")
    return np.asarray(page, np.float32) / np.float32(255)


def shadowed(
    coverage: Float32Array, ink: tuple[float, float, float], size: float, shadow: float
) -> tuple[Float32Array, int]:
    """Return straight RGBA (h + 2 m, w + 2 m, 4) of text with a soft shadow, and the margin m.

    The shadow is two Gaussians: a narrow one that keeps edges apart from a bright background, and
    a wide one that darkens it.
    """
    margin = round(0.55 * size) if shadow > 0 else 0
    inner = np.pad(coverage, margin)
    dark = np.zeros_like(inner)
    if shadow > 0:
        near = exact.gaussian_blur(inner, max(0.6, 0.03 * size))
        far = exact.gaussian_blur(inner, max(1.0, 0.16 * size))
        down = max(1, round(0.035 * size))
        near = np.roll(near, down, axis=0)
        near[:down] = 0
        dark = np.minimum(1, (0.6 * near + 1.2 * far) * shadow).astype(np.float32)
    alpha = inner + (1 - inner) * dark
    share = (inner / np.maximum(alpha, 1e-6))[..., None]
    rgb = share * np.array(ink, np.float32)
    return np.concatenate([rgb, alpha[..., None]], axis=2).astype(np.float32), margin
