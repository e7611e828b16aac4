"""Borders of prints, bars of films: what is around a picture within the picture is nothing."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.segmentation.evidence import MEDIUM, Evidence

_RANGE = 10
"""Levels that a border's colours are apart at most."""

_STEP, _LENGTH = 24, 0.6
"""Levels from a border to the picture within it, and along how much of a side it is so far at least.

A plain sky has its colours within a few levels too, and no such step below it."""

_WIDEST = 0.3
"""Share of a side that one border takes at most."""


def remove_borders(evidence: Evidence) -> Evidence:
    """Take what is around the picture from all classes."""
    top, right, bottom, left = border_widths(evidence.reduced[MEDIUM])
    if not any((top, right, bottom, left)):
        return evidence
    height, width = evidence.rgb.shape[:2]
    scale = height / evidence.reduced[MEDIUM].shape[0]
    inside = np.zeros((height, width), np.uint8)
    rows = slice(round(top * scale), height - round(bottom * scale))
    inside[rows, round(left * scale) : width - round(right * scale)] = 255
    return evidence.with_masks({n: np.minimum(m, inside) for n, m in evidence.masks.items()})


def border_widths(picture: UInt8Array) -> tuple[int, int, int, int]:
    """Return how wide the borders of a picture (h, w, 3) are at its top, right, bottom and left, pixels.

    A border is of one colour and ends in a step along most of its side.
    """
    turned = (np.rot90(picture, quarter) for quarter in range(4))
    top, right, bottom, left = (_border_rows(np.ascontiguousarray(p)) for p in turned)
    return top, right, bottom, left


def _border_rows(picture: UInt8Array) -> int:
    """Return how many rows at the top are a border."""
    if int(np.ptp(picture[:2], axis=(0, 1)).max()) > _RANGE:  # as of most pictures
        return 0
    rows = picture[: round(_WIDEST * len(picture)) + 3].astype(np.int16)
    high = np.maximum.accumulate(rows.max(1), 0)
    low = np.minimum.accumulate(rows.min(1), 0)
    plain = int(((high - low).max(1) <= _RANGE).sum())
    if plain < 2 or plain + 2 >= len(rows):
        return 0
    # rows on the step itself are mixed by the reduction
    step = np.abs(rows[plain + 1] - rows[0]).max(1)
    return plain + 1 if float((step >= _STEP).mean()) >= _LENGTH else 0
