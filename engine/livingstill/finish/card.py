"""The card of a listing: price, address and details on a plate."""

from __future__ import annotations

import numpy as np

from livingstill.finish import text, typefaces
from livingstill.finish.bidirectional import is_right_to_left
from livingstill.finish.layout import (
    Box,
    Sprite,
    anchor,
    pack_premultiplied,
    rounded_plate,
    safe_area,
)
from livingstill.finish.titles import stack_lines
from livingstill.settings.shot import Shot

_PRICE, _LINE_SCALES = 0.066, (1.0, 0.5, 0.42)
_PLATE_OPACITY = 0.84


def draw(shot: Shot, area: Box) -> Sprite | None:
    """Return the card of a shot for a frame; None if it says nothing.

    The price is set largest, the address below it, the details smaller; the text is black or
    white, whichever stands out more from the plate, and an accent colours the plate's left edge.

    Raises
    ------
    InputError
        If a font or colour is none, or a text does not fit.
    """
    lines = (("price", shot.price), ("address", shot.address), ("details", shot.details))
    if not any(words for _, words in lines):
        return None
    plate = text.colour(shot.card_colour, "card_colour")
    accent = text.colour(shot.accent, "accent") if shot.accent else None
    safe = safe_area(area)
    size = max(8.0, _PRICE * min(area[2:]) * shot.title_size)
    pad = round(0.55 * size)
    inks = []
    for (noun, words), scale in zip(lines, _LINE_SCALES):
        if words:
            is_price = noun == "price"
            file = shot.font if is_price else shot.subtitle_font or shot.font
            face = typefaces.load(file, typefaces.TITLE_FONT if is_price else typefaces.TEXT_FONT)
            style = text.Style(max(8.0, size * scale), face)
            inks.append(text.set_text(words, style, max(1, safe[2] - 2 * pad), noun))
    first = shot.price or shot.address or shot.details or ""
    align = "right" if is_right_to_left(first) else "left"
    coverage = stack_lines([line.coverage for line in inks], round(0.26 * size), align)
    height, width = coverage.shape[0] + 2 * pad, coverage.shape[1] + 2 * pad
    text.check_height(coverage, safe[3] - 2 * pad, "card")
    shape = rounded_plate((width, height), round(0.22 * size))
    bar = round(0.14 * size) if accent else 0
    rgb = np.broadcast_to(np.array(plate, np.float32), (height, width, 3)).copy()
    if accent:
        rgb[:, :bar] = accent
    alpha = shape * np.float32(_PLATE_OPACITY)
    if accent:
        alpha[:, :bar] = shape[:, :bar]
    ink = np.pad(coverage, pad)[..., None]
    colour = np.float32(1.0 if np.dot(plate, (0.2126, 0.7152, 0.0722)) < 0.55 else 0.07)
    alpha_out = ink + (1 - ink) * alpha[..., None]
    premultiplied = colour * ink + rgb * (1 - ink) * alpha[..., None]
    rgb = np.asarray(premultiplied / np.maximum(alpha_out, 1e-6), np.float32)
    left, top = anchor((width, height), shot.card_place, safe)
    rgba = pack_premultiplied(np.concatenate([rgb, alpha_out], axis=2))
    return Sprite(rgba, left, top, notes=tuple(note for line in inks for note in line.notes))
