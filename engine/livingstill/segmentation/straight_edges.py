"""Straight edges that motion would bend: of walls, masts and railings, of quays, decks and hulls."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation.evidence import FINE
from livingstill.segmentation.morphology import disc, odd

_LARGEST_DECK = 0.35
"""Share of what is taken for water that a deck in it is at most."""


def long_edges(shape: tuple[int, ...], segments: Float32Array) -> Float32Array:
    """Return (h, w) float32, near 1 along long straight edges: walls, masts, railings, wires, poles.

    Those are long that span a tenth of the picture, if they are vertical in pieces.

    Parameters
    ----------
    shape : (h, w, ...) of the photo at ``FINE``
    segments : (n, 4) float32, of `evidence.detect_segments`
    """
    side = max(shape[:2])
    out = _draw(shape, segments, 0.1 * side, max(3, round(0.012 * side)))
    out = np.maximum(out, _posts(shape, segments))
    soft = exact.gaussian_blur(out.astype(np.float32), 0.004 * side)
    return np.asarray(soft * np.float32(0.9), np.float32)


def banks(segments: Float32Array, water: Float32Array, shape: tuple[int, ...]) -> Float32Array:
    """Return (h, w) float32, 1 where water ends at a straight edge: of jetties, hulls, quays.

    Not at a horizontal one: that is where ripples end anyway.

    Parameters
    ----------
    segments : (n, 4) float32, of `evidence.detect_segments`
    water : (H, W) float32 in 0..1
    shape : (h, w, ...) of the photo at ``FINE``
    """
    scale = max(shape[:2]) / FINE
    inside = image.mask_at(water, shape, 0.5)
    ruled = _draw(shape, segments, 0.03 * max(shape[:2]), odd(11, scale), 0.15)
    near = cv2.dilate((~inside).astype(np.uint8), disc(11, scale))
    edge = np.minimum(ruled, near).astype(np.float32)
    return np.asarray(exact.gaussian_blur(edge, 1.5 * scale), np.float32)


def decks(segments: Float32Array, water: Float32Array, shape: tuple[int, ...]) -> Float32Array:
    """Return (h, w) float32, 1 on connected parts of a water mask that are ruled: decks, jetties.

    Their lines, of .06 of the long side and more, are 6 times the square root of a part's area in
    all; those of water with a mast before it 2. Most of the water is never a deck, whatever stands
    before it. Parameters as in ``banks``.
    """
    inside = image.mask_at(water, shape, 0.5)
    core = cv2.erode(inside.astype(np.uint8), np.ones((9, 9), np.uint8))
    ruled = np.minimum(_draw(shape, segments, 0.06 * max(shape[:2]), 1), core)
    count, part, stats, _ = cv2.connectedComponentsWithStats(
        inside.astype(np.uint8), connectivity=4
    )
    area = stats[:, cv2.CC_STAT_AREA]
    found = np.bincount(part[ruled > 0], minlength=count) > 4 * np.sqrt(area)
    found &= area < _LARGEST_DECK * inside.sum()
    found[0] = False
    grown = cv2.dilate(found[part].astype(np.uint8), np.ones((7, 7), np.uint8))
    return grown.astype(np.float32)


def _draw(
    shape: tuple[int, ...],
    segments: Float32Array,
    min_length: float,
    width: int,
    slope: float = 0.0,
) -> UInt8Array:
    """Return (h, w) uint8, 1 on segments of a length and slope, drawn ``width`` pixels wide."""
    out = np.zeros(shape[:2], np.uint8)
    for x0, y0, x1, y1 in segments.tolist():
        long = (x1 - x0) ** 2 + (y1 - y0) ** 2 >= min_length**2
        if long and abs(y1 - y0) >= slope * abs(x1 - x0):
            cv2.line(out, (round(x0), round(y0)), (round(x1), round(y1)), 1, width)
    return out


def _posts(shape: tuple[int, ...], segments: Float32Array) -> UInt8Array:
    """Return (h, w) uint8, 1 along posts: near-vertical segments that are collinear and fill most.

    Leaves hide and break them, but hardly ever line up.
    """
    side = max(shape[:2])
    scale = side / FINE
    out = np.zeros(shape[:2], np.uint8)
    span = (segments[:, 2:] - segments[:, :2]).astype(np.float64)
    length = np.sqrt((span**2).sum(1))
    lean = np.divide(span[:, 0], span[:, 1], out=np.full(len(span), np.inf), where=span[:, 1] != 0)
    upright = (np.abs(lean) < 0.16) & (length >= 14 * scale)
    ends, length, lean = segments[upright].astype(np.float64), length[upright], lean[upright]
    middle = (ends[:, :2] + ends[:, 2:]) / 2
    for slope in np.linspace(-0.15, 0.15, 16).tolist():
        parallel = np.abs(lean - slope) < 0.03
        foot = middle[parallel, 0] - slope * middle[parallel, 1]
        pieces, long = ends[parallel], length[parallel]
        for x in foot.tolist():
            row = (foot >= x) & (foot < x + 4 * scale)
            rows = pieces[row][:, 1::2]
            top, bottom, filled = float(rows.min()), float(rows.max()), float(long[row].sum())
            if filled >= max(0.13 * side, 0.6 * (bottom - top)):
                high, low = ((round(x + 2 * scale + slope * y), round(y)) for y in (top, bottom))
                cv2.line(out, high, low, 1, odd(17, scale))
    return out
