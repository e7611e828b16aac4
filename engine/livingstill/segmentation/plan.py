"""Which kind of motion each part of a photo has: found, masked or stroked, without overlap."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from livingstill.core import image
from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS, resolve
from livingstill.core.model import Float32Array, Region, UInt8Array
from livingstill.core.registry import nearest
from livingstill.segmentation import static_mask
from livingstill.segmentation.detectors import Detector, Evidence
from livingstill.settings.shot import Stroke

LEAST_MASKED = 1e-6
"""Share of the picture from which on a region of the user's own mask moves."""


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

    Raises
    ------
    InputError
        If a kind does not exist, or one that was named is nowhere to be found.
    """
    masks = masks or {}
    named = [kind for kind in motion if kind not in ("auto", "none")]
    _check(rgb, masks, (*named, *masks, *(stroke.kind for stroke in strokes)))
    if "none" in motion:
        return ()
    wanted = _wanted(motion, masks, strokes)
    evidence = Evidence(
        rgb,
        inverse_depth,
        {region.kind: region.mask for region in classes},
        _strokes_by_detector(wanted, strokes),
    )
    found = {kind: _share(mask) for kind, mask in detect(evidence, wanted).items()}
    found |= {kind: _share(mask) for kind, mask in masks.items()}
    for kind in named:
        as_drawn = KINDS[kind].drawn_as
        if kind not in found and (as_drawn not in found or as_drawn in masks):
            raise InputError(
                f"no {kind} was found in the photo; "
                f"show it with --mask {kind}=FILE or leave it out of --motion"
            )
    for kind in found.keys() - masks.keys():
        if rigid := KINDS[kind].rigid:
            found[kind] = found[kind] * (1 - resolve(rigid)(evidence, found[kind]))
    overriding = [k for k in found if KINDS[k].overrides_classes and k not in masks]
    for kind in overriding:
        rest = 1 - found[kind]
        found |= {k: m * rest for k, m in found.items() if k != kind and k not in masks}
    free = 1 - static_mask.still(rgb, classes, hold=hold, people=hold_faces)
    room = dict.fromkeys(found, free)
    room |= dict.fromkeys(masks, 1 - static_mask.still(rgb, (), hold=hold, people=False))
    if overriding:  # may look like people to the network, never like lettering
        still = static_mask.still(rgb, (), hold=hold, people=hold_faces)
        room |= dict.fromkeys(overriding, 1 - still)
    return _disjoint({k: m * room[k] for k, m in found.items()}, masks)


def detect(evidence: Evidence, wanted: set[str]) -> dict[str, UInt8Array]:
    """Return a mask (H, W) uint8 for every kind of ``wanted`` that shows in the photo.

    Kinds that are found by themselves are looked for in any case: whether they are in focus says
    whether the others are.
    """
    kinds = {name: kind for name, kind in KINDS.items() if kind.detector is not None}
    auto = {name for name, kind in kinds.items() if kind.found_by == "auto"}
    found: dict[str, UInt8Array] = {}
    for name, kind in kinds.items():
        if name in auto or name in wanted:
            mask = resolve(kind.detector)(evidence) if kind.detector else None
            if mask is not None and mask.any():
                found[name] = mask
    sharp = _in_focus(evidence.rgb, {name: found[name] for name in found if name in auto})
    return {k: m for k, m in found.items() if k in wanted and (k in sharp or k not in auto)}


def _check(rgb: UInt8Array, masks: Mapping[str, UInt8Array], kinds: tuple[str, ...]) -> None:
    """Refuse kinds that do not exist and masks of another size than the photo's."""
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(f"no motion kind is called '{kind}'{nearest(kind, list(KINDS))}")
    for kind, mask in masks.items():
        if mask.shape != rgb.shape[:2]:
            raise InputError(
                f"mask of {kind} is {mask.shape[1]}x{mask.shape[0]}; "
                f"it must be {rgb.shape[1]}x{rgb.shape[0]}, like the photo"
            )


def _wanted(
    motion: tuple[str, ...], masks: Mapping[str, UInt8Array], strokes: tuple[Stroke, ...]
) -> set[str]:
    """Return the kinds that are asked for by name, mask, stroke or ``auto``."""
    wanted = {*motion, *masks, *(stroke.kind for stroke in strokes)}
    wanted |= {kind for stroke in strokes if (kind := KINDS[stroke.kind].drawn_as)}
    if "auto" in motion:
        wanted |= {name for name, kind in KINDS.items() if kind.found_by == "auto"}
    return wanted - {"auto", "none"}


def _strokes_by_detector(
    wanted: set[str], strokes: tuple[Stroke, ...]
) -> dict[Detector, tuple[Stroke, ...]]:
    """Return for the detector of each wanted kind the strokes of the kinds that it draws."""
    asked: dict[Detector, tuple[Stroke, ...]] = {}
    for name in wanted:
        if detector := KINDS[name].detector:
            asked[resolve(detector)] = tuple(
                stroke for stroke in strokes if name in (stroke.kind, KINDS[stroke.kind].drawn_as)
            )
    return asked


def _in_focus(rgb: UInt8Array, found: Mapping[str, UInt8Array]) -> set[str]:
    """Return the kinds that were found where the photo is in focus: not in a far, blurred backdrop.

    Water and leaves have detail wherever the photo has any: the finest there is in the strongest
    tenth of them is at least .07 of the photo's strongest; behind a macro it is .02. A sky may be
    plain, but the sky above a backdrop is one too.
    """
    grey = cv2.cvtColor(image.photo(rgb, 960), cv2.COLOR_RGB2GRAY)
    soft = np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0), np.float32)
    fine = np.abs(soft - cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 2.0))
    least = 0.045 * float(np.percentile(fine, 99))
    core = np.ones((9, 9), np.uint8)
    textured = {kind for kind in found if KINDS[kind].textured}
    blurred = set()
    for kind in textured:
        inside = cv2.erode(image.where(found[kind], grey.shape).astype(np.uint8), core) > 0
        if inside.any() and float(np.percentile(fine[inside], 90)) < least:
            blurred.add(kind)
    return set() if blurred and blurred == textured else set(found) - blurred


def _disjoint(
    found: Mapping[str, Float32Array], masks: Mapping[str, UInt8Array]
) -> tuple[Region, ...]:
    """Return regions whose masks share every pixel out: what the user masked wins over the rest."""
    if not found:
        return ()
    none = np.zeros_like(next(iter(found.values())))
    first = sum((found[kind] for kind in found if kind in masks), none)
    rest = sum((found[kind] for kind in found if kind not in masks), none)
    room = np.clip(1 - first, 0, 1) / np.maximum(rest, 1)
    regions = []
    for kind in KINDS:
        if kind in found:
            share = 1 / np.maximum(first, 1) if kind in masks else room
            region = Region(kind, np.round(found[kind] * share * 255).astype(np.uint8))
            if region.share >= (LEAST_MASKED if kind in masks else KINDS[kind].least_share):
                regions.append(region)
    return tuple(regions)


def _share(mask: UInt8Array) -> Float32Array:
    """Return ``mask`` as shares 0..1."""
    return mask.astype(np.float32) * np.float32(1 / 255)
