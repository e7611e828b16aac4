"""Fire: flames lick upwards and flicker, and their light plays on what stands around.

Gas rises four times the flame's local half width a second (a big fire fills the frame at 90-130
%W/s); generations of .38 s; only what glows takes part. Brightness flickers by 10 % between 1.8 and
9 Hz, surroundings by 3 % over one flame height, well under what is unsafe to watch. A fire under a
pot: f50 3.2 (real 2.2), f90 7.2 (9.7), a third of its amplitude: a flame's outline cannot change, so small
fires convince, large do not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from livingstill.motion.advection import contained, curled, stream
from livingstill.motion.canvas import Effect
from livingstill.motion.flow import local_width
from livingstill.motion.light import Glow, flicker
from livingstill.motion.plants import Limb, sway
from livingstill.motion.site import STEP, Site, smoothstep


def build(site: Site) -> tuple[Effect, ...]:
    """Return the flames of a region, their flicker and their light."""
    rows = np.flatnonzero((site.mask >= 0.5).any(1))
    if rows.size == 0:
        return ()
    height = max(float(np.ptp(rows)) * STEP, 0.02 * site.width)
    red, blue = site.colour[..., 0], site.colour[..., 2]
    glows = np.maximum(smoothstep((red - blue - 15) / 60), smoothstep((blue - 150) / 60))
    bright = smoothstep((site.colour.max(2) - 70) / 90) * glows  # warm, or white-hot
    away = site.outside()
    site = replace(site, mask=site.mask * smoothstep(2 * bright))  # no wall between flames
    inside = site.inside()
    half = np.minimum(local_width(inside), 0.5 * height)
    velocity = np.zeros((*site.mask.shape, 2), np.float32)
    if site.direction is not None and site.direction.any():
        velocity += site.direction * np.float32(site.width)
    else:
        velocity[..., 1] = -np.minimum(4.0 * half, 0.9 * site.width)
    velocity = curled(site, velocity, min(0.08, 0.5 * height / site.width), 0.4)
    calm = (
        smoothstep(inside / np.maximum(0.6 * half, 1)) * bright * np.float32(min(site.amount, 1.5))
    )
    flames = stream(
        site, contained(site, velocity * calm[..., None], 0.3), lifetime=0.38, jitter=0.04 * height, lead=0.25, window=0.5, structure=0.6,
        blur=max(4.0, 0.12 * height / site.scale),
    )  # fmt: skip
    up = np.clip((rows[-1] - np.arange(site.mask.shape[0])) * STEP / height, 0, 1)
    lick = np.repeat(up.astype(np.float32)[:, None] ** 1.5, site.mask.shape[1], axis=1)
    limbs = (
        Limb(1.2, 0.3, height / site.width, 1.0, common=0.6),
        Limb(3.0, 0.3, 0.4 * height / site.width, 0.8),
    )
    usual = float(np.median(half[inside > 0])) if (inside > 0).any() else 0.0
    reach = min(0.03 * height, 0.15 * usual) * site.amount
    dance = sway(site, reach, lick, limbs, cross=0.7)

    white = smoothstep((site.colour.min(2) - 110) / 110)  # clipped: dimmed, it would turn grey
    own = smoothstep(inside / (0.15 * height)) * bright
    around = np.exp(-((away / (1.6 * height)) ** 2)) * (away < 3.5 * height)
    strength = min(site.amount, 1.5) * (1 - white) * (0.10 * own + 0.03 * around)
    glow = Glow(strength.astype(np.float32), *flicker(site, 1.8, 9.0))
    return (*((flames,) if flames else ()), *dance, glow)
