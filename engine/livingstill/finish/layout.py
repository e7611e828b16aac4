"""Layout of overlays: the safe area of a frame and nine anchors in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.imaging import exact

_SUPERSAMPLING = 4

Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A picture to lay over frames: (h, w) uint32 premultiplied RGBA, first pixel at (left, top).

    Its outermost ``margin`` pixels hold no more than shadow; ``notes`` are sentences for the user.
    """

    rgba: PackedRGBA
    left: int
    top: int
    margin: int = 0
    notes: tuple[str, ...] = ()

    @property
    def box(self) -> Box:
        """The box of the sprite without its margin."""
        height, width = (side - 2 * self.margin for side in self.rgba.shape)
        return self.left + self.margin, self.top + self.margin, width, height


def safe_area(area: Box) -> Box:
    """Return the title-safe part of a frame, or of the picture in it.

    Wide frames keep 5 % free on all sides (EBU R 95). Tall ones are watched on phones, whose
    programs draw over the top and the bottom: 6 % at the sides, 11 % above and 19 % below.

    >>> safe_area((0, 0, 1920, 1080))
    (96, 54, 1728, 972)
    >>> safe_area((0, 0, 1080, 1920))
    (65, 211, 950, 1344)
    """
    left, top, width, height = area
    tall = width / height < 0.7
    side = round((0.06 if tall else 0.05) * width)
    above, below = (0.11, 0.19) if tall else (0.05, 0.05)
    above, below = round(above * height), round(below * height)
    return left + side, top + above, width - 2 * side, height - above - below


def anchor(size: tuple[int, int], place: str, area: Box) -> tuple[int, int]:
    """Return left and top of a box of ``size`` (width, height) at one of nine anchors of ``area``.

    >>> anchor((10, 10), "bottom-right", (0, 0, 100, 50)), anchor((10, 10), "top", (0, 0, 100, 50))
    ((90, 40), (45, 0))
    """
    left, top, width, height = area
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    words = place.split("-")
    x = 0 if "left" in words else width - size[0] if "right" in words else x
    y = 0 if "top" in words else height - size[1] if "bottom" in words else y
    return left + x, top + y


def overlaps(one: Box, other: Box) -> bool:
    """Return whether two boxes share a pixel."""
    return all(one[i] < other[i] + other[i + 2] and other[i] < one[i] + one[i + 2] for i in (0, 1))


def pack_premultiplied(rgba: Float32Array) -> PackedRGBA:
    """Return straight (h, w, 4) colour and alpha, 0..1, as premultiplied packed pixels."""
    rgba = np.clip(rgba, 0, 1).astype(np.float32)
    alpha = np.round(rgba[..., 3:] * 255)
    colour = np.minimum(np.round(rgba[..., :3] * alpha), alpha)
    both = np.concatenate([colour, alpha], axis=2).astype(np.uint8)
    return np.ascontiguousarray(both).view(np.uint32)[..., 0]


def rounded_plate(size: tuple[int, int], radius: int) -> Float32Array:
    """Return the coverage (h, w) float32, 0..1, of a rectangle with round corners."""
    page = Image.new("L", (size[0] * _SUPERSAMPLING, size[1] * _SUPERSAMPLING))
    corner = (page.width - 1, page.height - 1)
    ImageDraw.Draw(page).rounded_rectangle((0, 0, *corner), radius * _SUPERSAMPLING, fill=255)
    small = exact.resize_area(np.asarray(page, np.float32), size)
    return np.asarray(small, np.float32) / np.float32(255)
