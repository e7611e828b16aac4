"""Fire: white-hot cores in orange flames, before something darker.

Lamps, sunsets, autumn leaves, orange clothes and lit wood have some of a fire's colours. A flame has
all of them, side by side and in order: the brighter, the less red, up to white; its core is bordered
by orange, and what is around it is dark. Of 66 pictures, five with fire, it takes four of those (not a
candle whose lit wax is as bright as its flame) and nothing else; of 2100 others without, two.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation.evidence import FINE, Evidence

Mask = NDArray[np.bool_]

_AROUND = 16
"""How far around a flame its surroundings are measured, in pixels."""


class _Colours(NamedTuple):
    """The colours of a fire in a picture, (h, w) each, and the luma above which it is white-hot.

    ``hue`` is green over red, a black body's: .4 where it is red, 1 where it is white.
    """

    luma: Float32Array
    hue: Float32Array
    orange: Mask
    white: Mask
    hot: float


def find_fire(evidence: Evidence) -> UInt8Array:
    """Return where flames burn; the network knows no fire."""
    picture = evidence.reduced[FINE]
    elsewhere = np.zeros(picture.shape[:2], bool)
    for name in ("sky", "water"):
        elsewhere |= image.mask_at(evidence.mask(name), picture.shape, 96)
    return image.upsample(flames(picture, elsewhere), evidence.rgb.shape)


def flames(picture: UInt8Array, elsewhere: Mask) -> UInt8Array:
    """Return (h, w) uint8, 255 on flames and softly around them.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``FINE``
    elsewhere : (h, w) bool, where there is no fire: sky and water
    """
    smooth = exact.gaussian_blur(picture.astype(np.float32), 1.2)
    colours = _colours(np.asarray(smooth, np.float32))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    glowing = (colours.orange | colours.white).astype(np.uint8)
    glowing = np.asarray(cv2.morphologyEx(glowing, cv2.MORPH_CLOSE, disc), np.uint8)
    out = _bodies(glowing, colours, elsewhere)
    if out.any():
        red = np.asarray(smooth[..., 0], np.float32)
        out |= _tongues(out > 0, glowing > 0, red)
    glare = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13))
    return np.asarray(exact.gaussian_blur(cv2.dilate(out, glare), 1.2), np.uint8)


def _colours(smooth: Float32Array) -> _Colours:
    """Return where a smoothed picture (h, w, 3) is orange and white-hot."""
    red, green, blue = np.moveaxis(smooth, -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    orange = (red > 130) & (red - blue > 70) & (red >= green - 4)
    hot = max(150.0, min(220.0, 0.9 * exact.percentile(luma, 99.8)))
    white = (luma > hot) & (red >= blue - 25) & (red >= green - 12)
    return _Colours(luma, green / np.maximum(red, 1), orange, white, hot)


def _bodies(glowing: UInt8Array, colours: _Colours, elsewhere: Mask) -> UInt8Array:
    """Return (h, w) uint8, 255 on connected parts of what glows that are fire, around their cores."""
    count, part, stats, _ = cv2.connectedComponentsWithStats(glowing)
    out = np.zeros(glowing.shape, np.uint8)
    for k in range(1, count):
        left, top, width, height, area = (int(n) for n in stats[k])
        if area < 1e-3 * glowing.size:
            continue
        cut = (
            slice(max(0, top - _AROUND), top + height + _AROUND),
            slice(max(0, left - _AROUND), left + width + _AROUND),
        )
        inside = part[cut] == k
        core = inside & colours.white[cut]
        if not core.any() or elsewhere[cut][inside].mean() > 0.5:
            continue
        if area < 0.01 * glowing.size and not _upright(core):
            continue
        near = colours._replace(
            luma=colours.luma[cut], hue=colours.hue[cut], orange=colours.orange[cut]
        )
        if _burns(inside, core, near):
            away = exact.distance_transform((~core).astype(np.uint8))
            out[cut][inside & (away < max(4.0, 0.35 * float(core.sum()) ** 0.5))] = 255
    return out


def _burns(inside: Mask, core: Mask, colours: _Colours) -> bool:
    """Return whether a part of a picture has the colours of a fire, in their order."""
    bright = colours.luma[inside].astype(np.float64)
    hue = colours.hue[inside].astype(np.float64)
    low, high = (exact.percentile(hue, percent) for percent in (10, 90))
    if low > 0.62 or high < 0.84 or high - low < 0.3 or core.sum() < 0.08 * inside.sum():
        return False
    rim = (cv2.dilate(core.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0) & ~core
    beyond = np.ones((2 * _AROUND + 1, 2 * _AROUND + 1), np.uint8)
    around = (cv2.dilate(inside.astype(np.uint8), beyond) > 0) & ~inside
    return bool(
        exact.percentile(bright, 95) > colours.hot + 8
        and (not around.any() or np.median(colours.luma[around]) < 105)
        and (rim & inside & colours.orange).sum() > 0.35 * rim.sum()
        and np.corrcoef(bright, hue)[0, 1] > 0.8
    )


def _tongues(body: Mask, glowing: Mask, red: Float32Array) -> UInt8Array:
    """Return (h, w) uint8, 255 on flames above a fire's middle that are detached or cooler.

    Below it there is lit wood.
    """
    away = exact.distance_transform((~body).astype(np.uint8))
    middle = float(np.flatnonzero(body.any(1)).mean())
    count, part, stats, centres = cv2.connectedComponentsWithStats(
        (glowing & ~body).astype(np.uint8)
    )
    out = np.zeros(body.shape, np.uint8)
    for k in range(1, count):
        area = int(stats[k, cv2.CC_STAT_AREA])
        if area < 1e-4 * body.size or area > 0.5 * body.sum() or centres[k][1] > middle:
            continue
        inside = part == k
        if away[inside].min() < 0.12 * body.shape[1] and exact.percentile(red[inside], 90) >= 195:
            out[inside] = 255
    return out


def _upright(core: Mask) -> bool:
    """Return whether the largest core is taller than wide, as small flames are and lamps are not."""
    contours = cv2.findContours(core.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[
        0
    ]
    _, _, width, height = cv2.boundingRect(max(contours, key=cv2.contourArea))
    return bool(height > 1.3 * width)
