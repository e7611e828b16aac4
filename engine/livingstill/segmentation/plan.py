"""Which kind of motion each part of a photo has: by class, place, texture and reflection.

The plan is a tuple of regions, one per kind and place, whose masks do not overlap; `overlay` draws
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core import anisotropy, image
from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Region, UInt8Array
from livingstill.core.registry import nearest
from livingstill.segmentation import falls, fire, ground, running_water, static_mask
from livingstill.settings.values import Stroke

Mask = NDArray[np.bool_]

KINDS = (
    "water", "flow", "cloud", "foliage", "grass", "flag", "cloth", "hair", "steam", "smoke",
    "fire", "glint", "twinkle", "reflection",
)  # fmt: skip
"""Every kind that can be planned; the motion stage knows how each one moves."""

NATURAL = ("cloud", "water", "flow", "foliage", "grass")
"""What ``auto`` may choose; the rest moves only when it is named, masked or stroked."""

SMALL = ("steam", "fire", "twinkle")
"""Kinds that are small by nature."""

LEAST = 0.012
"""Share of the picture below which a region is left still."""

COLOURS: Mapping[str, tuple[int, int, int]] = {
    "water": (40, 110, 230), "flow": (0, 190, 230), "cloud": (150, 190, 255),
    "foliage": (60, 180, 60), "grass": (170, 210, 50), "flag": (220, 60, 60),
    "cloth": (200, 120, 200), "hair": (150, 90, 40), "steam": (235, 235, 235),
    "smoke": (140, 140, 140), "fire": (255, 120, 0), "glint": (255, 240, 130),
    "twinkle": (255, 210, 60), "reflection": (110, 90, 220),
}  # fmt: skip


def plan(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    classes: tuple[Region, ...],
    *,
    motion: tuple[str, ...] = ("auto",),
    masks: Mapping[str, UInt8Array] | None = None,
    strokes: tuple[Stroke, ...] = (),
    hold: UInt8Array | None = None,
    hold_faces: bool = True,
    known: Sequence[str] = KINDS,
) -> tuple[Region, ...]:
    """Return what moves in a photo and how, regions of motion kinds without overlap.

    Parameters
    ----------
    rgb, inverse_depth : (H, W, 3) uint8 and (H, W) float32
    classes : soft masks of the network's classes, at the photo's size
    motion : ``auto``, ``none`` or kinds, as in ``--motion``
    masks : (H, W) uint8 per kind that replace detection
    strokes : brush strokes; their kinds move even if nothing was detected
    hold : (H, W) uint8, 255 = never moves
    hold_faces : whether people and lettering are held
    known : the kinds there are; those that are not in ``KINDS`` move where a mask says

    Raises
    ------
    InputError
        If a kind does not exist, or one that was named is nowhere to be found.
    """
    given = dict(masks or {})
    named = [kind for kind in motion if kind not in ("auto", "none")]
    for kind in (*named, *given, *(stroke.kind for stroke in strokes)):
        if kind not in known:
            raise InputError(f"no motion kind is called '{kind}'{nearest(kind, list(known))}")
    if "none" in motion:
        return ()
    for kind, mask in given.items():
        if mask.shape != rgb.shape[:2]:
            raise InputError(
                f"mask of {kind} is {mask.shape[1]}x{mask.shape[0]}; "
                f"it must be {rgb.shape[1]}x{rgb.shape[0]}, like the photo"
            )
    wanted = set(NATURAL if "auto" in motion else ()) | set(named)
    wanted |= set(given) | {stroke.kind for stroke in strokes}
    if "smoke" in wanted and any(stroke.kind == "smoke" for stroke in strokes):
        wanted = wanted | {"steam"}
    found = {
        kind: _share(mask)
        for kind, mask in detect(rgb, inverse_depth, classes, wanted, strokes).items()
        if kind in wanted
    }
    found |= {kind: _share(mask) for kind, mask in given.items()}
    drawn = {"smoke"} if "steam" in found and "steam" not in given else set()
    missing = [kind for kind in named if kind not in found and kind not in drawn]
    if missing:
        raise InputError(
            f"no {missing[0]} was found in the photo; "
            f"show it with --mask {missing[0]}=FILE or leave it out of --motion"
        )
    free = 1 - static_mask.still(rgb, classes, hold=hold, people=hold_faces)
    allowed = 1 - static_mask.still(rgb, (), hold=hold, people=False)
    own = [kind for kind in ("water", "foliage", "grass") if kind in found and kind not in given]
    edges = static_mask.lines(rgb) if own else np.zeros((0, 4), np.float32)
    if "water" in own:
        water = found["water"]
        stands = np.maximum(static_mask.posts(rgb, water), static_mask.banks(rgb, edges, water))
        found["water"] = water * (1 - np.maximum(stands, static_mask.boards(rgb, edges, water)))
        own.remove("water")
    if own:
        bent = 1 - static_mask.straight(rgb, edges)
        found |= {kind: found[kind] * bent for kind in own}
    room = {kind: allowed if kind in given else free for kind in found}
    if "fire" in found and "fire" not in given:
        # flames may look like people, never like lettering
        room["fire"] = 1 - static_mask.still(rgb, (), hold=hold, people=hold_faces)
        # the network, which knows no fire, may see people, leaves or water in it
        unburnt = 1 - found["fire"]
        found |= {k: m * unburnt for k, m in found.items() if k != "fire" and k not in given}
    return _apart({k: m * room[k] for k, m in found.items()}, set(given), known)


def detect(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    classes: tuple[Region, ...],
    wanted: set[str],
    strokes: tuple[Stroke, ...] = (),
) -> dict[str, UInt8Array]:
    """Return a mask (H, W) uint8 for every kind that shows in the photo."""
    seen = wetter(rgb, inverse_depth, {region.kind: region.mask for region in classes})
    found: dict[str, UInt8Array] = {}
    if "sky" in seen and clouded(rgb, seen["sky"]):
        drift = seen["sky"].astype(np.float32) * (1 - static_mask.aloft(rgb, seen["sky"]))
        found["cloud"] = drift.astype(np.uint8)
    if "water" in seen:
        seen["water"] = level(seen["water"], inverse_depth)
        found |= _waters(rgb, seen, wanted, strokes)
    if "foliage" in seen:
        lawn = np.minimum(seen["foliage"], ground.lying(rgb, seen["foliage"], inverse_depth))
        seen["grass"] = np.asarray(cv2.add(seen.get("grass", np.zeros_like(lawn)), lawn), np.uint8)
        seen["foliage"] = seen["foliage"] - lawn
    for kind in ("foliage", "grass"):
        if kind in seen and seen[kind].any():
            found[kind] = seen[kind]
    found = _in_focus(rgb, found)
    if "twinkle" in wanted:
        found["twinkle"] = lights(rgb, seen)
    if "fire" in wanted:
        found["fire"] = fire.flames(rgb, seen)
    if "glint" in wanted:
        found["glint"] = ~seen["sky"] if "sky" in seen else np.full(rgb.shape[:2], 255, np.uint8)
    for kind in ("steam", "smoke"):
        drawn = [stroke for stroke in strokes if stroke.kind == kind]
        if drawn:  # vapour is drawn where there is none yet
            found["steam"] = plume(rgb.shape[:2], drawn)
    return {kind: mask for kind, mask in found.items() if mask.any()}


def _waters(
    rgb: UInt8Array, seen: Mapping[str, UInt8Array], wanted: set[str], strokes: tuple[Stroke, ...]
) -> dict[str, UInt8Array]:
    """Return which water flows and which stands: a fall does, the dark pool below it does not."""
    water = seen["water"]
    if "flow" not in wanted:
        return {"water": water}
    dry = [mask for kind, mask in seen.items() if kind != "water"]
    other = np.max([np.zeros_like(water), *dry], axis=0)
    if "water" in wanted and not any(stroke.kind == "flow" for stroke in strokes):
        fall = running_water.falling(rgb, water, other)
        small, inside = _small(rgb, water)
        if (
            fall.any()
            and fall.sum() < 0.3 * water.sum()
            and not _foaming(small, inside & ~image.where(fall, small.shape))
        ):
            return {"flow": fall, "water": np.minimum(water, ~fall)}
        if not running(rgb, water, seen.get("sky")):
            return {"water": running_water.trimmed(rgb, water)}
    return {"flow": running_water.told(rgb, water, other)}


def _in_focus(rgb: UInt8Array, found: Mapping[str, UInt8Array]) -> dict[str, UInt8Array]:
    """Return what was found without what is far out of focus: a backdrop, whatever it looks like.

    Water and leaves have detail wherever the photo has any: the finest there is in the strongest
    tenth of them is at least .07 of the photo's strongest; behind a macro it is .02. A sky may be
    plain, but the sky above a backdrop is one too.
    """
    grey = cv2.cvtColor(image.photo(rgb, 960), cv2.COLOR_RGB2GRAY)
    soft = np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0), np.float32)
    fine = np.abs(soft - cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 2.0))
    least = 0.045 * float(np.percentile(fine, 99))
    core = np.ones((9, 9), np.uint8)
    blurred = set()
    for kind, mask in found.items():
        inside = cv2.erode(image.where(mask, grey.shape).astype(np.uint8), core) > 0
        if kind != "cloud" and inside.any() and float(np.percentile(fine[inside], 90)) < least:
            blurred.add(kind)
    if blurred and not set(found) - blurred - {"cloud"}:
        return {}
    return {kind: mask for kind, mask in found.items() if kind not in blurred}


def lights(rgb: UInt8Array, seen: Mapping[str, UInt8Array]) -> UInt8Array:
    """Return (H, W) uint8 around lamps and stars, not in water or leaves.

    Snow, foam and dew look like them, so this is asked only when twinkling is named.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    size = max(3, round(0.012 * max(grey.shape)) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    points = (cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel) > 70) & (grey > 140)
    for kind in ("water", "foliage", "grass", "person"):
        if kind in seen:
            points &= seen[kind] < 64
    return np.asarray(cv2.dilate(points.astype(np.uint8) * np.uint8(255), kernel), np.uint8)


def plume(shape: tuple[int, int], strokes: list[Stroke]) -> UInt8Array:
    """Return (H, W) uint8: cones that open along ``strokes``, from their tails up."""
    height, width = shape
    out = np.zeros(shape, np.uint8)
    for stroke in strokes:
        points = np.array(stroke.points) * (width, height)
        reach = float(np.hypot(*np.diff(points, axis=0).T).sum())
        done = 0.0
        for a, b in pairwise(points):
            way = float(np.hypot(*(b - a)))
            for t in np.arange(0, 1, max(2 / max(way, 2), 0.01)):
                share = (done + t * way) / max(reach, 1)
                x, y = a + t * (b - a)
                radius = max(2, round((0.10 + 0.22 * share) * reach))
                cv2.circle(out, (round(x), round(y)), radius, 255, -1)
            done += way
    return out


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
    small, air = _small(rgb, sky, 240)
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
    small, running_water = _small(rgb, water, 240)
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


def clouded(rgb: UInt8Array, sky: UInt8Array) -> bool:
    """Return whether a sky shows clouds: structure at the scale of clouds, not a mere gradient."""
    small, inside = _small(rgb, sky)
    if inside.mean() < LEAST:
        return False
    weight = inside.astype(np.float32)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sigma = 0.06 * grey.shape[1]
    under = np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3)
    smooth = cv2.GaussianBlur(grey * weight, (0, 0), sigma) / under
    fine = cv2.GaussianBlur(grey - smooth, (0, 0), 1.5)
    core = cv2.erode(weight, np.ones((5, 5), np.uint8)) > 0
    return bool(core.any()) and float(fine[core].std()) > 2.0


def level(water: UInt8Array, inverse_depth: Float32Array) -> UInt8Array:
    """Return ``water`` without the parts that cannot be: crumbs, and what reaches up to the sky.

    Water lies: a part that begins at the picture's upper border over much of its width, and does
    not come clearly nearer on its way down, is a wall, a curtain or a blurred background.
    """
    height, width = water.shape
    scale = min(1.0, 240 / max(height, width))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    solid = cv2.resize(water, size, interpolation=cv2.INTER_AREA) > 96
    depth = np.asarray(cv2.resize(inverse_depth, size, interpolation=cv2.INTER_AREA))
    out = np.zeros(solid.shape, np.uint8)
    count, part = cv2.connectedComponents(solid.astype(np.uint8))
    for k in range(1, count):
        inside = part == k
        if inside.mean() < 0.004:
            continue
        rows, columns = np.nonzero(inside)
        high = inside[: max(1, size[1] // 50)].any(0).sum() / len(np.unique(columns))
        behind = depth[rows, columns]
        slopes = np.ptp(rows) > 8 and np.ptp(behind) > 0
        near = np.corrcoef(rows, behind)[0, 1] if slopes else 0.0
        if near > -0.2 if high < 0.25 else near > 0.8 and high < 0.6:
            out[inside] = 255
    grown = cv2.dilate(out, np.ones((5, 5), np.uint8))
    whole = cv2.resize(grown, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.minimum(water, whole), np.uint8)


def running(rgb: UInt8Array, water: UInt8Array, sky: UInt8Array | None = None) -> bool:
    """Return whether water runs rather than stands.

    Water that falls runs. Water that mirrors stands, and so does what reaches to the sky. What else
    is white in a good part, with the texture of foam, runs.
    """
    small, inside = _small(rgb, water)
    if inside.sum() < 40:
        return False
    if falls.streaks(small, inside)[0].sum() > 0.1 * inside.sum():
        return True
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if anisotropy.mirroring(grey, inside) > 0.27:
        return False
    columns = np.flatnonzero(inside.any(0))
    if sky is not None:
        _, above = _small(rgb, sky)
        reach = max(2, round(0.03 * inside.shape[0]))
        shore = inside[:, columns].argmax(0)
        open_ = [bool(above[max(0, y - reach) : y + 1, x].any()) for y, x in zip(shore, columns)]
        if np.mean(open_) > 0.25:
            return False
    return _foaming(small, inside)


def _foaming(small: UInt8Array, inside: Mask) -> bool:
    """Return whether a good part of water is white, with the texture of foam; crests of waves lie."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if anisotropy.lying(grey, inside) > 5:
        return False
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0))
    pixels = small.astype(np.float32)
    white = (pixels.min(2) > 130) & (np.ptp(pixels, axis=2) < 60) & inside
    foam = white & (cv2.GaussianBlur(fine, (0, 0), 3.0) > 5)
    return float(foam.sum()) / max(float(inside.sum()), 1.0) > 0.12


def overlay(
    rgb: UInt8Array,
    regions: tuple[Region, ...],
    directions: Mapping[str, Float32Array] | None = None,
) -> UInt8Array:
    """Return the plan as a picture: tinted regions, arrows where they go, a legend."""
    width = rgb.shape[1]
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    base = rgb.astype(np.float32) * 0.55 + grey[..., None].astype(np.float32) * 0.25
    edges = []
    for region in regions:
        soft = region.mask.astype(np.float32)[..., None] / 255
        colour = np.array(COLOURS.get(region.kind, (255, 0, 255)), np.float32)
        base += soft * (0.45 * colour - 0.25 * base)
        solid = (region.mask >= 128).astype(np.uint8)
        edges.append((cv2.findContours(solid, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0], colour))
    picture = np.clip(base, 0, 255).astype(np.uint8)
    unit = max(1, round(width / 900))
    for contours, colour in edges:
        cv2.drawContours(picture, contours, -1, [int(c) for c in colour], unit, cv2.LINE_AA)
    for region in regions:
        field = (directions or {}).get(region.kind)
        if field is not None:
            _arrows(picture, region, field, unit)
    _legend(picture, regions, unit)
    return picture


def _arrows(picture: UInt8Array, region: Region, field: Float32Array, unit: int) -> None:
    """Draw the field on the region, an arrow as long as matter travels in .4 s at most."""
    height, width = picture.shape[:2]
    field = np.asarray(cv2.resize(field, (width, height)), np.float32)
    pitch = max(24, width // 22)
    for y in range(pitch // 2, height, pitch):
        for x in range(pitch // 2, width, pitch):
            u, v = (float(n) for n in field[y, x])
            speed = float(np.hypot(u, v))
            if region.mask[y, x] < 128 or speed < 1e-4:
                continue
            length = pitch * min(0.85, 0.35 + 2.5 * speed)
            dx, dy = u / speed * length / 2, v / speed * length / 2
            tail, head = (round(x - dx), round(y - dy)), (round(x + dx), round(y + dy))
            cv2.arrowedLine(picture, tail, head, (0, 0, 0), 3 * unit, cv2.LINE_AA, tipLength=0.35)
            cv2.arrowedLine(picture, tail, head, (255, 255, 255), unit, cv2.LINE_AA, tipLength=0.35)


def _legend(picture: UInt8Array, regions: tuple[Region, ...], unit: int) -> None:
    """Write each kind with its share in a corner."""
    shares: dict[str, float] = {}
    for region in regions:
        shares[region.kind] = shares.get(region.kind, 0) + region.share
    lines = [f"{kind}  {share:.0%}" for kind, share in shares.items()] or ["nothing moves"]
    size, line = 0.5 * unit + 0.1, 20 * unit + 4
    wide = max(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, unit)[0][0] for text in lines)
    left, top = 8 * unit, 8 * unit
    box = picture[top : top + line * len(lines) + 8 * unit, left : left + wide + line + 16 * unit]
    box[:] = (box * 0.3).astype(np.uint8)
    for i, (text, kind) in enumerate(zip(lines, shares or [""])):
        y = top + 4 * unit + i * line
        colour = COLOURS.get(kind, (128, 128, 128))
        corner = (left + 6 * unit, y + 3 * unit)
        cv2.rectangle(picture, corner, (corner[0] + 12 * unit, corner[1] + 12 * unit), colour, -1)
        cv2.putText(
            picture, text, (left + 24 * unit, y + 14 * unit), cv2.FONT_HERSHEY_SIMPLEX, size,
            (255, 255, 255), unit, cv2.LINE_AA,
        )  # fmt: skip


def _apart(
    found: Mapping[str, Float32Array], given: set[str], known: Sequence[str]
) -> tuple[Region, ...]:
    """Return regions whose masks share every pixel out: what the user gave wins over the rest."""
    if not found:
        return ()
    none = np.zeros_like(next(iter(found.values())))
    first = sum((found[kind] for kind in found if kind in given), none)
    rest = sum((found[kind] for kind in found if kind not in given), none)
    room = np.clip(1 - first, 0, 1) / np.maximum(rest, 1)
    regions = []
    for kind in known:
        if kind not in found:
            continue
        share = 1 / np.maximum(first, 1) if kind in given else room
        mask = np.round(found[kind] * share * 255).astype(np.uint8)
        region = Region(kind, mask)
        if region.share >= (1e-6 if kind in given or kind in SMALL else LEAST):
            regions.append(region)
    return tuple(regions)


def _share(mask: UInt8Array) -> Float32Array:
    """Return ``mask`` as shares 0..1."""
    return mask.astype(np.float32) * np.float32(1 / 255)


def _small(rgb: UInt8Array, mask: UInt8Array, side: int = falls.SIDE) -> tuple[UInt8Array, Mask]:
    """Return the photo at most ``side`` long, and where ``mask`` holds in it."""
    small = image.photo(rgb, side)
    return small, image.where(mask, small.shape)
