"""Sky and clouds: which parts of the sky's mask are sky, and whether it has clouds to drift."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation import silhouettes
from livingstill.segmentation.evidence import COARSE, FINE, MEDIUM, Evidence

Mask = NDArray[np.bool_]

_LEAST = 0.012
"""Share of the picture below which a sky is not looked at for clouds."""

_SNOW = 0.45
"""Height above which sky with ground above it is snow or haze, not a reflection."""


def remove_sky_below_ground(evidence: Evidence) -> Evidence:
    """Take from the sky its parts with near, solid ground above them: most are mirror images."""
    sky = evidence.mask("sky")
    if not sky.any():
        return evidence
    buried = below_ground(sky, evidence.inverse_depth)
    reflected = buried.copy()
    reflected[: round(_SNOW * len(buried))] = 0
    kept = np.minimum(sky, ~buried)
    return evidence.with_masks({"sky": kept}).with_reflection(reflected)


def return_clouds_to_sky(evidence: Evidence) -> Evidence:
    """Give the sky what it surrounds and was labelled leaves or water: clouds and gaps in them."""
    sky = evidence.mask("sky")
    moved: dict[str, UInt8Array] = {}
    for name in ("foliage", "water"):
        mask = evidence.mask(name)
        if sky.any() and mask.any():
            clouds = np.minimum(mask, clouds_in(evidence.reduced[COARSE], mask, sky))
            sky = np.asarray(cv2.add(sky, clouds), np.uint8)
            moved[name] = mask - clouds
    return evidence.with_masks({**moved, "sky": sky}) if moved else evidence


def find_clouds(evidence: Evidence) -> UInt8Array | None:
    """Return a sky with clouds, but for the silhouettes, stars and discs in front of it."""
    sky = evidence.mask("sky")
    picture = evidence.reduced[MEDIUM]
    if not sky.any() or not has_clouds(picture, image.mask_at(sky, picture.shape)):
        return None
    still = silhouettes.before_sky(evidence.reduced[FINE], sky)
    drifting = sky.astype(np.float32) * (1 - image.upsample(still, sky.shape))
    return drifting.astype(np.uint8)


def below_ground(sky: UInt8Array, inverse_depth: Float32Array) -> UInt8Array:
    """Return (H, W) uint8, 255 on connected parts of a sky that have ground above them, and are near.

    Parameters
    ----------
    sky : (H, W) uint8
    inverse_depth : (H, W) float32
    """
    size = image.reduced_size(sky.shape, COARSE)
    solid = exact.resize_area(sky, size) > 128
    near = np.asarray(exact.resize_area(inverse_depth, size))
    out = np.zeros(solid.shape, np.uint8)
    count, part = cv2.connectedComponents(solid.astype(np.uint8), connectivity=4)
    for k in range(1, count):
        inside = part == k
        if np.nonzero(inside)[0].mean() < 0.45 * len(solid):
            continue  # a gap high up shows sky: the mouth of a cave, an arch
        columns = np.flatnonzero(inside.any(0))
        tops = inside[:, columns].argmax(0)
        roofed = [int((~solid[:top, x]).sum()) > 0.04 * size[1] for top, x in zip(tops, columns)]
        if np.mean(roofed) > 0.8 and float(near[inside].mean()) > 0.02:
            out[inside] = 255
    grown = cv2.dilate(out, np.ones((3, 3), np.uint8))
    whole = cv2.resize(grown, sky.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole, np.uint8)


def clouds_in(picture: UInt8Array, mask: UInt8Array, sky: UInt8Array) -> UInt8Array:
    """Return (H, W) uint8, 255 on parts of a mask that are clouds or gaps in them, with sky around.

    They are smoother than the sky nearby or have its commonest colours; leaves that hang into a sky
    have neither.

    Parameters
    ----------
    picture : (h, w, 3) uint8, the photo at ``COARSE``
    mask, sky : (H, W) uint8
    """
    air = image.mask_at(sky, picture.shape)
    code = (picture >> 4).astype(np.intp) @ np.array([256, 16, 1])
    common = np.bincount(code[air], minlength=4096) > 2e-4 * air.sum()
    solid = image.mask_at(mask, air.shape)
    rough = image.high_pass(picture, 1.5)
    out, square = np.zeros(air.shape, np.uint8), np.ones((5, 5), np.uint8)
    count, part = cv2.connectedComponents(solid.astype(np.uint8))
    for k in range(1, count):
        inside = part == k
        grown = cv2.dilate(inside.astype(np.uint8), square[:3, :3])  # the next pixels are mixed
        rim = (cv2.dilate(grown, square) > grown) & ~solid
        around = (cv2.dilate(grown, np.ones((31, 31), np.uint8)) > 0) & air
        surrounded = rim.any() and around.any() and air[rim].mean() > 0.6
        smooth = surrounded and rough[inside].mean() < 0.8 * rough[around].mean()
        large = inside.sum() > 2e-4 * air.size  # single leaves may have its colours
        if smooth or (surrounded and large and common[code[inside]].mean() > 0.95):
            out[inside] = 255
    return image.upsample(np.asarray(cv2.dilate(out, square), np.uint8), sky.shape)


def has_clouds(picture: UInt8Array, sky: Mask) -> bool:
    """Return whether a sky has structure at the scale of clouds: a band-pass of its lightness.

    Parameters
    ----------
    picture : (h, w, 3) uint8
    sky : (h, w) bool
    """
    if sky.mean() < _LEAST:
        return False
    weight = sky.astype(np.float32)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sigma = 0.06 * grey.shape[1]
    total = np.maximum(exact.gaussian_blur(weight, sigma), 1e-3)
    smooth = exact.gaussian_blur(grey * weight, sigma) / total
    band = exact.gaussian_blur(grey - smooth, 1.5)
    core = cv2.erode(weight, np.ones((5, 5), np.uint8)) > 0
    return bool(core.any()) and float(band[core].std()) > 2.0
