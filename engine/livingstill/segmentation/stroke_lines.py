"""Lines of text in a photo, in any colour, translucency and direction, from strokes that repeat.

A letter is a connected part that stands out from the median around it in some colour channel, with
strokes of one width; a line of text is a row of such parts of like size, stroke and contrast. Whether
a row is text is said by a linear discriminant of its regularity. Rows that many channels, levels of
contrast and reductions of the photo agree on are text.

After the ideas of the stroke width transform (Epshtein, Ofek, Wexler 2010) and of text lines as chains
of regions (Neumann and Matas 2012).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.core.threads import concurrent
from livingstill.imaging import exact, image
from livingstill.segmentation.letters import Letters, Numbers, letters_of
from livingstill.segmentation.text_rows import MARGIN, rows_of

LEVELS = (14, 24, 40, 64)
"""Contrasts, in levels of one channel, at which parts are cut out."""

WINDOW = 31
"""Side of the square, in pixels of a reduction, whose median is the background of a letter."""

REDUCTIONS = (1, 2, 4, 8)

_LARGE = 2
"""Reduction from which the strokes of letters are wide enough for the dark channel of their inside."""


def contrasts(picture: UInt8Array) -> Iterator[tuple[int, UInt8Array]]:
    """Yield reductions' factors, and how far each channel is above, then below its local median.

    Channels are red, green and blue, and two that have no luma: what is coloured stands out in them
    from white water and dark leaves, however restless those are. For large letters there is the dark
    channel too, the least of red, green and blue nearby (He, Sun and Tang, 2009): all but 0 outdoors, it
    is lifted by a translucent white mark as it is by haze.
    """
    for factor in REDUCTIONS:
        if min(picture.shape[:2]) // factor < WINDOW:
            return
        side = max(picture.shape[:2]) // factor
        reduced = picture if factor == 1 else image.downscale(picture, side)
        for channel in (*cv2.split(reduced), *_opponents(reduced)):
            background = cv2.medianBlur(channel, WINDOW)
            yield factor, np.asarray(cv2.subtract(channel, background), np.uint8)
            yield factor, np.asarray(cv2.subtract(background, channel), np.uint8)
        if factor >= _LARGE:
            dark = _dark_channel(picture, factor, reduced.shape[1::-1])
            yield factor, np.asarray(cv2.subtract(dark, cv2.medianBlur(dark, WINDOW)), np.uint8)


def _dark_channel(picture: UInt8Array, factor: int, size: tuple[int, int]) -> UInt8Array:
    """Return the least of red, green and blue of (h, w, 3) uint8 in squares as wide as a pixel of
    the reduction, at ``size``: width, height."""
    square = np.ones((factor | 1, factor | 1), np.uint8)
    dark = cv2.erode(picture.min(axis=2), square)
    return np.asarray(exact.resize_area(np.asarray(dark, np.uint8), size), np.uint8)


def _opponents(picture: UInt8Array) -> Iterator[UInt8Array]:
    """Yield red minus green and yellow minus blue of (h, w, 3) uint8, (h, w) uint8 with 128 for grey."""
    red, green, blue = (picture[..., channel].astype(np.int16) for channel in range(3))
    for difference in (red - green, (red + green) // 2 - blue):
        yield np.clip(difference + 128, 0, 255).astype(np.uint8)


_WEIGHTS = (
    0.56, -2.89, -1.17, -1.62, -3.05, -0.63, 18.14, 23.13, -17.43, -21.91, -4.56, -36.23, -3.09, -1.5, 1.48,
    -0.19, -0.49, -0.55, 0.66, -0.02, 0.46, -0.02, -0.13, 16.81, -14.55, 2.87, 0.03,
)  # fmt: skip
_BIAS = 4.04
"""Of a logistic regression on rows in rendered text and in photos without any, of the features, then
of the products in ``_scores``: livingstill_training.stroke_lines."""

_TIMES_LETTERS = (1, 2, 4, 5, 9, 14, 15)
_SQUARED = (9, 6, 2, 15)

_WORTH = -1.5
"""Score from which a row counts at all."""

_VOTE, _MOST = 16, 128
"""Votes of a row for each point of its score above that, and the most of one row."""

_REACH = 2.6
"""Sizes of a letter that the next one of a line of text may be away, across a space."""

_CERTAIN, _LIKELY = 128, 48
"""Votes that a line of text has somewhere, and that its other places have."""


def terms(features: Numbers) -> Numbers:
    """Return (m, terms) float64: features of rows, and the products that the discriminant adds."""
    letters = features[:, :1]
    return np.concatenate(
        [
            features,
            features[:, _TIMES_LETTERS] * letters,
            features[:, _SQUARED] * features[:, _SQUARED],
        ],
        axis=1,
    )


def _scores(features: Numbers) -> Numbers:
    """Return how much rows look like text, (m,) float64: the logarithm of the odds."""
    score = np.full(len(features), _BIAS)
    for values, weight in zip(terms(features).T, _WEIGHTS):
        score += values * weight
    return score


def stroke_lines(picture: UInt8Array) -> Float32Array:
    """Return (h, w) float32, 1 on lines of text.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``FINE``
    """
    shape = picture.shape[:2]
    parts = (
        partial(_votes, contrast, level, factor, shape)
        for factor, contrast in contrasts(picture)
        for level in LEVELS
    )
    votes = np.zeros(shape, np.int32)
    for part in concurrent(parts):
        votes += part
    likely = (votes >= _LIKELY).astype(np.uint8)
    count, labels = cv2.connectedComponents(likely)
    certain = np.zeros(count, bool)
    certain[labels[votes >= _CERTAIN]] = True
    certain[0] = False
    return np.asarray(certain[labels], np.float32)


def _votes(
    contrast: UInt8Array, level: int, factor: int, shape: tuple[int, ...]
) -> UInt8Array | int:
    """Return the votes of one contrast at one level for every pixel of the picture, uint8."""
    letters = letters_of(contrast, level)
    rows = rows_of(letters) if letters is not None else None
    if letters is None or rows is None:
        return 0
    score = _scores(rows.features)
    worth = np.flatnonzero(score > _WORTH)
    if not len(worth):
        return 0
    votes = np.minimum((score[worth] - _WORTH) * _VOTE, _MOST).astype(np.int64)
    corners = np.stack(
        [
            _extended(rows.corners[row], rows.means[row], letters)
            if score[row] > 0
            else rows.corners[row]
            for row in worth
        ]
    )
    corners = np.rint(corners * factor).astype(np.int32)
    out = np.zeros(shape, np.uint8)
    for k in np.argsort(votes, kind="stable"):  # the surest are drawn last
        cv2.fillConvexPoly(out, corners[k], int(votes[k]))
    return out


def _extended(corners: Numbers, means: Numbers, letters: Letters) -> Numbers:
    """Return the corners of a row that goes on to letters beyond its ends which are somewhat alike.

    A space, or a letter that runs into what is behind it, is no end.
    """
    size, stroke, contrast = means
    first, last = (corners[0] + corners[1]) / 2, (corners[2] + corners[3]) / 2
    way = last - first
    length = float(np.sqrt(way[0] * way[0] + way[1] * way[1]))
    across, down = (float(part) / length for part in way)
    x, y = letters.x2 / 2 - first[0], letters.y2 / 2 - first[1]
    along, off = x * across + y * down, np.abs(y * across - x * down)
    alike = (off <= 0.4 * size) & (letters.size >= 0.55 * size) & (letters.size <= 1.6 * size)
    alike &= (letters.stroke <= 1.6 * stroke) & (1.6 * letters.stroke >= stroke)
    alike &= (letters.contrast <= 2 * contrast) & (2 * letters.contrast >= contrast)
    margin = MARGIN * size
    start, end = margin, length - margin
    for place in np.sort(along[alike]):
        if end < place <= end + _REACH * size:
            end = float(place)
    for place in np.sort(along[alike])[::-1]:
        if start > place >= start - _REACH * size:
            start = float(place)
    unit, side = np.array([across, down]), (corners[1] - corners[0]) / 2
    ends = first + unit * (start - margin), first + unit * (end + margin)
    return np.stack([ends[0] - side, ends[0] + side, ends[1] + side, ends[1] - side])
