"""Title and subtitle as one picture in the safe area."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.finish import text, typefaces
from livingstill.finish.bidirectional import is_right_to_left
from livingstill.finish.layout import Box, Sprite, anchor, pack_premultiplied, safe_area
from livingstill.settings.shot import Shot

_TITLE, _SUBTITLE, _GAP = 0.074, 0.52, 0.5
_WRAP_WIDTH = 0.86
"""Share of the safe area's width at which a title is wrapped."""


def draw(shot: Shot, area: Box) -> Sprite | None:
    """Return title and subtitle of a shot for a frame, or the picture in it; None without either.

    Raises
    ------
    InputError
        If a font or colour is none, or the text does not fit.
    """
    if not (shot.title or shot.subtitle):
        return None
    ink = text.colour(shot.title_colour, "title_colour")
    safe = safe_area(area)
    size = max(8.0, _TITLE * min(area[2:]) * shot.title_size)
    place = title_place(shot)
    align = next((side for side in ("left", "right") if side in place), "centre")
    width = round(_WRAP_WIDTH * safe[2])
    inks = []
    for noun, words, scale, file, default_font in (
        ("title", shot.title, 1.0, shot.font, typefaces.TITLE_FONT),
        (
            "subtitle",
            shot.subtitle,
            _SUBTITLE,
            shot.subtitle_font or shot.font,
            typefaces.TEXT_FONT,
        ),
    ):
        if words:
            style = text.Style(max(8.0, size * scale), typefaces.load(file, default_font))
            inks.append(text.set_text(words, style, width, noun, align))
    gap = round(_GAP * inks[-1].size) if len(inks) > 1 else 0
    if align == "left" and is_right_to_left(shot.title or shot.subtitle or ""):
        align = "right"
    coverage = stack_lines([line.coverage for line in inks], gap, align)
    text.check_height(coverage, safe[3], "title")
    rgba, margin = text.with_shadow(coverage, ink, size, shot.title_shadow)
    left, top = anchor(coverage.shape[::-1], place, safe)
    notes = tuple(note for line in inks for note in line.notes)
    return Sprite(pack_premultiplied(rgba), left - margin, top - margin, margin, notes)


def title_place(shot: Shot) -> str:
    """Return the title's place: at the bottom, or at the top where a card is, and where it starts.

    >>> title_place(Shot(title="Lake")), title_place(Shot(title="Lake", price="1"))
    ('bottom-left', 'top-left')
    >>> title_place(Shot(title="בית ליד האגם"))
    'bottom-right'
    """
    if shot.title_place != "auto":
        return shot.title_place
    card = shot.price or shot.address or shot.details
    row = "top" if card and "bottom" in shot.card_place else "bottom"
    return f"{row}-right" if is_right_to_left(shot.title or shot.subtitle or "") else f"{row}-left"


def stack_lines(parts: list[Float32Array], gap: int, align: str) -> Float32Array:
    """Return lines' coverages (h, w) stacked vertically with ``gap`` rows between, and aligned."""
    width = max(part.shape[1] for part in parts)
    rows: list[Float32Array] = []
    for i, part in enumerate(parts):
        free = width - part.shape[1]
        left = {"left": 0, "centre": free // 2, "right": free}[align]
        if i:
            rows.append(np.zeros((gap, width), np.float32))
        rows.append(np.pad(part, ((0, 0), (left, free - left))))
    return np.concatenate(rows)
