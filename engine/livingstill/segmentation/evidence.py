"""What the rules of segmentation pass on: the photo, its depth, class masks and the kinds found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.core.threads import Result, lazy
from livingstill.imaging import exact, image
from livingstill.settings.values import Stroke

COARSE, MEDIUM, FINE = 240, 480, 960
"""Long sides of the reductions that rules measure on: connected parts, texture, edges."""

SIDES = (COARSE, MEDIUM, FINE)

Detector = Callable[["Evidence"], UInt8Array | None]
"""What finds a kind: from evidence to its mask (H, W) uint8; None or all 0 where it does not show."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A photo and what the rules so far have concluded about it.

    Attributes
    ----------
    rgb, inverse_depth : (H, W, 3) uint8 and (H, W) float32 in 0..1
    reduced : the photo by the long side of its reductions, one for each of ``SIDES``
    classes : (H, W) uint8 per class, as the network gave them
    masks : the same as the rules have corrected them; a class that is absent has no mask
    reflection : (H, W) uint8, 255 where the photo shows a mirror image on water; None for nowhere
    strokes : the brush strokes of each detector that is asked for
    room : (h, w) float32, the coarse inverse depth of a room whose windows are open, None elsewhere
    segments : (n, 4) float32, line segments of the ``FINE`` reduction, detected on the first call
    """

    rgb: UInt8Array
    inverse_depth: Float32Array
    reduced: Mapping[int, UInt8Array]
    classes: Mapping[str, UInt8Array]
    masks: Mapping[str, UInt8Array]
    reflection: UInt8Array | None = None
    strokes: Mapping[Detector, tuple[Stroke, ...]] = field(default_factory=dict)
    room: Float32Array | None = None
    segments: Result[Float32Array] = lambda: np.empty((0, 4), np.float32)

    def mask(self, name: str) -> UInt8Array:
        """Return the mask of a class as corrected so far, all 0 if it is absent."""
        current = self.masks.get(name)
        return np.zeros(self.rgb.shape[:2], np.uint8) if current is None else current

    def with_masks(self, masks: Mapping[str, UInt8Array]) -> Evidence:
        """Return evidence with some class masks replaced."""
        return replace(self, masks={**self.masks, **masks})

    def with_reflection(self, part: UInt8Array) -> Evidence:
        """Return evidence with more of the photo known to be a mirror image."""
        before = self.reflection
        return replace(self, reflection=part if before is None else np.maximum(before, part))


Rule = Callable[[Evidence], Evidence]
"""A correction of class masks: pure, reading and returning evidence."""


def gather(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    classes: Mapping[str, UInt8Array],
    strokes: Mapping[Detector, tuple[Stroke, ...]] | None = None,
    room: Float32Array | None = None,
) -> Evidence:
    """Return what is known of a photo before any rule, its reductions computed once for all."""
    reduced = {side: image.downscale(rgb, side) for side in SIDES}
    return Evidence(
        rgb,
        inverse_depth,
        reduced,
        classes,
        classes,
        strokes=strokes or {},
        room=room,
        segments=lazy(partial(detect_segments, reduced[FINE])),
    )


def detect_segments(picture: UInt8Array) -> Float32Array:
    """Return (n, 4) float32, the ends x, y, x, y in pixels of a picture's line segments.

    By LSD (Grompone von Gioi et al. 2010).

    Parameters
    ----------
    picture : (h, w, 3) uint8
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return exact.line_segments(np.asarray(grey, np.uint8))
