"""Thin dark things in front of sky and water, stars, and the discs of sun and moon: all stay still."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation.evidence import FINE
from livingstill.segmentation.morphology import disc, odd

Mask = NDArray[np.bool_]

_MAX_BIRDS = 25

_WIDTHS = ((5, 9), (11, 14), (23, 20))
"""Widths of thin things, in pixels at ``FINE``, and the levels by which they are darker at least."""

_REACH = 81
"""Side of the square around a pixel, at ``FINE``, whose darkest sky and mean texture it is compared with."""

_NIGHT = 100
"""Median grey level of a sky below which stars may be seen in it."""


def before_sky(picture: UInt8Array, sky: UInt8Array) -> Float32Array:
    """Return (h, w) float32, 1 on what must not drift with the clouds, and little around it.

    Masts, lamps, wires, twigs, birds; by night the stars; the burnt-out discs of sun and moon.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``FINE``
    sky : (H, W) uint8
    """
    scale = max(picture.shape) / FINE
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    inside, still = image.mask_at(sky, grey.shape, 100), np.zeros(grey.shape, np.float32)
    if not inside.any():
        return still
    occupied = np.flatnonzero(inside.any(1))
    margin = odd(_REACH, scale)  # no filter sees further
    rows = slice(max(0, int(occupied[0]) - margin), int(occupied[-1]) + margin + 1)
    grey, inside = grey[rows], inside[rows]
    thin = silhouettes(grey, inside, scale) | _stars(grey, inside, scale)
    thin |= silhouettes(
        ~grey, inside, scale, _WIDTHS[:2], detached=False
    )  # gilt, lit, painted white
    grown = cv2.dilate(thin.astype(np.uint8), disc(5, 1))
    sun = cv2.dilate(_burnt_disc(grey, inside, scale).astype(np.uint8), disc(13, scale))
    soft = exact.gaussian_blur(np.maximum(grown, sun) * np.uint8(255), 0.7)
    still[rows] = soft.astype(np.float32) * np.float32(1 / 255)
    return still


def before_water(picture: UInt8Array, water: Float32Array) -> Float32Array:
    """Return (h, w) float32, 1 on what is thin, dark and upright in water: posts, masts, reeds, poles.

    Where water shows its waves all gradients are vertical, and what is upright is no water; on a
    mirror it is mostly an image, and nothing is returned.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``FINE``
    water : (H, W) float32 in 0..1
    """
    side = max(picture.shape)
    scale = side / FINE
    value = image.brightest(picture)
    inside = image.mask_at(water, value.shape, 0.5)
    none = np.zeros(value.shape, np.float32)
    if not (inside[1:].any() and inside[:, 1:].any()):
        return none
    soft = exact.gaussian_blur(value, 1.0).astype(np.float32)
    vertical = float(np.abs(np.diff(soft, axis=0))[inside[1:]].mean())
    horizontal = float(np.abs(np.diff(soft, axis=1))[inside[:, 1:]].mean())
    if vertical < 1.4 * horizontal:
        return none
    kernel_width = round(0.012 * side) | 1
    hat = cv2.morphologyEx(value, cv2.MORPH_BLACKHAT, np.ones((1, kernel_width), np.uint8))
    dark = (hat > np.maximum(12, 0.25 * cv2.blur(value, (kernel_width, kernel_width)))).astype(
        np.uint8
    )
    posts = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((kernel_width, 1), np.uint8))
    posts[~inside] = 0
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * kernel_width + 1, kernel_width))
    thin = silhouettes(value, inside, scale, _WIDTHS[:1], detached=False).astype(np.uint8)
    thin |= _ropes(value, inside, scale)
    grown = np.maximum(cv2.dilate(posts, near), cv2.dilate(thin, disc(11, scale)))
    return np.asarray(exact.gaussian_blur(grown.astype(np.float32), kernel_width / 4), np.float32)


class _Hats(NamedTuple):
    """Black-hat response to thin dark things: depth below the surroundings, and mean response.

    ``depth`` is (h, w) float32 in levels, 0 where there is nothing; ``texture`` (h, w) float32 the
    mean response around each pixel at the largest width.
    """

    depth: Float32Array
    texture: Float32Array


def silhouettes(
    grey: UInt8Array,
    sky: Mask,
    scale: float,
    widths: tuple[tuple[int, int], ...] = _WIDTHS,
    detached: bool = True,
) -> Mask:
    """Return where something thin or small and dark is in front of a sky or water, (h, w) bool.

    It is darker than any sky around it, by more than the sky's own texture is deep at its width.
    What connects with the ground is rooted there. What does not is taken only if it is small, sharp,
    no streak, and clearer than the clouds' own texture, as birds are and gaps in clouds are not.

    Parameters
    ----------
    grey : (h, w) uint8
    sky : (h, w) bool
    scale : of the picture beside ``FINE``
    widths : (width in pixels at ``FINE``, least depth in levels) of the black hats
    detached : whether to take what does not connect with the ground; without, what does has to be
        clearer than the texture too
    """
    hats = _black_hats(grey, sky, scale, widths)
    response = hats.depth > 0
    if not response.any():
        return response
    joined = cv2.dilate(response.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    part = np.asarray(labels, np.int32)
    ground = cv2.dilate((~sky).astype(np.uint8), disc(7, scale)) > 0
    rooted = np.bincount(part[ground & response], minlength=count) > 0
    labels_inside = part[response]

    def largest(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return the largest of each part's values, none of which is below 0."""
        most = np.zeros(count)
        np.maximum.at(most, labels_inside, values[response].astype(np.float64))
        return most

    depth, texture = largest(hats.depth), largest(hats.texture)
    if not detached:
        return np.asarray((rooted & (depth >= 12 * texture))[part] & response, bool)
    dx, dy = (cv2.Sobel(grey, cv2.CV_16S, *d).astype(np.float64) / 8 for d in ((1, 0), (0, 1)))
    slope = largest(dx**2 + dy**2) ** 0.5
    dark = largest(hats.depth / np.maximum(grey.astype(np.float32) + hats.depth, 1))
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    bird = (depth >= np.maximum(25, 12 * texture)) & (slope >= 0.28 * depth)
    bird &= np.maximum(width, height) <= np.where(dark > 0.4, 120, 60) * scale
    bird &= (dark >= 0.18) & ((width <= 4 * height) | (dark > 0.4))
    bird &= ~rooted
    bird[0] = False
    near = cv2.dilate(ground.astype(np.uint8), disc(51, scale)) > 0  # there it may be a loose leaf
    distant = bird & (np.bincount(part[near & response], minlength=count) == 0)
    if distant.sum() > _MAX_BIRDS:  # no flock but the texture of a cloud
        bird &= ~distant
    return np.asarray((rooted | bird)[part] & response, bool)


def _black_hats(
    grey: UInt8Array, sky: Mask, scale: float, widths: tuple[tuple[int, int], ...]
) -> _Hats:
    """Return the strongest black hat of several widths that exceeds the sky's own texture."""
    size = odd(_REACH, scale)
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, disc(27, scale))
    closed[cv2.dilate((~sky).astype(np.uint8), disc(13, scale)) > 0] = 255
    darkest = cv2.erode(closed, np.ones((size, size), np.uint8)).astype(np.float32)
    share = sky.astype(np.float32)
    area = np.maximum(cv2.blur(share, (size, size)), np.float32(1e-3))
    depth, texture = np.zeros(grey.shape, np.float32), np.zeros(grey.shape, np.float32)
    value = grey.astype(np.float32)
    for width, min_depth in widths:
        hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, disc(width, scale)).astype(np.float32)
        mean = cv2.blur(np.minimum(hat, np.float32(2 * min_depth)) * share, (size, size)) / area
        texture = np.asarray(mean, np.float32)
        response = sky & (hat > np.maximum(6 * texture, min_depth)) & (value + hat / 4 < darkest)
        depth = np.where(response, np.maximum(depth, hat), depth)
    return _Hats(depth, texture)


def _stars(grey: UInt8Array, sky: Mask, scale: float) -> Mask:
    """Return where points of light are in a dark sky, not the rims of its clouds."""
    if float(np.median(grey[sky])) > _NIGHT:
        return np.zeros_like(sky)
    hat = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, disc(7, scale))
    points = ((hat > 10) & sky).astype(np.uint8)
    _, part, stats, _ = cv2.connectedComponentsWithStats(points)
    max_size = max(3.0, 7 * scale)
    small = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= max_size
    area = stats[1:, cv2.CC_STAT_AREA]
    if area[small[1:]].sum() < area[~small[1:]].sum():
        small[:] = False
    small[0] = False
    return np.asarray(small[part], bool)


def _burnt_disc(grey: UInt8Array, sky: Mask, scale: float) -> Mask:
    """Return the one burnt-out disc in a sky, of sun or moon; several are clouds."""
    side = scale * FINE
    count, part, stats, _ = cv2.connectedComponentsWithStats(((grey >= 252) & sky).astype(np.uint8))
    discs = []
    for k in range(1, count):
        _, _, w, h, area = (int(n) for n in stats[k])
        circular = area >= 0.6 * w * h and max(w, h) <= 1.5 * min(w, h)
        if circular and 1e-5 * side * side <= area <= 0.02 * side * side:
            discs.append(k)
    return np.asarray(part == discs[0] if len(discs) == 1 else np.zeros_like(sky), bool)


def _ropes(value: UInt8Array, water: Mask, scale: float) -> UInt8Array:
    """Return (h, w) uint8, 1 on thin, dark, steep straight lines over water with waves.

    They are what openings of the black hat by lines of all steep directions leave.
    """
    hat = cv2.morphologyEx(value, cv2.MORPH_BLACKHAT, disc(5, scale))
    min_response = max(6.0, 1.5 * float(hat[water].mean()))
    kernel_width, size = cv2.dilate(hat, np.ones((1, 3), np.uint8)), odd(49, scale)
    out, half = np.zeros_like(value), size // 2
    for angle in np.radians(np.arange(35, 146, 4)).tolist():
        x, y = round(half * math.cos(angle)), round(half * math.sin(angle))
        line = np.zeros((size, size), np.uint8)
        cv2.line(line, (half - x, half + y), (half + x, half - y), 1)
        out = np.maximum(out, cv2.morphologyEx(kernel_width, cv2.MORPH_OPEN, line))
    return ((out > min_response) & water).astype(np.uint8)
