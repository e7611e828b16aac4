"""Standing water: waves that bend reflections when it is calm, chop that drifts when it is not.

Waves are linear, on the plane of the lake, in perspective: omega_m = 2 pi m / T and k = omega^2 / g
make dispersion and loop exact together. Amplitudes are JONSWAP's (Hasselmann et al. 1973), in six
directions about the wind. A facet of slope s tilts the reflected ray by 2 s, so the picture of what
stands at the far shore moves by 2 f s; waves smaller than a node are filtered out. Slope rms .0028
per m/s of wind, at most .02 (an autumn lake .008, a canal at night .012, glassy .006).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.core import anisotropy
from livingstill.core.model import DEFAULT_FOCAL, Float32Array
from livingstill.motion.advection import generations, stream
from livingstill.motion.canvas import Effect
from livingstill.motion.context import STEP, Box, Site, box_of, smoothstep
from livingstill.motion.harmonics import Spectrum, Sway, guarded, gusts, pack
from livingstill.motion.kinds import reflection
from livingstill.motion.wind import bandwidth, choose

GRAVITY = 9.81
HEIGHT = 2.0
"""Metres from the camera to the water."""

DIRECTIONS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The water's surface as the camera sees it, over a box of nodes.

    ``z`` (h, 1) and ``x`` (h, w) are metres ahead and to the side; ``far`` (1, w) is the far
    shore's distance; ``focal`` is in pixels.
    """

    z: Float32Array
    x: Float32Array
    far: Float32Array
    focal: float


def build(site: Site) -> tuple[Effect, ...]:
    """Return the waves of a region of standing water."""
    box = box_of(np.where(site.mask >= 0.5, site.mask, np.float32(0)))
    if box is None:
        return ()
    surface = plane(site, box)
    if calm(site):
        return (*reflection.build(site, facets(site) < 2), mirror(site, box, surface))
    return chop(site, box, surface)


def mirror(site: Site, box: Box, surface: Plane) -> Sway:
    """Return how waves bend what calm water reflects."""
    slope = min(0.0028 * site.breeze.speed, 0.02) * site.amount
    harmonics, maps = slopes(site, surface, slope)
    pinned = 2 * surface.focal * np.clip(1 - surface.z / surface.far, 0, 1)
    steep = np.sin(np.arctan(HEIGHT / surface.z))
    maps[:, 0] *= pinned * steep
    maps[:, 1] *= pinned
    inside = site.inside()[box.slices]
    edge = smoothstep(inside / (0.004 * site.width))
    waves = Sway(
        box,
        (Spectrum(harmonics, pack(maps)),),
        edge,
        np.maximum(0.8 * inside, np.float32(0.1)),
        gusts(site.breeze, box, site.width, 0.05),
        np.full(box.shape, 3.0 / (2 * surface.focal), np.float32) * edge,
    )
    # a real mirror folds what it shows; where facets are the texture, folds look like marble
    return guarded(waves, stretch=0.9, usual_stretch=0.36)


def chop(site: Site, box: Box, surface: Plane) -> tuple[Effect, ...]:
    """Return drifting facets and the orbits of the waves under them."""
    breeze, width = site.breeze, site.width
    metres = 0.1 * breeze.speed * site.amount
    velocity = np.zeros((*site.mask.shape, 2), np.float32)
    if site.direction is not None:
        velocity += site.direction * np.float32(width * site.amount)
    else:
        velocity[box.slices][..., 0] = metres * breeze.x * surface.focal / surface.z
        velocity[box.slices][..., 1] = 0.3 * metres * breeze.y * surface.focal / surface.z
    speed = np.hypot(velocity[..., 0], velocity[..., 1])
    velocity *= np.minimum(1, 0.06 * width / np.maximum(speed, 1e-6))[..., None]
    inside = site.inside()
    velocity *= smoothstep((inside - STEP) / (0.02 * width))[..., None]
    drift = stream(
        site, velocity, births=generations(site, 0.7), jitter=28 * site.scale, lead=4.0, window=0.5,
        structure=0.8, blur=15, by_turns=True,
    )  # fmt: skip

    harmonics, maps = slopes(site, surface, 1.0, orbits=True)
    power = float((np.abs(maps) ** 2).sum((0, 1)).mean()) / 2
    rms = 1.1 * site.scale * min(breeze.speed / 3, 1.5) * site.amount
    maps *= rms / math.sqrt(max(power, 1e-12))
    inside = inside[box.slices]
    limit = np.minimum(3 * site.scale, np.maximum(0.5 * inside, np.float32(0.1)))
    orbit = Sway(
        box,
        (Spectrum(harmonics, pack(maps)),),
        smoothstep(inside / (0.01 * width)),
        limit.astype(np.float32),
    )
    return (drift, orbit) if drift else (orbit,)


def plane(site: Site, box: Box) -> Plane:
    """Return the water plane under a region.

    The horizon is where the region's inverse depth, linear in y on a plane, falls to 0; without a
    sound fit it lies a little above the far shore.
    """
    mask = site.mask[box.slices] >= 0.5
    rows, columns = box.shape
    top = float(box.top * STEP)
    span = rows * STEP
    horizon = top - 0.04 * span
    y = (np.arange(rows, dtype=np.float32) + box.top) * STEP
    counts = mask.sum(1)
    if counts.max() > 0 and rows > 8:
        depth = np.where(mask, site.inverse_depth[box.slices], 0).sum(1) / np.maximum(counts, 1)
        used = counts > 0.1 * counts.max()
        steepness, offset = np.polyfit(y[used], depth[used], 1) if used.sum() > 4 else (0.0, 0.0)
        if steepness > 1e-6:
            horizon = float(np.clip(-offset / steepness, top - 0.25 * span, top - 0.02 * span))
    focal = DEFAULT_FOCAL * site.width
    z = (focal * HEIGHT / np.maximum(y - horizon, 1.0))[:, None].astype(np.float32)
    across = (np.arange(columns, dtype=np.float32) + box.left) * STEP - site.width / 2
    shore = np.where(mask.any(0), mask.argmax(0), 0).astype(np.float32)[None]
    smooth = cv2.GaussianBlur(shore, (0, 0), max(1.0, 0.02 * site.width / STEP))
    far = focal * HEIGHT / np.maximum(np.asarray(smooth, np.float32) * STEP + top - horizon, 1.0)
    x = (across[None] * z / np.float32(focal)).astype(np.float32)
    return Plane(z, x, far.astype(np.float32), focal)


def slopes(
    site: Site, surface: Plane, rms: float, orbits: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return harmonics (M,) and complex (M, 2, h, w) slopes of the surface, across and away.

    With ``orbits``: the picture of the surface's own movement instead, in pixels, where waves are
    ``rms`` metres high: circles in the plane of travel.
    """
    breeze, seconds = site.breeze, site.seconds
    rng = site.chance("waves")
    top = 2.6 if orbits else 4.8
    harmonics = choose(seconds, 0.25 if orbits else 0.35, top, 22 if orbits else 24, rng)
    omega = 2 * np.pi * harmonics / seconds
    wave = omega**2 / GRAVITY
    peak = GRAVITY / max(breeze.speed, 1.5)
    peak = max(peak, float(omega[0]))
    density = omega**-5.0 * np.exp(-1.25 * (peak / omega) ** 4)
    if orbits:  # a choppy sea is steadier: no peak, a flatter tail
        density *= omega**1.5
    else:
        density *= 3.3 ** np.exp(-((omega - peak) ** 2) / (2 * (0.08 * peak) ** 2))
    height = np.sqrt(2 * density * 2 * np.pi * bandwidth(harmonics, seconds) / DIRECTIONS)
    height *= rms / math.sqrt(
        float((DIRECTIONS * (height * (1 if orbits else wave)) ** 2).sum()) / 2
    )

    z, x, focal = surface.z, surface.x, surface.focal
    deep = z**2 / (focal * HEIGHT) * STEP
    wide = z / focal * STEP
    heading = math.atan2(-breeze.y, breeze.x)
    out = np.zeros((len(harmonics), 2, *x.shape), np.complex64)
    for m, (k, a) in enumerate(zip(wave, height)):
        spread = 0.5 if omega[m] < 2 * peak else 0.75
        for _ in range(DIRECTIONS):
            angle = heading + spread * rng.standard_normal()
            kx, kz = np.float32(k * math.cos(angle)), np.float32(k * math.sin(angle))
            seen = np.exp(-0.72 * ((kz * deep) ** 2 + (kx * wide) ** 2))
            turn = np.float32(2 * np.pi * rng.random()) - kz * z - kx * x
            ripple = (np.float32(a) * seen) * (np.cos(turn) + 1j * np.sin(turn))
            if orbits:
                out[m, 0] += (1j * math.cos(angle)) * ripple * (focal / z)
                out[m, 1] += -ripple * (focal / z) - (1j * math.sin(angle)) * ripple * (
                    focal * HEIGHT / z**2
                )
            else:
                out[m, 0] += (-1j * kx) * ripple
                out[m, 1] += (-1j * kz) * ripple
    return harmonics, out


def calm(site: Site) -> bool:
    """Return whether water mirrors rather than shows its own waves.

    Facets of waves lie: on rough water the finest gradients stand upright. What a smooth surface
    mirrors is as upright as the land; what a ruffled one mirrors must be recognised all the better.
    """
    lying = facets(site)
    if lying < 2:
        return True
    like = anisotropy.mirror_correlation(site.colour.mean(2), site.mask >= 0.5)
    return like > 0.3 + 0.07 * (math.log2(lying) - 1.3)


def facets(site: Site) -> float:
    """Return how much the finest detail of the water lies (see ``anisotropy.gradient_anisotropy``)."""
    inside = cv2.resize(site.mask, site.rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    grey = cv2.cvtColor(site.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return anisotropy.gradient_anisotropy(grey, inside, max(1.0, site.scale))
