"""What is seen of the open air from within a room: it is behind glass, small and far, and stays still."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation.evidence import COARSE, Evidence

_OUTSIDE = 0.5
"""Inverse depth of what is beyond a window, of the room's median."""


def remove_view_from_room(evidence: Evidence) -> Evidence:
    """Take from a room's classes what is far and does not reach the upper edge, as a street's sky does."""
    if evidence.room is None:
        return evidence
    size = image.reduced_size(evidence.rgb.shape, COARSE)
    depth = np.asarray(exact.resize_area(evidence.room, size))
    outside = depth < _OUTSIDE * float(np.median(depth))
    moving = ("sky", "water", "foliage", "grass")
    masks = {n: m for n, m in evidence.masks.items() if n in moving}
    return evidence.with_masks({n: np.minimum(m, ~_enclosed(m, outside)) for n, m in masks.items()})


def _enclosed(mask: UInt8Array, outside: NDArray[np.bool_]) -> UInt8Array:
    """Return (H, W) uint8, 255 on connected parts of a mask, mostly ``outside``, below the upper edge."""
    solid = image.mask_at(mask, outside.shape, 64)
    count, part = cv2.connectedComponents(solid.astype(np.uint8))
    area = np.maximum(np.bincount(part.ravel(), minlength=count), 1)
    found = np.bincount(part[outside], minlength=count) > 0.5 * area
    found[part[0]] = False
    found[0] = False
    grown = cv2.dilate(found[part].astype(np.uint8) * np.uint8(255), np.ones((5, 5), np.uint8))
    return image.upsample(np.asarray(grown, np.uint8), mask.shape)
