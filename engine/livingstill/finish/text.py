"""Lines of text as pictures: wrapping, scripts of both directions, shadow."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont, features

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array
from livingstill.finish import typefaces
from livingstill.finish.bidirectional import is_right_to_left, visual_runs
from livingstill.finish.line_breaking import wrap
from livingstill.finish.typefaces import Face
from livingstill.imaging import exact

MAX_LINES = 3
_MIN_SCALE = 0.55
"""Smallest scale, of the requested size, at which a long text is set."""

_LEADING = 1.22


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """A face and its size in pixels per em."""

    size: float
    face: Face


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """A set text: (h, w) float32 coverage, 0..1, the height of its first line's capitals, and notes."""

    coverage: Float32Array
    size: float
    notes: tuple[str, ...] = ()


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

    Lines of right-to-left text start at the right unless they are centred. What the face lacks is
    set in fonts of this machine, and the notes say so.

    Raises
    ------
    InputError
        If it does not fit even at 55 % of its size, or no font has one of its characters.
    """
    text = unicodedata.normalize("NFC", text.replace("\\n", "\n"))
    engine = _layout_engine(text, noun)
    faces = typefaces.faces_of(text, style.face, noun)
    if align == "left" and is_right_to_left(text):
        align = "right"
    size = style.size
    while size >= style.size * _MIN_SCALE:
        setting = _Setting(faces, style.face, size, engine)
        lines = wrap(text, width, setting.length)
        if len(lines) <= max(MAX_LINES, text.count("\n") + 1) and all(
            setting.length(line) <= width for line in lines
        ):
            return Ink(_rasterise(lines, setting, size, align), size, _notes(faces, style, noun))
        size *= 0.94
    excerpt = text if len(text) <= 40 else f"{text[:40]}..."
    raise InputError(
        f"{noun} is '{excerpt}', too long for this frame; shorten it, or lower --title-size"
    )


def _notes(faces: dict[str, Face], style: Style, noun: str) -> tuple[str, ...]:
    """Return a sentence for each font of this machine that a text needs."""
    others = dict.fromkeys(face for face in faces.values() if face != style.face)
    return tuple(
        f"{noun} has {_excerpt([c for c in faces if faces[c] == face])}, which {style.face.name} "
        f"lacks: set in {face.name} of this machine; --font FILE makes it the same everywhere"
        for face in others
    )


def _excerpt(characters: list[str]) -> str:
    """Return the first few of some characters in quotes."""
    return f"'{''.join(characters[:8])}'" + (" and more" if len(characters) > 8 else "")


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
        or c in "\u200c\u200d\u200e\u200f"
        or 0x900 <= ord(c) < 0x1100
        for c in text
    )
    if complex_script and not features.check("raqm"):
        raise InputError(f"{noun} is in a script that needs Pillow with Raqm; install libraqm")
    return ImageFont.Layout.RAQM if complex_script else ImageFont.Layout.BASIC


class _Setting:
    """Faces at one size: measures and draws lines, run by run where these need several faces."""

    def __init__(
        self, faces: dict[str, Face], first: Face, size: float, engine: ImageFont.Layout
    ) -> None:
        self._faces, self._first, self._engine = faces, first, engine
        self._fonts = {
            face: face.font(size, engine) for face in {first: None, **dict.fromkeys(faces.values())}
        }

    def first(self) -> ImageFont.FreeTypeFont:
        """Return the font of the face that was asked for, whose capitals and descenders count."""
        return self._fonts[self._first]

    def length(self, line: str) -> float:
        """Return how far a line advances, in pixels."""
        return sum(font.getlength(text, **how) for text, font, how in self._runs(line))

    def box(self, line: str) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of a line's ink from the start of its baseline."""
        boxes, x = [], 0.0
        for text, font, how in self._runs(line):
            left, top, right, bottom = font.getbbox(text, anchor="ls", **how)
            boxes.append((left + x, top, right + x, bottom))
            x += font.getlength(text, **how)
        if not boxes:
            return self.first().getbbox(line, anchor="ls")
        lefts, tops, rights, bottoms = zip(*boxes)
        return min(lefts), min(tops), max(rights), max(bottoms)

    def draw(self, draw: ImageDraw.ImageDraw, place: tuple[float, float], line: str) -> None:
        """Draw a line from the start of its baseline."""
        x, y = place
        for text, font, how in self._runs(line):
            draw.text((round(x), y), text, fill=255, font=font, anchor="ls", **how)
            x += font.getlength(text, **how)

    def _runs(self, line: str) -> list[tuple[str, ImageFont.FreeTypeFont, dict[str, Any]]]:
        """Return the runs of a line from left to right: text, font, and how the font draws it."""
        base = is_right_to_left(line)
        faces = self._faces_along(line)
        runs = visual_runs(line, faces, base) if len(set(faces)) > 1 else [(line, faces[0], base)]
        shaped = self._engine == ImageFont.Layout.RAQM
        return [
            (text, self._fonts[face], {"direction": "rtl" if right else "ltr"} if shaped else {})
            for text, face, right in runs
        ]

    def _faces_along(self, line: str) -> list[Face]:
        """Return the face of each character; what is not drawn goes with the one before it."""
        faces: list[Face] = []
        for char in line:
            before = faces[-1] if faces else self._first
            faces.append(self._faces.get(char, before))
        return faces or [self._first]


def _rasterise(lines: list[str], setting: _Setting, size: float, align: str) -> Float32Array:
    """Return the coverage of lines of text: cut to the ink at the sides, from the capitals of the
    first line to the descenders of the last, whether or not it has some."""
    leading = round(size * _LEADING)
    boxes = [setting.box(line) for line in lines]
    capital, descender = (setting.first().getbbox(c, anchor="ls") for c in "Hp")
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
        setting.draw(draw, (round(x), ascent + i * leading), line)
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
