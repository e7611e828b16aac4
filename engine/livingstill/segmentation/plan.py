"""Segmentation into kinds of motion: from class masks, depth and the photo to regions that move.

A plan is a tuple of regions, one per kind, whose masks share every pixel out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import cv2
import numpy as np

from livingstill.core import image
from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Region, UInt8Array
from livingstill.core.registry import nearest
from livingstill.segmentation import (
    fire,
    focus,
    ground,
    lights,
    reflections,
    silhouettes,
    sky,
    straight_edges,
    water,
)
from livingstill.segmentation.evidence import FINE, Evidence, Rule, gather
from livingstill.segmentation.static_mask import find_lettering, static_mask
from livingstill.settings.shot import Stroke

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


def find_plumes(evidence: Evidence) -> Evidence:
    """Add ``steam`` where strokes draw vapour or smoke: there is none in the photo yet."""
    for kind in ("steam", "smoke"):
        drawn = [stroke for stroke in evidence.strokes if stroke.kind == kind]
        if drawn:
            evidence = evidence.with_kinds({"steam": plume(evidence.rgb.shape[:2], drawn)})
    return evidence


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


RULES: tuple[Rule, ...] = (
    # The network's classes are corrected first, while nothing is measured inside their masks.
    sky.remove_sky_below_ground,  # what is left is the sky that surrounds clouds, below
    reflections.mark_mirror_image,  # by the symmetry of the whole picture, whatever the masks
    sky.return_clouds_to_sky,  # or clouds called water would make leaves beside them float
    reflections.mark_floating_leaves,  # beside water as the network and the rule above left it
    reflections.give_reflections_to_water,  # all that the three rules have marked, at once
    # Then each kind that is found by itself, in masks that are final.
    sky.find_clouds,
    water.find_water,  # asks for the sky, which still water reaches to
    ground.find_vegetation,
    focus.drop_blurred,  # of these alone: points of light are bright, flames soft by nature
    # Last what moves only when it is named, beside the kinds above.
    lights.find_lights,  # not in water or vegetation
    fire.find_fire,  # not in sky or water
    lights.find_glints,  # not in the sky
    find_plumes,
)
"""The rules in the order they are applied. Each is a pure function from evidence to evidence."""


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
        If a kind does not exist, a mask has another size than the photo, or a kind that was named
        is nowhere to be found.
    """
    given = dict(masks or {})
    named = [kind for kind in motion if kind not in ("auto", "none")]
    _check(rgb, [*named, *given, *(stroke.kind for stroke in strokes)], given, known)
    if "none" in motion:
        return ()
    wanted = set(NATURAL if "auto" in motion else ()) | set(named)
    wanted |= set(given) | {stroke.kind for stroke in strokes}
    if "smoke" in wanted and any(stroke.kind == "smoke" for stroke in strokes):
        wanted = wanted | {"steam"}
    network = {region.kind: region.mask for region in classes}
    evidence = gather(rgb, inverse_depth, network, frozenset(wanted), strokes)
    for rule in RULES:
        evidence = rule(evidence)
    found = {
        kind: _share(mask) for kind, mask in evidence.kinds.items() if kind in wanted and mask.any()
    }
    found |= {kind: _share(mask) for kind, mask in given.items()}
    drawn = {"smoke"} if "steam" in found and "steam" not in given else set()
    missing = [kind for kind in named if kind not in found and kind not in drawn]
    if missing:
        raise InputError(
            f"no {missing[0]} was found in the photo; "
            f"show it with --mask {missing[0]}=FILE or leave it out of --motion"
        )
    detected = {kind: mask for kind, mask in found.items() if kind not in given}
    found |= _without_edges(evidence, detected)
    if "fire" in detected:
        # the network, which knows no fire, may see people, leaves or water in it
        unburnt = 1 - found["fire"]
        found |= {kind: found[kind] * unburnt for kind in detected if kind != "fire"}
    free = _free(evidence, found, set(given), hold, hold_faces)
    return _share_out({k: m * free[k] for k, m in found.items()}, set(given), known)


def _check(
    rgb: UInt8Array,
    asked: Sequence[str],
    masks: Mapping[str, UInt8Array],
    known: Sequence[str],
) -> None:
    """Refuse kinds that do not exist and masks of another size than the photo."""
    for kind in asked:
        if kind not in known:
            raise InputError(f"no motion kind is called '{kind}'{nearest(kind, list(known))}")
    for kind, mask in masks.items():
        if mask.shape != rgb.shape[:2]:
            raise InputError(
                f"mask of {kind} is {mask.shape[1]}x{mask.shape[0]}; "
                f"it must be {rgb.shape[1]}x{rgb.shape[0]}, like the photo"
            )


def _without_edges(
    evidence: Evidence, detected: Mapping[str, Float32Array]
) -> dict[str, Float32Array]:
    """Return water, foliage and grass, in 0..1, without the straight and thin things in them."""
    kinds = [kind for kind in ("water", "foliage", "grass") if kind in detected]
    if not kinds:
        return {}
    picture, shape = evidence.reduced[FINE], evidence.rgb.shape
    segments = straight_edges.detect_segments(picture)
    out: dict[str, Float32Array] = {}
    if "water" in kinds:
        surface = detected["water"]
        still = (
            silhouettes.before_water(picture, surface),
            straight_edges.banks(segments, surface, picture.shape),
            straight_edges.decks(segments, surface, picture.shape),
        )
        whole = [image.upsample(mask, shape) for mask in still]
        out["water"] = surface * (1 - np.maximum.reduce(whole))
        kinds.remove("water")
    if kinds:
        edges = image.upsample(straight_edges.long_edges(picture.shape, segments), shape)
        out |= {kind: detected[kind] * (1 - edges) for kind in kinds}
    return out


def _free(
    evidence: Evidence,
    found: Mapping[str, Float32Array],
    given: set[str],
    hold: UInt8Array | None,
    hold_faces: bool,
) -> dict[str, Float32Array]:
    """Return for each kind the share of each pixel, (H, W) float32 in 0..1, that is not held still.

    What the user gave is held by the user alone, flames by lettering too, for they may look like
    people, and the rest by people as well.
    """
    shape = evidence.rgb.shape[:2]
    held: list[Float32Array] = [] if hold is None else [hold.astype(np.float32) / np.float32(255)]
    letters: list[Float32Array] = []
    people: list[Float32Array] = []
    if hold_faces:
        letters = [image.upsample(find_lettering(evidence.reduced[FINE]), shape)]
        if "person" in evidence.classes:
            people = [evidence.classes["person"].astype(np.float32) / np.float32(255)]
    parts = (held, held + letters, held + letters + people)
    level = {kind: 0 if kind in given else 1 if kind == "fire" else 2 for kind in found}
    masks = {n: 1 - static_mask(shape, parts[n]) for n in set(level.values())}
    return {kind: masks[n] for kind, n in level.items()}


def _share_out(
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
