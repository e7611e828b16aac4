"""What there is to see in a photo, sought on other cores while the engine does something else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livingstill.camera import framing
from livingstill.core.determinism import plain
from livingstill.core.model import Photo, Region, UInt8Array
from livingstill.core.threads import Result, begin, later
from livingstill.network.forward import forward
from livingstill.photo import read
from livingstill.photo.lines import detect_lines
from livingstill.segmentation import semantic
from livingstill.settings.shot import Shot

OVERSIZE = {"draft": 1.0, "standard": 1.1, "high": 1.25}
"""How much finer than the output the scene is kept, so that zooming in stays sharp."""

LARGE = 2**22
"""Pixels beyond which things are done in turn: together they would take too much memory."""


class Sight:
    """What is seen in a picture (H, W, 3) uint8: each sought when first asked for, or ``ahead``.

    ``seen`` is what the embedded network says, ``classes`` its soft masks, at the picture's size,
    and ``lines`` are the photo's ``traits.lines``. Sought ahead, they are begun at once, in threads
    of their own, and asking waits for them; but the masks of large pictures wait to be asked for.
    """

    def __init__(self, rgb: UInt8Array, quality: str, *, ahead: bool = False) -> None:
        how = begin if ahead else later
        self.rgb = rgb
        self.seen = how(partial(forward, rgb, quality=quality))
        self.lines = how(plain()(partial(detect_lines, rgb)))
        self.classes = beside(rgb)(self._classes) if ahead else later(self._classes)

    def forget(self) -> None:
        """Let go of what was seen, which is no longer asked for, whoever still holds this."""
        del self.rgb, self.seen, self.lines, self.classes

    @plain()
    def _classes(self) -> tuple[Region, ...]:
        return semantic.segment(self.seen(), self.rgb)


def beside(rgb: UInt8Array) -> Callable[[Result[Any]], Result[Any]]:
    """Return how work on all of a picture is begun: beside other work only if it is small."""
    return begin if rgb.shape[0] * rgb.shape[1] <= LARGE else later


def of(photo: Photo, shot: Shot, *, ahead: bool = True) -> Sight:
    """Look at a photo at the size of its scene."""
    frame = framing.frame(
        photo.size,
        size=shot.size,
        aspect=shot.aspect,
        fit=shot.fit,
        max_upscale=shot.max_upscale,
    )
    with plain():
        rgb = working(photo.rgb, frame.scale * OVERSIZE[shot.quality])
    return Sight(rgb, shot.quality, ahead=ahead)


def begin_with(file: Path, shot: Shot) -> Result[tuple[Photo, Sight]]:
    """Begin to read a photo and to look at it; return what waits until it is read.

    For whoever has more to do before: the command line imports the rest of the engine meanwhile.
    """

    def work() -> tuple[Photo, Sight]:
        photo = read_photo(file, shot)
        return photo, of(photo, shot)

    return begin(work)


def read_photo(file: str | Path, shot: Shot) -> Photo:
    """Read the photo of a shot."""
    return read.read_photo(file, max_pixels=shot.max_pixels, background=shot.background)


def working(rgb: UInt8Array, scale: float) -> UInt8Array:
    """Return the photo at the size of the scene: never larger than it is."""
    if scale >= 1:
        return rgb
    height, width = rgb.shape[:2]
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
