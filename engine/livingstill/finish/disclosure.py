"""The disclosure: a small line that says what a clip is, legible on any picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from livingstill.core.errors import InputError
from livingstill.finish import text, typefaces
from livingstill.finish.layout import (
    Box,
    Sprite,
    anchor,
    overlaps,
    pack_premultiplied,
    rounded_plate,
    safe_area,
)
from livingstill.finish.text import Ink
from livingstill.settings.shot import Shot

_SIZE, _SMALLEST = 0.026, 11.0
"""Em of the line, of the frame's shorter side and at least in pixels: 28 at 1080p."""

_WIDTHS = (38.0, 24.0, 15.0)
"""Widest line, in em: the narrower ones are tried where the first meets another overlay."""

_PLATE, _PLATE_OPACITY = 0.06, 0.62
"""Grey and opacity of the plate: white on it has a contrast of 4.5 (WCAG 2.2) even on white."""

_CORNERS = (("bottom-right", "bottom-left"), ("top-left", "top-right"))


def draw(shot: Shot, area: Box, taken: Sequence[Box] = ()) -> Sprite | None:
    """Return the disclosure of a shot for a frame; None if there is none.

    Parameters
    ----------
    area : the frame
    taken : boxes of other overlays, which it keeps out of where there is room

    Raises
    ------
    InputError
        If the text does not fit.
    """
    if not shot.disclosure:
        return None
    safe = safe_area(area)
    size = max(_SMALLEST, _SIZE * min(area[2:]))
    pad = round(0.45 * size)
    inks = _wrapped(shot.disclosure, size, safe[2] - 2 * pad)
    text.check_height(np.pad(inks[0].coverage, pad), safe[3], "disclosure")
    if shot.disclosure_place == "auto":
        choices = list(_places(inks, pad, safe, taken))
    else:
        choices = [_placed(inks[0], pad, shot.disclosure_place, safe)]
    ink, box = next((one for one in choices if _is_free(one[1], safe, taken)), choices[0])
    return _sprite(ink, box, pad, round(0.3 * size))


def _wrapped(words: str, size: float, width: int) -> list[Ink]:
    """Return the text set to each width at which its letters keep their size, the widest first."""
    style = text.Style(size, typefaces.load(None, typefaces.TEXT_FONT))
    widths = [max(1, min(width, round(em * size))) for em in _WIDTHS]
    inks = [text.set_text(words, style, widths[0], "disclosure")]
    for narrower in widths[1:]:
        try:
            ink = text.set_text(words, style, narrower, "disclosure")
        except InputError:
            break
        if ink.size < inks[0].size:
            break
        inks.append(ink)
    return inks


def _places(
    inks: Sequence[Ink], pad: int, safe: Box, taken: Sequence[Box]
) -> Iterator[tuple[Ink, Box]]:
    """Yield where the text may be: corners below, in less width, above or below another, corners above."""
    lower, upper = _CORNERS
    yield from (_placed(ink, pad, corner, safe) for ink in inks for corner in lower)
    for other in taken:
        _, (_, _, width, height) = _placed(inks[0], pad, "top", safe)
        left = min(other[0], safe[0] + safe[2] - width)
        in_lower_half = other[1] + other[3] / 2 > safe[1] + safe[3] / 2
        top = other[1] - pad - height if in_lower_half else other[1] + other[3] + pad
        yield inks[0], (max(safe[0], left), top, width, height)
    yield from (_placed(ink, pad, corner, safe) for ink in inks for corner in upper)


def _placed(ink: Ink, pad: int, place: str, safe: Box) -> tuple[Ink, Box]:
    height, width = (side + 2 * pad for side in ink.coverage.shape)
    return ink, (*anchor((width, height), place, safe), width, height)


def _is_free(box: Box, safe: Box, taken: Sequence[Box]) -> bool:
    """Say whether a box lies in the safe area and meets no other."""
    inside = safe[1] <= box[1] and box[1] + box[3] <= safe[1] + safe[3]
    return inside and not any(overlaps(box, other) for other in taken)


def _sprite(ink: Ink, box: Box, pad: int, radius: int) -> Sprite:
    """Return white letters on a dark plate."""
    left, top, width, height = box
    coverage = np.pad(ink.coverage, pad)
    plate = rounded_plate((width, height), radius) * np.float32(_PLATE_OPACITY)
    alpha = coverage + (1 - coverage) * plate
    grey = (coverage + np.float32(_PLATE) * (1 - coverage) * plate) / np.maximum(alpha, 1e-6)
    rgba = pack_premultiplied(np.stack([grey, grey, grey, alpha], axis=2))
    return Sprite(rgba, left, top, notes=ink.notes)
