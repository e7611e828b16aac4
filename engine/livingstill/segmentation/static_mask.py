"""What never moves: people, lettering, what the user holds."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact
from livingstill.segmentation.evidence import FINE


def static_mask(shape: tuple[int, int], parts: Sequence[Float32Array]) -> Float32Array:
    """Return (H, W) float32, the union of masks in 0..1, grown a little with a soft border.

    Parameters
    ----------
    shape : (H, W)
    parts : (H, W) float32 each
    """
    width = shape[1]
    out = np.zeros(shape, np.float32)
    for part in parts:
        out = np.maximum(out, part)
    grown = cv2.dilate(out, np.ones((3, 3), np.uint8), iterations=max(1, width // 600))
    return np.maximum(out, exact.gaussian_blur(grown, width / 900))


def find_lettering(picture: UInt8Array) -> Float32Array:
    """Return (h, w) float32, 1 on lines of text.

    Strokes of letters are many short, strong edges of both signs in a row: the white and the black
    top-hat, closed along the line, kept where the block is wide, low and dense.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``FINE``
    """
    scale = max(picture.shape) / FINE
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    unit = max(3, round(9 * scale) | 1)
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (unit, unit))
    row = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * unit, 3))
    out = np.zeros(grey.shape, np.float32)
    for operation in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        strokes = (cv2.morphologyEx(grey, operation, square) > 70).astype(np.uint8)
        blocks = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, row)
        count, _, stats, _ = cv2.connectedComponentsWithStats(blocks)
        for k in range(1, count):
            x, y, w, h, area = (int(n) for n in stats[k])
            if not (8 * scale <= h <= 60 * scale and w >= 3.5 * h and area >= 0.6 * w * h):
                continue
            inside = strokes[y : y + h, x : x + w]
            changes = np.abs(np.diff(inside.astype(np.int8), axis=1)).sum(1)
            ink = float(inside.mean())
            density = float(changes[h // 4 : h - h // 4].mean()) / max(w / h, 1)
            if 2.0 <= density <= 8 and 0.2 <= ink <= 0.7:
                out[y : y + h, x : x + w] = 1
    return out
