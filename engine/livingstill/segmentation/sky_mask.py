"""The sky's mask cleaned: near parts, dark clouds, gaps between leaves, reflections, labelled clouds.

In this order: ``near_components`` and ``enclosed_clouds`` correct the network's probabilities
(`class_probabilities`), ``recover_gaps`` the upsampled mask (`semantic`), and the rules
``remove_sky_below_ground`` and ``return_clouds_to_sky`` the evidence (`plan`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging import exact, image
from livingstill.segmentation.evidence import COARSE, Evidence

Mask = NDArray[np.bool_]

_NEAR = 0.10
"""Median inverse depth above which sky below the upper edge is a white wall or a wave."""

_DOUBTED = 0.70
"""Mean probability below which the sky has to be at infinity, or it is haze or a dark slope."""

_INFINITY = 0.01
"""Median inverse depth up to which the network of depth agrees that this is the sky."""

_FAR = 0.06
"""Median inverse depth below which what the sky encloses is a cloud."""

_GAP_SIDE = 320
"""Long side of the picture on which the colours of sky and leaves are gathered."""

_REACH = 0.02
"""How far from open sky, in long sides, gaps between leaves are looked for (one sigma)."""

_SEPARATION = 38.0
"""Colours (0..255) nearer than this are not separable; at 1.4 times this they fully are."""

_SNOW = 0.45
"""Height above which sky with ground above it is snow or haze, not a reflection."""


def near_components(probability: Float32Array, sky: Mask, inverse_depth: Float32Array) -> Mask:
    """Return the components of a sky, (h, w) bool, that depth contradicts.

    Below the upper edge what is near is a white wall, foam or a crossing; and nowhere does a
    component count that is only probably sky and not at infinity: haze, dark slopes, a backdrop.

    Parameters
    ----------
    probability, inverse_depth : (h, w) float32 in 0..1
        Of the sky, and of the network of depth.
    sky : where the sky is likeliest
    """
    count, labels = cv2.connectedComponents(sky.astype(np.uint8), connectivity=8)
    near = np.zeros(count, np.bool_)
    for part in range(1, count):
        where = labels == part
        median = float(np.median(inverse_depth[where]))
        doubted = float(probability[where].mean(dtype=np.float64)) < _DOUBTED
        below_top = not where[0].any()
        near[part] = (below_top and median > _NEAR) or (doubted and median > _INFINITY)
    return np.asarray(near[labels])


def enclosed_clouds(other: Mask, sky: Mask, inverse_depth: Float32Array) -> Mask:
    """Return the far components of ``other``, (h, w) bool, with only sky around: dark clouds."""
    count, labels = cv2.connectedComponents(other.astype(np.uint8), connectivity=8)
    clouds = np.zeros(other.shape, np.bool_)
    square = np.ones((3, 3), np.uint8)
    for part in range(1, count):
        where = labels == part
        if where[-1].any() or where[:, 0].any() or where[:, -1].any():
            continue
        rim = (cv2.dilate(where.astype(np.uint8), square) > 0) & ~where
        if rim.any() and sky[rim].all() and float(np.median(inverse_depth[where])) < _FAR:
            clouds |= where
    return clouds


def recover_gaps(
    sky: UInt8Array, leaves: UInt8Array, rgb: UInt8Array
) -> tuple[UInt8Array, UInt8Array]:
    """Give the gaps between leaves to the sky where they show its colour; return both masks.

    Between the mean colour of the sky nearby and that of the darker leaves nearby, a pixel's
    colour says how much of it is sky (Levin's colour line, 2008). Only foliage close to sky is
    touched, and only where the two colours are far enough apart.
    """
    height, width = sky.shape
    scale = min(1.0, _GAP_SIDE / max(height, width))
    small = (max(8, round(width * scale)), max(8, round(height * scale)))
    picture = np.asarray(exact.resize_area(rgb, small), np.float32)
    air_share = np.asarray(exact.resize_area(sky, small), np.float32)
    air_share *= np.float32(1 / 255)
    green = np.asarray(exact.resize_area(leaves, small), np.float32)
    green *= np.float32(1 / 255)
    reach = max(small) * _REACH
    air = _local_mean(picture, np.asarray(air_share * air_share, np.float32), reach)
    away = np.square(picture - air).sum(-1)
    typical = _local_mean(np.asarray(away[..., None], np.float32), green, reach)[..., 0]
    dark = green * (away >= typical) + np.float32(1e-4) * green
    leaf = _local_mean(picture, np.asarray(dark, np.float32), reach)
    apart = np.square(air - leaf).sum(-1)
    close = exact.gaussian_blur(air_share, reach)
    trust = np.clip((close - 0.02) / 0.10, 0, 1) * np.clip(
        (apart - _SEPARATION**2) / _SEPARATION**2, 0, 1
    )
    rows, columns = np.nonzero(trust * green > 0.02)
    if not rows.size:
        return sky, leaves
    box = [slice(int(v.min() / scale), int((v.max() + 1) / scale) + 1) for v in (rows, columns)]
    part = (box[0], box[1])
    size = (width, height)

    def large(x: Float32Array) -> Float32Array:
        return np.asarray(exact.resize_linear(x, size)[part], np.float32)

    line = large(air - leaf)
    colour = rgb[part].astype(np.float32) - large(leaf)
    share = (colour * line).sum(-1) / np.maximum(np.square(line).sum(-1), np.float32(1))
    share = np.clip((share - np.float32(0.35)) / np.float32(0.5), 0, 1)
    gain = np.round(share * large(trust) * leaves[part]).astype(np.uint8)
    sky, leaves = sky.copy(), leaves.copy()
    sky[part] = np.minimum(sky[part].astype(np.uint16) + gain, 255).astype(np.uint8)
    leaves[part] -= gain
    return sky, leaves


def _local_mean(picture: Float32Array, weight: Float32Array, reach: float) -> Float32Array:
    """Return the weighted mean of a picture (h, w, c) around each pixel."""
    total = exact.gaussian_blur(weight, reach) + np.float32(1e-6)
    planes = [
        exact.gaussian_blur(np.ascontiguousarray(picture[..., k]) * weight, reach) / total
        for k in range(picture.shape[2])
    ]
    return np.asarray(np.stack(planes, -1), np.float32)


def remove_sky_below_ground(evidence: Evidence) -> Evidence:
    """Take from the sky its parts with near, solid ground above them: most are mirror images."""
    sky = evidence.mask("sky")
    if not sky.any():
        return evidence
    buried = below_ground(sky, evidence.inverse_depth)
    reflected = buried.copy()
    reflected[: round(_SNOW * len(buried))] = 0
    remaining = np.minimum(sky, ~buried)
    return evidence.with_masks({"sky": remaining}).with_reflection(reflected)


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
