"""What is watched while our own clips are made: folds before, pulsing, leaks and the seam during."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from livingstill.continuity import measure
from livingstill.model import Bytes, Motion, Region
from livingstill.render.frames import Window

FOLDED = 0.05
"""Share of the picture that may fold: bent mirrors and ends of streams do, in spots nobody sees."""

_PHASES = 4
_TRIES = 4
_LESS = 0.7


def tamed(make: Callable[[float], Motion], amount: float) -> tuple[Motion, str]:
    """Return ``make(amount)``, or with the first smaller amount at which nothing folds; and a note.

    Each kind bounds its own bending; what is left is where kinds that overlap add up.
    """
    for less in range(_TRIES):
        motion = make(amount * _LESS**less)
        folded = max(_folded(motion), default=0.0)
        if folded <= FOLDED:
            break
    if not less:
        return motion, ""
    words = "" if folded <= FOLDED else ", and still folds in places; lower --amount"
    return motion, f"motion is lowered to {amount * _LESS**less:.2g} so that nothing folds{words}"


def _folded(motion: Motion) -> Iterator[float]:
    """Yield the folded share of every flow at a few phases."""
    for phase in range(_PHASES):
        flows = {id(flow): flow for flow in motion.at(phase / _PHASES) if flow is not None}
        yield from (measure.folds(flow).folded for flow in flows.values())


def watch(
    regions: tuple[Region, ...], window: Window, size: tuple[int, int], static: bool
) -> measure.Guard:
    """Return a guard over frames of ``size``; it knows the regions only while the camera stands."""
    kinds: dict[str, Bytes] = {}
    for region in regions if static else ():
        mask = _in_frame(region.mask, window, size)
        before = kinds.get(region.kind)
        kinds[region.kind] = mask if before is None else np.maximum(before, mask)
    return measure.Guard(kinds, static=static)


def _in_frame(mask: Bytes, window: Window, size: tuple[int, int]) -> Bytes:
    """Return a mask of the scene as a frame at rest shows it."""
    width, height = size
    left = window.x - window.scale * (width - 1) / 2
    top = window.y - window.scale * (height - 1) / 2
    look = np.array([[window.scale, 0, left], [0, window.scale, top]])
    seen = cv2.warpAffine(mask, look, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(seen, np.uint8)
