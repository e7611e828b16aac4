"""Class masks of the network corrected where mirrors and gaps fool it: sky, leaves and water."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from livingstill.core import image
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.segmentation.reduced import reduced


def wetter(
    rgb: UInt8Array, inverse_depth: Float32Array, seen: Mapping[str, UInt8Array]
) -> dict[str, UInt8Array]:
    """Return the class masks with what mirrors taken from sky and leaves and given to water.

    A network sees sky and trees in a still lake. But sky has no ground above it, leaves do not
    float, and what lies below a line about which the whole picture is symmetric is its reflection.
    """
    out = dict(seen)
    water = out.get("water", np.zeros(rgb.shape[:2], np.uint8))
    drowned = np.zeros(rgb.shape[:2], np.uint8)
    if "sky" in seen:
        buried = _under_ground(seen["sky"], inverse_depth)
        out["sky"] = np.minimum(seen["sky"], ~buried)
        buried[: round(0.45 * len(buried))] = 0  # higher up it is snow, or haze
        drowned |= buried
    line = waterline(rgb)
    if line is not None:
        below = np.zeros_like(water)
        below[line:] = 255
        known = [seen[kind] for kind in ("sky", "water", "foliage") if kind in seen]
        if known and np.max(known, axis=0)[line:].mean() > 0.4 * 255:
            drowned |= below
    if "sky" in out:
        for kind in ("foliage", "water"):
            if kind in out:
                clouds = np.minimum(out[kind], _in_the_sky(rgb, out[kind], out["sky"]))
                out["sky"] = np.asarray(cv2.add(out["sky"], clouds), np.uint8)
                out[kind] = out[kind] - clouds
        water = out.get("water", water)
    if water.any():
        leaves = [out[kind] for kind in ("foliage", "grass") if kind in out]
        drowned = np.maximum(drowned, _afloat(rgb, leaves, water))
    if drowned.any():
        for kind in ("sky", "foliage", "grass"):
            if kind in out:
                taken = np.minimum(seen[kind], drowned)
                water = np.asarray(cv2.add(water, taken), np.uint8)  # shares of one pixel add up
                out[kind] = np.minimum(out[kind], ~drowned)
        out["water"] = water
    return {kind: mask for kind, mask in out.items() if mask.any()}


def _under_ground(sky: UInt8Array, inverse_depth: Float32Array) -> UInt8Array:
    """Return 255 on the parts of ``sky`` that have solid ground above them, and are near."""
    height, width = sky.shape
    scale = min(1.0, 240 / max(height, width))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    solid = cv2.resize(sky, size, interpolation=cv2.INTER_AREA) > 128
    near = np.asarray(cv2.resize(inverse_depth, size, interpolation=cv2.INTER_AREA))
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
    return np.asarray(cv2.resize(grown, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _in_the_sky(rgb: UInt8Array, mask: UInt8Array, sky: UInt8Array) -> UInt8Array:
    """Return 255 on the parts of a mask that are clouds or gaps in them, with sky around them.

    They are smoother than it, or have its very colours; leaves that hang into a sky have neither.
    """
    small, air = reduced(rgb, sky, 240)
    colour = (small >> 4).astype(np.intp) @ np.array([256, 16, 1])
    often = np.bincount(colour[air], minlength=4096) > 2e-4 * air.sum()
    solid = image.where(mask, air.shape)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rough = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.5))
    out, near = np.zeros(air.shape, np.uint8), np.ones((5, 5), np.uint8)
    count, part = cv2.connectedComponents(solid.astype(np.uint8))
    for k in range(1, count):
        inside = part == k
        grown = cv2.dilate(inside.astype(np.uint8), near[:3, :3])  # the next pixels are mixed
        rim = (cv2.dilate(grown, near) > grown) & ~solid
        around = (cv2.dilate(grown, np.ones((31, 31), np.uint8)) > 0) & air
        hangs = rim.any() and around.any() and air[rim].mean() > 0.6
        smooth = hangs and rough[inside].mean() < 0.8 * rough[around].mean()
        large = inside.sum() > 2e-4 * air.size  # single leaves may have its colours
        if smooth or (hangs and large and often[colour[inside]].mean() > 0.95):
            out[inside] = 255
    grown = cv2.dilate(out, near)
    size = (rgb.shape[1], rgb.shape[0])
    return np.asarray(cv2.resize(grown, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _afloat(rgb: UInt8Array, leaves: Sequence[UInt8Array], water: UInt8Array) -> UInt8Array:
    """Return 255 on the parts of masks of leaves in the water that are mirror images.

    They have water around them, or border on much of it and are smoother than leaves are.
    """
    small, running_water = reduced(rgb, water, 240)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rough = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.5))
    out, near = np.zeros(running_water.shape, np.uint8), np.ones((7, 7), np.uint8)
    for mask in leaves:
        solid = image.where(mask, running_water.shape)
        usual = float(rough[solid].mean()) if solid.any() else 0.0
        count, part, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8))
        for k in range(1, count):
            inside = part == k
            grown = cv2.dilate(inside.astype(np.uint8), near[:3, :3])  # the next pixels are mixed
            rim = (cv2.dilate(grown, near[:5, :5]) > grown) & ~solid
            share = float(running_water[rim].mean()) if rim.any() else 0.0
            area = stats[k, cv2.CC_STAT_AREA] / solid.size
            smooth = float(rough[inside].mean()) < 0.5 * usual
            if (share > 0.8 and area < 0.01) or (share > 0.4 and area < 0.05 and smooth):
                out[inside] = 255
    out = np.asarray(cv2.dilate(out, near), np.uint8)
    size = (rgb.shape[1], rgb.shape[0])
    return np.asarray(cv2.resize(out, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def waterline(rgb: UInt8Array) -> int | None:
    """Return the row about which the picture mirrors itself, None if it does not.

    Correlation of .6 or more between a band and what is below it upside down, both freed of slow
    changes, of their contrast and of each row's mean. Lakes reach .6 to .9; rooms with shiny
    floors .6 at most, and their line lies higher.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, 192 / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.float32)
    sigma = 0.05 * size[0]
    small = small - cv2.GaussianBlur(small, (0, 0), sigma)
    power = cv2.GaussianBlur((small**2).mean(2), (0, 0), sigma)
    small = cv2.GaussianBlur(small / (np.sqrt(power) + 3)[..., None], (0, 0), 1.0)
    rows = size[1]
    best, found = 0.6, None
    for line in np.arange(int(0.35 * rows), int(0.85 * rows), 0.5):
        reach = int(min(line, rows - 1 - line, 0.3 * rows))
        if reach < 0.1 * rows:
            continue
        step = np.arange(1, reach)
        above = small[np.floor(line - step).astype(int)]
        below = small[np.ceil(line + step).astype(int)]
        above = above - above.mean(1, keepdims=True)
        below = below - below.mean(1, keepdims=True)
        scatter = float(np.sqrt((above**2).sum() * (below**2).sum()))
        like = float((above * below).sum()) / max(scatter, 1e-6)
        if like > best:
            best, found = like, round((line + 0.5) / scale)
    return found
