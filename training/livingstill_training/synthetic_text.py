"""Photos with lettering drawn on them, and where it is: what the network of lettering learns from.

Every picture is drawn anew: words or letters without sense in any of the fonts at hand, in any size, colour,
translucency and direction, with an outline, a shadow or a bar behind; `distractors` draws
shapes in the same inks that are no letters.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WORDS = (
    "SAMPLE", "Preview", "STOCK", "Copyright", "COPYRIGHT", "Photography", "studio", "For", "sale", "Open",
    "House", "Grand", "Hotel", "Bellevue", "Lakeside", "House", "by", "the", "river", "Morning", "Photo",
    "Agency", "Do", "not", "copy", "PROOF", "draft", "watermark", "www.example.com", "@lake.view",
    "2021-08-14", "21.07.2019", "14:32", "'98", "7", "12", "10/31/2004", "7:45", "PM", "12:08", "REC", "4K",
    "LIVE", "NEWS", "Chapter", "One", "The", "End", "Welcome", "Home", "Summer", "Sale", "50%", "OFF",
    "1.200.000", "EUR", "$450,000", "3", "bed", "2", "bath", "0123456789", "(c)", "J.", "Smith", "©",
    "2024", "all", "rights", "reserved",
)  # fmt: skip
SCRIPTS: dict[str, tuple[str, float]] = {
    "latin": ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&.,:-/!?", 6.0),
    "digits": ("0123456789.:/-' ", 1.0),
    "cyrillic": ("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯабвгдежзиклмнопрстуфхцчшщъыьэюя", 0.6),
    "greek": ("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω", 0.4),
    "arabic": ("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", 0.4),
    "hebrew": ("אבגדהוזחטיכלמנסעפצקרשת", 0.2),
    "thai": ("กขคงจฉชซญฎฏฐณดตถทธนบปผฝพฟภมยรลวศษสหอฮ", 0.3),
    "devanagari": ("कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह", 0.3),
    "cjk": ("日月山川水火木金土田口目手足人大小上下中国文字写真東西南北風雨雪花鳥夜朝見聞", 0.6),
    "hangul": ("가나다라마바사아자차카타파하고노도로모보소오조구누두루무부수우주", 0.3),
}
"""Letters of scripts, and how often words without sense are made of each."""

LARGEST, SMALLEST = 130.0, 7.5
"""Heights of letters, pixels."""

_FAINTEST = 13.0
"""Mean difference in levels from the photo under which lettering is not drawn: nobody would see it."""

Rng = np.random.Generator
Picture = NDArray[np.uint8]


class SyntheticText(NamedTuple):
    """A picture (h, w, 3) uint8 with lettering; (h, w) uint8: 1 on it, 2 near it, 0 elsewhere."""

    picture: Picture
    lettering: Picture


def fonts_in(folders: list[Path]) -> list[Path]:
    """Return the files of scalable fonts below folders, sorted by name."""
    found = (file for folder in folders for file in folder.rglob("*"))
    return sorted(file for file in found if file.suffix.lower() in {".ttf", ".otf", ".ttc"})


@functools.cache
def scripts_of(font: Path) -> tuple[str, ...]:
    """Return the scripts whose letters a font has, as far as the first five of each tell."""
    face = ImageFont.truetype(str(font), 24, layout_engine=ImageFont.Layout.BASIC)

    def look(letter: str) -> bytes:
        mask = face.getmask(letter)
        return bytes(mask) + bytes(mask.size)

    missing = look("\U0010fffd")
    known = []
    for name, (letters, _) in SCRIPTS.items():
        looks = {look(letter) for letter in letters[:5]}
        if len(looks) == 5 and missing not in looks:
            known.append(name)
    return tuple(known)


@functools.lru_cache(maxsize=4096)
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font), size)


def by_script(fonts: list[Path]) -> dict[str, list[Path]]:
    """Return the fonts of each script; of a family's many files any is as good as another."""
    found: dict[str, list[Path]] = {}
    for font in fonts:
        try:
            known = scripts_of(font)
        except OSError:  # no scalable font
            continue
        for script in known:
            found.setdefault(script, []).append(font)
    return found


def words_of(rng: Rng, script: str) -> str:
    """Return one to five words."""
    if script == "latin" and rng.random() < 0.6:
        start = int(rng.integers(len(WORDS)))
        words = " ".join(WORDS[start : start + int(rng.integers(1, 5))])
        return words.upper() if rng.random() < 0.3 else words
    letters = SCRIPTS[script][0]
    lengths = rng.integers(2, 11, int(rng.integers(1, 4)))
    words = " ".join("".join(rng.choice(list(letters), n)) for n in lengths)
    return words.upper() if rng.random() < 0.3 else words


def ink_colour(rng: Rng) -> NDArray[np.float32]:
    """Return red, green and blue in 0..255: white and black most often, then what stamps are in, then any."""
    drawn = rng.random()
    if drawn < 0.35:
        return np.full(3, rng.uniform(225, 255), np.float32)
    if drawn < 0.65:
        return np.full(3, rng.uniform(0, 40), np.float32)
    if drawn < 0.75:
        return np.array([255, rng.uniform(90, 240), rng.uniform(0, 60)], np.float32)
    if drawn < 0.82:
        return np.full(3, rng.uniform(60, 200), np.float32)
    return rng.uniform(0, 255, 3).astype(np.float32)


def ink_opacity(rng: Rng) -> float:
    """Return 1, or that of a watermark."""
    return 1.0 if rng.random() < 0.25 else float(rng.uniform(0.22, 0.75))


def _line(rng: Rng, fonts: dict[str, list[Path]], size: int) -> Any:
    """Return the coverage of a line of text, an "L" picture that fits it closely, or None."""
    names = [name for name in SCRIPTS if fonts.get(name)]
    shares = np.array([SCRIPTS[name][1] for name in names])
    script = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    font = fonts[script][int(rng.integers(len(fonts[script])))]
    words = words_of(rng, script)
    face = _face(font, size)
    outline = max(1, size // 14) if rng.random() < 0.08 else 0
    try:
        left, top, right, bottom = face.getbbox(words, stroke_width=outline)
    except OSError:  # a font that cannot be drawn in this size
        return None
    if rng.random() < 0.1 and script in {"latin", "cjk", "digits"}:
        return _stacked(face, words.replace(" ", "")[:9], size)
    if rng.random() < 0.12 and script in {"latin", "digits", "cyrillic", "greek"}:
        return _spaced(face, words, size * float(rng.uniform(0.15, 0.7)))
    page = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    draw = ImageDraw.Draw(page)
    at = (2 - left, 2 - top)
    if outline:  # hollow letters
        draw.text(at, words, fill=255, font=face, stroke_width=outline)
        draw.text(at, words, fill=0, font=face)
    else:
        draw.text(at, words, fill=255, font=face)
    return page


def _stacked(face: ImageFont.FreeTypeFont, letters: str, size: int) -> Any:
    """Return the coverage of letters one below another."""
    step = int(1.2 * size)
    page = Image.new("L", (2 * size, step * len(letters) + size))
    for i, letter in enumerate(letters):
        ImageDraw.Draw(page).text((size, i * step), letter, fill=255, font=face, anchor="ma")
    box = page.getbbox()
    return page.crop(box) if box else None


def _spaced(face: ImageFont.FreeTypeFont, words: str, room: float) -> Any:
    """Return the coverage of letters set apart by ``room`` pixels more."""
    widths = [face.getlength(letter) + room for letter in words]
    page = Image.new("L", (int(sum(widths)) + 8, int(2 * face.size)))
    x = 2.0
    for letter, width in zip(words, widths, strict=True):
        ImageDraw.Draw(page).text((x, face.size * 0.3), letter, fill=255, font=face)
        x += width
    box = page.getbbox()
    return page.crop(box) if box else None


def _turned(rng: Rng, page: Any) -> Any:
    drawn = rng.random()
    if drawn < 0.6:
        return page
    angle = float(rng.choice((90, 270))) if drawn < 0.72 else float(rng.uniform(-60, 60))
    return page.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)


def draw_lettering(
    rng: Rng, picture: Picture, fonts: dict[str, list[Path]], scale: float = 1.0
) -> SyntheticText:
    """Return ``picture`` (h, w, 3) uint8 with none to two lines of text, or one tiled all over it."""
    height, width = picture.shape[:2]
    truth = np.zeros((height, width), np.uint8)
    drawn = rng.random()
    if drawn < 0.45:
        return SyntheticText(picture, truth)
    if drawn < 0.52:
        return _tiled(rng, picture, truth, fonts, scale)
    for _ in range(int(rng.integers(1, 3))):
        size = float(np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST)))) * scale
        page = _line(rng, fonts, max(8, int(size)))
        if page is None:
            continue
        page = _turned(rng, page)
        # large words may run out of the frame; a part of a letter says little, so most fit
        fit = min(1.0, 1.25 * width / page.width, 1.1 * height / page.height)
        if fit < 1:
            page = page.resize((max(1, int(page.width * fit)), max(1, int(page.height * fit))))
            size *= fit
        if size < SMALLEST * 0.8:
            continue
        left = int(rng.integers(min(0, width - page.width), max(1, width - page.width + 1)))
        top = int(rng.integers(min(0, height - page.height), max(1, height - page.height + 1)))
        picture, truth = _stamp(rng, picture, truth, page, (left, top), size)
    return SyntheticText(picture, truth)


def _tiled(
    rng: Rng, picture: Picture, truth: Picture, fonts: dict[str, list[Path]], scale: float
) -> SyntheticText:
    """Return a picture with one mark all over it, as agencies tile it."""
    height, width = truth.shape
    size = max(8, int(rng.uniform(12, 40) * scale))
    page = _line(rng, fonts, size)
    if page is None:
        return SyntheticText(picture, truth)
    page = page.rotate(float(rng.uniform(-45, 45)), expand=True, resample=Image.Resampling.BICUBIC)
    step = (page.width * float(rng.uniform(1.1, 2)), page.height * float(rng.uniform(1.1, 2.5)))
    whole = Image.new("L", (width, height))
    row, y, first = 0, float(rng.uniform(-step[1], 0)), float(rng.uniform(-step[0], 0))
    while y < height:
        x = first - row % 2 * step[0] / 2
        while x < width:
            whole.paste(page, (int(x), int(y)))
            x += step[0]
        y += step[1]
        row += 1
    return SyntheticText(*_stamp(rng, picture, truth, whole, (0, 0), size))


def _stamp(
    rng: Rng, picture: Picture, truth: Picture, page: Any, corner: tuple[int, int], size: float
) -> tuple[Picture, Picture]:
    """Return a picture and its truth with the coverage ``page`` inked at ``corner``."""
    height, width = truth.shape
    cover = Image.new("L", (width, height))
    cover.paste(page, corner)
    share: Any = np.asarray(cover, np.float32)[..., None] / 255
    if not (share > 0.5).any():
        return picture, truth
    colour, opacity = ink_colour(rng), ink_opacity(rng)
    base: Any = picture.astype(np.float32)
    box = cover.getbbox()
    if rng.random() < 0.12 and box is not None:  # a bar behind it
        room = int(rng.uniform(0.1, 0.6) * size)
        x0, y0 = max(0, box[0] - room), max(0, box[1] - room)
        part = base[y0 : box[3] + room, x0 : box[2] + room]
        part += (ink_colour(rng) - part) * np.float32(rng.uniform(0.3, 1))
    if rng.random() < 0.15:  # a shadow
        move = max(1, int(size * rng.uniform(0.03, 0.1)))
        shade: Any = np.roll(share, (move, move), (0, 1))
        if rng.random() < 0.5:
            shade = cv2.GaussianBlur(shade, (0, 0), max(0.6, size * 0.06))[..., None]
        base = base + (255 - colour - base) * (shade * np.float32(opacity * rng.uniform(0.4, 1)))
    out = base + (colour - base) * (share * np.float32(opacity))
    change = np.abs(out - base).max(axis=2)[share[..., 0] > 0.5]
    out8 = np.rint(np.clip(out, 0, 255)).astype(np.uint8)
    ink = (share[..., 0] > 0.4).astype(np.uint8)
    near = max(2, round(0.2 * size))
    on, around = (cv2.dilate(ink, _disk(radius)) for radius in (near, 2 * near))
    if float(change.mean()) < _FAINTEST:
        if opacity < 1 or float(change.mean()) < 4:
            return picture, truth
        on = np.zeros_like(on)
    truth = np.where(on > 0, 1, np.where((around > 0) & (truth == 0), 2, truth))
    return out8, truth.astype(np.uint8)


@functools.lru_cache(maxsize=256)
def _disk(radius: int) -> Picture:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
