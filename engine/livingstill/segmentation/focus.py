"""What is far out of focus is background, and neither water nor leaves, whatever it looks like."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from livingstill.core.kinds import KINDS
from livingstill.core.model import UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation.evidence import FINE, Evidence

_SHARP = 0.045
"""Share of the photo's strongest fine detail that a region's strongest tenth has at least.

Water and leaves have .07 and more wherever the photo has any detail; behind a macro it is .02.
"""


def in_focus(evidence: Evidence, masks: Mapping[str, UInt8Array]) -> set[str]:
    """Return the kinds that have fine detail; if none has, not the plain sky either: a background.

    A sky by itself may be plain.
    """
    grey = cv2.cvtColor(evidence.reduced[FINE], cv2.COLOR_RGB2GRAY)
    soft = np.asarray(exact.gaussian_blur(grey.astype(np.float32), 1.0), np.float32)
    fine = np.abs(soft - exact.gaussian_blur(grey.astype(np.float32), 2.0))
    min_detail = _SHARP * exact.percentile(fine, 99)
    core = np.ones((9, 9), np.uint8)
    textured = {kind for kind in masks if KINDS[kind].textured}
    blurred = set()
    for kind in textured:
        inside = cv2.erode(image.mask_at(masks[kind], grey.shape).astype(np.uint8), core) > 0
        if inside.any() and exact.percentile(fine[inside], 90) < min_detail:
            blurred.add(kind)
    return set() if blurred and blurred == textured else set(masks) - blurred
