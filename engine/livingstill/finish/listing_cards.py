"""The opening and the closing card of a listing's reel, with branding and without."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array
from livingstill.finish import disclosure, logo, qr, text, typefaces
from livingstill.finish.layout import Box, Sprite, anchor, pack_premultiplied, safe_area
from livingstill.settings.reel import ListingSettings
from livingstill.settings.shot import Shot

_HEADLINE, _LINE, _SMALL = 0.078, 0.042, 0.034
"""Sizes of text, of the frame's shorter side."""

_RULE_WIDTH, _RULE_HEIGHT = 0.11, 0.0042
_GAP = 0.026
_LOGO, _CODE = 0.17, 0.24
_CORNER_LOGO = 0.1
_WHITE = (1.0, 1.0, 1.0)
_SCRIM = 0.62
"""Opacity of the shade below the opening card's text, at its darkest."""

_SMALLEST = 0.5
"""Scale below which a card's texts are not made to fit."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One row of a card: straight RGBA (h, w, 4), and the gap above it, pixels."""

    rgba: Float32Array
    gap: int = 0


def opening(settings: ListingSettings, size: tuple[int, int], *, branded: bool) -> list[Sprite]:
    """Return what the opening card lays over the first room: shade, text, and the logo if branded.

    Headline, rule, price and the smaller lines stand at the lower left of the safe area.

    Raises
    ------
    InputError
        If a font, colour or logo cannot be used, or a text does not fit.
    """
    frame: Box = (0, 0, *size)
    safe = safe_area(frame)
    rows = _fitted(
        lambda scale: _texts(settings, size, round(0.86 * safe[2]), scale, "left"),
        round(0.62 * safe[3]),
    )
    sprites = []
    if rows:
        block = _stack(rows, "left")
        left, top = anchor((block.shape[1], block.shape[0]), "bottom-left", safe)
        sprites += [_shade(size, top), Sprite(pack_premultiplied(block), left, top)]
    if branded and settings.logo is not None:
        sprites.append(corner_logo(settings.logo, size, _LOGO))
    return sprites


def closing(settings: ListingSettings, size: tuple[int, int], *, branded: bool) -> list[Sprite]:
    """Return what the closing card lays over its background: one centred column.

    Logo, headline, rule, price and the smaller lines, agent and contact, and the QR code of the
    link; without branding headline, price and lines alone.

    Raises
    ------
    InputError
        As ``opening``; or if segno, which draws the code, is not installed.
    """
    safe = safe_area((0, 0, *size))

    def column(scale: float) -> list[_Part]:
        rows = _texts(settings, size, round(0.9 * safe[2]), scale, "centre")
        if branded:
            rows = _with_branding(rows, settings, size, safe, scale)
        return rows

    rows = _fitted(column, safe[3])
    if not rows:
        return []
    block = _stack(rows, "centre")
    left, top = anchor((block.shape[1], block.shape[0]), "centre", safe)
    return [Sprite(pack_premultiplied(block), left, top)]


def corner_logo(file: Path, size: tuple[int, int], share: float = _CORNER_LOGO) -> Sprite:
    """Return the logo in the upper right corner of the safe area.

    Raises
    ------
    InputError
        If the file is no picture.
    """
    sprite = logo.draw(Shot(logo=file, logo_size=share), (0, 0, *size))
    if sprite is None:
        raise InputError("no logo is given; name a file with --logo")
    return sprite


def notice(words: str | None, settings: ListingSettings, size: tuple[int, int]) -> Sprite | None:
    """Return the disclosure for every frame of a reel, in a corner that its cards leave free.

    Raises
    ------
    InputError
        If it does not fit.
    """
    if not words:
        return None
    cards = [*opening(settings, size, branded=True)[1:], *closing(settings, size, branded=True)]
    if settings.logo is not None:
        cards.append(corner_logo(settings.logo, size))
    boxes = [card.box for card in cards]
    return disclosure.draw(Shot(disclosure=words), (0, 0, *size), boxes)


def laid_over(settings: ListingSettings, card: str, *, branded: bool) -> tuple[str, ...]:
    """Return what an opening or a closing card lays over the frames, in words.

    >>> laid_over(ListingSettings(title="Villa", agent="Keller"), "opening", branded=True)
    ('title',)
    """
    words = ["title", "price", "address", "facts"]
    if branded:
        words += ["logo"] if card == "opening" else ["agent", "contact", "link", "logo"]
    return tuple(word for word in words if getattr(settings, word))


def _with_branding(
    rows: list[_Part], settings: ListingSettings, size: tuple[int, int], safe: Box, scale: float
) -> list[_Part]:
    short = min(size)
    gap = round(_GAP * short * scale)
    if settings.logo is not None:
        first = _Part(_logo_rgba(settings.logo, size, _LOGO * scale))
        rows = [
            first,
            *(replace(row, gap=2 * gap if i == 0 else row.gap) for i, row in enumerate(rows)),
        ]
    lines = (
        (settings.agent, _LINE, typefaces.TITLE_FONT),
        (settings.contact, _SMALL, typefaces.TEXT_FONT),
    )
    for i, (words, share, face) in enumerate(lines):
        if words:
            noun = ("agent", "contact")[i]
            rows = [*rows, _line(words, share * short * scale, face, round(0.9 * safe[2]), noun, settings,
                                 gap=2 * gap if i == 0 or not settings.agent else gap // 2)]  # fmt: skip
    if settings.link:
        rows = [*rows, _Part(qr.draw(settings.link, round(_CODE * short * scale)), 2 * gap)]
    return rows


def _texts(
    settings: ListingSettings, size: tuple[int, int], width: int, scale: float, align: str
) -> list[_Part]:
    """Return headline, rule and lines; the address is the headline where there is no title."""
    short = min(size)
    gap = round(_GAP * short * scale)
    headline, noun = (settings.title, "title") if settings.title else (settings.address, "address")
    lines = [("price", settings.price, _LINE * 1.2, typefaces.TITLE_FONT)]
    if settings.title:
        lines.append(("address", settings.address, _LINE, typefaces.TEXT_FONT))
    lines.append(("facts", settings.facts, _SMALL, typefaces.TEXT_FONT))
    rows = []
    if headline:
        rows.append(
            _line(
                headline,
                _HEADLINE * short * scale,
                typefaces.TITLE_FONT,
                width,
                noun,
                settings,
                align=align,
            )
        )
        if any(words for _, words, _, _ in lines):
            rows.append(_rule(settings.accent, short, scale, gap))
    for noun, words, share, face in lines:
        if words:
            above = gap if len(rows) != 2 else round(1.5 * gap)  # below the rule
            line = _line(words, share * short * scale, face, width, noun, settings, above, align)
            rows.append(line)
    return rows


def _line(
    words: str, size: float, default: str, width: int, noun: str, settings: ListingSettings,
    gap: int = 0, align: str = "centre",
) -> _Part:  # fmt: skip
    file = (
        settings.font
        if default == typefaces.TITLE_FONT
        else settings.subtitle_font or settings.font
    )
    style = text.Style(max(8.0, size), typefaces.load(file, default))
    ink = text.set_text(words, style, width, noun, align)
    rgba, margin = text.with_shadow(ink.coverage, _WHITE, size, 0.35)
    return _Part(rgba[margin:-margin, margin:-margin] if margin else rgba, gap)


def _rule(accent: str, short: int, scale: float, gap: int) -> _Part:
    """Return the fine line below the headline."""
    colour = text.colour(accent, "accent")
    height, width = max(2, round(_RULE_HEIGHT * short * scale)), round(_RULE_WIDTH * short * scale)
    rgba = np.empty((height, width, 4), np.float32)
    rgba[...] = (*colour, 1.0)
    return _Part(rgba, gap)


def _fitted(rows_at: Callable[[float], list[_Part]], height: int) -> list[_Part]:
    """Return a card's rows at the largest scale at which they are no higher than ``height``."""
    scale = 1.0
    while True:
        rows = rows_at(scale)
        if sum(row.rgba.shape[0] + row.gap for row in rows) <= height:
            return rows
        scale *= 0.92
        if scale < _SMALLEST:
            raise InputError("the card's texts are too long for this frame; shorten them")


def _stack(rows: Iterable[_Part], align: str) -> Float32Array:
    """Return rows one below another as one straight RGBA picture, at the left or centred."""
    parts = list(rows)
    width = max(part.rgba.shape[1] for part in parts)
    pieces = []
    for part in parts:
        free = width - part.rgba.shape[1]
        left = 0 if align == "left" else free // 2
        sides = ((part.gap, 0), (left, free - left), (0, 0))
        pieces.append(np.pad(part.rgba, sides))
    return np.concatenate(pieces).astype(np.float32)


def _shade(size: tuple[int, int], top: int) -> Sprite:
    """Return a shade that deepens from well above ``top`` to the lower edge of the frame."""
    width, height = size
    first = max(0, top - round(0.22 * height))
    u = np.linspace(0, 1, height - first, dtype=np.float32)
    alpha = np.float32(_SCRIM) * (u * u * (3 - 2 * u)) ** np.float32(0.8)
    rgba = np.zeros((height - first, width, 4), np.float32)
    rgba[..., 3] = alpha[:, None]
    return Sprite(pack_premultiplied(rgba), 0, first)


def _logo_rgba(file: Path, size: tuple[int, int], share: float) -> Float32Array:
    """Return the logo as straight RGBA, its area ``share`` squared of the frame's shorter side."""
    packed = corner_logo(file, size, share).rgba
    rgba = packed.view(np.uint8).reshape(*packed.shape, 4).astype(np.float32) / np.float32(255)
    colour = rgba[..., :3] / np.maximum(rgba[..., 3:], np.float32(1e-6))
    return np.concatenate([np.minimum(colour, 1), rgba[..., 3:]], axis=2).astype(np.float32)
