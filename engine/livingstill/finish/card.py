"""The card of a listing: price, address and details on a plate."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from livingstill.core.model import Float32Array
from livingstill.finish import text
from livingstill.finish.layout import Box, Sprite, packed, placed, safe_area
from livingstill.finish.titles import stacked
from livingstill.imaging import exact
from livingstill.settings.shot import Shot

_PRICE, _SCALES = 0.066, (1.0, 0.5, 0.42)
_OPAQUE = 0.84
_FINER = 4


def draw(shot: Shot, area: Box) -> Sprite | None:
    """Return the card of a shot for a frame; None if it says nothing.

    The price is set largest, the address below it, the details smaller; the text is black or
    white, whichever stands out more from the plate, and an accent colours the plate's left edge.

    Raises
    ------
    InputError
        If a font or colour is none, or a text does not fit.
    """
    said = (("price", shot.price), ("address", shot.address), ("details", shot.details))
    if not any(words for _, words in said):
        return None
    plate = text.colour(shot.card_colour, "card_colour")
    accent = text.colour(shot.accent, "accent") if shot.accent else None
    safe = safe_area(area)
    size = max(8.0, _PRICE * min(area[2:]) * shot.title_size)
    pad = round(0.55 * size)
    inks = []
    for (what, words), scale in zip(said, _SCALES):
        if words:
            large = what == "price"
            file = shot.font if large else shot.subtitle_font or shot.font
            data, name = text.load(file, text.TITLE if large else text.SMALL)
            style = text.Style(max(8.0, size * scale), data, name)
            inks.append(text.fitted(words, style, max(1, safe[2] - 2 * pad), what))
    coverage = stacked([one.coverage for one in inks], round(0.26 * size), "left")
    height, width = coverage.shape[0] + 2 * pad, coverage.shape[1] + 2 * pad
    text.check_height(coverage, safe[3] - 2 * pad, "card")
    shape = _plate((width, height), round(0.22 * size))
    bar = round(0.14 * size) if accent else 0
    rgb = np.broadcast_to(np.array(plate, np.float32), (height, width, 3)).copy()
    if accent:
        rgb[:, :bar] = accent
    alpha = shape * np.float32(_OPAQUE)
    if accent:
        alpha[:, :bar] = shape[:, :bar]
    ink = np.pad(coverage, pad)[..., None]
    colour = np.float32(1.0 if np.dot(plate, (0.2126, 0.7152, 0.0722)) < 0.55 else 0.07)
    both = ink + (1 - ink) * alpha[..., None]
    mixed = colour * ink + rgb * (1 - ink) * alpha[..., None]
    rgb = np.asarray(mixed / np.maximum(both, 1e-6), np.float32)
    left, top = placed((width, height), shot.card_place, safe)
    return Sprite(packed(np.concatenate([rgb, both], axis=2)), left, top)


def _plate(size: tuple[int, int], radius: int) -> Float32Array:
    """Return the coverage of a rectangle with round corners."""
    page = Image.new("L", (size[0] * _FINER, size[1] * _FINER))
    corner = (page.width - 1, page.height - 1)
    ImageDraw.Draw(page).rounded_rectangle((0, 0, *corner), radius * _FINER, fill=255)
    small = exact.resize_area(np.asarray(page, np.float32), size)
    return np.asarray(small, np.float32) / np.float32(255)
