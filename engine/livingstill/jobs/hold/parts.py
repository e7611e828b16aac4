"""Parts of the still, as a label or a logo, laid over the frames of a clip where they belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.jobs.hold.track import Matrix, Tracker

_MARGIN = 0.15
"""Part of its side around a part that is tracked with it."""
_FEATHER = 1.2
_MIN_LIGHT, _MAX_LIGHT = 0.5, 2.0
_COVERED, _SURELY_COVERED = 30.0, 60.0
"""Levels by which a frame differs, in the large, from what would be laid over it, for something
to be before it."""
_ECC_SIDE, _ECC_ROUNDS, _ECC_SIGMA = 320, 30, 5
_MAX_REFINED = 3.0
"""Pixels by which the refinement may move a part; more, and it has lost it."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldPart:
    """A part of the still: ``mask`` (H, W) uint8 of it, feathered, its ``box`` x, y, w, h, a tracker."""

    mask: UInt8Array
    box: tuple[int, int, int, int]
    tracker: Tracker

    @classmethod
    def of(cls, still: UInt8Array, mask: UInt8Array) -> HeldPart:
        """Return the part of a still that a mask (H, W) tells."""
        x, y, width, height = cv2.boundingRect((mask >= 64).astype(np.uint8))
        reach = max(3, round(_MARGIN * max(width, height)))
        around = np.asarray(
            cv2.dilate(mask, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)), np.uint8
        )
        feathered = cv2.GaussianBlur(mask, (0, 0), _FEATHER)
        return cls(np.asarray(feathered), (x, y, width, height), Tracker.of(still, around))

    @property
    def corners(self) -> Float32Array:
        """The (4, 1, 2) corners of the box."""
        x, y, width, height = self.box
        right, bottom = x + width, y + height
        return np.array([[[x, y]], [[right, y]], [[right, bottom]], [[x, bottom]]], np.float32)


def locate(
    part: HeldPart,
    still: UInt8Array,
    frame: UInt8Array,
    luma: UInt8Array,
    near: Matrix,
    whole: Matrix,
) -> tuple[Float32Array, bool]:
    """Return where the corners (4, 2) of a part are in a frame, and whether it was found.

    By its own features, from where it was last (``near``) or where the ``whole`` still lies, refined
    by the enhanced correlation coefficient (Evangelidis and Psarakis, 2008).
    """
    place = part.tracker.find(luma, near)
    if place is None:
        place = part.tracker.find(luma, whole)
    found = place is not None
    matrix = whole if place is None else place
    refined = _refine(part, still, frame, matrix) if found else None
    return cv2.perspectiveTransform(part.corners, refined if refined is not None else matrix)[
        :, 0
    ].astype(np.float32), found


def _refine(part: HeldPart, still: UInt8Array, frame: UInt8Array, place: Matrix) -> Matrix | None:
    """Return ``place`` set right to a fraction of a pixel; None where the correlation tells nothing."""
    if np.array_equal(place, np.eye(3)):
        return place
    x, y, width, height = part.box
    reach = max(4, round(_MARGIN * max(width, height)))
    left, top = max(0, x - reach), max(0, y - reach)
    right = min(still.shape[1], x + width + reach)
    bottom = min(still.shape[0], y + height + reach)
    scale = min(1.0, _ECC_SIDE / max(right - left, bottom - top))
    size = max(8, round((right - left) * scale)), max(8, round((bottom - top) * scale))
    # the patch's pixels in the still
    fit = np.array([[1 / scale, 0, left], [0, 1 / scale, top], [0, 0, 1]])
    template = cv2.resize(still[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    patch = cv2.warpPerspective(
        frame, place @ fit, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    pictures = [
        np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), np.float32) for p in (template, patch)
    ]
    warp: Any = np.eye(2, 3, dtype=np.float32)
    everywhere = np.ones(size[::-1], np.uint8)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ECC_ROUNDS, 1e-4)
    try:
        _, warp = cv2.findTransformECC(
            pictures[0], pictures[1], warp, cv2.MOTION_AFFINE, criteria, everywhere, _ECC_SIGMA
        )
    except cv2.error:  # it does not converge
        return None
    change = np.vstack([warp, [0.0, 0.0, 1.0]])
    ends = np.array([[[0, 0]], [[size[0], 0]], [[size[0], size[1]]], [[0, size[1]]]], np.float32)
    moved = np.linalg.norm(cv2.perspectiveTransform(ends, change) - ends, axis=-1).max() / scale
    return None if moved > _MAX_REFINED else np.asarray(place @ fit @ change @ np.linalg.inv(fit))


def lay(
    part: HeldPart, still: UInt8Array, frame: UInt8Array, at: Float32Array, opacity: float
) -> UInt8Array:
    """Return a frame with a part of the still laid over it, its corners ``at`` (4, 2).

    It takes on the light that lies on the frame there, in the large; where something covers it,
    the frame stays.
    """
    place = cv2.getPerspectiveTransform(part.corners[:, 0], np.asarray(at, np.float32))
    size = frame.shape[1::-1]
    still_there = np.allclose(place, np.eye(3), atol=1e-6)
    laid = still if still_there else cv2.warpPerspective(
        still, place, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )  # fmt: skip
    mask = part.mask if still_there else cv2.warpPerspective(part.mask, place, size)
    x, y, width, height = cv2.boundingRect(mask)
    if not width:
        return frame
    sigma = max(2.0, min(width, height) / 4)
    reach = round(2 * sigma)
    rows = slice(max(0, y - reach), min(frame.shape[0], y + height + reach))
    columns = slice(max(0, x - reach), min(frame.shape[1], x + width + reach))
    below, above = (p[rows, columns].astype(np.float32) for p in (frame, laid))
    weight = mask[rows, columns].astype(np.float32) / np.float32(255)
    shown = _uncovered(below, above * _usual_light(below, above, weight), sigma / 2)
    lit = above * _light(below, above, weight * shown, sigma)[..., None]
    matte = weight * _uncovered(below, lit, sigma / 2) * np.float32(opacity)
    out = frame.copy()
    mixed = below + (lit - below) * matte[..., None] + np.float32(0.5)
    out[rows, columns] = np.clip(mixed, 0, 255).astype(np.uint8)
    return out


def _usual_light(below: Float32Array, above: Float32Array, weight: Float32Array) -> np.float32:
    """Return the median ratio of the lumas of two pictures within a matte: what covers less than half
    of it changes nothing."""
    inside = weight > 0.5
    if not inside.any():
        return np.float32(1)
    low, high = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[inside] for p in (below, above))
    return np.float32(np.clip(np.median((low + 4) / (high + 4)), _MIN_LIGHT, _MAX_LIGHT))


def _light(
    below: Float32Array, above: Float32Array, weight: Float32Array, sigma: float
) -> Float32Array:
    """Return (h, w) the ratio of the lumas of two pictures, averaged in the large within a matte."""
    total = cv2.GaussianBlur(weight, (0, 0), sigma) + 1e-3
    low, high = (
        cv2.GaussianBlur(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) * weight, (0, 0), sigma) / total
        for p in (below, above)
    )
    return np.asarray(np.clip((low + 4) / (high + 4), _MIN_LIGHT, _MAX_LIGHT), np.float32)


def _uncovered(below: Float32Array, lit: Float32Array, sigma: float) -> Float32Array:
    """Return (h, w) 1 where the frame, in the large, shows what is laid over it; 0 where it does not."""
    apart = np.abs(cv2.GaussianBlur(below - lit, (0, 0), sigma)).max(-1)
    shown = 1 - np.clip((apart - _COVERED) / (_SURELY_COVERED - _COVERED), 0, 1)
    return np.asarray(cv2.GaussianBlur(shown, (0, 0), 2.0), np.float32)
