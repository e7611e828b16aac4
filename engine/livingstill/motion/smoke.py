"""Smoke that is in the photo drifts up and away; its colour travels with it.

Raw advection at 2-8 %W/s, generations of 1.5 s with a wide window (a real plume: rms 2.7 %W, mostly
upwards), leaning with the wind.
"""

from __future__ import annotations

import numpy as np

from livingstill.motion.advection import contained, curled, stream
from livingstill.motion.canvas import Effect
from livingstill.motion.site import Site, smoothstep

SPEED = 0.04


def build(site: Site) -> tuple[Effect, ...]:
    """Return the drift of a region of smoke."""
    width = site.width
    velocity = np.zeros((*site.mask.shape, 2), np.float32)
    if site.direction is not None and site.direction.any():
        velocity += site.direction * np.float32(width)
    else:
        velocity[..., 0] = SPEED * width * 0.2 * site.breeze.speed * site.breeze.x / 1.5
        velocity[..., 1] = -SPEED * width
    velocity = curled(site, velocity, 0.10, 0.3)
    calm = smoothstep(site.inside() / (0.03 * width)) * np.float32(site.amount)
    effect = stream(
        site, contained(site, velocity * calm[..., None], 1.0), lifetime=1.5, jitter=10 * site.scale, window=0.5,
        structure=0.25, blur=20,
    )  # fmt: skip
    return (effect,) if effect else ()
