"""What is far out of focus is a backdrop, and neither water nor leaves, whatever it looks like."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from livingstill.core import image
from livingstill.segmentation.evidence import FINE, Evidence

_SHARP = 0.045
"""Share of the photo's strongest fine detail that a region's strongest tenth has at least.

Water and leaves have .07 and more wherever the photo has any detail; behind a macro it is .02.
"""


def drop_blurred(evidence: Evidence) -> Evidence:
    """Take out the kinds without fine detail; with all of them the clouds: that sky is backdrop too.

    A sky by itself may be plain.
    """
    grey = cv2.cvtColor(evidence.reduced[FINE], cv2.COLOR_RGB2GRAY)
    soft = np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0), np.float32)
    fine = np.abs(soft - cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 2.0))
    least = _SHARP * float(np.percentile(fine, 99))
    core = np.ones((9, 9), np.uint8)
    blurred = set()
    for kind, mask in evidence.kinds.items():
        inside = cv2.erode(image.mask_at(mask, grey.shape).astype(np.uint8), core) > 0
        if kind != "cloud" and inside.any() and float(np.percentile(fine[inside], 90)) < least:
            blurred.add(kind)
    if blurred and not set(evidence.kinds) - blurred - {"cloud"}:
        return replace(evidence, kinds={})
    kept = {kind: mask for kind, mask in evidence.kinds.items() if kind not in blurred}
    return replace(evidence, kinds=kept)
