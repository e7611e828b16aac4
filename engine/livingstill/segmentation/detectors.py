"""Where in a photo each kind of motion shows: functions that the kinds' records name.

A detector takes the evidence on a photo and returns the mask (H, W) uint8 of its kind, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np

from livingstill.core import image
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.segmentation import fire, ground, running_water, static_mask
from livingstill.segmentation.reduced import reduced
from livingstill.segmentation.relabel import wetter
from livingstill.segmentation.water import foaming, level, running
from livingstill.settings.values import Stroke

LEAST_SKY = 0.012
"""Share of the picture below which a sky is not looked at."""

Detector = Callable[["Evidence"], UInt8Array | None]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of a photo when kinds are looked for; each part is computed when it is used.

    ``rgb`` (H, W, 3) uint8; ``inverse_depth`` (H, W) float32; ``perceived`` the network's soft
    class masks (H, W) uint8 by name; ``strokes`` the brush strokes of each detector that is asked.
    """

    rgb: UInt8Array
    inverse_depth: Float32Array
    perceived: Mapping[str, UInt8Array]
    strokes: Mapping[Detector, tuple[Stroke, ...]]

    @cached_property
    def classes(self) -> Mapping[str, UInt8Array]:
        """The class masks, corrected for mirrors; water without what cannot be any."""
        found = wetter(self.rgb, self.inverse_depth, dict(self.perceived))
        if "water" in found:
            found["water"] = level(found["water"], self.inverse_depth)
        return found

    @cached_property
    def plants(self) -> Mapping[str, UInt8Array]:
        """The masks of foliage and grass: leaves that lie on the ground are grass."""
        found = {name: self.classes[name] for name in ("foliage", "grass") if name in self.classes}
        if "foliage" in found:
            leaves = found["foliage"]
            lawn = np.minimum(leaves, ground.lying(self.rgb, leaves, self.inverse_depth))
            grass = found.get("grass", np.zeros_like(lawn))
            found["grass"] = np.asarray(cv2.add(grass, lawn), np.uint8)
            found["foliage"] = leaves - lawn
        return found

    @cached_property
    def waters(self) -> tuple[UInt8Array | None, UInt8Array | None]:
        """What of the water stands and what runs: a fall runs, the dark pool below it does not."""
        if "water" not in self.classes:
            return None, None
        rgb, water = self.rgb, self.classes["water"]
        if running_part not in self.strokes:
            return water, None
        dry = [mask for name, mask in self.classes.items() if name != "water"]
        other = np.max([np.zeros_like(water), *dry], axis=0)
        if standing_part in self.strokes and not self.strokes[running_part]:
            fall = running_water.falling(rgb, water, other)
            small, inside = reduced(rgb, water)
            if (
                fall.any()
                and fall.sum() < 0.3 * water.sum()
                and not foaming(small, inside & ~image.where(fall, small.shape))
            ):
                return np.minimum(water, ~fall), fall
            if not running(rgb, water, self.classes.get("sky")):
                return running_water.trimmed(rgb, water), None
        return None, running_water.told(rgb, water, other)

    @cached_property
    def edges(self) -> Float32Array:
        """Straight edges of the photo, see ``static_mask.lines``."""
        return static_mask.lines(self.rgb)

    @cached_property
    def straight(self) -> Float32Array:
        """What the straight edges bound, see ``static_mask.straight``."""
        return static_mask.straight(self.rgb, self.edges)


def standing_part(evidence: Evidence) -> UInt8Array | None:
    """Return the water that stands."""
    return evidence.waters[0]


def running_part(evidence: Evidence) -> UInt8Array | None:
    """Return the water that runs."""
    return evidence.waters[1]


def clouds(evidence: Evidence) -> UInt8Array | None:
    """Return the sky, if it shows clouds, without what stands before it."""
    sky = evidence.classes.get("sky")
    if sky is None or not clouded(evidence.rgb, sky):
        return None
    drift = sky.astype(np.float32) * (1 - static_mask.aloft(evidence.rgb, sky))
    return drift.astype(np.uint8)


def leaves(evidence: Evidence) -> UInt8Array | None:
    """Return trees, bushes and flowers."""
    return evidence.plants.get("foliage")


def lawns(evidence: Evidence) -> UInt8Array | None:
    """Return grass, and leaves that lie on the ground."""
    return evidence.plants.get("grass")


def flames(evidence: Evidence) -> UInt8Array:
    """Return what burns."""
    return fire.flames(evidence.rgb, evidence.classes)


def below_sky(evidence: Evidence) -> UInt8Array:
    """Return all but the sky."""
    sky = evidence.classes.get("sky")
    return np.full(evidence.rgb.shape[:2], 255, np.uint8) if sky is None else ~sky


def lights(evidence: Evidence) -> UInt8Array:
    """Return the surroundings of lamps and stars, not in water or leaves.

    Snow, foam and dew look like them, so this is asked only when twinkling is named.
    """
    grey = cv2.cvtColor(evidence.rgb, cv2.COLOR_RGB2GRAY)
    size = max(3, round(0.012 * max(grey.shape)) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    points = (cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel) > 70) & (grey > 140)
    classes = {**evidence.classes, **evidence.plants}
    for name in ("water", "foliage", "grass", "person"):
        if name in classes:
            points &= classes[name] < 64
    return np.asarray(cv2.dilate(points.astype(np.uint8) * np.uint8(255), kernel), np.uint8)


def plume(evidence: Evidence) -> UInt8Array | None:
    """Return cones that open along the strokes, from their tails up, None without strokes."""
    strokes = evidence.strokes[plume]
    if not strokes:
        return None
    height, width = evidence.rgb.shape[:2]
    out = np.zeros((height, width), np.uint8)
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


def standing_in_water(evidence: Evidence, water: Float32Array) -> Float32Array:
    """Return posts, banks and boards in water, (H, W) float32 in 0..1."""
    rgb, edges = evidence.rgb, evidence.edges
    stands = np.maximum(static_mask.posts(rgb, water), static_mask.banks(rgb, edges, water))
    return np.maximum(stands, static_mask.boards(rgb, edges, water))


def built_among_plants(evidence: Evidence, plants: Float32Array) -> Float32Array:  # noqa: ARG001
    """Return what is built, by its straight edges, (H, W) float32 in 0..1."""
    return evidence.straight


def clouded(rgb: UInt8Array, sky: UInt8Array) -> bool:
    """Return whether a sky shows clouds: structure at the scale of clouds, not a mere gradient."""
    small, inside = reduced(rgb, sky)
    if inside.mean() < LEAST_SKY:
        return False
    weight = inside.astype(np.float32)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sigma = 0.06 * grey.shape[1]
    under = np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3)
    smooth = cv2.GaussianBlur(grey * weight, (0, 0), sigma) / under
    fine = cv2.GaussianBlur(grey - smooth, (0, 0), 1.5)
    core = cv2.erode(weight, np.ones((5, 5), np.uint8)) > 0
    return bool(core.any()) and float(fine[core].std()) > 2.0
