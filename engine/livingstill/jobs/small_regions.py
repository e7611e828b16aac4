"""Regions of a photo at a preview's size while masks are painted, without work at the full size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from livingstill.core.model import Region, UInt8Array
from livingstill.imaging import exact
from livingstill.jobs import steps
from livingstill.segmentation import plan
from livingstill.settings.groups import RegionSettings


@dataclass(frozen=True, slots=True, eq=False)
class SmallDetection:
    """What was detected in a photo, reduced to ``size`` (width, height).

    ``unmasked`` has per kind its mask without masks of the user, (H, W) uint8, twice: planned at this
    size, and planned at the full size and then reduced.
    """

    size: tuple[int, int]
    detection: plan.DetectedKinds
    unmasked: Mapping[str, tuple[UInt8Array, UInt8Array]]


def reduce_detection(detection: plan.DetectedKinds, size: tuple[int, int]) -> SmallDetection:
    """Return what was detected at ``size``, width and height, no larger than it was detected at."""
    small = detection.resized(size)
    planned = {region.label: region.mask for region in plan.apply_masks(small)}
    unmasked = {
        region.label: (planned[region.label], reduce_mask(region.mask, size))
        for region in plan.apply_masks(detection)
        if region.label in planned
    }
    return SmallDetection(size, small, unmasked)


def apply_masks(small: SmallDetection, settings: RegionSettings) -> steps.PlannedRegions:
    """Return the moving regions, the settings' masks and hold applied.

    Regions that those leave as they are have the very mask of the full size, reduced.

    Raises
    ------
    InputError
        As ``steps.plan_regions``.
    """
    planned = steps.apply_masks(small.detection, settings, small.size)
    moving = tuple(Region(r.label, _exact(small, r)) for r in planned.moving)
    return replace(planned, moving=moving)


def _exact(small: SmallDetection, region: Region) -> UInt8Array:
    planned, reduced = small.unmasked.get(region.label, (None, region.mask))
    return reduced if planned is not None and np.array_equal(planned, region.mask) else region.mask


def reduce_mask(mask: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """Return a mask at ``size``; one that has it already is returned as it is."""
    if mask.shape[::-1] == size:
        return mask
    return np.asarray(exact.resize_area(mask, size), np.uint8)
