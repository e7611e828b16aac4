"""Soft masks of a photo at another size: its detail says where between two pixels an outline is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact
from livingstill.segmentation.semantic import fit_colour_lines


def resize(masks: Sequence[Float32Array], small: UInt8Array, rgb: UInt8Array) -> list[Float32Array]:
    """Return soft masks (h, w) float32 in 0..1 of a picture ``small`` at the size of ``rgb``.

    A mask that shrinks is averaged. One that grows is interpolated, and what the photo has of detail
    beyond the small picture is added, times the mask's slope over colour in the window around it (the
    local colour lines of guided upsampling; He and Sun 2015). Where a mask is constant the slope is 0.

    Parameters
    ----------
    small : (h, w, 3) uint8, the photo at the masks' size
    rgb : (H, W, 3) uint8
    """
    height, width = rgb.shape[:2]
    if (height, width) == small.shape[:2]:
        return list(masks)
    out = [np.asarray(exact.resize_area(mask, (width, height)), np.float32) for mask in masks]
    if width <= small.shape[1] or not masks:
        return out
    guide = small.astype(np.float32) * np.float32(1 / 255)
    half = (-(-guide.shape[1] // 2), -(-guide.shape[0] // 2))  # fitted small, applied large
    halves = [np.asarray(exact.resize_area(mask, half), np.float32) for mask in masks]
    fitted = np.asarray(exact.resize_area(guide, half), np.float32)
    slopes, _ = fit_colour_lines(fitted, halves, 1, 2)
    for k in range(3):  # one channel at a time: the photo as numbers takes much memory
        detail = rgb[..., k] * np.float32(1 / 255)
        detail -= exact.resize_linear(np.ascontiguousarray(guide[..., k]), (width, height))
        for i, slope in enumerate(slopes):
            plane = np.ascontiguousarray(slope[..., k])
            out[i] += exact.resize_linear(plane, (width, height)) * detail
    return [np.clip(mask, 0, 1, out=mask) for mask in out]
