"""What never moves: people, lettering, straight edges, posts in water, the sun, the moon, birds."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.model import Bytes, Floats, Region

_MOST_BIRDS = 40

SIDE = 960
"""Long side of the picture in which lines and letters are looked for."""


def still(
    rgb: Bytes,
    classes: tuple[Region, ...],
    *,
    hold: Bytes | None = None,
    people: bool = True,
) -> Floats:
    """Return (H, W) float32 in 0..1: 1 where nothing may move.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    classes : soft masks of the network's classes
    hold : (H, W) uint8 given by the user, 255 = still
    people : whether faces, people and lettering are held
    """
    height, width = rgb.shape[:2]
    out = np.zeros((height, width), np.float32)
    if people:
        for region in classes:
            if region.kind == "person":
                out = np.maximum(out, region.mask.astype(np.float32) / 255)
        out = np.maximum(out, _at_size(lettering(rgb), (height, width)))
    if hold is not None:
        out = np.maximum(out, hold.astype(np.float32) / 255)
    grown = cv2.dilate(out, np.ones((3, 3), np.uint8), iterations=max(1, width // 600))
    return np.maximum(out, cv2.GaussianBlur(grown, (0, 0), width / 900))


def lettering(rgb: Bytes) -> Floats:
    """Return (h, w) float32, 1 on lines of text.

    Strokes of letters are many short, strong edges of both signs in a row: the top-hat of the grey
    picture both ways, closed along the line, kept where the block is wide, low and dense.
    """
    small, scale = _reduced(rgb)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    unit = max(3, round(9 * scale) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (unit, unit))
    hats = [cv2.morphologyEx(grey, mode, kernel) for mode in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)]
    out = np.zeros(grey.shape, np.float32)
    for hat in hats:
        strong = (hat > 70).astype(np.uint8)
        row = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * unit, 3))
        blocks = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, row)
        count, _, stats, _ = cv2.connectedComponentsWithStats(blocks)
        for k in range(1, count):
            x, y, w, h, area = (int(n) for n in stats[k])
            if not (8 * scale <= h <= 60 * scale and w >= 3.5 * h and area >= 0.6 * w * h):
                continue
            inside = strong[y : y + h, x : x + w]
            changes = np.abs(np.diff(inside.astype(np.int8), axis=1)).sum(1)
            ink = float(inside.mean())
            even = float(changes[h // 4 : h - h // 4].mean()) / max(w / h, 1)
            if 2.0 <= even <= 8 and 0.2 <= ink <= 0.7:
                out[y : y + h, x : x + w] = 1
    return out


def straight(rgb: Bytes) -> Floats:
    """Return (H, W) float32, near 1 along long straight edges: walls, masts, railings, wires, poles.

    Line segments by LSD (Grompone von Gioi et al. 2010), at least a tenth of the frame long.
    """
    small, _ = _reduced(rgb)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    out = np.zeros(grey.shape, np.uint8)
    if found is not None:
        for x0, y0, x1, y1 in found.reshape(-1, 4):
            if np.hypot(x1 - x0, y1 - y0) >= 0.1 * max(grey.shape):
                a, b = (round(x0), round(y0)), (round(x1), round(y1))
                cv2.line(out, a, b, 255, max(3, round(0.012 * max(grey.shape))))
    soft = cv2.GaussianBlur(out.astype(np.float32), (0, 0), 0.004 * max(grey.shape))
    return _at_size(np.asarray(soft * np.float32(0.9 / 255), np.float32), rgb.shape[:2])


def aloft(rgb: Bytes, sky: Bytes) -> Floats:
    """Return (H, W) float32, 1 on what must not drift with the clouds: sun, moon, birds, kites.

    Small blobs that stand out from the sky around them, and the burnt-out disc of the sun.
    """
    small, _ = _reduced(rgb)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    inside = cv2.resize(sky, grey.shape[::-1], interpolation=cv2.INTER_AREA) > 200
    side = max(grey.shape)
    size = max(3, round(0.012 * side) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    apart = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel) > 70
    count, part, stats, _ = cv2.connectedComponentsWithStats(apart.astype(np.uint8))
    out = np.zeros(grey.shape, np.uint8)
    few = count <= _MOST_BIRDS + 1  # more are no flock but the texture of a cloud or of twigs
    for k in range(1, count if few else 0):
        x, y, w, h, _ = (int(n) for n in stats[k])
        around = inside[max(0, y - size) : y + h + size, max(0, x - size) : x + w + size]
        if max(w, h) <= 2 * size and around.mean() > 0.9:  # alone in the sky: no twig, no roof
            out[y : y + h, x : x + w] |= part[y : y + h, x : x + w] == k
    burnt = ((grey >= 252) & inside).astype(np.uint8)
    count, part, stats, _ = cv2.connectedComponentsWithStats(burnt)
    for k in range(1, count):
        x, y, w, h, area = (int(n) for n in stats[k])
        round_ = area >= 0.6 * w * h and max(w, h) <= 1.5 * min(w, h)
        if round_ and 1e-5 * side * side <= area <= 0.02 * side * side:
            out[y : y + h, x : x + w] |= part[y : y + h, x : x + w] == k
    grown = cv2.dilate(out, kernel)
    return _at_size(grown.astype(np.float32), rgb.shape[:2])


def posts(rgb: Bytes, behind: Floats, waves: bool = True) -> Floats:
    """Return (H, W) float32, 1 on what stands thin and dark before sky or water: masts, treetops.

    ``behind`` is a (H, W) mask in 0..1; with ``waves`` it is water. Where it shows its waves
    everything lies, and what stands is no water; on a mirror what stands is mostly an image.
    """
    small, _ = _reduced(rgb)
    value, side = small.max(2), max(small.shape)
    inside = cv2.resize(behind, value.shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    none = np.zeros(rgb.shape[:2], np.float32)
    if not inside.any():
        return none
    soft = cv2.GaussianBlur(value, (0, 0), 1.0).astype(np.float32)
    up = float(np.abs(np.diff(soft, axis=0))[inside[1:]].mean())
    across = float(np.abs(np.diff(soft, axis=1))[inside[:, 1:]].mean())
    if waves and up < 1.4 * across:
        return none
    wide = round(0.012 * side) | 1
    thin = cv2.morphologyEx(value, cv2.MORPH_BLACKHAT, np.ones((1, wide), np.uint8))
    dark = thin > np.maximum(12, 0.25 * cv2.blur(value, (wide, wide)))
    stands = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, np.ones((wide, 1), np.uint8))
    stands[~inside] = 0
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wide + 1, wide))
    grown = cv2.GaussianBlur(cv2.dilate(stands, near).astype(np.float32), (0, 0), wide / 4)
    return _at_size(np.asarray(grown, np.float32), rgb.shape[:2])


def _reduced(rgb: Bytes) -> tuple[Bytes, float]:
    """Return the photo at most ``SIDE`` long, and its size relative to that."""
    height, width = rgb.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, max(size) / SIDE


def _at_size(mask: Floats, shape: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
