"""Which kind of motion each part of a photo has: found, masked or stroked, without overlap."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.finding import Finding
from livingstill.core.kinds import KINDS, resolve
from livingstill.core.model import Float32Array, Region, UInt8Array
from livingstill.core.registry import nearest
from livingstill.core.threads import begin, lazy, over_bands
from livingstill.imaging import image
from livingstill.segmentation import (
    borders,
    focus,
    ground,
    mask_size,
    reflections,
    rooms,
    silhouettes,
    sky_mask,
    straight_edges,
    trunks,
    water,
)
from livingstill.segmentation.evidence import FINE, MEDIUM, Detector, Evidence, Rule, gather
from livingstill.segmentation.lettering import find_lettering
from livingstill.segmentation.static_mask import static_mask
from livingstill.settings.values import Stroke

_LETTERING, _PEOPLE = "lettering is held", "people are held"
"""Names of what is held beside the kinds, which no kind can have."""

_BAND_ROWS = 64
"""Rows that are shared out at a time."""

MIN_MASKED_SHARE = 1e-6
"""Smallest share of the picture that a region of the user's own mask must have to move."""


RULES: tuple[Rule, ...] = (
    borders.remove_borders,
    rooms.remove_view_from_room,
    # Nothing is measured inside the network's masks before they are corrected.
    sky_mask.remove_sky_below_ground,  # what is left is the sky that surrounds clouds, below
    reflections.mark_mirror_image,  # by the symmetry of the whole picture, whatever the masks
    sky_mask.return_clouds_to_sky,  # or clouds called water would make leaves beside them float
    reflections.give_reflections_to_water,  # all that the three rules have marked, at once
    water.part_water,  # asks for the sky, which still water reaches to
    ground.move_lawns_to_grass,
)
"""Corrections of the class masks, in order; the detectors of the kinds read what they leave."""


@dataclass(frozen=True, slots=True, eq=False)
class DetectedKinds:
    """The kinds that were detected in a photo, before masks of the user and what is held apply.

    ``kinds`` is (H, W) float32 in 0..1 per kind, less what of it stands still; ``lettering`` and
    ``people`` are the parts to hold, (H, W) float32 in 0..1, None where there are none or they are
    not held. ``shape`` is (H, W); ``uncertain`` are what is left still
    as it may be something else; ``reflection`` is (H, W) uint8, 255 on mirror images in water.
    """

    shape: tuple[int, int]
    kinds: Mapping[str, Float32Array]
    lettering: Float32Array | None = None
    people: Float32Array | None = None
    uncertain: tuple[Finding, ...] = ()
    reflection: UInt8Array | None = None

    def at_size(self, small: UInt8Array, rgb: UInt8Array) -> DetectedKinds:
        """Return the same at the size of ``rgb`` (H, W, 3), of the photo that it was detected in.

        ``small`` is the picture (h, w, 3) uint8 it was detected in.
        """
        parts = {**self.kinds, _LETTERING: self.lettering, _PEOPLE: self.people}
        masks = {name: mask for name, mask in parts.items() if mask is not None}
        large = dict(zip(masks, mask_size.resize(tuple(masks.values()), small, rgb)))
        return replace(
            self,
            shape=(rgb.shape[0], rgb.shape[1]),
            kinds={kind: large[kind] for kind in self.kinds},
            lettering=large.get(_LETTERING),
            people=large.get(_PEOPLE),
            reflection=None,
        )


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
    hold_faces : whether people are held; lettering is what ``detect_kinds`` finds with a network

    Raises
    ------
    InputError
        If a kind does not exist, or one that was named is nowhere to be found.
    """
    _check_masks(rgb.shape[:2], masks or {})
    detection = detect_kinds(
        rgb, inverse_depth, classes, motion=motion, strokes=strokes, hold_faces=hold_faces
    )
    return apply_masks(detection, motion=motion, masks=masks, hold=hold)


def detect_kinds(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    classes: tuple[Region, ...],
    *,
    motion: tuple[str, ...] = ("auto",),
    strokes: tuple[Stroke, ...] = (),
    hold_faces: bool = True,
    room: Float32Array | None = None,
    perceive_lettering: Callable[[UInt8Array], UInt8Array] | None = None,
) -> DetectedKinds:
    """Return what is detected in a photo; the parameters are those of ``plan``.

    ``room`` is the coarse inverse depth (h, w) of one that shows a room from within.
    ``perceive_lettering`` says how likely each pixel of a photo (h, w, 3) uint8 is on a line of text,
    (h, w) uint8; without it none is held.

    Raises
    ------
    InputError
        If a kind does not exist.
    """
    shape = rgb.shape[0], rgb.shape[1]
    _check_kinds((*_named(motion), *(stroke.kind for stroke in strokes)))
    if "none" in motion:
        return DetectedKinds(shape, {})
    requested = requested_kinds(motion, strokes)
    network = {region.label: region.mask for region in classes}
    evidence = gather(rgb, inverse_depth, network, _strokes_by_detector(requested, strokes), room)
    look_for_lettering = partial(_lettering, evidence.reduced[FINE], perceive_lettering)
    # outdoors something moves, so the slowest of all searches begins before it is known what
    outdoors = room is None and bool(network.keys() - {"person"})
    lettering_found = (begin if hold_faces and outdoors else lazy)(look_for_lettering)
    for rule in RULES:
        evidence = rule(evidence)
    shares = {kind: _share(mask) for kind, mask in detect(evidence, requested).items()}
    if hold_faces and shares and not outdoors:
        lettering_found = begin(look_for_lettering)
    for kind, mask in shares.items():
        if rigid := KINDS[kind].rigid:
            shares[kind] = mask * (1 - resolve(rigid)(evidence, mask))
    if not hold_faces or not shares:  # what the user masks is held by the user alone
        return DetectedKinds(shape, shares, reflection=evidence.reflection)
    found = lettering_found()
    lettering = None if found is None else image.upsample(found, shape)
    person = evidence.classes.get("person")
    people = None if person is None else _level(person)
    return DetectedKinds(shape, shares, lettering, people, reflection=evidence.reflection)


def _lettering(
    picture: UInt8Array, perceive: Callable[[UInt8Array], UInt8Array] | None
) -> Float32Array | None:
    """Return (h, w) float32, 1 on the lines of text of a photo (h, w, 3) uint8."""
    return None if perceive is None else find_lettering(picture, perceive(picture))


def apply_masks(
    detection: DetectedKinds,
    *,
    motion: tuple[str, ...] = ("auto",),
    masks: Mapping[str, UInt8Array] | None = None,
    hold: UInt8Array | None = None,
    decided: Collection[str] | None = None,
) -> tuple[Region, ...]:
    """Return the regions of what was detected, masks of the user in the place of their kinds.

    ``decided`` are the kinds without masks that are to have a region, if that is known; otherwise
    those have one that fill the least share of their kind.

    Raises
    ------
    InputError
        If a mask does not fit, or a kind that ``motion`` names was not detected and has no mask.
    """
    masks = masks or {}
    _check_masks(detection.shape, masks)
    if "none" in motion:
        return ()
    shares = {**detection.kinds, **{kind: _share(mask) for kind, mask in masks.items()}}
    for kind in _named(motion):
        parent = KINDS[kind].drawn_as
        if kind not in shares and (parent not in shares or parent in masks):
            raise InputError(
                f"no {kind} was found in the photo; "
                f"show it with --mask {kind}=FILE or leave it out of --motion"
            )
    overriding = [k for k in shares if KINDS[k].overrides_classes and k not in masks]
    for kind in overriding:
        rest = 1 - shares[kind]
        shares |= {k: m * rest for k, m in shares.items() if k != kind and k not in masks}
    free = _movable_share(detection, shares, masks, hold)
    if decided is not None:
        shares = {k: m for k, m in shares.items() if k in masks or k in decided}
    return _disjoint(shares, free, masks, decided is not None)


def _named(motion: tuple[str, ...]) -> list[str]:
    return [kind for kind in motion if kind not in ("auto", "none")]


def detect(evidence: Evidence, requested: set[str]) -> dict[str, UInt8Array]:
    """Return a mask (H, W) uint8 for every kind of ``requested`` that shows in the photo.

    Kinds that are found by themselves are looked for in any case: whether they are in focus says
    whether the others are.
    """
    kinds = {name: kind for name, kind in KINDS.items() if kind.detector is not None}
    auto = {name for name, kind in kinds.items() if kind.found_by == "auto"}
    detected: dict[str, UInt8Array] = {}
    for name, kind in kinds.items():
        if name in auto or name in requested:
            mask = resolve(kind.detector)(evidence) if kind.detector else None
            if mask is not None and mask.any():
                detected[name] = mask
    sharp = focus.in_focus(evidence, {name: detected[name] for name in detected if name in auto})
    return {k: m for k, m in detected.items() if k in requested and (k in sharp or k not in auto)}


def _check_kinds(kinds: tuple[str, ...]) -> None:
    """Refuse kinds that do not exist."""
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(f"no motion kind is called '{kind}'{nearest(kind, list(KINDS))}")


def _check_masks(shape: tuple[int, ...], masks: Mapping[str, UInt8Array]) -> None:
    """Refuse masks of kinds that do not exist or of another size than the photo's."""
    _check_kinds(tuple(masks))
    for kind, mask in masks.items():
        if mask.shape != shape:
            raise InputError(
                f"mask of {kind} is {mask.shape[1]}x{mask.shape[0]}; "
                f"it must be {shape[1]}x{shape[0]}, like the photo"
            )


def requested_kinds(motion: tuple[str, ...], strokes: tuple[Stroke, ...]) -> set[str]:
    """Return the kinds that are asked for by name, stroke or ``auto``."""
    requested = {*motion, *(stroke.kind for stroke in strokes)}
    requested |= {kind for stroke in strokes if (kind := KINDS[stroke.kind].drawn_as)}
    if "auto" in motion:
        requested |= {name for name, kind in KINDS.items() if kind.found_by == "auto"}
    return requested - {"auto", "none"}


def _strokes_by_detector(
    requested: set[str], strokes: tuple[Stroke, ...]
) -> dict[Detector, tuple[Stroke, ...]]:
    """Return for the detector of each wanted kind the strokes of the kinds that it draws."""
    by_detector: dict[Detector, tuple[Stroke, ...]] = {}
    for name in requested:
        if detector := KINDS[name].detector:
            by_detector[resolve(detector)] = tuple(
                stroke for stroke in strokes if name in (stroke.kind, KINDS[stroke.kind].drawn_as)
            )
    return by_detector


def _disjoint(
    shares: Mapping[str, Float32Array],
    free: Mapping[str, Float32Array],
    masks: Mapping[str, UInt8Array],
    decided: bool,
) -> tuple[Region, ...]:
    """Return regions whose masks share out the ``free`` part of every pixel; what the user masked wins.

    Unless the kinds are ``decided``, those that fill too little have none.
    """
    if not shares:
        return ()
    whole = {kind: np.empty(shares[kind].shape, np.uint8) for kind in KINDS if kind in shares}

    def share_out(top: int, bottom: int) -> None:
        band = slice(top, bottom)
        parts = {kind: share[band] * free[kind][band] for kind, share in shares.items()}
        zero = np.zeros_like(next(iter(parts.values())))
        first = sum((parts[kind] for kind in parts if kind in masks), zero)
        rest = sum((parts[kind] for kind in parts if kind not in masks), zero)
        remaining = np.clip(1 - first, 0, 1) / np.maximum(rest, 1)
        for kind, mask in whole.items():
            share = 1 / np.maximum(first, 1) if kind in masks else remaining
            mask[band] = np.round(parts[kind] * share * 255).astype(np.uint8)

    over_bands(share_out, len(next(iter(shares.values()))), most=_BAND_ROWS)
    regions = []
    for kind in KINDS:
        if kind in shares:
            region = Region(kind, whole[kind])
            least = MIN_MASKED_SHARE if kind in masks else 0 if decided else KINDS[kind].min_share
            if region.share >= least:
                regions.append(region)
    return tuple(regions)


def _share(mask: UInt8Array) -> Float32Array:
    """Return ``mask`` as shares 0..1."""
    return mask.astype(np.float32) * np.float32(1 / 255)


def _level(mask: UInt8Array) -> Float32Array:
    """Return ``mask`` divided by 255, rounded once; ``_share`` multiplies by a rounded 1/255.

    They differ in the last bit, and frames are promised to the bit: each keeps its own.
    """
    return mask.astype(np.float32) / np.float32(255)


def _movable_share(
    detection: DetectedKinds,
    shares: Mapping[str, Float32Array],
    user_masks: Mapping[str, UInt8Array],
    hold: UInt8Array | None,
) -> dict[str, Float32Array]:
    """Return for each kind the share of each pixel, (H, W) float32 in 0..1, that is not held still.

    What the user masked is held by the user alone; what overrides the classes by lettering too, for
    it may look like people to the network; the rest by people as well.
    """
    user_held = [] if hold is None else [_level(hold)]
    letters = [] if detection.lettering is None else [detection.lettering]
    people = [] if detection.people is None else [detection.people]
    parts = (user_held, user_held + letters, user_held + letters + people)
    level = {k: 0 if k in user_masks else 1 if KINDS[k].overrides_classes else 2 for k in shares}
    masks = {n: 1 - static_mask(detection.shape, parts[n]) for n in set(level.values())}
    return {kind: masks[n] for kind, n in level.items()}


def static_in_water(evidence: Evidence, surface: Float32Array) -> Float32Array:
    """Return posts, ropes, banks and decks in water, (H, W) float32 in 0..1."""
    picture, shape = evidence.reduced[FINE], evidence.rgb.shape
    segments = evidence.segments()
    parts = (
        silhouettes.before_water(picture, surface),
        straight_edges.banks(segments, surface, picture.shape),
        straight_edges.decks(segments, surface, picture.shape),
    )
    whole = [image.upsample(part, shape) for part in parts]
    return np.asarray(np.maximum.reduce(whole), np.float32)


def static_in_grass(evidence: Evidence, grass: Float32Array) -> Float32Array:  # noqa: ARG001
    """Return what long straight edges bound in grass, (H, W) float32 in 0..1."""
    picture = evidence.reduced[FINE]
    edges = straight_edges.long_edges(picture.shape, evidence.segments())
    return image.upsample(edges, evidence.rgb.shape)


def static_in_foliage(evidence: Evidence, foliage: Float32Array) -> Float32Array:
    """Return trunks, and what long straight edges bound, among leaves, (H, W) float32 in 0..1."""
    found = trunks.find_trunks(evidence.reduced[MEDIUM], foliage, evidence.mask("sky"))
    edges = static_in_grass(evidence, foliage)
    return np.maximum(edges, image.upsample(found, evidence.rgb.shape))
