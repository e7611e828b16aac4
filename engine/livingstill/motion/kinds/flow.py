"""Rivers, waterfalls and fountains: water that goes somewhere.

Speeds 20-30 %W/s for falls, 3-9 for rivers; generations live .5 s where it is fast and twice as
long where it is slow; base and contrast of the photo stay in place (see ``advection``). Fitted on
three waterfalls and a rapid: f50 3.2-4.0 and f90 7.8-11.2 Hz in falls (a real one 4.3 and 11.8).
"""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.core.model import Float32Array
from livingstill.motion.advection import generations, stream, unfanned
from livingstill.motion.canvas import Effect
from livingstill.motion.context import Site, smoothstep

LIFE = 0.5
"""Seconds."""

BANK = 0.02
"""Frame widths over which water slows down towards its bank, at least."""

SHEAR = 0.05
"""And at most: what is fast takes longer, or its shear would draw detail out along the bank."""


def build(site: Site) -> tuple[Effect, ...]:
    """Return the flow of a region of water along its direction."""
    velocity = slowed_at_banks(site, unfanned(along(site), LIFE))
    speed = float(np.hypot(velocity[..., 0], velocity[..., 1]).max())
    if speed == 0:
        return ()
    travel = 0.25 * site.width
    lifetime = min(2 * LIFE if speed < 0.08 * site.width else LIFE, travel / speed)
    effect = stream(
        site, velocity, births=generations(site, lifetime), jitter=30 * site.scale, lead=0.25, window=0.5,
        structure=0.95, blur=12,
    )  # fmt: skip
    return (effect,) if effect else ()


def along(site: Site) -> Float32Array:
    """Return (h, w, 2) float32 velocity in pixels per second: as given, else straight down."""
    if site.direction is not None:
        return site.direction * np.float32(site.width * site.amount)
    out = np.zeros((*site.mask.shape, 2), np.float32)
    out[..., 1] = 0.2 * site.width * site.amount
    return out


def slowed_at_banks(site: Site, velocity: Float32Array) -> Float32Array:
    """Return ``velocity`` as it falls to 0 at the region's edge; the frame's border is no edge."""
    inside = site.inside()
    speed = np.hypot(velocity[..., 0], velocity[..., 1])
    width = np.clip(LIFE * speed, BANK * site.width, SHEAR * site.width)
    width = np.minimum(width, 0.9 * local_width(inside))
    profile = smoothstep((inside - 4) / np.maximum(width, 1))
    return (velocity * profile[..., None]).astype(np.float32)


def local_width(inside: Float32Array) -> Float32Array:
    """Return (h, w) float32: the largest distance to the edge nearby, half a stream's width."""
    size = 15
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    widest = cv2.dilate(np.minimum(inside, np.float32(1e4)), kernel)
    return np.asarray(cv2.blur(widest, (size, size)), np.float32)
