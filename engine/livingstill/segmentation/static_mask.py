"""What never moves: people, lettering, straight edges, what stands before the sky or in water."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import scipy  # its parts are imported when they are used
from numpy.typing import NDArray

from livingstill.core import image
from livingstill.core.model import Float32Array, Region, UInt8Array

Mask = NDArray[np.bool_]

_MOST_BIRDS = 25

_WIDTHS = ((5, 9), (11, 14), (23, 20))
"""Widths of what is thin, in pixels of the reduced photo, and the levels by which it is darker at least."""

_NIGHT = 100
"""Median grey level of a sky below which stars may be seen in it."""

SIDE = 960
"""Long side of the picture in which lines and letters are looked for."""


def still(
    rgb: UInt8Array,
    classes: tuple[Region, ...],
    *,
    hold: UInt8Array | None = None,
    people: bool = True,
) -> Float32Array:
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


def lettering(rgb: UInt8Array) -> Float32Array:
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


def lines(rgb: UInt8Array) -> Float32Array:
    """Return (n, 4) float32, the ends x, y, x, y of the reduced photo's straight edges.

    Line segments by LSD (Grompone von Gioi et al. 2010).
    """
    grey = cv2.cvtColor(_reduced(rgb)[0], cv2.COLOR_RGB2GRAY)
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    return np.asarray(np.zeros((0, 4)) if found is None else found.reshape(-1, 4), np.float32)


def straight(rgb: UInt8Array, edges: Float32Array) -> Float32Array:
    """Return (H, W) float32, near 1 along long straight edges: walls, masts, railings, wires, poles.

    ``edges`` are the photo's ``lines``; those are long that span a tenth of it, if they are upright
    in pieces.
    """
    small, scale = _reduced(rgb)
    side = max(small.shape)
    out = _ruled(small, edges, 0.1 * side, max(3, round(0.012 * side)))
    out = np.maximum(out, _upright(small, edges, scale))
    soft = cv2.GaussianBlur(out.astype(np.float32), (0, 0), 0.004 * side)
    return _at_size(np.asarray(soft * np.float32(0.9), np.float32), rgb.shape[:2])


def banks(rgb: UInt8Array, edges: Float32Array, water: Float32Array) -> Float32Array:
    """Return (H, W) float32, 1 where water, a (H, W) mask in 0..1, ends at a straight edge of a thing.

    Ripples would bend it: jetties, hulls, quays, not what lies level, which is where they end anyway.
    """
    small, scale = _reduced(rgb)
    wet = cv2.resize(water, small.shape[1::-1], interpolation=cv2.INTER_AREA) > 0.5
    ruled = _ruled(small, edges, 0.03 * max(small.shape), _odd(11, scale), 0.15)
    near = cv2.dilate((~wet).astype(np.uint8), _disc(11, scale))
    held = cv2.GaussianBlur(np.minimum(ruled, near).astype(np.float32), (0, 0), 1.5 * scale)
    return _at_size(np.asarray(held, np.float32), rgb.shape[:2])


def boards(rgb: UInt8Array, edges: Float32Array, water: Float32Array) -> Float32Array:
    """Return (H, W) float32, 1 on parts of what was taken for water that are ruled: decks, jetties.

    Their lines, of .06 of the long side and more, are 6 times the square root of a part's area in
    all; those of water with a mast before it 2.
    """
    small, _ = _reduced(rgb)
    wet = cv2.resize(water, small.shape[1::-1], interpolation=cv2.INTER_AREA) > 0.5
    core = cv2.erode(wet.astype(np.uint8), np.ones((9, 9), np.uint8))
    ruled = np.minimum(_ruled(small, edges, 0.06 * max(small.shape), 1), core)
    count, part, stats, _ = cv2.connectedComponentsWithStats(wet.astype(np.uint8), connectivity=4)
    found = np.bincount(part[ruled > 0], minlength=count) > 4 * np.sqrt(stats[:, cv2.CC_STAT_AREA])
    found[0] = False
    dry = cv2.dilate(found[part].astype(np.uint8), np.ones((7, 7), np.uint8))
    return _at_size(dry.astype(np.float32), rgb.shape[:2])


def _ruled(
    small: UInt8Array, edges: Float32Array, least: float, wide: int, slope: float = 0.0
) -> UInt8Array:
    """Return (h, w) uint8, 1 on edges of some length and slope, drawn ``wide``."""
    out = np.zeros(small.shape[:2], np.uint8)
    for x0, y0, x1, y1 in edges.tolist():
        long = (x1 - x0) ** 2 + (y1 - y0) ** 2 >= least**2
        if long and abs(y1 - y0) >= slope * abs(x1 - x0):
            cv2.line(out, (round(x0), round(y0)), (round(x1), round(y1)), 1, wide)
    return out


def _upright(small: UInt8Array, edges: Float32Array, scale: float) -> UInt8Array:
    """Return (h, w) uint8, 1 along posts: upright edges whose pieces lie in one line and fill most of it.

    Leaves hide and break them, but hardly ever line up.
    """
    side = max(small.shape)
    out = np.zeros(small.shape[:2], np.uint8)
    way = (edges[:, 2:] - edges[:, :2]).astype(np.float64)
    length = np.sqrt((way**2).sum(1))
    lean = np.divide(way[:, 0], way[:, 1], out=np.full(len(way), np.inf), where=way[:, 1] != 0)
    kept = (np.abs(lean) < 0.16) & (length >= 14 * scale)
    edges, length, lean = edges[kept].astype(np.float64), length[kept], lean[kept]
    middle = (edges[:, :2] + edges[:, 2:]) / 2
    for slope in np.linspace(-0.15, 0.15, 16).tolist():
        like = np.abs(lean - slope) < 0.03
        foot, pieces, long = middle[like, 0] - slope * middle[like, 1], edges[like], length[like]
        for x in foot.tolist():
            row = (foot >= x) & (foot < x + 4 * scale)
            rows = pieces[row][:, 1::2]
            top, bottom, filled = float(rows.min()), float(rows.max()), float(long[row].sum())
            if filled >= max(0.13 * side, 0.6 * (bottom - top)):
                high, low = ((round(x + 2 * scale + slope * y), round(y)) for y in (top, bottom))
                cv2.line(out, high, low, 1, _odd(17, scale))
    return out


def aloft(rgb: UInt8Array, sky: UInt8Array) -> Float32Array:
    """Return (H, W) float32, 1 on what must not drift with the clouds, and little around it.

    Masts, lamps, wires, twigs, birds; by night the stars; the burnt-out discs of sun and moon.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    sky : (H, W) uint8
    """
    small, scale = _reduced(rgb)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    inside = cv2.resize(sky, grey.shape[::-1], interpolation=cv2.INTER_AREA) > 100
    if not inside.any():
        return np.zeros(rgb.shape[:2], np.float32)
    before = _before(grey, inside, scale) | _stars(grey, inside, scale)
    before |= _before(~grey, inside, scale, _WIDTHS[:2], alone=False)  # gilt, lit, painted white
    thin = cv2.dilate(before.astype(np.uint8), _disc(5, 1))
    disc = cv2.dilate(_burnt(grey, inside).astype(np.uint8), _disc(13, scale))
    soft = cv2.GaussianBlur(np.maximum(thin, disc) * np.uint8(255), (0, 0), 0.7)
    return _at_size(soft.astype(np.float32) * np.float32(1 / 255), rgb.shape[:2])


def _before(
    grey: UInt8Array,
    sky: Mask,
    scale: float,
    widths: tuple[tuple[int, int], ...] = _WIDTHS,
    alone: bool = True,
) -> Mask:
    """Return where something thin or small and dark stands or flies before a sky.

    It is darker than any sky around it, by more than the sky's own texture is deep at its width:
    black hats of three sizes. What hangs together with the ground stands on it. What does not flies
    only if it is small, sharp, no streak, and stands out of what clouds there are: their gaps do not;
    it is left out unless ``alone``, and what stands has to stand out likewise then.
    """
    size = _odd(81, scale)
    wide = np.ones((size, size), np.uint8)
    sure = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, _disc(27, scale))
    sure[cv2.dilate((~sky).astype(np.uint8), _disc(13, scale)) > 0] = 255
    darkest = cv2.erode(sure, wide).astype(np.float32)
    share = sky.astype(np.float32)
    area = np.maximum(cv2.blur(share, (size, size)), np.float32(1e-3))
    depth = np.zeros(grey.shape, np.float32)
    value = grey.astype(np.float32)
    usual: list[Float32Array] = []
    for width, least in widths:
        hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, _disc(width, scale)).astype(np.float32)
        mean = cv2.blur(np.minimum(hat, np.float32(2 * least)) * share, (size, size)) / area
        usual.append(np.asarray(mean, np.float32))
        found = sky & (hat > np.maximum(6 * usual[-1], least)) & (value + hat / 4 < darkest)
        depth = np.where(found, np.maximum(depth, hat), depth)
    found = depth > 0
    if not found.any():
        return found
    joined = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, joints, stats, _ = cv2.connectedComponentsWithStats(joined)
    part = np.asarray(joints, np.int32)
    ground = cv2.dilate((~sky).astype(np.uint8), _disc(7, scale)) > 0
    stands = np.bincount(part[ground & found], minlength=count) > 0
    along, down = (cv2.Sobel(grey, cv2.CV_16S, *d).astype(np.float64) / 8 for d in ((1, 0), (0, 1)))
    of, labels = part[found], np.arange(count)

    def most(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        return np.asarray(scipy.ndimage.maximum(values[found], of, labels), np.float64)

    deepest, steepest = most(depth), most(along**2 + down**2) ** 0.5
    dark = most(depth / np.maximum(value + depth, 1))
    texture = most(usual[-1])  # of the widest hats
    breadth, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    flies = (deepest >= np.maximum(25, 12 * texture)) & (steepest >= 0.28 * deepest)
    flies &= np.maximum(breadth, height) <= np.where(dark > 0.4, 120, 60) * scale
    flies &= (dark >= 0.18) & ((breadth <= 4 * height) | (dark > 0.4))
    flies &= ~stands
    flies[0] = False
    near = cv2.dilate(ground.astype(np.uint8), _disc(51, scale)) > 0  # there it may be a loose leaf
    away = flies & (np.bincount(part[near & found], minlength=count) == 0)
    if away.sum() > _MOST_BIRDS:  # no flock but the texture of a cloud
        flies &= ~away
    if not alone:
        flies[:], stands = False, stands & (deepest >= 12 * texture)
    return np.asarray((stands | flies)[part] & found, bool)


def _stars(grey: UInt8Array, sky: Mask, scale: float) -> Mask:
    """Return where points of light stand in a sky that is dark, not the rims of its clouds."""
    if float(np.median(grey[sky])) > _NIGHT:
        return np.zeros_like(sky)
    hat = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, _disc(7, scale))
    points = ((hat > 10) & sky).astype(np.uint8)
    _, part, stats, _ = cv2.connectedComponentsWithStats(points)
    most = max(3.0, 7 * scale)
    small = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= most
    area = stats[1:, cv2.CC_STAT_AREA]
    if area[small[1:]].sum() < area[~small[1:]].sum():
        small[:] = False
    small[0] = False
    return np.asarray(small[part], bool)


def _burnt(grey: UInt8Array, sky: Mask) -> Mask:
    """Return the burnt-out round disc in a sky; several are clouds."""
    side = max(grey.shape)
    count, part, stats, _ = cv2.connectedComponentsWithStats(((grey >= 252) & sky).astype(np.uint8))
    discs = []
    for k in range(1, count):
        _, _, w, h, area = (int(n) for n in stats[k])
        round_ = area >= 0.6 * w * h and max(w, h) <= 1.5 * min(w, h)
        if round_ and 1e-5 * side * side <= area <= 0.02 * side * side:
            discs.append(k)
    return np.asarray(part == discs[0] if len(discs) == 1 else np.zeros_like(sky), bool)


def posts(rgb: UInt8Array, water: Float32Array) -> Float32Array:
    """Return (H, W) float32, 1 on what stands thin and dark in water: posts, masts, reeds, poles.

    ``water`` is a (H, W) mask in 0..1. Where it shows its waves everything lies, and what stands is
    no water; on a mirror what stands is mostly an image.
    """
    small, scale = _reduced(rgb)
    value, side = np.ascontiguousarray(small.max(2)), max(small.shape)
    inside = cv2.resize(water, value.shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    none = np.zeros(rgb.shape[:2], np.float32)
    if not (inside[1:].any() and inside[:, 1:].any()):
        return none
    soft = cv2.GaussianBlur(value, (0, 0), 1.0).astype(np.float32)
    up = float(np.abs(np.diff(soft, axis=0))[inside[1:]].mean())
    across = float(np.abs(np.diff(soft, axis=1))[inside[:, 1:]].mean())
    if up < 1.4 * across:
        return none
    wide = round(0.012 * side) | 1
    thin = cv2.morphologyEx(value, cv2.MORPH_BLACKHAT, np.ones((1, wide), np.uint8))
    dark = thin > np.maximum(12, 0.25 * cv2.blur(value, (wide, wide)))
    stands = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, np.ones((wide, 1), np.uint8))
    stands[~inside] = 0
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wide + 1, wide))
    ashore = _before(value, inside, scale, _WIDTHS[:1], alone=False).astype(np.uint8)
    ashore |= _ropes(value, inside, scale)
    held = np.maximum(cv2.dilate(stands, near), cv2.dilate(ashore, _disc(11, scale)))
    grown = cv2.GaussianBlur(held.astype(np.float32), (0, 0), wide / 4)
    return _at_size(np.asarray(grown, np.float32), rgb.shape[:2])


def _ropes(value: UInt8Array, water: Mask, scale: float) -> UInt8Array:
    """Return (h, w) uint8, 1 on what is thin, dark and rises in straight lines over water that lies.

    It is what openings by lines of all steep directions leave of the black hat.
    """
    hat = cv2.morphologyEx(value, cv2.MORPH_BLACKHAT, _disc(5, scale))
    least = max(6.0, 1.5 * float(hat[water].mean()))
    wide, size = cv2.dilate(hat, np.ones((1, 3), np.uint8)), _odd(49, scale)
    out, half = np.zeros_like(value), size // 2
    for angle in np.radians(np.arange(35, 146, 4)).tolist():
        x, y = round(half * math.cos(angle)), round(half * math.sin(angle))
        line = np.zeros((size, size), np.uint8)
        cv2.line(line, (half - x, half + y), (half + x, half - y), 1)
        out = np.maximum(out, cv2.morphologyEx(wide, cv2.MORPH_OPEN, line))
    return ((out > least) & water).astype(np.uint8)


def _odd(width: float, scale: float) -> int:
    """Return the odd number next to a width in pixels of the reduced photo, 3 at least."""
    return max(3, round(width * scale) | 1)


def _disc(width: float, scale: float) -> UInt8Array:
    side = _odd(width, scale)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _reduced(rgb: UInt8Array) -> tuple[UInt8Array, float]:
    """Return the photo at most ``SIDE`` long, and its size relative to that."""
    small = image.photo(rgb, SIDE)
    return small, max(small.shape) / SIDE


def _at_size(mask: Float32Array, shape: tuple[int, int]) -> Float32Array:
    return np.asarray(cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
