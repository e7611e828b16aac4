"""Leaves that lie are grass: a network sees foliage in a meadow, but its depth is that of the ground."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core import image
from livingstill.core.model import Float32Array, UInt8Array

SIDE = 240
NEAR = 0.8
"""Height of the picture below which the ground is looked for: its lowest fifth."""

SPREAD = 0.7
"""Share of that fifth's width that leaves reach: a bank or a bush at the border is no meadow."""

PLANE = 0.93
"""Share of the leaves there that lie on the plane: of a meadow .98, of ferns and bushes .9 at most."""

FAULT = 0.06
"""How far from the plane they lie, of the nearest one's inverse depth."""

HORIZON = (0.2, 0.8)


def lying(rgb: UInt8Array, leaves: UInt8Array, inverse_depth: Float32Array) -> UInt8Array:
    """Return (H, W) uint8, 255 where ``leaves`` lie on level ground that begins below the camera.

    On a plane inverse depth is linear in the picture (1/Z = (y - horizon) / f h), in trees it is
    the same from root to top. The plane is fitted to what is lowest and grown from there.
    """
    none = np.zeros(leaves.shape, np.uint8)
    small = image.photo(rgb, SIDE)
    height, width = small.shape[:2]
    solid = image.where(leaves, small.shape)
    y, x = np.nonzero(solid)
    low = y >= NEAR * height
    if low.sum() < 3 or len(np.unique(x[low])) < SPREAD * width:
        return none
    depth = cv2.resize(inverse_depth, (width, height), interpolation=cv2.INTER_AREA)
    near = depth[y, x].astype(np.float64)
    places = np.stack([x / width - 0.5, y / height, np.ones(len(x))], axis=1)
    used, above = low, np.zeros(len(x))
    for _ in range(8):
        plane = np.linalg.lstsq(places[used], near[used], rcond=None)[0]
        above = near - places @ plane
        off = np.abs(above)
        used = off < 2.5 * max(float(np.median(off[used])), 0.004)
    fault = FAULT * float(np.percentile(near, 95))
    # near the camera estimates level out or follow blades; at the horizon trees and ground are alike
    flat = (np.abs(above) < np.where(low, 4 * fault, fault)) & (places @ plane > 1.5 * fault)
    steep = float(plane[1])
    horizon = -float(plane[2]) / steep if steep > 0 else -1.0
    pixels = small[y[flat], x[flat]].astype(int)
    green = pixels.size > 0 and float(np.median(pixels[:, 1] - pixels[:, 2])) > 0
    if not (
        HORIZON[0] < horizon < HORIZON[1] and (np.abs(above) < fault)[low].mean() > PLANE and green
    ):
        return none
    out = np.zeros(solid.shape, np.uint8)
    out[y[flat], x[flat]] = 255
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    for what in (cv2.MORPH_OPEN, cv2.MORPH_CLOSE):
        out = np.asarray(cv2.morphologyEx(out, what, disc), np.uint8)
    out = np.asarray(cv2.GaussianBlur(out, (0, 0), 1.0), np.uint8)
    return np.asarray(cv2.resize(out, leaves.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
